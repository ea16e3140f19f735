"""A Spark application."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import SparkStep
from airflow_llm.targets.airflow.control.user_code import described_task
from airflow_llm.targets.airflow.docs import step_doc
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_spark(pipeline: Pipeline, step: SparkStep) -> TaskCode:
    """`SparkSubmitOperator`; without an application it is a hook."""
    if step.application is None:
        return described_task(pipeline, step, step_doc(step))
    arguments: dict[str, Expression] = {"application": literal(plain(step.application))}
    if step.connection is not None:
        arguments["conn_id"] = Expression(f'CONFIG["{step.connection}_conn_id"]')
    if step.java_class is not None:
        arguments["java_class"] = literal(step.java_class)
    given = [plain(argument) for argument in step.arguments]
    mapped_value = Expression("item")
    if step.for_each is not None:
        mapped_value = Expression("[" + "".join(f"{literal(argument)}, " for argument in given) + "str(item)]")
    elif given:
        arguments["application_args"] = literal(given)
    conf = {name: plain(value) if isinstance(value, str) else value for name, value in step.conf.items()}
    if step.resources is not None and step.resources.memory is not None:
        arguments["executor_memory"] = literal(step.resources.memory.removesuffix("i").lower())
    if step.resources is not None and step.resources.cpu is not None:
        arguments["executor_cores"] = literal(max(1, round(step.resources.cpu)))
    if step.resources is not None and step.resources.gpu:
        conf.setdefault("spark.executor.resource.gpu.amount", step.resources.gpu)
    if conf:
        arguments["conf"] = literal({plain(name): value for name, value in conf.items()})
    arguments["name"] = literal(step.id)
    return TaskCode(
        imports=("from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator",),
        operator="SparkSubmitOperator",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-apache-spark"}),
        mapped_argument="application_args" if step.for_each is not None else "",
        mapped_value=mapped_value,
    )
