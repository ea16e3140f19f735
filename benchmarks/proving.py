"""The runs of a proof beside bare `dag.test()` runs of the same DAG, in turn in one warm process."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.compiler.find import open_bundle
from airflow_llm.proof.driver import Limits
from airflow_llm.proof.installation import airflow_environment, find_installation, migrated_database
from airflow_llm.proof.prove import Options, case_of
from airflow_llm.readers.reading import Source
from airflow_llm.sandbox.process import run
from benchmarks.figure import Figure
from benchmarks.requests import DEMO

PAIRED = Path(__file__).parent / "proof_runs" / "paired.py"
REPEAT = 3
GOOD = "good data"
Pairs = dict[str, list[tuple[tuple[float, float], tuple[float, float]]]]


def measure() -> Iterator[Figure]:
    pairs = paired()
    ratios = {name: statistics.median(ours[0] / bare[0] for ours, bare in found) for name, found in pairs.items()}
    processor = {name: statistics.median(ours[1] / bare[1] for ours, bare in found) for name, found in pairs.items()}
    good = statistics.median(bare[0] for _, bare in pairs[GOOD])
    plain = {name: statistics.median(ours[0] for ours, _ in found) / good for name, found in pairs.items()}
    slowest, dearest, longest = (max(them, key=lambda name: them[name]) for them in (ratios, processor, plain))
    note = f"{len(ratios)} runs of the proof, each beside a bare dag.test() on the same data with the same task failing"
    yield Figure(
        "a run of a warm proof against the same run bare, median",
        statistics.median(ratios.values()),
        "x",
        1.5,
        note=note,
    )
    yield Figure("the slowest run of the proof against the same run bare", ratios[slowest], "x", 1.5, note=slowest)
    yield Figure("the same in processor seconds", processor[dearest], "x", 1.5, note=dearest)
    note = f"{longest}; the bare run on good data took {good:.2f} s"
    yield Figure("the slowest run of the proof against the bare run on good data", plain[longest], "x", note=note)


def paired() -> Pairs:
    """(wall, processor) seconds of the proof's run and of the bare one, by scenario."""
    installation = find_installation()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        dag_file = write(compile_source(Source(DEMO)), home / "made", force=True).dag_file
        job = home / "job.json"
        record = {
            "workspace": str(home),
            "template": str(migrated_database(installation)),
            "bundles": [case_of(0, open_bundle(dag_file), home, Options()).job],
        }
        job.write_text(json.dumps(record, default=str))
        variables = {**airflow_environment(home), "DEPLOYMENT_ENVIRONMENT": "dev"}
        command = [installation.python, str(PAIRED), str(job), str(REPEAT)]
        done = run(command, cwd=home, env=variables, timeout=900.0, memory_bytes=Limits.memory_bytes)
        if done.returncode != 0:
            raise RuntimeError(f"the runs ended with status {done.returncode}: {done.stderr[-2000:]}")
        pairs: Pairs = json.loads(job.with_suffix(".answer").read_text())
    return pairs
