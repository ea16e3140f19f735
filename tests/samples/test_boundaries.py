"""Both outcomes of every condition that has two are found."""

import pytest
from hypothesis import given, settings

from airflow_llm.samples.boundaries import condition_samples, holds, leaf_of
from airflow_llm.spec.conditions import Combined, Comparison, Described, Negated, Outcome
from tests.spec.strategies import conditions


@pytest.mark.parametrize(
    ("operator", "right", "true", "false"),
    [
        (">", 5, {6}, {5, 4}),
        (">=", 5, {5, 6}, {4}),
        ("<", 5, {4}, {5, 6}),
        ("==", "EU", {"EU"}, {"EU?"}),
        ("!=", True, {False}, {True}),
        ("in", ("a", "b"), {"a", "b"}, {"a?", "b?"}),
        ("not in", (1,), {0, 2}, {1}),
    ],
)
def test_values_lie_on_both_sides_of_the_boundary(operator, right, true, false):
    condition = Comparison(name="x", operator=operator, right=right)
    holding, failing = condition_samples(condition)
    leaf = leaf_of(condition)
    assert {sample[leaf] for sample in holding} == true
    assert {sample[leaf] for sample in failing} == false


def test_the_calendar_and_counts_stay_possible():
    holding, failing = condition_samples(Comparison(source="calendar", name="weekday", operator=">=", right=6))
    assert {value for sample in holding for value in sample.values()} == {6}
    assert {value for sample in failing for value in sample.values()} == {0, 5}
    holding, failing = condition_samples(Comparison(source="rows", name="orders", operator=">=", right=0))
    assert holding
    assert not failing


def test_combined_conditions_take_both_outcomes():
    score = Comparison(name="score", step="evaluate", operator=">=", right=0.9)
    bounded = Combined(conditions=(score, Comparison(name="score", step="evaluate", operator="<", right=0.95)))
    both = Combined(
        match="all", conditions=(bounded, Negated(condition=Outcome(step="a", state="failed")), Described(text="ok"))
    )
    holding, failing = condition_samples(both)
    assert holding
    assert failing
    assert all(0.9 <= sample["metric", "evaluate", "score"] < 0.95 for sample in holding)


@settings(deadline=None, max_examples=100)
@given(condition=conditions())
def test_samples_come_out_as_they_say(condition):
    holding, failing = condition_samples(condition)
    assert holding or failing
    assert all(holds(condition, sample) for sample in holding)
    assert not any(holds(condition, sample) for sample in failing)
