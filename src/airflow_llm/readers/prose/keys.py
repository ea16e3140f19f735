"""Which columns identify a row: as said, or as the names suggest."""

from __future__ import annotations

from airflow_llm.readers.prose.drafts import Draft, stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lexicon import words

_NO_COLUMNS = words("no_columns")


def keys_said(draft: Draft) -> list[str]:
    """The columns behind `by`, `on` or `key`, when they look like columns."""
    for preposition in ("by", "on", "using", "with", "per", "keyed"):
        for name, tokens in draft.phrase.complements:
            if name == preposition:
                found = [token.raw for token in tokens if looks_like_column(token)]
                if found:
                    return found
    return []


def looks_like_column(token: Token) -> bool:
    """An identifier, or the plain word `id`."""
    return (token.tag == "name" and not token.system) or token.norm in ("id", "key", "sku", "email_address")


def key_for(draft: Draft, flow: Flow, inputs: list[str] | None = None) -> str:
    """The likeliest key: a `<singular>_id` that the text names for one of the inputs, else the first input's own."""
    names = inputs or flow.inputs(draft) or ["row"]
    columns = [
        token
        for other in flow.drafts
        for token in other.mentioned()
        if token.tag == "name" and token.norm.endswith("_id")
    ]
    for column in columns:
        if owner_of(column.norm, names):
            return column.raw
    return columns[0].raw if columns else f"{singular(names[0].split('_')[-1])}_id"


def owner_of(column: str, names: list[str]) -> str | None:
    """The dataset that a column `<singular>_id` belongs to."""
    if not column.endswith(("_id", "_key", "_no", "_number")):
        return None
    thing = stem(column.rsplit("_", 1)[0])
    for name in names:
        if stem(name) == thing:
            return name
    return next((name for name in names if thing in {stem(part) for part in name.split("_")}), None)


def singular(word: str) -> str:
    """`customers` to `customer`, `entries` to `entry`."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
