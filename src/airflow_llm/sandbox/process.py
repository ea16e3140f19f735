"""One bounded child process: time, memory, network and environment, and nothing of it left behind."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Literal

from airflow_llm.errors import MachineError
from airflow_llm.sandbox import watch
from airflow_llm.sandbox.environment import clean_environment

Network = Literal["loopback", "none"]
_LAUNCHER = Path(__file__).with_name("launch.py")
_POLL_SECONDS = 0.1
_OUTPUT_LINES = 20_000
_FILE_BYTES = 16 * 2**30
_DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Finished:
    """How a bounded process ended. `guards` names the protections that really held; output is its last lines."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float
    peak_memory_bytes: int
    timed_out: bool = False
    memory_exceeded: bool = False
    guards: tuple[str, ...] = ()


@dataclass
class _Watch:
    deadline: float
    memory_bytes: int | None
    peak: int = 0
    timed_out: bool = False
    memory_exceeded: bool = False

    def passes(self, process: subprocess.Popen[str]) -> bool:
        """Whether the process may go on."""
        self.peak = max(self.peak, watch.memory(process.pid))
        self.memory_exceeded = self.memory_bytes is not None and self.peak > self.memory_bytes
        self.timed_out = time.monotonic() > self.deadline
        return not (self.memory_exceeded or self.timed_out)


def run(  # noqa: PLR0913  # each keyword is one limit; a bag of limits would only hide them
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float,
    memory_bytes: int | None = None,
    network: Network = "loopback",
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run the command to its end or to a limit; `on_line` sees each line of its standard output as it comes.

    The child sees `env` and a few harmless variables, never the rest of this process's environment. MachineError
    when the program cannot be started.
    """
    token = token_hex(16)
    started = time.monotonic()
    process, status = _start(
        command, cwd, clean_environment(env or {}, home=cwd, network=network, token=token), network
    )
    out: deque[str] = deque(maxlen=_OUTPUT_LINES)
    err: deque[str] = deque(maxlen=_OUTPUT_LINES)
    readers = [_reader(process.stdout, out, on_line), _reader(process.stderr, err, None)]
    limits = _Watch(deadline=started + timeout, memory_bytes=memory_bytes)
    try:
        while process.poll() is None and limits.passes(process):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
    finally:
        watch.end(process.pid, token)
        process.wait()
        for thread in readers:
            thread.join(_DRAIN_SECONDS)
    return Finished(
        returncode=process.returncode,
        stdout="".join(out),
        stderr="".join(err),
        seconds=time.monotonic() - started,
        peak_memory_bytes=limits.peak,
        timed_out=limits.timed_out,
        memory_exceeded=limits.memory_exceeded,
        guards=_guards(status),
    )


def _start(
    command: Sequence[str], cwd: Path, environment: dict[str, str], network: Network
) -> tuple[subprocess.Popen[str], int]:
    status, child_end = os.pipe()
    launch = [sys.executable, "-I", "-S", str(_LAUNCHER), str(child_end), network, str(_FILE_BYTES), "--", *command]
    try:
        process = subprocess.Popen(  # noqa: S603  # a list, never a shell; running it bounded is this room's purpose
            launch,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=(child_end,),
        )
    except OSError as error:
        os.close(status)
        raise MachineError(f"cannot start {command[0]!r}: {error.strerror}", place=str(cwd)) from error
    finally:
        os.close(child_end)
    return process, status


def _reader(stream: IO[str] | None, lines: deque[str], on_line: Callable[[str], None] | None) -> threading.Thread:
    def _drain() -> None:
        for line in stream or ():
            lines.append(line)
            if on_line is not None:
                on_line(line.rstrip("\n"))

    thread = threading.Thread(target=_drain, daemon=True)
    thread.start()
    return thread


def _guards(status: int) -> tuple[str, ...]:
    os.set_blocking(status, False)
    with os.fdopen(status) as channel:
        try:
            return tuple(json.load(channel))
        except (ValueError, OSError):
            return ()
