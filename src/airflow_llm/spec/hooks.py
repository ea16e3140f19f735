"""Which steps only the user can write: the last resort, always counted and reported."""

from __future__ import annotations

from airflow_llm.spec.conditions import Combined, Condition, Negated
from airflow_llm.spec.conditions import Described as DescribedCondition
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Described as DescribedRule
from airflow_llm.spec.steps import (
    ChooseStep,
    CleanupStep,
    DeployStep,
    EvaluateStep,
    PredictStep,
    PromoteStep,
    PythonStep,
    SparkStep,
    SqlStep,
    Step,
    TrainStep,
    TransformStep,
    ValidateStep,
    WaitStep,
)
from airflow_llm.spec.waits import ForDescribed


def is_hook(step: Step) -> bool:
    """Whether the step, or a condition or rule of it, needs a function that the user writes."""
    return _own_work_is_hook(step) or described_in(step.when) or _choice_is_hook(step)


def hooks(pipeline: Pipeline) -> tuple[str, ...]:
    """The ids of the steps that need the user's code, in order."""
    return tuple(step.id for step in pipeline.steps if is_hook(step))


def described_in(condition: Condition | None) -> bool:
    """Whether any part of the condition is only described."""
    match condition:
        case DescribedCondition():
            return True
        case Combined(conditions=parts):
            return any(described_in(part) for part in parts)
        case Negated(condition=part):
            return described_in(part)
    return False


def _choice_is_hook(step: Step) -> bool:
    return isinstance(step, ChooseStep) and any(described_in(branch.when) for branch in step.branches)


def _own_work_is_hook(step: Step) -> bool:
    match step:
        case TransformStep(operations=()) | ValidateStep(rules=()) | PythonStep(callable=None):
            return True
        case ValidateStep(rules=rules):
            return any(isinstance(rule, DescribedRule) for rule in rules)
        case SqlStep(statement=None, action=None) | SparkStep(application=None):
            return True
        case TrainStep(algorithm=algorithm, target=target):
            return algorithm is None or target is None
        case EvaluateStep(target=None) | PredictStep(reads=()) | PromoteStep(reads=()) | DeployStep():
            return True
        case WaitStep(wait_for=ForDescribed()):
            return True
        case CleanupStep(staging=False, dataset=None) | CleanupStep(staging=False, older_than=None):
            return True
    return False
