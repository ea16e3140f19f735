"""Documents made from datasets."""

from __future__ import annotations

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ReportStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import STAGING, Parts
from airflow_llm.targets.airflow.data.sources import input_uris
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_SUFFIXES = {"csv": ".csv", "html": ".html", "excel": ".xlsx", "json": ".json", "markdown": ".md"}


def emit_report(pipeline: Pipeline, step: ReportStep) -> TaskCode:
    """`make_report` into the written file, or into staging; the URI is what it returns."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = Parts(pipeline, step)
    parts.use("make_report")
    if step.format == "excel":
        parts.requirements.add("openpyxl")
    title = step.title.strip() or step.id.replace("_", " ").capitalize()
    inputs = literal({name: Expression(input_uris(parts, name)) for name in step.reads})
    calls = {name: _report(parts, step, title, inputs, name) for name in step.writes or (step.id,)}
    return parts.code(*returned(parts, calls))


def _report(parts: Parts, step: ReportStep, title: str, inputs: str, name: str) -> str:
    known = {dataset.name: dataset for dataset in parts.pipeline.datasets}
    suffix = _SUFFIXES[step.format]
    arguments = [literal(title), inputs]
    if name not in known or known[name].staged:
        parts.use("staged")
        arguments += [f"staged({STAGING}, {literal(name)}, {literal(suffix)})", literal(step.format)]
        return f"make_report({', '.join(arguments)})"
    dataset = known[name]
    connector = parts.connector(dataset)
    if connector.family not in ("objects", "files"):
        raise UnsupportedError(
            f"a {step.format} report cannot be written to {connector.title}",
            hint="write it to a folder or an object store, or send it with a notify step",
            place=f"steps.{step.id}",
        )
    parts.use("place", "interval_key")
    parts.requirements.add(connector.requirement)
    path = parts.path(dataset)
    where = path if _has_suffix(dataset.location) else f'{path}, f"{{interval_key()}}{suffix}"'
    arguments += [f'place(CONFIG["{dataset.connection}_url"], {where})', literal(step.format)]
    if connector.family == "objects":
        arguments.append(f'conn_id=CONFIG["{dataset.connection}_conn_id"]')
    return f"make_report({', '.join(arguments)})"


def _has_suffix(location: str) -> bool:
    return "." in location.rpartition("/")[2]
