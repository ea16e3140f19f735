"""Which steps only the user can write."""

import pytest

from airflow_llm.spec.conditions import Combined, Comparison, Described, Negated
from airflow_llm.spec.hooks import hooks, is_hook
from airflow_llm.spec.operations import Filter
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Described as DescribedRule
from airflow_llm.spec.rules import RowCount
from airflow_llm.spec.steps import (
    Branch,
    ChooseStep,
    CleanupStep,
    DeployStep,
    EvaluateStep,
    ExtractStep,
    MarkerStep,
    PredictStep,
    PythonStep,
    ShellStep,
    SparkStep,
    SqlStep,
    TrainStep,
    TransformStep,
    ValidateStep,
    WaitStep,
)
from airflow_llm.spec.waits import ForDelay, ForDescribed

WORDS = Described(text="the numbers look right")
SCORE = Comparison(name="score", operator=">", right=1)
HOOKS = [
    TransformStep(id="a"),
    ValidateStep(id="a"),
    ValidateStep(id="a", rules=(RowCount(), DescribedRule(text="plausible"))),
    PythonStep(id="a"),
    SqlStep(id="a", connection="pg"),
    SparkStep(id="a"),
    TrainStep(id="a", algorithm="RandomForestClassifier"),
    EvaluateStep(id="a"),
    PredictStep(id="a"),
    DeployStep(id="a"),
    WaitStep(id="a", wait_for=ForDescribed(text="the boss agrees")),
    CleanupStep(id="a"),
    CleanupStep(id="a", dataset="x"),
    MarkerStep(id="a", when=WORDS),
    MarkerStep(id="a", when=Combined(conditions=(SCORE, Negated(condition=WORDS)))),
    ChooseStep(id="a", branches=(Branch(when=WORDS, then=("b",)),)),
]
GENERATED = [
    TransformStep(id="a", operations=(Filter(predicate="x > 0"),)),
    ValidateStep(id="a", rules=(RowCount(),)),
    PythonStep(id="a", callable="shop.jobs.run"),
    SqlStep(id="a", connection="pg", action="truncate"),
    TrainStep(id="a", algorithm="LinearRegression", target="y"),
    PredictStep(id="a", reads=("m", "d")),
    WaitStep(id="a", wait_for=ForDelay(delay="5m")),
    CleanupStep(id="a", staging=True),
    CleanupStep(id="a", dataset="x", older_than="30d"),
    ExtractStep(id="a"),
    ShellStep(id="a", command="ls"),
    MarkerStep(id="a", when=SCORE),
    ChooseStep(id="a", branches=(Branch(when=SCORE, then=("b",)),)),
]


@pytest.mark.parametrize("step", HOOKS, ids=lambda step: step.kind)
def test_what_only_the_user_can_write_is_a_hook(step):
    assert is_hook(step)


@pytest.mark.parametrize("step", GENERATED, ids=lambda step: step.kind)
def test_what_can_be_generated_is_not(step):
    assert not is_hook(step)


def test_hooks_are_listed_in_order():
    steps = (PythonStep(id="b"), MarkerStep(id="c"), PythonStep(id="a"))
    assert hooks(Pipeline(id="p", steps=steps)) == ("b", "a")
