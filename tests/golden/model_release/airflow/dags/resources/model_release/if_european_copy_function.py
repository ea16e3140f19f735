"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def if_european_copy(parameters: Mapping[str, Any]) -> bool:
    """the European customers have agreed to it

    Returns whether this is so. `parameters` are those of the run.
    """
    raise NotImplementedError(
        (
            "if_european_copy is not written yet: write it in "
            "dags/resources/model_release/if_european_copy_function.py"
        ),
    )
