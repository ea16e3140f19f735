"""Taking steps out of the graph: whatever is left is whole, and in the same order."""

from __future__ import annotations

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.rewiring import detached, ordered, reaches, renamed_step
from airflow_llm.spec.document import load
from airflow_llm.spec.graph import cycle
from airflow_llm.spec.pipeline import Pipeline

from .test_edits import base

BASES = ("orders", "sales", "churn", "regions")
QUERY = """
id: q
datasets: [{name: a}, {name: b}, {name: c}, {name: source, connection: db, location: t}]
connections: [{name: db, connector: postgres}]
steps:
  - {id: extract, kind: extract, reads: [source], writes: [a]}
  - {id: clean, kind: transform, reads: [a], writes: [b], operations: [{op: normalize}]}
  - id: sum
    kind: transform
    reads: [b]
    writes: [c]
    operations: [{op: query, sql: "SELECT b.x FROM b WHERE b.y > 1"}]
  - {id: check, kind: validate, reads: [b, c], rules: [{rule: unique, dataset: b, columns: [id]}]}
"""


def order_kept(old: Pipeline, new: Pipeline, gone: str) -> bool:
    left = [step.id for step in new.steps]
    return all(reaches(new, a, b) for a in left for b in left if a != b and gone not in (a, b) and reaches(old, a, b))


@pytest.mark.parametrize("name", BASES)
def test_what_is_left_stays_in_its_order(name: str) -> None:
    old = base(name)
    removed = 0
    for step in old.steps:
        try:
            new = detached(old, step.id)
        except InputError:
            continue
        removed += 1
        assert not cycle(new)
        assert order_kept(old, new, step.id)
        assert all(step.id not in held.after for held in new.steps)
        readable = {one for held in new.steps for one in held.writes}
        readable |= {dataset.name for dataset in new.datasets if dataset.connection}
        assert all(one in readable for held in new.steps for one in held.reads)
    assert removed >= 3


def test_rules_and_sql_follow_their_data() -> None:
    new = detached(load(QUERY), "clean")
    query, check = new.step("sum"), new.step("check")
    assert query.kind == "transform"
    assert check.kind == "validate"
    assert (query.reads, check.reads) == (("a",), ("a", "c"))
    assert query.operations[0].model_dump()["sql"] == "SELECT b.x FROM a AS b WHERE b.y > 1"
    assert check.rules[0].dataset == "a"


def test_an_order_is_not_said_twice_and_never_a_circle() -> None:
    sales = base("sales")
    assert ordered(sales, "load_sales", ["extract_sales"]) is sales
    with pytest.raises(InputError, match="cycle"):
        ordered(sales, "extract_sales", ["load_sales"])


def test_a_step_has_its_new_name_wherever_it_is_spoken_of() -> None:
    new = renamed_step(base("churn"), "evaluate_model", "score")
    assert "evaluate_model" not in new.model_dump_json(exclude={"description", "origin"})
    assert new.step("check_accuracy").after == ("score",)
