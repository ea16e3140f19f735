"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations


def spark_by_hand() -> None:
    """Spark by hand.

    The same run may call it again: it must then give the same result.
    """
    raise NotImplementedError(
        (
            "spark_by_hand is not written yet: write it in "
            "dags/resources/nightly_work/spark_by_hand_function.py"
        ),
    )
