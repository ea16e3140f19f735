"""What a transform does, as operations; none where the words say too little, which makes it a hook."""

from __future__ import annotations

from typing import Any

from airflow_llm.readers.prose.drafts import Draft, identifier, spoken
from airflow_llm.readers.prose.flow import Flow, format_of
from airflow_llm.readers.prose.keys import key_for, keys_said, looks_like_column
from airflow_llm.readers.prose.lists import parts
from airflow_llm.readers.prose.spellings import pattern

_PREDICATE = r"\b([A-Za-z_]\w{0,60})\s*(<=|>=|<>|!=|=|<|>)\s*('[^']{0,80}'|-?\d+(?:\.\d+)?)"
_MEASURES = {
    "sum": "sum",
    "total": "sum",
    "average": "avg",
    "mean": "avg",
    "avg": "avg",
    "count": "count",
    "maximum": "max",
    "minimum": "min",
}


def operations_of(draft: Draft, inputs: list[str], flow: Flow) -> list[dict[str, Any]]:
    """The operations that the verb and its words mean."""
    maker = _MAKERS.get(draft.verb.group)
    return maker(draft, inputs, flow) if maker is not None else []


def _join(draft: Draft, inputs: list[str], flow: Flow) -> list[dict[str, Any]]:
    if len(inputs) < 2:
        return []
    keys = keys_said(draft)
    if not keys:
        keys = [key_for(draft, flow, inputs)]
        flow.assume(
            f"steps.{draft.id}.keys", f"the text does not say what to join on; `{keys[0]}` is taken",
            f"name the columns in the text, or change `keys` of step {draft.id} in tasks.yml",
        )  # fmt: skip
    said = {token.norm for token in draft.mentioned()}
    how = next((word for word in ("left", "right", "full") if word in said), "inner")
    return [{"op": "join", "keys": keys, "how": how}]


def _union(_draft: Draft, inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    return [{"op": "union"}] if len(inputs) > 1 else []


def _dedup(draft: Draft, _inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    return [{"op": "deduplicate", "keys": keys_said(draft)}]


def _clean(draft: Draft, _inputs: list[str], flow: Flow) -> list[dict[str, Any]]:
    flow.assume(
        f"steps.{draft.id}", "cleaning is taken to mean: text is trimmed and repeated rows are dropped",
        f"change the operations of step {draft.id} in tasks.yml",
    )  # fmt: skip
    return [{"op": "normalize"}, {"op": "deduplicate"}]


def _filter(draft: Draft, _inputs: list[str], flow: Flow) -> list[dict[str, Any]]:
    newest = _newest(draft, flow)
    match = pattern(_PREDICATE, 0).search(spoken(draft.clause.tokens))
    if newest:
        return newest
    return [{"op": "filter", "predicate": " ".join(match.groups())}] if match else []


def _newest(draft: Draft, flow: Flow) -> list[dict[str, Any]]:
    """`keep only the newest row for each customer`."""
    said = {token.norm for token in draft.mentioned()}
    keys = keys_said(draft) or [
        identifier([part[-1].norm], "key")
        for name, held in draft.phrase.complements if name in ("each", "per", "by")
        for part in parts(held)
    ]  # fmt: skip
    if not keys or not said & {"newest", "latest", "recent", "last"}:
        return []
    flow.assume(
        f"steps.{draft.id}.newest_by", "the newest row is the one with the highest `updated_at`",
        f"change `newest_by` in the operations of step {draft.id} in tasks.yml",
    )  # fmt: skip
    return [{"op": "deduplicate", "keys": keys, "newest_by": "updated_at"}]


def _aggregate(draft: Draft, _inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    by = keys_said(draft)
    return [{"op": "aggregate", "by": by}] if by else []


def _convert(draft: Draft, _inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    target = format_of(draft.phrase.complement("to", "into", "as"))
    return [{"op": "convert", "format": target}] if target in ("parquet", "csv", "json", "jsonl") else []


def _delete(draft: Draft, _inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    said = {token.norm for token in draft.mentioned()}
    if said & {"duplicate", "duplicates"}:
        return [{"op": "deduplicate", "keys": keys_said(draft)}]
    without = [token for name, held in draft.phrase.complements if name in ("without", "with") for token in held]
    columns = [token.raw for token in [*without, *draft.phrase.statement] if looks_like_column(token)]
    told = {name for name, _ in draft.phrase.complements} | said
    if columns and told & {"without", "null", "nulls", "empty", "missing", "no"}:
        return [{"op": "drop_nulls", "columns": columns}]
    return [{"op": "drop_nulls"}] if said & {"null", "nulls", "empty"} else []


_MAKERS = {
    "join": _join,
    "union": _union,
    "dedup": _dedup,
    "clean": _clean,
    "filter": _filter,
    "aggregate": _aggregate,
    "convert": _convert,
    "delete": _delete,
}
