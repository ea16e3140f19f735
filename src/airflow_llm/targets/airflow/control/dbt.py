"""dbt: a fixed command, built here and quoted; where the project lies is a setting."""

from __future__ import annotations

import shlex

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import DbtStep
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_COMMANDS = {"freshness": "source freshness", "docs": "docs generate"}
_WITH_FULL_REFRESH = ("run", "build", "seed")


def emit_dbt(pipeline: Pipeline, step: DbtStep) -> TaskCode:  # noqa: ARG001 - every emitter takes both
    """`BashOperator`; the target of the profile is the environment's, as is the item of a mapped step (`env_var`)."""
    command = f"dbt {_COMMANDS.get(step.command, step.command)}"
    if step.select:
        command += f" --select {shlex.join(step.select)}"
    if step.full_refresh and step.command in _WITH_FULL_REFRESH:
        command += " --full-refresh"
    environment = {
        "DBT_PROJECT_DIR": Expression('CONFIG["dbt_project_dir"]'),
        "DBT_TARGET": Expression('CONFIG["dbt_target"]'),
    }
    each = step.for_each
    whole = {"env": literal(environment)} if each is None else {}
    item = {} if each is None else {each.name.upper(): Expression("str(item)")}
    return TaskCode(
        imports=("from airflow.providers.standard.operators.bash import BashOperator",),
        operator="BashOperator",
        arguments={
            "bash_command": literal(plain(f'{command} --project-dir "$DBT_PROJECT_DIR" --target "$DBT_TARGET"')),
            **whole,
            "append_env": literal(True),
        },
        requirements=frozenset({"apache-airflow-providers-standard", "dbt-core"}),
        mapped_argument="env" if item else "",
        mapped_value=literal({**environment, **item}),
    )
