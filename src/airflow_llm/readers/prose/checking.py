"""The rules of a validate step, each with the dataset that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken, stem
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.keys import owner_of, singular
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.rules import find_rules

_SET_ASIDE = words("set_aside")


def rules_of(draft: Draft, inputs: list[str], flow: Flow | None = None) -> list[dict[str, Any]]:
    """What the clause states; a described rule (a hook) when it states nothing that can be checked.

    With `flow` the rules may compare with other staged data, and what was taken for granted is noted there.
    """
    text = spoken(draft.clause.tokens)
    hits = find_rules(text)
    rules = [_about(hit.value.model_dump(exclude_defaults=True), inputs) for hit in hits]
    for hit in hits:
        if flow is not None and hit.assumption:
            flow.assume(f"steps.{draft.id}.rules", hit.assumption, f"name the column, or set it in step {draft.id}")
    if flow is not None:
        rules = [_compared(rule, draft, inputs, flow) for rule in rules]
    if rules:
        return rules
    return [{"rule": "described", "text": text or "the data is valid"}]


def _compared(rule: dict[str, Any], draft: Draft, inputs: list[str], flow: Flow) -> dict[str, Any]:
    """The rule with the data that it looks things up in, as far as it is staged; else no value may be missing."""
    if rule["rule"] != "foreign_key" or rule["references"] in inputs:
        return rule
    said = stem(singular(rule["references"]))
    staged = [name for name, held in flow.datasets.items() if held.staged and held.kind != "model"]
    known = next((name for name in (*inputs, *staged) if stem(singular(name.removeprefix("valid_"))) == said), None)
    if known is not None and known != rule.get("dataset", inputs[0] if inputs else ""):
        inputs += [known] if known not in inputs else []
        owner = rule.get("dataset") if rule.get("dataset") != known else None
        return {**rule, "references": known, "dataset": owner or next(name for name in inputs if name != known)}
    flow.assume(
        f"steps.{draft.id}.rules",
        f"no {rule['references']} are read before, so only missing values of `{rule['column']}` are found",
        f"extract {rule['references']} as well, then {rule['column']} is looked up there",
    )
    about = {"dataset": rule["dataset"]} if rule.get("dataset") else {}
    return {"rule": "not_null", "columns": (rule["column"],), **about}


def checked_of(rules: Sequence[dict[str, Any]], inputs: Sequence[str]) -> list[str]:
    """The inputs whose columns a rule is about, in their order."""
    about = {
        rule.get("dataset") or inputs[0]
        for rule in rules
        if rule["rule"] not in ("described", "row_count")
        and (rule.get("columns") or rule.get("column") or "sql" in rule)
    }
    return [name for name in inputs if name in about]


def sets_aside(draft: Draft) -> bool:
    """Whether the words ask for bad rows to be set aside."""
    return any(token.norm in _SET_ASIDE for token in [*draft.clause.tokens, *draft.hints])


def _about(rule: dict[str, Any], inputs: list[str]) -> dict[str, Any]:
    """The rule with its dataset: the one whose key the column is, else the first."""
    if len(inputs) < 2 or rule.get("dataset"):
        return rule
    if rule["rule"] == "foreign_key":
        apart = [name for name in inputs if stem(singular(name)) != stem(singular(rule["references"]))]
        return {**rule, "dataset": (apart or inputs)[0]}
    columns = [*rule.get("columns", ()), rule.get("column", "")]
    if rule["rule"] == "unique" and len(rule["columns"]) > 1:
        return {**rule, "dataset": inputs[0]}  # `customer_id` beside another column is no key of the customers
    owner = next((name for column in columns if column and (name := owner_of(column, inputs))), None)
    return {**rule, "dataset": owner or inputs[0]}
