from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.registry import find
from airflow_llm.targets.target import Emission
from tests.targets.goldens import config_text


class Airflow:
    """The warm process, and the folder of DAGs that it knows."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.dags = home / "dags"
        self.dags.mkdir(parents=True)
        environment = os.environ | {
            # One file is written again and again: byte code of the same second and size would be taken for it.
            "PYTHONDONTWRITEBYTECODE": "1",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "PYTHONPATH": str(Path(__file__).parent / "user_code"),
            "DEPLOYMENT_ENVIRONMENT": "dev",
        }
        host = Path(__file__).parent / "airflow_host.py"
        self.log = (home / "host.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, str(host), "--database"],
            env=environment,
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def write(self, pipeline: Pipeline, emission: Emission) -> Path:
        """The bundle on disk; its DAG file."""
        for path, text in emission.files.items():
            file = self.home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        resources = self.dags / "resources" / pipeline.id
        resources.mkdir(parents=True, exist_ok=True)
        (resources / "config.yml").write_text(config_text(pipeline), encoding="utf-8")
        return self.dags / f"{pipeline.id}.py"

    def load(self, pipeline: Pipeline, version: str | None = None) -> dict[str, Any]:
        """The structure that Airflow sees."""
        whole = complete(pipeline)
        file = self.write(whole, find("airflow").emit(whole, version=version))
        return self.ask(do="load", path=str(file))

    def run(self, pipeline: Pipeline, conf: dict[str, Any] | None = None) -> dict[str, Any]:
        """How each task of a run ended."""
        whole = complete(pipeline)
        for old in self.dags.glob("*.py"):
            old.unlink()
        file = self.write(whole, find("airflow").emit(whole))
        return self.ask(do="run", path=str(file), conf=conf or {})

    def ask(self, **request: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, (self.home / "host.log").read_text()[-4000:]
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.log.close()


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    host = Airflow(tmp_path_factory.mktemp("airflow"))
    yield host
    host.close()
