"""What Airflow needs to parse a generated DAG file, beside the same DAG by hand and through dag-factory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source
from benchmarks.figure import Figure
from benchmarks.requests import DEMO

HERE = Path(__file__).parent / "parsing"
REPEAT = 100


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        generated = write(compile_source(Source(DEMO)), Path(folder), force=True).dag_file
        handwritten, factory = HERE / "handwritten.py", HERE / "dag_factory_dags.py"
        rounds = parse_in_turn([generated, handwritten, factory], Path(folder))
    ours, by_hand, theirs = (str(path) for path in (generated, handwritten, factory))
    ratio = statistics.median(r[ours] / r[by_hand] for r in rounds)
    note = f"{statistics.median(r[ours] for r in rounds) * 1e3:.2f} ms"
    yield Figure("parse time of the generated DAG against one by hand, warm", ratio, "x", 1.10, note=note)
    ratio = statistics.median(r[theirs] / r[by_hand] for r in rounds)
    yield Figure("parse time of the same through dag-factory against by hand, warm", ratio, "x", note="for comparison")


def parse_in_turn(files: list[Path], home: Path) -> list[dict[str, float]]:
    """Seconds of each parse by file, for each round."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": os.pathsep.join([str(files[0].parent), str(HERE.parents[1])]),
    }
    command = [sys.executable, str(HERE / "warm.py"), str(REPEAT), *map(str, files)]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rounds: list[dict[str, float]] = json.loads(answer.stdout.splitlines()[-1])
    return rounds
