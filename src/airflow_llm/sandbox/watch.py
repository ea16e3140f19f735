"""What the processes of a bounded run use, and how all of them are ended (Linux `/proc`; elsewhere the group only)."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def members(session: int) -> Iterator[int]:
    """The ids of the live processes of that session."""
    for pid in _process_ids():
        with contextlib.suppress(OSError, IndexError, ValueError):
            # The name in parentheses may hold blanks; what follows it is: state, parent, group, session.
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                yield pid


def memory(session: int) -> int:
    """Bytes of memory that the session's processes use, shared pages counted once."""
    return sum(_share_of(pid) for pid in members(session))


def end(session: int, token: str) -> None:
    """Kill the process group, the session and every process that carries the token, also those that ran away."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(session, signal.SIGKILL)
    for pid in {*members(session), *_carriers(token)}:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _process_ids() -> Iterator[int]:
    if _PROC.is_dir():
        yield from (int(name) for name in os.listdir(_PROC) if name.isdigit())


def _share_of(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _carriers(token: str) -> Iterator[int]:
    mark = f"AIRFLOW_LLM_SANDBOX={token}".encode()
    for pid in _process_ids():
        with contextlib.suppress(OSError):
            if mark in (_PROC / str(pid) / "environ").read_bytes():
                yield pid
