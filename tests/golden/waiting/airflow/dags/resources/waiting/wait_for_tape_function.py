"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations


def wait_for_tape() -> bool:
    """Whether wait_for_tape is so.

    Returns true as soon as the wait is over; it is called again until then.
    """
    raise NotImplementedError(
        (
            "wait_for_tape is not written yet: write it in "
            "dags/resources/waiting/wait_for_tape_function.py"
        ),
    )
