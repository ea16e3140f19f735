"""Conditions that can be looked up in a run: what no step before returns stays in the words of the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lexicon import words

Fields = dict[str, Any]
_METRICS = words("metrics")
_FARTHEST = 60


def describe_unmeasured(
    drafts: Sequence[Draft], numbered: Sequence[Draft], fields: Mapping[int, Fields], flow: Flow
) -> None:
    """Keeps each comparison of a choice that a step before answers; the others are described, for a person to write.

    The step right before a choice answers for a metric where it may: as a known metric of an evaluation, or as what
    the user's own code returns.
    """
    for draft in drafts:
        if draft.kind != "choose":
            continue
        said = [words for words, _ in draft.arms if words]
        before = list(_before(draft, numbered))
        for branch, text in zip(fields[draft.number]["branches"], said, strict=True):
            comparison = branch["when"]["condition"] if branch["when"]["kind"] == "negated" else branch["when"]
            if comparison["kind"] == "comparison" and not _answered(comparison, draft, before, fields, flow):
                branch["when"] = {"kind": "described", "text": _told(text)}


def _told(words: str) -> str:
    """The words of a condition without what is done on it (`total above 5: the batch is held`)."""
    condition, _, _ = words.partition(": ")
    return " ".join(condition.split())[:2000]


def _before(draft: Draft, numbered: Sequence[Draft]) -> Iterator[int]:
    """The numbers of the steps that stand before, the nearest first."""
    layer, seen = sorted(draft.ups), set(draft.ups)
    while layer and len(seen) < _FARTHEST:
        yield from layer
        layer = sorted({up for number in layer for up in numbered[number].ups} - seen)
        seen |= set(layer)


def _answered(
    comparison: Fields, choice: Draft, before: Sequence[int], fields: Mapping[int, Fields], flow: Flow
) -> bool:
    if comparison["source"] == "rows":
        return _counted(comparison["name"], before, fields, flow)
    if comparison["source"] != "metric":
        return True
    for number in before:
        if comparison["name"] in fields[number].get("returns", ()):
            comparison["step"] = fields[number]["id"]
            return True
    for number in sorted(choice.ups):
        if not fields[number].get("for_each") and _returns(fields[number], comparison["name"]):
            comparison["step"] = fields[number]["id"]
            return True
    return False


def _counted(name: str, before: Sequence[int], fields: Mapping[int, Fields], flow: Flow) -> bool:
    """Whether a step before stages the rows of the dataset, or loads staged rows into it."""
    for number in before:
        step = fields[number]
        if name not in step.get("writes", ()):
            continue
        if flow.datasets[name].staged:
            return True
        reads, writes = step.get("reads", ()), step["writes"]
        return step["kind"] == "load" and len(reads) == len(writes) and flow.datasets[reads[writes.index(name)]].staged
    return False


def _returns(step: Fields, metric: str) -> bool:
    """Whether the step can be made to return the metric; then it does."""
    known = [part for part in metric.split("_") if part in _METRICS]
    if step["kind"] == "evaluate" and known:
        step["metrics"] = [*step.get("metrics", ()), *(name for name in known if name not in step.get("metrics", ()))]
    elif step["kind"] != "python" or step.get("callable"):
        return False
    step["returns"] = [*step.get("returns", ()), metric]
    return True
