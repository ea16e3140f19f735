"""The bounded child process: what it may reach, how long, how much, and that nothing of it stays."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from airflow_llm.errors import MachineError
from airflow_llm.sandbox.process import Finished, run


def python(code: str, tmp_path: Path, **limits: object) -> Finished:
    options = {"timeout": 60.0, **limits}
    return run([sys.executable, "-c", code], cwd=tmp_path, **options)  # type: ignore[arg-type]  # options by name


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    seen: list[str] = []
    done = python("import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)", tmp_path, on_line=seen.append)
    assert (done.returncode, done.stdout, done.stderr, seen) == (3, "one\n", "two\n", ["one"])
    assert not done.timed_out
    assert "socket refusal" in done.guards


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('1.1.1.1', 80), 5)",
        "import urllib.request; urllib.request.urlopen('http://example.com', timeout=5)",
        "import socket; socket.gethostbyname('example.com')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
        "import socket; socket.socket(socket.AF_INET6).connect(('2606:4700::1111', 80))",
    ],
)
def test_the_network_is_refused(code: str, tmp_path: Path) -> None:
    done = python(code, tmp_path)
    assert done.returncode != 0
    assert "the network is closed here" in done.stderr


def test_the_refusal_holds_without_the_namespace_too(tmp_path: Path) -> None:
    """A program that is not Python is stopped by the namespace; a Python one by the audit hook, alone."""
    from airflow_llm.sandbox.environment import GUARD_FOLDER

    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    none = python(code, tmp_path, network="none")
    assert "the network is closed here" in none.stderr
    assert (GUARD_FOLDER / "sitecustomize.py").is_file()


def test_loopback_works(tmp_path: Path) -> None:
    code = (
        "import socket\ns = socket.create_server(('127.0.0.1', 0))\n"
        "c = socket.create_connection(('localhost', s.getsockname()[1]), 5)\nprint('reached')"
    )
    assert python(code, tmp_path).stdout == "reached\n"


def test_time_limit_ends_the_whole_family(tmp_path: Path) -> None:
    """Also a grandchild that started a session of its own."""
    pid_file = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        f"open({str(pid_file)!r}, 'w').write(str(p.pid))\ntime.sleep(600)"
    )
    done = python(code, tmp_path, timeout=3.0)
    assert done.timed_out
    assert done.returncode < 0
    assert _gone(int(pid_file.read_text()))


def test_memory_limit_ends_it(tmp_path: Path) -> None:
    code = "import time\nx = []\nwhile True:\n    x.append(bytearray(20_000_000)); time.sleep(0.01)"
    done = python(code, tmp_path, memory_bytes=200 * 2**20)
    assert done.memory_exceeded
    assert not done.timed_out
    assert done.peak_memory_bytes > 200 * 2**20


def test_no_secret_of_the_user_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-pass")
    monkeypatch.setenv("AIRFLOW_CONN_PROD", "postgres://u:do-not-pass@h/db")
    done = python("import os; print(dict(os.environ))", tmp_path, env={"GIVEN": "yes"})
    assert "do-not-pass" not in done.stdout
    assert "'GIVEN': 'yes'" in done.stdout
    assert f"'HOME': '{tmp_path}'" in done.stdout


def test_an_unknown_program_is_a_clear_end(tmp_path: Path) -> None:
    done = run(["/no/such/program"], cwd=tmp_path, timeout=10)
    assert done.returncode != 0
    assert "/no/such/program" in done.stderr
    with pytest.raises(MachineError, match="cannot start"):
        run(["true"], cwd=tmp_path / "missing", timeout=10)


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
