"""A command that the user quoted."""

from __future__ import annotations

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ShellStep
from airflow_llm.targets.airflow.control.user_code import described_task
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_shell(pipeline: Pipeline, step: ShellStep) -> TaskCode:
    """`BashOperator` with the command as it was quoted; values reach it by its environment only."""
    if step.connection is not None:
        return _remote(pipeline, step)
    arguments: dict[str, Expression] = {"bash_command": literal(plain(step.command))}
    environment = {plain(name): plain(value) for name, value in step.environment.items()}
    mapped_argument, mapped_value = "", Expression("item")
    if step.for_each is not None:
        mapped_argument = "env"
        names = ", ".join(f"{literal(name)}: {literal(value)}" for name, value in environment.items())
        item = f"{literal(step.for_each.name.upper())}: str(item)"
        mapped_value = Expression(f"{{{names}, {item}}}" if names else f"{{{item}}}")
    elif environment:
        arguments["env"] = literal(environment)
    if environment or mapped_argument:
        arguments["append_env"] = literal(True)
    return TaskCode(
        imports=("from airflow.providers.standard.operators.bash import BashOperator",),
        operator="BashOperator",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-standard"}),
        mapped_argument=mapped_argument,
        mapped_value=mapped_value,
    )


def _remote(pipeline: Pipeline, step: ShellStep) -> TaskCode:
    """Over SSH where that is what the connection is; else only the user knows how the command gets there."""
    if hook_reason(pipeline, step) is not None:
        text = f"Run this command over {step.connection}:\n\n    {step.command}"
        return described_task(pipeline, step, text)
    arguments: dict[str, Expression] = {
        "ssh_conn_id": Expression(f'CONFIG["{step.connection}_conn_id"]'),
        "command": literal(plain(step.command)),
    }
    if step.environment:
        arguments["environment"] = literal({plain(name): plain(value) for name, value in step.environment.items()})
    return TaskCode(
        imports=("from airflow.providers.ssh.operators.ssh import SSHOperator",),
        operator="SSHOperator",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-ssh"}),
    )
