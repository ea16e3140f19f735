"""One writer at a time in a target folder; the lock ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from airflow_llm.errors import MachineError

WORK_FOLDER = ".airflow-llm-writing"
LOCK_FILE = "lock"
WAIT_SECONDS = 30.0


@contextmanager
def locked(root: Path, tidy: bool = True) -> Iterator[Path]:
    """Holds the lock of the folder and gives its work folder, which is removed at the end when it is empty.

    Who writes often says `tidy` only at the last time: a file system is slow to make files where many were deleted.
    """
    work = root / WORK_FOLDER
    descriptor = _acquire(work)
    try:
        yield work
    finally:
        if tidy:
            _remove(work)
        os.close(descriptor)


def _remove(work: Path) -> None:
    # The file goes while we hold it: whoever waits on it sees that it is gone and starts anew.
    with suppress(OSError):
        os.unlink(work / LOCK_FILE)
    with suppress(OSError):
        os.rmdir(work)


def _acquire(work: Path) -> int:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        descriptor = _try(work)
        if descriptor is not None:
            return descriptor
        if time.monotonic() > deadline:
            raise MachineError(
                f"another process is writing to {work.parent}",
                hint="wait until it has ended, then run the command again",
                place=str(work.parent),
            )
        time.sleep(0.01)


def _try(work: Path) -> int | None:
    os.makedirs(work, exist_ok=True)
    path = work / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
