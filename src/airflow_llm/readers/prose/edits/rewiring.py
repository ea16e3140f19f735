"""Surgery on the graph: taking a step out of it, putting one in, and making data follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated, Outcome
from airflow_llm.spec.graph import cycle, downstream, reached, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, ForEach, Step

_PAIRED = ("extract", "load")


# --------------------------------------------------------------- references
def with_names(step: Step, steps: Mapping[str, str] | None = None, datasets: Mapping[str, str] | None = None) -> Step:
    """The step with other names of the steps and datasets that it refers to."""
    ids, names = steps or {}, datasets or {}
    data = step.model_dump()
    fields: dict[str, Any] = {}
    for field in ("reads", "writes", "attach", "inputs"):
        if data.get(field):
            fields[field] = _unique(names.get(name, name) for name in data[field])
    if data.get("after"):
        fields["after"] = _unique(ids.get(name, name) for name in data["after"])
    if data.get("dataset"):
        fields["dataset"] = names.get(data["dataset"], data["dataset"])
    if step.for_each is not None and step.for_each.step is not None:
        fields["for_each"] = ForEach.model_validate(
            step.for_each.model_dump() | {"step": ids.get(step.for_each.step, step.for_each.step)}
        )
    if step.when is not None:
        fields["when"] = renamed_condition(step.when, ids, names)
    return step.model_copy(update=fields | _own_names(step, data, ids, names))


def _own_names(step: Step, data: dict[str, Any], ids: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """The references that only one kind of step has."""
    fields: dict[str, Any] = {}
    if isinstance(step, ChooseStep):
        fields["branches"] = tuple(
            branch.model_copy(
                update={
                    "then": _unique(ids.get(one, one) for one in branch.then),
                    "when": renamed_condition(branch.when, ids, names),
                }
            )
            for branch in step.branches
        )
        fields["otherwise"] = _unique(ids.get(one, one) for one in step.otherwise)
    if step.kind == "validate" and names:
        fields["rules"] = tuple(
            rule.model_copy(
                update={
                    key: names[str(getattr(rule, key))]
                    for key in ("dataset", "references")
                    if getattr(rule, key, None) in names
                }
            )
            for rule in step.rules
        )
    if step.kind == "transform" and names:
        fields["operations"] = tuple(_operation(operation, names) for operation in step.operations)
    if step.kind == "wait" and data["wait_for"].get("dataset") in names:
        fields["wait_for"] = step.wait_for.model_copy(update={"dataset": names[data["wait_for"]["dataset"]]})
    return fields


def _operation(operation: Any, names: Mapping[str, str]) -> Any:
    if operation.op != "query":
        return operation
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(operation.sql, dialect="duckdb")
    except SqlglotError:
        return operation
    tables = [table for table in tree.find_all(exp.Table) if table.name in names]
    for table in tables:
        alias = table.alias_or_name
        table.set("this", exp.to_identifier(names[table.name]))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return operation.model_copy(update={"sql": tree.sql(dialect="duckdb")}) if tables else operation


def renamed_condition(condition: Condition, ids: Mapping[str, str], names: Mapping[str, str]) -> Condition:
    """The condition about steps and datasets of other names."""
    match condition:
        case Comparison():
            fields: dict[str, Any] = {"step": ids.get(condition.step or "", condition.step)}
            if condition.source == "rows":
                fields["name"] = names.get(condition.name, condition.name)
            return condition.model_copy(update=fields)
        case Outcome():
            return condition.model_copy(update={"step": ids.get(condition.step, condition.step)})
        case Combined():
            parts = tuple(renamed_condition(part, ids, names) for part in condition.conditions)
            return condition.model_copy(update={"conditions": parts})
        case Negated():
            return condition.model_copy(update={"condition": renamed_condition(condition.condition, ids, names)})
    return condition


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


# --------------------------------------------------------------- order
def reaches(pipeline: Pipeline, early: str, late: str) -> bool:
    """Whether the one comes before the other, directly or not."""
    return late in reached(early, downstream(pipeline))


def ordered(pipeline: Pipeline, late: str, early: Sequence[str]) -> Pipeline:
    """The pipeline in which the one step runs after the others; what it waits for already is not said twice."""
    missing = [one for one in early if one != late and not reaches(pipeline, one, late)]
    if not missing:
        return pipeline
    result = _with(pipeline, late, lambda step: {"after": _unique([*step.after, *missing])})
    refuse_cycle(result)
    return result


def refuse_cycle(pipeline: Pipeline) -> None:
    """ContradictionError that names the steps of a circle."""
    circle = cycle(pipeline)
    if circle:
        raise ContradictionError(
            f"that would make a cycle: {' -> '.join([*circle, circle[0]])}",
            hint="say as well which of the present orders is to be given up",
        )


def _with(pipeline: Pipeline, step_id: str, change: Any) -> Pipeline:
    steps = tuple(step.model_copy(update=change(step)) if step.id == step_id else step for step in pipeline.steps)
    return pipeline.model_copy(update={"steps": steps})


def replaced(pipeline: Pipeline, steps: Iterable[Step]) -> Pipeline:
    """The pipeline with these steps in the place of those of the same ids."""
    new = {step.id: step for step in steps}
    return pipeline.model_copy(update={"steps": tuple(new.get(step.id, step) for step in pipeline.steps)})


# --------------------------------------------------------------- taking out
def detached(pipeline: Pipeline, step_id: str) -> Pipeline:
    """The pipeline without the step: what came after it follows what came before it, also in the data."""
    gone = pipeline.step(step_id)
    _refuse_watched(pipeline, gone)
    before, after = upstream(pipeline)[step_id], downstream(pipeline)[step_id]
    rest = [step for step in pipeline.steps if step.id != step_id]
    result = pipeline.model_copy(update={"steps": tuple(_without(step, gone, pipeline, after) for step in rest)})
    places = {step.id: place for place, step in enumerate(pipeline.steps)}
    for late in sorted(after, key=places.__getitem__):
        early = [one for one in sorted(before, key=places.__getitem__) if one != late]
        result = ordered(result, late, early)
    return result


def _without(step: Step, gone: Step, pipeline: Pipeline, after: set[str]) -> Step:
    fields: dict[str, Any] = {}
    if gone.id in step.after:
        fields["after"] = tuple(one for one in step.after if one != gone.id)
    if isinstance(step, ChooseStep):
        fields |= _without_target(step, gone, pipeline)
    step = step.model_copy(update=fields) if fields else step
    lost = [name for name in step.reads if name in gone.writes and _only_writer(pipeline, name, gone.id)]
    if not lost or step.id not in after:
        return step
    return _fed(step, gone, lost)


def _fed(step: Step, gone: Step, lost: Sequence[str]) -> Step:
    """The step with the inputs of the one that is gone instead of its outputs."""
    names: dict[str, str] = {}
    for name in lost:
        sources = _sources(gone, name)
        others = [held for held in step.reads if held not in lost]
        if len(sources) == 1 and not (gone.kind == "extract" and others):
            names[name] = sources[0]
        elif others and gone.kind == "extract" and _bears_fewer(step, len(step.reads) - 1):
            step = _dropping(step, name)
        else:
            raise _cannot_feed(step, gone, name, sources)
    return with_names(step, datasets=names)


def _sources(gone: Step, name: str) -> list[str]:
    """What the dataset was made from."""
    if len(gone.reads) == len(gone.writes):
        return [gone.reads[gone.writes.index(name)]]
    plain = name.removeprefix("valid_")
    return [plain] if plain in gone.reads else list(gone.reads)


def _bears_fewer(step: Step, left: int) -> bool:
    """Whether the step still makes sense with so many inputs: a join of one table does not."""
    joins = any(operation.op in ("join", "union") for operation in getattr(step, "operations", ()))
    return left > 1 or (left == 1 and not joins)


def _dropping(step: Step, name: str) -> Step:
    """The step without one of its inputs (with the output that belongs to it, and the rules about it)."""
    place = step.reads.index(name)
    fields: dict[str, Any] = {"reads": tuple(held for held in step.reads if held != name)}
    if step.kind in _PAIRED and len(step.reads) == len(step.writes):
        fields["writes"] = tuple(held for number, held in enumerate(step.writes) if number != place)
    if step.kind == "validate":
        fields["rules"] = tuple(rule for rule in step.rules if rule.dataset != name)
    return step.model_copy(update=fields)


def _cannot_feed(step: Step, gone: Step, name: str, sources: Sequence[str]) -> InputError:
    what = f"it made {name!r}" + (f" from {', '.join(sources)}" if sources else "")
    return InputError(
        f"{gone.id} cannot simply be removed: {step.id} reads its result, and {what}",
        hint=f"remove {step.id} as well, or change in tasks.yml what it reads",
        place=f"steps.{step.id}.reads",
    )


def _only_writer(pipeline: Pipeline, name: str, step_id: str) -> bool:
    return not any(name in step.writes for step in pipeline.steps if step.id != step_id)


def _without_target(step: ChooseStep, gone: Step, pipeline: Pipeline) -> dict[str, Any]:
    """The choice with what follows the step in the step's place."""
    following = tuple(sorted(downstream(pipeline)[gone.id]))
    branches = []
    for branch in step.branches:
        left = tuple(one for one in branch.then if one != gone.id)
        if not left and not following:
            raise InputError(
                f"{gone.id} cannot simply be removed: it is all that {step.id} takes when its condition holds",
                hint=f"remove {step.id} as well",
                place=f"steps.{step.id}.branches",
            )
        branches.append(branch.model_copy(update={"then": left or following}))
    otherwise = tuple(one for one in step.otherwise if one != gone.id)
    return {"branches": tuple(branches), "otherwise": otherwise}


