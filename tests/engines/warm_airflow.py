"""Runs of bundles against real servers, asked of one warm process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_pipeline
from airflow_llm.proof.installation import airflow_environment, find_installation, migrated_database
from airflow_llm.proof.worker.channel import MARK
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import Pipeline

PROCESS = Path(__file__).with_name("warm_process.py")
FIXTURES = Path(__file__).parent / "fixtures"
CONFIG = 'staging_url: {staging: "file://${AIRFLOW_HOME}/staging"}\n'
"""Here, `staging` has real servers, but its staging location is on this machine's disk."""


@dataclass(frozen=True)
class Run:
    """What became of a run; `state` is `killed` when its process died in it."""

    state: str
    tasks: Mapping[str, str]
    attempts: tuple[Mapping[str, Any], ...] = ()
    published: tuple[str, ...] = ()

    def errors(self, task_id: str) -> list[str]:
        """What each attempt of the task said, empty for one that held."""
        return [attempt["error"] for attempt in self.attempts if attempt["task_id"] == task_id]


@dataclass(frozen=True)
class WarmAirflow:
    """The process, and the folder in which its runs live."""

    folder: Path
    process: subprocess.Popen[str]

    def bundle(self, fixture: str) -> Path:
        """The DAG file of the fixture's bundle."""
        pipeline = load((FIXTURES / f"{fixture}.yml").read_text(encoding="utf-8"), CONFIG)
        return self.write(pipeline)

    def write(self, pipeline: Pipeline) -> Path:
        """The DAG file of that pipeline's bundle."""
        return write(compile_pipeline(pipeline), self.folder / "bundles" / pipeline.id).dag_file

    def run(
        self,
        dag_file: Path,
        world: str,
        connections: Mapping[str, str],
        *,
        day: int = 5,
        kill_at: int | None = None,
        **conf: Any,
    ) -> Run:
        """One run of that day's data in the `staging` environment; runs in one world find each other's staged files."""
        environment = {f"AIRFLOW_CONN_{name.upper()}_STAGING": value for name, value in connections.items()}
        self._say(
            dag_file=str(dag_file),
            home=str(self.folder / world),
            environment={**environment, "DEPLOYMENT_ENVIRONMENT": "staging"},
            # A run that is started by hand gets the last interval that is complete.
            logical_date=f"2026-02-{day + 1:02d}T00:00:00+00:00",
            kill_at=kill_at,
            conf=conf,
        )
        found = self._hear()
        if found["event"] == "done":
            return Run("killed", {})
        assert self._hear()["event"] == "done"
        assert found["event"] == "result", found["error"]
        result = found["result"]
        tasks = {task["task_id"]: task["state"] for task in result["tasks"]}
        return Run(result["state"], tasks, tuple(result["attempts"]), tuple(result["published"]))

    def _say(self, **request: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        output: IO[str] | None = self.process.stdout
        assert output is not None
        line = output.readline()
        assert line.startswith(MARK), (self.folder / "warm.log").read_text(errors="replace")[-4000:]
        event: dict[str, Any] = json.loads(line.removeprefix(MARK))
        return event


@contextmanager
def warm_airflow(folder: Path) -> Iterator[WarmAirflow]:
    """The process, warm; it ends with the block."""
    template = migrated_database(find_installation())
    environment = {**os.environ, **airflow_environment(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, str(PROCESS), str(folder), str(template)],
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    airflow = WarmAirflow(folder, process)
    try:
        assert airflow._hear()["event"] == "ready"
        yield airflow
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
