"""Branches, guards, handlers and mappings as the real Airflow runs them."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.spec.pipeline import Pipeline
from tests.targets.conftest import Airflow

pytestmark = pytest.mark.airflow


def _pipeline(name: str, *steps: dict[str, Any], **more: Any) -> Pipeline:
    return Pipeline.model_validate({"id": name, "steps": [*steps], **more})


def _marker(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "marker", **more}


def _call(name: str, function: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "python", "callable": f"shop.jobs.{function}", **more}


def _more_than(limit: int) -> dict[str, Any]:
    return {"kind": "comparison", "name": "number", "operator": ">", "right": limit}


@pytest.mark.parametrize(
    ("number", "ran", "skipped"),
    [
        (20, {"big", "big_more"}, {"small", "neither"}),
        (7, {"small"}, {"big", "big_more", "neither"}),
        (1, {"neither"}, {"big", "big_more", "small"}),
    ],
)
def test_a_merge_runs_whichever_branch_was_taken(
    airflow: Airflow, number: int, ran: set[str], skipped: set[str]
) -> None:
    pipeline = _pipeline(
        "branches",
        _call("measure", "count", arguments={"number": number}, returns=["number"]),
        {
            "id": "pick",
            "kind": "choose",
            "after": ["measure"],
            "branches": [{"when": _more_than(10), "then": ["big"]}, {"when": _more_than(5), "then": ["small"]}],
            "otherwise": ["neither"],
        },
        _marker("big"),
        _marker("big_more", after=["big"]),
        _marker("small"),
        _marker("neither"),
        _marker("merge", after=["big_more", "small", "neither"]),
        _marker("after_merge", after=["merge"]),
        _marker("aside", after=["measure"]),
    )
    tasks = airflow.run(pipeline)["tasks"]
    assert {name for name in ran | {"merge", "after_merge", "aside"} if tasks[name] != ["success"]} == set()
    assert {name for name in skipped if tasks[name] != ["skipped"]} == set()


def test_nothing_chosen_skips_the_merge_of_the_branches_only(airflow: Airflow) -> None:
    pipeline = _pipeline(
        "no_branch",
        _call("measure", "count", returns=["number"]),
        {"id": "pick", "kind": "choose", "after": ["measure"], "branches": [{"when": _more_than(10), "then": ["big"]}]},
        _marker("big"),
        _marker("after_big", after=["big"]),
        _marker("report", after=["after_big", "measure"]),
    )
    tasks = airflow.run(pipeline)["tasks"]
    assert tasks["big"] == tasks["after_big"] == ["skipped"]
    assert tasks["report"] == ["success"]


@pytest.mark.parametrize(("region", "state"), [("eu", "success"), ("us", "skipped")])
def test_a_guard_skips_its_step_and_what_only_follows_it(airflow: Airflow, region: str, state: str) -> None:
    only_eu = {"kind": "comparison", "source": "parameter", "name": "region", "operator": "==", "right": "eu"}
    pipeline = _pipeline(
        "guards",
        _marker("first"),
        _call("copy", "fine", after=["first"], when=only_eu),
        _marker("after_copy", after=["copy"]),
        _marker("finish", after=["after_copy", "first"]),
        parameters=[{"name": "region", "default": "eu"}],
    )
    tasks = airflow.run(pipeline, {"region": region})["tasks"]
    assert tasks["copy"] == tasks["after_copy"] == [state]
    assert tasks["finish"] == ["success"]


@pytest.mark.parametrize(
    ("function", "handler", "next_state"), [("broken", "success", "upstream_failed"), ("fine", "skipped", "success")]
)
def test_a_handler_runs_only_after_a_failure(airflow: Airflow, function: str, handler: str, next_state: str) -> None:
    failed = {"kind": "outcome", "step": "work", "state": "failed"}
    pipeline = _pipeline(
        "handlers",
        _call("work", function),
        _marker("other"),
        _marker("next", after=["work"]),
        _marker("handle", when=failed),
        _marker("handle_too", after=["other"], when=failed),
        _marker("always", after=["handle", "next"], trigger_rule="all_done"),
    )
    tasks = airflow.run(pipeline)["tasks"]
    assert tasks["handle"] == tasks["handle_too"] == [handler]
    assert tasks["next"] == [next_state]
    assert tasks["always"] == ["success"]


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_mapping_runs_for_each_item_also_for_none(airflow: Airflow, size: int) -> None:
    pipeline = _pipeline(
        "mapping",
        _call("list_names", "names", arguments={"size": size}),
        _call("list_files", "files", arguments={"size": size}, returns=["files"]),
        _call("each_name", "take", for_each={"name": "person", "step": "list_names"}),
        _call("each_file", "take", for_each={"name": "file", "step": "list_files"}),
        _call("each_shop", "take", for_each={"name": "shop", "parameter": "shops"}),
        {
            "id": "each_shell",
            "kind": "shell",
            "command": 'test "$SHOP" = "{{ ds }}"',
            "for_each": {"name": "shop", "items": ["{{ ds }}"]},
        },
        _call("plain_item", "expect_plain", for_each={"name": "item", "items": ["{{ ds }}", "{% x"]}),
        _marker("finish", after=["each_name", "each_file", "each_shop"]),
        parameters=[{"name": "shops", "default": [f"shop{n}" for n in range(size)]}],
    )
    tasks = airflow.run(pipeline)["tasks"]
    expected = ["success"] * size or ["skipped"]
    assert tasks["each_name"] == tasks["each_file"] == tasks["each_shop"] == expected
    assert tasks["finish"] == tasks["each_shell"] == ["success"]
    assert tasks["plain_item"] == ["success", "success"]


def test_times_in_the_past_are_not_waited_for(airflow: Airflow) -> None:
    pipeline = _pipeline(
        "times",
        {"id": "until_nine", "kind": "wait", "wait_for": {"on": "time", "at": "09:15:00"}},
        {"id": "a_bit", "kind": "wait", "wait_for": {"on": "delay", "delay": "20m"}},
        schedule={"kind": "cron", "expressions": ["@daily"], "timezone": "America/New_York"},
    )
    assert airflow.run(pipeline)["state"] == "success"


@pytest.mark.parametrize(("day", "state"), [(1, "success"), (2, "skipped")])
def test_the_calendar_is_that_of_the_data_interval(airflow: Airflow, day: int, state: str) -> None:
    monday = {"kind": "comparison", "source": "calendar", "name": "weekday", "operator": "==", "right": day}
    pipeline = _pipeline(
        "calendar", _marker("first", when=monday), schedule={"kind": "cron", "expressions": ["@daily"]}
    )
    assert airflow.run(pipeline)["tasks"]["first"] == [state]
