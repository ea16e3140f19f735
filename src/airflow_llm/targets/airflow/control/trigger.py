"""Starting another DAG."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import TriggerStep
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_trigger(pipeline: Pipeline, step: TriggerStep) -> TaskCode:  # noqa: ARG001 - every emitter takes both
    """`TriggerDagRunOperator`; a replay of the same run starts the other DAG's run again instead of failing."""
    arguments: dict[str, Expression] = {"trigger_dag_id": literal(plain(step.dag_id))}
    conf = {plain(key): plain(value) if isinstance(value, str) else value for key, value in step.conf.items()}
    each = step.for_each
    if conf and each is None:
        arguments["conf"] = literal(conf)
    run = "{{ run_id }}" if each is None else "{{ run_id }}.{{ ti.map_index }}"
    arguments["trigger_run_id"] = literal(f"{{{{ dag.dag_id }}}}.{step.id}.{run}")
    arguments["reset_dag_run"] = literal(True)
    if step.wait:
        arguments |= {"wait_for_completion": literal(True), "deferrable": literal(True), "poke_interval": literal(60)}
    return TaskCode(
        imports=("from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator",),
        operator="TriggerDagRunOperator",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-standard"}),
        mapped_argument="conf" if each is not None else "",
        mapped_value=Expression("item") if each is None else literal({**conf, each.name: Expression("item")}),
    )
