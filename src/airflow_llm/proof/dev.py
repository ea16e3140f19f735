"""The local stubs for a laptop's own Airflow: started in the background, found again by a file, and ended."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from airflow_llm.connectors.embedded import EMBEDDED
from airflow_llm.errors import MachineError
from airflow_llm.proof.connections import embedded_connections
from airflow_llm.spec.pipeline import Pipeline

STATE_FILE = "dev.json"
_STUBS = "airflow_llm.proof.stubs"
_START_SECONDS = 15.0


@dataclass(frozen=True)
class Stubs:
    """The running stubs."""

    pid: int
    http_port: int
    smtp_port: int
    log: str
    already: bool = False


def dev_up(folder: Path, *, http_port: int = 0, smtp_port: int = 0) -> Stubs:
    """Start the stubs, unless they run already; `folder` keeps their state and the log of what they got."""
    running = dev_status(folder)
    if running is not None:
        return Stubs(**{**asdict(running), "already": True})
    folder.mkdir(parents=True, exist_ok=True)
    state, log = folder / STATE_FILE, folder / "dev.log"
    state.unlink(missing_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own module with our own Python
            [sys.executable, "-m", _STUBS, str(state.resolve()), str(http_port), str(smtp_port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        running = dev_status(folder)
        if running is not None:
            return running
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        process.kill()
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise MachineError(f"the local stubs did not start: {' '.join(tail)}", place=str(log))


def dev_down(folder: Path) -> Stubs | None:
    """End the stubs; None when none run."""
    running = dev_status(folder)
    (folder / STATE_FILE).unlink(missing_ok=True)
    if running is None:
        return None
    with suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    return running


def dev_status(folder: Path) -> Stubs | None:
    """The stubs that run for that folder; None when none do."""
    try:
        state = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        found = Stubs(state["pid"], state["http_port"], state["smtp_port"], str(folder / "dev.log"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _is_ours(found.pid) else None


def exports(pipelines: Sequence[Pipeline], stubs: Stubs, airflow_home: Path) -> list[str]:
    """Shell lines that make a laptop's Airflow use the stubs: `dev` settings, connections and the pool."""
    home = str(airflow_home)
    lines = [f"export AIRFLOW_HOME={shlex.quote(home)}", "export DEPLOYMENT_ENVIRONMENT=dev"]
    for pipeline in pipelines:
        connections = embedded_connections(pipeline, home, (stubs.http_port, stubs.smtp_port))
        for name, value in connections.items():
            lines.append(f"export AIRFLOW_CONN_{name.upper()}={shlex.quote(value)}")
    pool = f"airflow pools set {EMBEDDED} 1 'DuckDB has one writer'"
    return [*dict.fromkeys(lines), f"mkdir -p {shlex.quote(f'{home}/{EMBEDDED}')}", pool]


def _is_ours(pid: int) -> bool:
    """Whether the process is alive and runs our module: a process id may have gone to somebody else since."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    if not command.exists():
        return True
    return _STUBS.encode() in command.read_bytes()
