"""The whole process of `airflow-llm generate`, against the imports that any such tool pays for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, paired_ratio
from benchmarks.requests import DEMO

IMPORTS = [sys.executable, "-c", "import pydantic, typer, rich"]
READERS = (("grammar", "with the grammar alone", 4), ("auto", "with the network", 6))


def measure() -> Iterator[Figure]:
    command = Path(sys.executable).with_name("airflow-llm")
    for reader, words, bound in READERS:
        with tempfile.TemporaryDirectory() as folder:
            options = ["--reader", reader, "--output-dir", folder, "--force", "--quiet"]
            generate = [str(command), "generate", DEMO, *options]
            ratio, ours, theirs = paired_ratio(partial(quiet, generate), partial(quiet, IMPORTS), repeat=15)
        note = f"{ours * 1e3:.0f} ms against {theirs * 1e3:.0f} ms"
        name = f"airflow-llm generate {words}, whole process, against importing pydantic, typer and rich"
        yield Figure(name, ratio, "x", bound, note=note)


def quiet(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
