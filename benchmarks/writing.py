"""From a sentence to a bundle on disk, in process."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source
from benchmarks.figure import Figure, samples
from benchmarks.requests import request


def measure() -> Iterator[Figure]:
    number = count()
    with tempfile.TemporaryDirectory() as folder:
        times = samples(
            lambda: write(compile_source(Source(request(next(number)))), Path(folder), force=True), repeat=60
        )
    yield Figure("a sentence to a bundle on disk, median", statistics.median(times) * 1e3, "ms", 50)
