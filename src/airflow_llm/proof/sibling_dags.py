"""The other DAGs that a pipeline waits for or starts: empty ones of the same names, so that they really run."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import TriggerStep, WaitStep
from airflow_llm.spec.waits import ForDag

_TEXT = '''"""Stands in for a DAG that is not part of this bundle."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG({dag_id!r}, schedule=None):
    for name in {tasks!r}:
        EmptyOperator(task_id=name)
'''


def sibling_dags(pipeline: Pipeline) -> dict[str, str]:
    """File names and texts."""
    tasks: dict[str, set[str]] = {}
    for step in pipeline.steps:
        if isinstance(step, TriggerStep):
            tasks.setdefault(step.dag_id, set())
        if isinstance(step, WaitStep) and isinstance(step.wait_for, ForDag):
            found = tasks.setdefault(step.wait_for.dag_id, set())
            found |= {step.wait_for.task_id} if step.wait_for.task_id else set()
    tasks.pop(pipeline.id, None)
    return {
        f"airflow_llm_sibling_{number}.py": _TEXT.format(dag_id=dag_id, tasks=sorted(names) or ["done"])
        for number, (dag_id, names) in enumerate(sorted(tasks.items()))
    }
