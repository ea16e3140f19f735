"""Kills or fails a writer at its n-th step on the disk, in a forked child."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from airflow_llm.compiler import disk

STEPS = ("open", "write", "mkdir", "link", "symlink", "replace", "rename", "unlink", "rmdir", "chmod")
NOT_REACHED, REACHED = 0, 7


def interrupted(action: Callable[[], object], step: int, how: str) -> bool:
    """Runs the action in a child that is interrupted at that step; False when the action has fewer steps.

    `how` is "kill-before" or "kill-after" (SIGKILL) or "fail" (the step raises "no space left on device").
    """
    child = os.fork()
    if child == 0:
        count = _arm(step, how)
        try:
            action()
        except Exception:
            os._exit(REACHED)
        os._exit(REACHED if count[0] >= step else NOT_REACHED)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    return os.waitstatus_to_exitcode(status) == REACHED


def _arm(step: int, how: str) -> list[int]:
    count = [0]

    def wrap(function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args, **kwargs):
            count[0] += 1
            if count[0] != step:
                return function(*args, **kwargs)
            if how == "fail":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if how == "kill-after":
                with suppress(OSError):
                    function(*args, **kwargs)
            return os.kill(os.getpid(), signal.SIGKILL)

        return wrapped

    for name in STEPS:
        setattr(os, name, wrap(getattr(os, name)))
    disk.exchange = wrap(disk.exchange)
    return count
