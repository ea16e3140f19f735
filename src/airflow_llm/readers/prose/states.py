"""Which subordinate clauses state a condition, which wait for something outside, which say nothing."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words

_IDLE = words("idle")
_OUTCOMES = words("outcomes")
_COMPARING = frozenset(
    [
        "<",
        ">",
        "<=",
        ">=",
        "=",
        "==",
        "above",
        "below",
        "exceeds",
        "exceed",
        "over",
        "under",
        "greater",
        "less",
        "more",
        "fewer",
        "higher",
        "lower",
        "drops",
        "drop",
        "drift",
        "drifts",
        "drifted",
        "differs",
    ]
)
_ARRIVING = words("arriving")
_OUTSIDE = words("states_outside")


def is_idle(tokens: Sequence[Token]) -> bool:
    """`if needed`, `if it does not exist`: no condition of the flow."""
    telling = [
        token
        for token in tokens
        if token.norm not in ("it", "they", "is", "are", "does", "do", "there", "doesn't", "don't", "isn't")
    ]
    return bool(tokens) and all(token.norm in _IDLE for token in telling) and len(tokens) <= 5


def is_done(tokens: Sequence[Token]) -> bool:
    """`this is done`, `both are through`: an order, even behind `only if`."""
    said = {token.norm for token in tokens}
    return (
        bool(said & {"done", "finished", "complete", "completed", "through"})
        and not said & _OUTCOMES
        and not said & _COMPARING
    )


def is_whole(tokens: Sequence[Token]) -> bool:
    """`the pipeline succeeds`, `everything is done`: the end of the run."""
    dropped = words("be") | (words("determiners") - {"all"})
    said = {token.norm for token in tokens} - dropped
    return bool(said & words("whole_subject")) and bool(said & words("ended")) and said <= words("whole_words")


def looks_like_state(tokens: Sequence[Token]) -> bool:
    """`when it is green`, `when the score drops below 0.8`: a condition, not an order."""
    said = [token.norm for token in tokens]
    if any(word in _COMPARING for word in said) or any(token.tag == "number" for token in tokens):
        return True
    return bool(set(said) & _OUTCOMES) and not {"finished", "done", "completed", "complete"} & set(said)


def waits_outside(tokens: Sequence[Token]) -> bool:
    """Whether the words name something that this pipeline does not make: another DAG, a file that arrives."""
    said = {token.norm for token in tokens}
    pronouns = all(
        token.norm in words("pronouns") or token.norm in words("be") or token.norm in ("there", "they're", "it's")
        for token in tokens
    )
    if pronouns or not said:
        return False
    named = any(token.tag in ("name", "table", "file", "path", "uri") for token in tokens)
    return named or bool(said & _OUTSIDE) or bool(said & _ARRIVING and len(said) > 2)
