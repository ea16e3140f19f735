"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def pick_path(orders: str, parameters: Mapping[str, Any]) -> bool:
    """the orders look odd

    Returns whether this is so. `parameters` are those of the run; the other arguments are URIs of Parquet files.
    """
    raise NotImplementedError(
        (
            "pick_path is not written yet: write it in "
            "dags/resources/branch_data/pick_path_function.py"
        ),
    )


def pick_path_2(orders: str, parameters: Mapping[str, Any]) -> bool:
    """it is a holiday

    Returns whether this is so. `parameters` are those of the run; the other arguments are URIs of Parquet files.
    """
    raise NotImplementedError(
        (
            "pick_path_2 is not written yet: write it in "
            "dags/resources/branch_data/pick_path_function.py"
        ),
    )
