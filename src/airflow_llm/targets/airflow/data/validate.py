"""Data-quality rules, as SQL over staged files."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.sql.rules import broken_rows, describe, kept_rows, subject, violation_counts
from airflow_llm.connectors.sql.text import text
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Rule
from airflow_llm.spec.steps import ValidateStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.airflow.data.sources import input_uris
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_validate(pipeline: Pipeline, step: ValidateStep) -> TaskCode:
    """`check_rules` with the step's queries; it returns where the rows lie that may go on."""
    reason = hook_reason(pipeline, step)
    if reason is not None or not step.reads:
        return hook_code(pipeline, step, reason or "it reads no dataset")
    parts = Parts(pipeline, step)
    parts.use("check_rules")
    checked = list(dict.fromkeys(subject(step, rule) for rule in step.rules))
    rules = {name: [rule for rule in step.rules if subject(step, rule) == name] for name in checked}
    parts.files[parts.file_name()] = "\n".join(_queries(name, rules[name]) for name in checked)
    return parts.code(*_body(parts, step, checked))


def _body(parts: Parts, step: ValidateStep, checked: Sequence[str]) -> tuple[list[str], str]:
    inputs = {name: Expression(input_uris(parts, name)) for name in step.reads}
    passed, quarantine = {}, {}
    for name in checked:
        passed[name] = Expression(_passed(parts, step, name, inputs[name]))
        quarantine[name] = Expression(parts.staged(f"quarantine/{step.id}__{name}"))
    arguments = [
        f"RESOURCES / {literal(parts.file_name())}",
        literal(inputs),
        f"passed={literal(passed)}",
        f"quarantine={literal(quarantine)}",
        f"on_invalid={literal(step.on_invalid)}",
    ]
    check = f"check_rules({', '.join(arguments)})"
    pairs = list(zip(step.reads, step.writes, strict=False))
    if not pairs:
        lines, note = returned(parts, {})
        return [check, *lines], note
    if len(pairs) == 1 and not step.returns:
        lines = [f"checked = {check}", f"uri: str = checked[{literal(pairs[0][0])}]", "return uri"]
        return lines, "str"
    lines, note = returned(parts, {write: f"checked[{literal(read)}]" for read, write in pairs})
    return [f"checked = {check}", *lines], note


def _passed(parts: Parts, step: ValidateStep, name: str, uris: str) -> str:
    """Where the good rows go: to the dataset written for this input, else in its place, for those who read it."""
    position = step.reads.index(name)
    if position < len(step.writes):
        return parts.staged(step.writes[position])
    return uris if uris == name else parts.staged(f"{step.id}-{name}")


def _title(rule: Rule) -> str:
    return f"{describe(rule)} (warning)" if rule.severity == "warning" else describe(rule)


def _queries(name: str, rules: Sequence[Rule]) -> str:
    counts = violation_counts(rules, name)
    for rule, column in zip(rules, counts.expressions, strict=True):
        column.set("alias", exp.to_identifier(_title(rule), quoted=True))
    errors = [rule for rule in rules if rule.severity == "error"]
    parts = {
        f"{name}: how many rows break each rule": counts,
        f"{name}: the rows that break one": broken_rows(errors, name),
        f"{name}: the rows that break none": kept_rows(errors, name),
    }
    return "\n".join(f"-- {title}\n{text(query, 'duckdb')};\n" for title, query in parts.items())
