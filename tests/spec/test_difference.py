"""What two pipelines say differently, by path."""

from __future__ import annotations

from hypothesis import given, settings

from airflow_llm.spec.difference import Difference, difference
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import Pipeline

from .strategies import pipelines

SPEC = """
id: shop
owners: [ada]
schedule: {kind: cron, expressions: ["0 6 * * *"]}
alerts:
  - {connection: slack, target: "#a"}
  - {connection: slack, target: "#b"}
connections: [{name: slack, connector: slack}, {name: db, connector: postgres}]
datasets: [{name: orders}, {name: orders_source, connection: db, location: orders}]
steps:
  - {id: extract, kind: extract, reads: [orders_source], writes: [orders]}
  - {id: check, kind: validate, reads: [orders], rules: [{rule: unique, columns: [id]}, {rule: row_count}]}
"""


def changed(old: str, new: str) -> list[Difference]:
    assert old in SPEC
    return list(difference(load(SPEC), load(SPEC.replace(old, new))))


def test_a_value_is_told_with_its_path() -> None:
    assert changed("0 6", "0 7") == [("schedule.expressions", ["0 6 * * *"], ["0 7 * * *"])]
    assert changed("owners: [ada]", "owners: [ada, bob]") == [("owners", ["ada"], ["ada", "bob"])]
    assert changed("kind: validate,", "kind: validate, retry_delay: 90s,") == [
        ("steps.check.retry_delay", None, "1m30s")
    ]


def test_members_are_known_by_their_name_else_by_their_place() -> None:
    assert changed('target: "#a"', 'target: "#c"') == [("alerts.0.target", "#a", "#c")]
    assert changed("{rule: unique, columns: [id]}, ", "") == [
        ("steps.check.rules.0", {"rule": "unique", "columns": ["id"]}, None)
    ]
    assert [one.path for one in changed("{name: db, connector: postgres}", "{name: db, connector: mysql}")] == [
        "connections.db.connector"
    ]


def test_what_comes_and_goes_as_a_whole_is_shown_without_its_defaults() -> None:
    gone, come = changed("id: extract, kind", "id: pull, kind")
    assert gone == (
        "steps.extract",
        {"kind": "extract", "id": "extract", "reads": ["orders_source"], "writes": ["orders"]},
        None,
    )
    assert come.path == "steps.pull"
    assert come.old is None


def test_another_sort_of_schedule_is_another_schedule() -> None:
    (one,) = changed('{kind: cron, expressions: ["0 6 * * *"]}', "{kind: manual}")
    assert one == ("schedule", {"kind": "cron", "expressions": ["0 6 * * *"]}, {"kind": "manual"})


def test_another_order_is_told() -> None:
    old = load(SPEC)
    assert difference(old, old.model_copy(update={"steps": old.steps[::-1]})) == (
        ("steps", ["extract", "check"], ["check", "extract"]),
    )


@given(pipelines(), pipelines())
@settings(max_examples=60, deadline=None)
def test_only_equal_pipelines_have_no_difference(one: Pipeline, other: Pipeline) -> None:
    assert difference(one, one) == ()
    assert (difference(one, other) == ()) == (one == other)
