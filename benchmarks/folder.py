"""Building a folder of 1,000 specs on one core: seconds and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source
from airflow_llm.spec.document import dump
from benchmarks.figure import Figure
from benchmarks.requests import DEMO

COUNT = 1000


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        specs = Path(folder, "specs")
        write_specs(specs)
        program = str(Path(sys.executable).with_name("airflow-llm"))
        command = ["taskset", "--cpu-list", "0", program, "build", str(specs), "--quiet"]
        begin = time.perf_counter()
        child = subprocess.Popen([*command, "--output-dir", str(Path(folder, "out"))], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        built = len(list(Path(folder, "out", "dags").glob("*.py")))
    if status != 0 or built != COUNT:
        raise RuntimeError(f"the build ended with status {status} and {built} of {COUNT} bundles")
    yield Figure(f"build {COUNT} specs on one core", seconds, "s", 15)
    yield Figure(f"memory of building {COUNT} specs", memory(usage), "MB", 300)


def memory(usage: resource.struct_rusage) -> float:
    """The largest resident set in MB."""
    return usage.ru_maxrss / 1024


def write_specs(folder: Path) -> None:
    """The demo's pipeline under a thousand names."""
    pipeline = compile_source(Source(DEMO)).reading.pipeline
    folder.mkdir()
    for number in range(COUNT):
        tasks, _ = dump(pipeline.model_copy(update={"id": f"pipeline_{number:04}"}))
        (folder / f"pipeline_{number:04}.yml").write_text(tasks, encoding="utf-8")
