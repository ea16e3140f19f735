"""Which task instance the engine is running now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Current:
    """Set by the engine's recorder before each attempt."""

    task_id: str = ""
    map_index: int = -1


current = Current()
