"""Runs each scenario of a proof in turn with a bare `dag.test()` under the same circumstances, in one warm process.

usage: python paired.py JOB.json REPEAT      (the job as the proof's own worker gets it)

A run of the proof counts whole: its data put in place, the DAG loaded, run and recorded, all stores read back. The bare
run is `dag.test()` alone, on the same data, with the same parameters and stand-ins, and where the scenario makes a task
fail, the same task fails. Prints wall and processor seconds of both for each scenario as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker import bundle as proof
from airflow_llm.proof.worker import database, engine, standins, stores, zygote
from airflow_llm.proof.worker.channel import Channel


def timed(function: Callable[[], Any]) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - processor


def bare(bundle: dict[str, Any], scenario: dict[str, Any], servers: standins.StandIns, channel: Channel) -> Any:
    """The prepared bare run."""
    home = Path(bundle["home"]) / "homes" / scenario["home"]
    if scenario.get("fresh"):
        shutil.rmtree(home, ignore_errors=True)
        stores.seed(home, scenario.get("seeds", []), servers.http.answers)
    for item in scenario.get("disturb", []):
        stores.disturb(home, item)
    dag = proof._changed_dag(bundle, scenario, [], channel)
    return lambda: dag.test(logical_date=proof._date(scenario), run_conf=scenario.get("conf") or {})


def main(job: dict[str, Any], repeat: int) -> dict[str, Any]:
    workspace, template, bundle = Path(job["workspace"]), Path(job["template"]), job["bundles"][0]
    channel = Channel(workspace / "worker.log")
    zygote._warm(workspace, template)
    home = Path(bundle["home"])
    database.use(template, home / "airflow.db")
    os.environ["DEPLOYMENT_ENVIRONMENT"] = "dev"
    engine.use_dags(Path(bundle["dags"]))
    servers = standins.start()
    measured: dict[str, list[Any]] = {}
    for scenario in bundle["scenarios"]:
        if scenario.get("kill_at") is not None:
            proof._run(bundle, scenario, servers, template, channel)
            continue
        pairs = []
        for _ in range(repeat + 1):
            ours = timed(lambda it=scenario: proof._run(bundle, it, servers, template, channel))  # type: ignore[misc]  # bound at once
            pairs.append((ours, timed(bare(bundle, scenario, servers, channel))))
        measured[scenario["name"]] = pairs[1:]
    return measured


if __name__ == "__main__":
    job_file = Path(sys.argv[1])
    found = main(json.loads(job_file.read_text()), int(sys.argv[2]))
    job_file.with_suffix(".answer").write_text(json.dumps(found))
