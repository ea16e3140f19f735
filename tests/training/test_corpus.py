"""The corpus holds what its guidelines promise, and the checker finds what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from training.corpus import KINDS as KINDS_OF_CORPUS
from training.corpus import RULES as RULES_OF_CORPUS
from training.corpus import Request, case, edges_of, findings, load, near_duplicates
from training.splits import CHOOSING, DEVELOPMENT, TEST, hands_of

from airflow_llm.readers.prose.tagger.labels import KINDS, RULES

FILES = sorted((Path(__file__).parents[2] / "training" / "corpus").glob("*.yml"))


def request(**data: Any) -> Request:
    return Request("x-001", "somebody", "chat", data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quotation_is_in_its_text_and_every_graph_is_one(path: Path) -> None:
    requests = load(path)
    assert requests
    assert {held.id: found for held in requests if (found := list(findings(held)))} == {}


def test_there_are_two_thousand_requests_of_twenty_styles_and_hardly_a_pair_alike() -> None:
    requests = [held for path in FILES for held in load(path)]
    assert len(requests) >= 1_800
    assert len({held.hand for held in requests}) >= 20
    assert len(near_duplicates(requests)) <= len(requests) // 100


def test_hands_are_for_one_thing_only() -> None:
    splits = {name: set(hands_of(name)) for name in ("train", "development", "choosing", "test")}
    assert splits["test"] == set(TEST)
    assert splits["development"] == set(DEVELOPMENT)
    assert splits["choosing"] == set(CHOOSING)
    assert not splits["train"] & (splits["test"] | splits["development"] | splits["choosing"])


def test_a_flow_is_a_list_of_chains() -> None:
    assert edges_of(["a, b > c > d"]) == [("a", "c"), ("b", "c"), ("c", "d")]


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        ({"tasks": {"load": {"kind": "load", "words": "store it"}}}, "not in the text: 'store it'"),
        ({"tasks": {"load": {"kind": "lode", "words": "load it"}}}, "task load: unknown kind 'lode'"),
        ({"tasks": {"load": {"kind": "load", "words": "load it"}}, "flow": ["load > gone"]}, "flow names 'gone'"),
        ({"tasks": {"load": {"kind": "load", "words": "load it"}}, "schedule": {"cron": "5"}}, "has not five fields"),
        ({"tasks": {"load": {"kind": "load", "words": "load it"}}, "schedule": {5: None}}, "schedule: unknown field 5"),
        ({"tasks": {}}, "no tasks and no error"),
    ],
)
def test_a_wrong_annotation_is_found(data: dict[str, Any], finding: str) -> None:
    assert any(finding in found for found in findings(request(text="please load it", **data)))


def test_a_request_becomes_a_case_in_the_format_of_the_score() -> None:
    made = case(
        request(
            text="load it at 5, tell #ops",
            tasks={
                "load": {"kind": "load/sql", "words": "load it"},
                "tell": {"kind": "notify", "words": "tell #ops"},
            },
            flow=["load > tell"],
            schedule={"cron": "0 5 * * *", "words": "at 5"},
            alerts=[{"channel": "slack", "target": "#ops", "when": "step", "words": "tell #ops"}],
        )
    )
    assert made["edges"] == [["load", "tell"]]
    assert (made["tasks"][0]["kind"], made["tasks"][0]["kind_alt"]) == ("load", ["sql"])
    assert made["schedule"] == {"cron": "0 5 * * *", "timezone": None, "trigger": None}
    assert made["alerts"] == [{"channel": "slack", "target": "#ops", "on": "step"}]


def test_the_network_knows_the_kinds_of_the_guidelines() -> None:
    assert set(KINDS) == KINDS_OF_CORPUS
    assert set(RULES) <= RULES_OF_CORPUS
