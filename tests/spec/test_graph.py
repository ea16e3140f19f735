"""Order: data flow, `after`, branches and conditions; cycles are shown."""

from graphlib import CycleError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.spec.conditions import Combined, Comparison, Negated, Outcome
from airflow_llm.spec.graph import branch_targets, condition_steps, cycle, downstream, edges, order, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Branch, ChooseStep, ExtractStep, ForEach, LoadStep, MarkerStep, SqlStep


def pipeline(*steps):
    return Pipeline(id="p", steps=steps)


def marker(name, *after, **fields):
    return MarkerStep(id=name, after=after, **fields)


def test_edges_come_from_data_order_conditions_mapping_and_branches():
    score = Comparison(name="score", step="d", operator=">", right=0)
    steps = (
        LoadStep(id="b", reads=("x",), writes=("y",)),
        ExtractStep(id="a", writes=("x",)),
        marker("c", "b", "b", "nobody"),
        marker("d", when=Combined(conditions=(Outcome(step="a"), Negated(condition=Outcome(step="c"))))),
        marker("e", for_each=ForEach(name="i", step="d")),
        ChooseStep(id="f", branches=(Branch(when=score, then=("g",)),), otherwise=("h", "g")),
        marker("g"),
        marker("h"),
    )
    p = pipeline(*steps)
    assert edges(p) == (("a", "b"), ("b", "c"), ("a", "d"), ("c", "d"), ("d", "e"), ("d", "f"), ("f", "g"), ("f", "h"))
    assert order(p) == ("a", "b", "c", "d", "e", "f", "g", "h")
    assert upstream(p)["d"] == {"a", "c"}
    assert downstream(p)["f"] == {"g", "h"}
    assert branch_targets(steps[5]) == ("g", "h")
    assert list(condition_steps(steps[3].when)) == ["a", "c"]
    assert cycle(p) == ()


def test_a_cycle_is_shown_each_before_the_next():
    p = pipeline(marker("a", "c"), marker("b", "a"), marker("c", "b"), marker("d"))
    found = cycle(p)
    assert set(found) == {"a", "b", "c"}
    assert all((one, other) in edges(p) for one, other in zip(found, found[1:] + found[:1], strict=True))
    with pytest.raises(CycleError):
        order(p)


def test_a_step_after_itself_is_a_cycle_and_one_that_reads_what_it_writes_is_not():
    assert cycle(pipeline(marker("a", "a"))) == ("a",)
    assert cycle(pipeline(LoadStep(id="a", reads=("x",), writes=("x",)))) == ()


def test_steps_that_change_a_dataset_in_place_follow_the_order_of_the_spec():
    p = pipeline(
        SqlStep(id="clean", connection="pg", reads=("t",), writes=("t",)),
        SqlStep(id="enrich", connection="pg", reads=("t",), writes=("t",)),
        LoadStep(id="fill", reads=("s",), writes=("t",)),
        LoadStep(id="copy", reads=("t",), writes=("u",)),
    )
    assert cycle(p) == ()
    assert order(p) == ("fill", "clean", "enrich", "copy")


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_order_respects_every_edge_and_else_the_spec(pairs):
    after = {n: tuple(dict.fromkeys(f"s{a}" for a, b in pairs if b == n and a < n)) for n in range(8)}
    p = pipeline(*(marker(f"s{n}", *after[n]) for n in range(8)))
    position = {step: n for n, step in enumerate(order(p))}
    assert all(position[one] < position[other] for one, other in edges(p))
    assert order(p) == tuple(f"s{n}" for n in range(8))
