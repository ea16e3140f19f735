"""Two readings of a text see another order: which of them is meant."""

from __future__ import annotations

from airflow_llm.readers.prose.told_steps import standing_before, told_steps
from airflow_llm.readers.questions import Choice, OpenQuestion
from airflow_llm.readers.reading import Reading

_LEAST = 0.4
"""How sure a reading must be of itself to be offered."""
_MOST_TOLD = 4
_LONGEST = 200


def disputed(taken: Reading, other: Reading) -> OpenQuestion | None:
    """The question which order is meant; None where the other reading sees other tasks, or is hardly sure of itself."""
    ours, theirs = told_steps(taken.pipeline), told_steps(other.pipeline)
    if len(ours) != len(theirs) or other.confidence < _LEAST:
        return None
    names = [step.id for step in ours]
    here, there = standing_before(taken.pipeline, ours), standing_before(other.pipeline, theirs)
    differing = [place for place in range(len(ours)) if here[place] != there[place]]
    if not differing:
        return None
    told = differing[:_MOST_TOLD]
    quote = next((step.origin.text for step in (ours[place] for place in told) if step.origin is not None), "")
    return OpenQuestion(
        id="order",
        text="Which order is meant?",
        quote=quote[:_LONGEST],
        choices=(
            Choice(value="taken", label=_order(names, here, told)),
            Choice(value="other", label=_order(names, there, told), other_reading=True),
        ),
        default="taken",
    )


def _order(names: list[str], before: list[frozenset[int]], told: list[int]) -> str:
    """`load after clean; report after load and clean`."""
    return "; ".join(
        f"{names[place]} after {' and '.join(names[up] for up in sorted(before[place]))}"
        if before[place]
        else f"{names[place]} starts at once"
        for place in told
    )
