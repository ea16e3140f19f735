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


def measure() -> Iterator[Figure]:
    command = Path(sys.executable).with_name("airflow-llm")
    with tempfile.TemporaryDirectory() as folder:
        generate = [str(command), "generate", DEMO, "--output-dir", folder, "--force", "--quiet"]
        for reader, name, bound in (("grammar", "grammar alone", 4), ("auto", "with the network", 6)):
            ours = [*generate, "--reader", reader]
            ratio, seconds, imports = paired_ratio(partial(quiet, ours), partial(quiet, IMPORTS), repeat=15)
            title = f"airflow-llm generate, {name}, whole process, against importing pydantic, typer and rich"
            yield Figure(title, ratio, "x", bound, note=f"{seconds * 1e3:.0f} ms against {imports * 1e3:.0f} ms")


def quiet(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
