"""What a text says of a model: its algorithm, and the column that it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.spellings import pattern

_TARGET = (
    r"\b(?:predict(?:s|ing)?|forecast(?:s|ing)?|classif(?:y|ies|ying)|target(?:\s+column)?(?:\s+is)?|label(?:\s+is)?)\s+"
    r"(?:the\s+)?(?:column\s+)?[`'\"]?((?a:[A-Za-z])\w{1,60})\b"
)
_KIND = {True: ("regressor", "numbers"), False: ("classifier", "classes")}


def model_said(draft: Draft, flow: Flow) -> dict[str, Any]:
    """`algorithm` and `target` where the words name them; whether classes or numbers are predicted is assumed."""
    from airflow_llm.connectors.algorithms import algorithm

    text = spoken(draft.clause.tokens)
    fields: dict[str, Any] = {}
    name = _algorithm(draft)
    match = pattern(_TARGET, 0).search(text)
    if match is not None and match[1].lower() not in words("determiners") | words("no_columns"):
        fields["target"] = match[1]
    if name is None:
        return fields
    classes, numbers = algorithm(name, regression=False), algorithm(name, regression=True)
    if classes == numbers:
        return {**fields, "algorithm": name}
    regression = _predicts_numbers(draft, flow)
    sort, kind = _KIND[regression]
    fields["algorithm"] = f"{name}_{sort}".replace(" ", "_")
    flow.assume(
        f"steps.{draft.id}.algorithm", f"the model is taken to predict {kind}: a {sort}",
        f"change `algorithm` of step {draft.id} in tasks.yml",
    )  # fmt: skip
    return fields


def _algorithm(draft: Draft) -> str | None:
    """The longest run of up to three words that names an algorithm."""
    from airflow_llm.connectors.algorithms import algorithm

    said = [token.norm for token in draft.clause.tokens]
    for length in (3, 2, 1):
        for place in range(len(said) - length + 1):
            name = " ".join(said[place : place + length])
            if algorithm(name, regression=False) is not None:
                return name
    return None


def _predicts_numbers(draft: Draft, flow: Flow) -> bool:
    """By the measures that the text names for the model, else by the verb."""
    said = {token.norm for other in flow.drafts if other.kind in ("evaluate", "train") for token in other.mentioned()}
    telling = {token.norm for token in draft.clause.tokens}
    return bool(said & words("regression_words")) or bool(
        telling & {"forecast", "forecasts", "regressor", "regression"}
    )


def scored(inputs: Sequence[str], flow: Flow) -> dict[str, Any]:
    """What an evaluation reads: the model, and the data that the model was made from."""
    known = next(((name, *flow.models[name]) for name in inputs if name in flow.models), None)
    if known is None:
        return {"reads": list(inputs)}
    _, target, data = known
    return {"reads": list(dict.fromkeys([*inputs, *data])), **({"target": target} if target else {})}
