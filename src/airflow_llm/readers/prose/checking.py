"""The rules of a validate step, each with the dataset that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.keys import owner_of
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.rules import find_rules

_SET_ASIDE = words("set_aside")


def rules_of(draft: Draft, inputs: list[str]) -> list[dict[str, Any]]:
    """What the clause states; a described rule (a hook) when it states nothing that can be checked."""
    text = spoken(draft.clause.tokens)
    rules = [_about(hit.value.model_dump(exclude_defaults=True), inputs) for hit in find_rules(text)]
    if rules:
        return rules
    return [{"rule": "described", "text": text or "the data is valid"}]


def checked_of(rules: Sequence[dict[str, Any]], inputs: Sequence[str]) -> list[str]:
    """The inputs whose columns a rule is about, in their order."""
    about = {
        rule.get("dataset") or inputs[0]
        for rule in rules
        if rule["rule"] not in ("described", "row_count") and (rule.get("columns") or rule.get("column"))
    }
    return [name for name in inputs if name in about]


def sets_aside(draft: Draft) -> bool:
    """Whether the words ask for bad rows to be set aside."""
    return any(token.norm in _SET_ASIDE for token in [*draft.clause.tokens, *draft.hints])


def _about(rule: dict[str, Any], inputs: list[str]) -> dict[str, Any]:
    """The rule with its dataset: the one whose key the column is, else the first."""
    if len(inputs) < 2 or rule.get("dataset"):
        return rule
    columns = [*rule.get("columns", ()), rule.get("column", "")]
    owner = next((name for column in columns if column and (name := owner_of(column, inputs))), None)
    return {**rule, "dataset": owner or inputs[0]}
