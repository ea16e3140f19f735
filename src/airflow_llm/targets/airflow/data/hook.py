"""A data step that only the user can write."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import StepBase
from airflow_llm.targets.airflow.data.parts import STAGING
from airflow_llm.targets.airflow.hook_file import Hook, hook_file
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def hook_code(pipeline: Pipeline, step: StepBase, reason: str) -> TaskCode:
    """The task that calls the function to be written, with the URIs that it reads and those that it writes."""
    reads = [name for name in step.reads if pipeline.dataset(name).staged]
    writes = [name for name in step.writes if pipeline.dataset(name).staged]
    external = dict.fromkeys(
        connection
        for name in (*step.reads, *step.writes)
        if (connection := pipeline.dataset(name).connection) is not None
    )
    targets = {name: f"{name}_target" for name in writes}
    arguments = {name: name for name in reads} | {
        target: f"staged({STAGING}, {literal(name)})" for name, target in targets.items()
    }
    connections = {f"{name}_conn_id": f'CONFIG["{name}_conn_id"]' for name in external}
    arguments |= connections
    notes = dict.fromkeys(arguments, "str")
    each = step.for_each
    if each is not None and each.name not in notes:
        arguments[each.name], notes[each.name] = each.name, "Any"
    hook = Hook(step.id, _text(step), notes, _returns(step), _contract(reads, list(targets.values()), step, reason))
    lines = _lines(pipeline, step, arguments, targets)
    mapped = [each.name] if each is not None else []
    return TaskCode(
        decorator="task",
        parameters=(*mapped, *(name for name in reads if name not in mapped)),
        body=tuple(lines),
        returns=_result(writes, step),
        files={f"{step.id}_function.py": hook_file(pipeline.id, f"{step.id}_function.py", (hook,))},
        support=frozenset({"staged"} if writes else ()),
    )


def _lines(pipeline: Pipeline, step: StepBase, arguments: dict[str, str], targets: dict[str, str]) -> list[str]:
    lines = [f"from resources.{pipeline.id}.{step.id}_function import {step.id}"]
    if targets:
        lines.append(f"from resources.{pipeline.id}.staging import staged")
    lines = [*sorted(lines), ""]
    for target in targets.values():
        lines.append(f"{target} = {arguments[target]}")
        arguments[target] = target
    call = f"{step.id}({', '.join(f'{name}={value}' for name, value in arguments.items())})"
    written = {name: Expression(target) for name, target in targets.items()}
    if step.returns:
        return [*lines, f"return {{**{literal(written)}, **{call}}}"] if written else [*lines, f"return {call}"]
    lines.append(call)
    if len(written) == 1:
        lines.append(f"return {next(iter(written.values()))}")
    elif written:
        lines.append(f"return {literal(written)}")
    return lines


def _text(step: StepBase) -> str:
    if step.origin is not None and step.origin.text.strip():
        return step.origin.text.strip()
    return step.doc.strip() or step.title.strip() or step.id.replace("_", " ")


def _contract(reads: list[str], targets: list[str], step: StepBase, reason: str) -> str:
    lines = [f"It is yours to write because {reason}."]
    if reads:
        lines.append(f"Reads Parquet at the URIs {', '.join(f'`{name}`' for name in reads)}.")
    if targets:
        lines.append(f"Writes Parquet to the URIs {', '.join(f'`{name}`' for name in targets)}.")
    if step.returns:
        lines.append(f"Returns {', '.join(f'`{name}`' for name in step.returns)} by name.")
    lines.append("The same run may call it again: it must then give the same result.")
    return "\n".join(lines)


def _returns(step: StepBase) -> str:
    return "dict[str, Any]" if step.returns else "None"


def _result(writes: list[str], step: StepBase) -> str:
    if step.returns:
        return "dict[str, Any]"
    if not writes:
        return "None"
    return "str" if len(writes) == 1 else "dict[str, str]"
