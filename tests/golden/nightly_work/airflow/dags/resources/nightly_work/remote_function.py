"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations


def remote() -> None:
    """Run this command over bastion:

        uptime

    The same run may call it again: it must then give the same result.
    """
    raise NotImplementedError(
        (
            "remote is not written yet: write it in "
            "dags/resources/nightly_work/remote_function.py"
        ),
    )
