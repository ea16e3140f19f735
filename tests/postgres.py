"""A real PostgreSQL on loopback, in a folder of its own, for as long as a test session lasts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """Where it listens. `trust` authentication: there is no password to keep."""

    port: int

    def airflow_connection(self, database: str = "postgres") -> str:
        """The connection as Airflow takes it from `AIRFLOW_CONN_<ID>`."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"


def binaries() -> Path | None:
    """The newest installed server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running() -> Iterator[Server]:
    """A server that is stopped and removed at the end."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    # PostgreSQL refuses to run as root; Debian's package brings the user.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"], folder)
        control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w"]
        run([*control, "-o", options, "-l", str(folder / "log"), "start"], folder)
        try:
            yield Server(port)
        finally:
            run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str], folder: Path) -> None:
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
