"""Watches the atomic renames by which staged data is published, and can die at one of them like a killed worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker.running import current

KILLED = 137


@contextmanager
def watched(home: Path, seen: list[dict[str, str]], kill_at: int | None = None) -> Iterator[None]:
    """Write down every rename to a place under `home`; with `kill_at` the process dies just before that one."""
    originals = {name: getattr(os, name) for name in ("rename", "replace")}

    def _watch(original: Callable[..., Any]) -> Callable[..., Any]:
        def _rename(source: Any, target: Any, **options: Any) -> Any:
            path = Path(os.fsdecode(target)).absolute()
            if home in path.parents and path.suffix != ".duckdb":
                if kill_at is not None and len(seen) == kill_at:
                    os._exit(KILLED)
                seen.append({"task_id": current.task_id, "target": path.relative_to(home).as_posix()})
            return original(source, target, **options)

        return _rename

    for name, original in originals.items():
        setattr(os, name, _watch(original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)
