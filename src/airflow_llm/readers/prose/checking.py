"""The rules of a validate step, each with the dataset that it is about."""

from __future__ import annotations

from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.keys import owner_of
from airflow_llm.readers.prose.rules import find_rules


def rules_of(draft: Draft, inputs: list[str], _flow: Flow) -> list[dict[str, Any]]:
    """What the clause states; a described rule (a hook) when it states nothing that can be checked."""
    text = spoken(draft.clause.tokens)
    rules = [_about(hit.value.model_dump(exclude_defaults=True), inputs) for hit in find_rules(text)]
    if rules:
        return rules
    return [{"rule": "described", "text": text or "the data is valid"}]


def _about(rule: dict[str, Any], inputs: list[str]) -> dict[str, Any]:
    """The rule with its dataset: the one whose key the column is, else the first."""
    if len(inputs) < 2 or rule.get("dataset"):
        return rule
    columns = [*rule.get("columns", ()), rule.get("column", "")]
    owner = next((name for column in columns if column and (name := owner_of(column, inputs))), None)
    return {**rule, "dataset": owner or inputs[0]}
