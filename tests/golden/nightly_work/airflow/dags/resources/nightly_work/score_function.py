"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations


def score(threshold: float, name: str) -> None:
    """Score.

    The same run may call it again: it must then give the same result.
    """
    raise NotImplementedError(
        (
            "score is not written yet: write it in "
            "dags/resources/nightly_work/score_function.py"
        ),
    )
