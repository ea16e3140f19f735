"""The whole process of `airflow-llm generate`, against the imports that any such tool pays for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, paired_ratio
from benchmarks.requests import DEMO

IMPORTS = [sys.executable, "-c", "import pydantic, typer, rich"]


def measure() -> Iterator[Figure]:
    command = Path(sys.executable).with_name("airflow-llm")
    with tempfile.TemporaryDirectory() as folder:
        generate = [str(command), "generate", DEMO, "--output-dir", folder, "--force", "--quiet"]
        ratio, ours, theirs = paired_ratio(lambda: quiet(generate), lambda: quiet(IMPORTS), repeat=15)
    note = f"{ours * 1e3:.0f} ms against {theirs * 1e3:.0f} ms"
    yield Figure(
        "airflow-llm generate, whole process, against importing pydantic, typer and rich", ratio, "x", 4, note=note
    )


def quiet(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
