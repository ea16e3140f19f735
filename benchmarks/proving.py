"""The runs of a proof beside bare `dag.test()` runs of the same DAG, both in a warm process."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.proof.prove import prove
from airflow_llm.readers.reading import Source
from benchmarks.figure import Figure
from benchmarks.requests import DEMO
from benchmarks.volume import environment, make_source, run

BARE = Path(__file__).parent / "proof_runs" / "bare.py"
ROWS = 200
REPEAT = 8
WARM_UP = 2


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        dag_file = write(compile_source(Source(DEMO)), home, force=True).dag_file
        make_source(home / "embedded", orders=ROWS, customers=ROWS)
        before = bare(home, dag_file)
        proof = prove([dag_file], rows=ROWS, write=False)[0]
        after = bare(home, dag_file)
    if not proof.held:
        raise RuntimeError(f"the proof did not hold: {proof.failures}")
    median = statistics.median(before + after)
    runs = statistics.median(proof.seconds.values())
    note = f"{len(proof.seconds)} runs, median {runs:.2f} s, against {median:.2f} s"
    yield Figure("a run of a warm proof against a bare warm dag.test(), median", runs / median, "x", 1.5, note=note)
    slowest = max(proof.seconds, key=lambda name: proof.seconds[name])
    ratio = proof.seconds[slowest] / median
    yield Figure("the slowest run of the proof against it", ratio, "x", 1.5, note=slowest)


def bare(home: Path, dag_file: Path) -> list[float]:
    """Seconds of the runs after the first ones."""
    answer = run([str(BARE), str(dag_file), str(REPEAT)], environment(home))
    seconds: list[float] = answer["seconds"]
    return seconds[WARM_UP:]
