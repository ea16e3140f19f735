"""Loads the golden bundles, written for one version, in that Airflow: `python -m tests.golden.load PYTHON VERSION`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from airflow_llm.errors import UnsupportedError
from airflow_llm.proof.installation import airflow_environment
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.registry import find
from tests.targets import goldens

LOADER = Path(__file__).with_name("load_bundles.py")
SECONDS = 300


@dataclass
class Outcome:
    """What became of each golden pipeline."""

    version: str = ""
    passed: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{name}: refused: {reason}" for name, reason in self.refused.items()]
        lines += [f"{name}: {problem}" for name, problems in self.failed.items() for problem in problems]
        counts = f"Airflow {self.version}: {len(self.passed)} passed, {len(self.failed)} failed"
        return "\n".join([*lines, f"{counts}, {len(self.refused)} refused" if self.refused else counts])


def load_goldens(python: str, version: str) -> Outcome:
    """Emit every golden pipeline for the version and load them all in one process of that Python."""
    outcome = Outcome(version)
    with tempfile.TemporaryDirectory(prefix="goldens-") as folder:
        home = Path(folder)
        for name in goldens.NAMES:
            pipeline = goldens.pipeline(name)
            try:
                _write(home, pipeline, version)
            except UnsupportedError as refusal:
                outcome.refused[name] = f"{refusal.message}; {refusal.hint}"
                # One refused wish must not hide the rest of the pipeline from this version.
                _write(home, _without_deadline(pipeline), version)
        answer = ask(python, home)
    (outcome.version,) = answer.pop("(version)")
    if not outcome.version.startswith(f"{version}."):
        raise SystemExit(f"{python} has Airflow {outcome.version}, not {version}")
    outcome.failed = {name: problems for name, problems in answer.items() if problems}
    outcome.passed = [name for name, problems in answer.items() if not problems]
    lost = set(goldens.NAMES) - answer.keys() - outcome.refused.keys()
    outcome.failed |= {name: ["it was written, but never loaded"] for name in sorted(lost)}
    return outcome


def _without_deadline(pipeline: Pipeline) -> Pipeline:
    kept = tuple(alert for alert in pipeline.alerts if alert.on != "deadline")
    return pipeline.model_copy(update={"id": f"{pipeline.id}_without_deadline", "alerts": kept})


def _write(home: Path, pipeline: Pipeline, version: str) -> None:
    files = dict(find("airflow").emit(pipeline, version=version).files)
    files[f"dags/resources/{pipeline.id}/config.yml"] = goldens.config_text(pipeline)
    for path, text in files.items():
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def ask(python: str, home: Path) -> dict[str, list[str]]:
    """The problems of each DAG file below `home`, and the version that found them."""
    environment = {**os.environ, **airflow_environment(home), "DEPLOYMENT_ENVIRONMENT": "dev"}
    environment |= {"AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "PYTHONPATH": str(home / "dags")}
    command = [str(Path(python).absolute()), str(LOADER), str(home / "dags")]
    done = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{python} could not load the bundles:\n{done.stderr[-4000:]}")
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def main(python: str, version: str) -> int:
    outcome = load_goldens(python, version)
    print(outcome)
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