def _refuse_watched(pipeline: Pipeline, gone: Step) -> None:
    from airflow_llm.spec.graph import condition_steps

    for step in pipeline.steps:
        if step.id == gone.id:
            continue
        conditions = [step.when, *(branch.when for branch in getattr(step, "branches", ()))]
        watched = {one for condition in conditions for one in condition_steps(condition)}
        listed = step.for_each is not None and step.for_each.step == gone.id
        if gone.id in watched or listed:
            why = "runs for each item that it lists" if listed else "looks at how it ended or what it returned"
            raise InputError(
                f"{gone.id} cannot simply be removed: {step.id} {why}",
                hint=f"remove {step.id} as well, or change its condition",
                place=f"steps.{step.id}",
            )


# --------------------------------------------------------------- names
def free_name(wanted: str, taken: Iterable[str]) -> str:
    """The name, or with a number when there is one already."""
    known, name, number = set(taken), wanted, 1
    while name in known:
        number += 1
        name = f"{wanted}_{number}"
    return name


def renamed_step(pipeline: Pipeline, old: str, new: str) -> Pipeline:
    """The pipeline in which the step has another id, wherever it is spoken of."""
    ids = {old: new}
    steps = tuple(
        with_names(step, steps=ids).model_copy(update={"id": ids.get(step.id, step.id)}) for step in pipeline.steps
    )
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
    assumptions = tuple(
        one.model_copy(
            update={
                "subject": re.sub(rf"^steps\.{re.escape(old)}(?=\.|$)", f"steps.{new}", one.subject),
                "change": word.sub(new, one.change),
            }
        )
        for one in pipeline.assumptions
    )
    return pipeline.model_copy(update={"steps": steps, "assumptions": assumptions})
