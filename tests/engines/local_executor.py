"""An Airflow as a small installation has it: API server, scheduler, and tasks in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_pipeline
from airflow_llm.proof.connections import embedded_connections
from airflow_llm.proof.installation import airflow_environment, find_installation, migrated_database
from airflow_llm.proof.interval import data_interval, proof_date
from airflow_llm.proof.plan import Planner
from airflow_llm.proof.worker import standins, stores
from airflow_llm.samples.data import sample_tables
from airflow_llm.spec.pipeline import Pipeline
from tests.postgres import free_port

PARALLELISM = 4
START_SECONDS = 180.0
RUN_SECONDS = 240.0
SCHEDULER = Path(__file__).with_name("scheduler_process.py")
USER_CODE = Path(__file__).parent.parent / "targets" / "user_code"
UNFINISHED = ("queued", "running")


@dataclass
class LocalInstallation:
    """Bundles, their stand-ins and their data in one AIRFLOW_HOME; then their runs."""

    home: Path
    servers: standins.StandIns
    environment: dict[str, str] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)

    def add(self, pipeline: Pipeline) -> Planner:
        """Write the bundle, put sample data into its stand-ins, and ask for one run."""
        compilation = compile_pipeline(pipeline)
        whole = compilation.pipeline
        bundle = write(compilation, self.home)
        date = proof_date(whole)
        tables = sample_tables(whole, 40, 0, data_interval(whole, date))
        plan = Planner(whole, tables, self.home / "samples" / whole.id, date, bundle.resources)
        (self.home / "samples" / whole.id).mkdir(parents=True)
        stores.seed(self.home, plan.seeds(tables, plan.folder), self.servers.http.answers)
        ports = (self.servers.http.server_address[1], self.servers.smtp.server_address[1])
        for conn_id, value in embedded_connections(whole, str(self.home), ports).items():
            self.environment[f"AIRFLOW_CONN_{conn_id.upper()}"] = value
        self.runs.append({"dag_id": whole.id, "run_id": "the_run", "logical_date": date.isoformat(), "conf": {}})
        return plan

    def work(self) -> None:
        """Run all of it to its end; AssertionError with the logs when that takes too long."""
        port = free_port()
        job = self.home / "job.json"
        api = f"http://127.0.0.1:{port}"
        record = {"api": f"{api}/api/v2/version", "seconds": START_SECONDS, "runs": self.runs}
        job.write_text(json.dumps(record), encoding="utf-8")
        installation = find_installation()
        shutil.copyfile(migrated_database(installation), self.home / "airflow.db")
        environment = {**os.environ, **airflow_environment(self.home), **self.environment, **_settings(api)}
        server = ["-m", "airflow", "api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        with (
            _process(server, environment, self.home / "api-server.log"),
            _process([str(SCHEDULER), str(job)], environment, self.home / "scheduler.log") as scheduler,
        ):
            self._wait(scheduler)

    def _wait(self, scheduler: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS + RUN_SECONDS
        while not self._ended():
            assert scheduler.poll() is None, f"the scheduler ended:\n{self.logs()}"
            assert time.monotonic() < deadline, f"the runs did not end: {self.rows(STATES)}\n{self.logs()}"
            time.sleep(0.3)

    def _ended(self) -> bool:
        states = [state for (state,) in self.rows("SELECT state FROM dag_run")]
        return len(states) == len(self.runs) and not any(state in UNFINISHED for state in states)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What Airflow's database says."""
        with closing(sqlite3.connect(f"file:{self.home}/airflow.db?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query, parameters).fetchall()

    def state(self, dag_id: str) -> str:
        """How the run of a DAG ended."""
        ((state,),) = self.rows("SELECT state FROM dag_run WHERE dag_id = ?", dag_id)
        return str(state)

    def tasks(self, dag_id: str) -> dict[str, list[str]]:
        """How the instances of each of its tasks ended."""
        found: dict[str, list[str]] = {}
        query = "SELECT task_id, state FROM task_instance WHERE dag_id = ? ORDER BY task_id, map_index"
        for task_id, state in self.rows(query, dag_id):
            found.setdefault(task_id, []).append(state)
        return found

    def logs(self) -> str:
        """The ends of all logs."""
        files = [*self.home.glob("*.log"), *self.home.glob("logs/**/*.log")]
        return "\n".join(f"== {path}\n{path.read_text(errors='replace')[-3000:]}" for path in files)


STATES = "SELECT dag_id, task_id, map_index, state, try_number FROM task_instance"


def _settings(api: str) -> Mapping[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(PARALLELISM),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{api}/execution/",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "for-these-tests-only-" * 4,
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "DEPLOYMENT_ENVIRONMENT": "dev",
        "PYTHONPATH": str(USER_CODE),
    }


@contextmanager
def _process(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with a group of its own, which is ended with all that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=log.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
