"""TaskFlow tasks around the user's own code: what is called, with which data, and what it makes."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_llm.spec.model import Scalar
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.hook_file import Hook, hook_file
from airflow_llm.targets.airflow.imports import local_imports
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import literal


def described_task(
    pipeline: Pipeline, step: Step, text: str, arguments: Mapping[str, Scalar] | None = None
) -> TaskCode:
    """A hook: the function file that the user writes, and the task that calls it."""
    given = dict(arguments or {})
    staged = staged_reads(pipeline, step)
    written = staged_writes(pipeline, step)
    item = [step.for_each.name] if step.for_each is not None else []
    notes = {name: "str | list[str]" if _from_mapped(pipeline, step, name) else "str" for name in staged}
    notes |= dict.fromkeys(item, "Any") | {name: _annotation(value) for name, value in given.items()}
    notes |= dict.fromkeys((_output(name) for name in written), "str")
    hook = Hook(step.id, text, notes, _returns(pipeline, step), _contract(pipeline, step, staged, written))
    file_name = f"{step.id}_function.py"
    module = f"resources.{pipeline.id}.{step.id}_function"
    body = calling(pipeline, step, f"from {module} import {step.id}", step.id, given)
    return TaskCode(
        decorator="task",
        parameters=(*staged, *item),
        body=tuple(body),
        returns=task_returns(pipeline, step),
        files={file_name: hook_file(pipeline.id, file_name, (hook,))},
        support=support(written),
    )


def calling(pipeline: Pipeline, step: Step, line: str, function: str, arguments: Mapping[str, Scalar]) -> list[str]:
    """The body: the function's import, the call, and the publication of what it wrote."""
    staged, written = staged_reads(pipeline, step), staged_writes(pipeline, step)
    item = [step.for_each.name] if step.for_each is not None else []
    parts = [f"{name}={name}" for name in (*staged, *item)]
    parts += [f"{name}={literal(value)}" for name, value in arguments.items()]
    parts += [f"{_output(name)}={_output(name)}" for name in written]
    call = f"{function}({', '.join(parts)})"
    lines = local_imports([line, *([f"from resources.{pipeline.id}.staging import staged"] if written else [])])
    lines += [f'{_output(name)} = staged(CONFIG["staging_url"], {literal(name)})' for name in written]
    pairs = ", ".join(f"{literal(name)}: {_output(name)}" for name in written)
    if step.returns:
        if written:
            return [*lines, f"return {{{pairs}, **{call}}}"]
        return [*lines, f"results: dict[str, Any] = {call}", "return results"]
    if not written and gives_items(pipeline, step):
        return [*lines, f"items: list[Any] = {call}", "return items"]
    lines.append(call)
    if len(written) == 1:
        lines.append(f"return {_output(written[0])}")
    elif written:
        lines.append(f"return {{{pairs}}}")
    return lines


def support(written: tuple[str, ...]) -> frozenset[str]:
    """The functions of `staging.py` that the body uses."""
    return frozenset({"staged"} if written else ())


def task_returns(pipeline: Pipeline, step: Step) -> str:
    """The annotation of what the task hands on."""
    written = staged_writes(pipeline, step)
    if step.returns:
        return "dict[str, Any]"
    if not written:
        return "list[Any]" if gives_items(pipeline, step) else "None"
    return "str" if len(written) == 1 else "dict[str, str]"


def gives_items(pipeline: Pipeline, step: Step) -> bool:
    """Whether another step runs once for each item of what this one returns."""
    return any(other.for_each is not None and other.for_each.step == step.id for other in pipeline.steps)


def staged_reads(pipeline: Pipeline, step: Step) -> tuple[str, ...]:
    """The datasets that reach the step as URIs: staged, and written by another step."""
    made = {name for other in pipeline.steps if other.id != step.id for name in other.writes}
    known = {dataset.name for dataset in pipeline.datasets if dataset.staged}
    return tuple(name for name in dict.fromkeys(step.reads) if name in known & made)


def staged_writes(pipeline: Pipeline, step: Step) -> tuple[str, ...]:
    """The datasets that the step leaves in staging."""
    known = {dataset.name for dataset in pipeline.datasets if dataset.staged}
    return tuple(name for name in dict.fromkeys(step.writes) if name in known)


def _output(name: str) -> str:
    return f"{name}_target"


def _returns(pipeline: Pipeline, step: Step) -> str:
    if step.returns:
        return "dict[str, Any]"
    return "list[Any]" if gives_items(pipeline, step) and not staged_writes(pipeline, step) else "None"


def _annotation(value: Scalar) -> str:
    return "Any" if value is None else type(value).__name__


def _from_mapped(pipeline: Pipeline, step: Step, name: str) -> bool:
    return any(name in other.writes and other.for_each is not None for other in pipeline.steps if other.id != step.id)


def _contract(pipeline: Pipeline, step: Step, staged: tuple[str, ...], written: tuple[str, ...]) -> str:
    parts = []
    if staged:
        parts.append(f"{', '.join(staged)}: URI of a Parquet file that an earlier task wrote.")
    known = {dataset.name: dataset for dataset in pipeline.datasets}
    outside = [name for name in step.reads if name not in staged and name in known]
    parts += [f"Reads {known[name].location or name} of {known[name].connection}." for name in outside]
    if written:
        parts.append(f"{', '.join(map(_output, written))}: the URI to write the result to, as a Parquet file.")
    outside = [name for name in step.writes if name not in written and name in known]
    parts += [f"Writes {known[name].location or name} of {known[name].connection}." for name in outside]
    if step.returns:
        parts.append(f"Returns a dict with {', '.join(step.returns)}.")
    if gives_items(pipeline, step):
        parts.append("Returns the list of items that the next step runs for, one by one.")
    parts.append("The same run may call it again: it must then give the same result.")
    return "\n".join(parts)
