"""Starts the worker in the sandbox, follows its events, and starts it again when one bundle took it down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_llm.errors import MachineError
from airflow_llm.proof.installation import Installation, airflow_environment, migrated_database
from airflow_llm.sandbox.process import Finished, run

_WORKER = Path(__file__).parent / "worker" / "main.py"
_MARK = "\x1e"
_START_SECONDS = 180.0

OnEvent = Callable[[Mapping[str, Any]], None]


@dataclass
class Observed:
    """What the worker told about one bundle."""

    loads: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    scenario: str = ""
    finished: bool = False


@dataclass
class Driven:
    """Everything that the worker told, and how it was bounded."""

    bundles: dict[str, Observed]
    versions: dict[str, str]
    guards: tuple[str, ...]
    seconds: float
    peak_memory_bytes: int


@dataclass(frozen=True)
class Limits:
    """How long one bundle may take, and how much memory all of it."""

    timeout: float = 300.0
    memory_bytes: int | None = 4 * 2**30


@dataclass(frozen=True)
class Worker:
    """The worker that one installation runs in one folder."""

    installation: Installation
    workspace: Path
    limits: Limits

    def run(self, bundles: Sequence[Mapping[str, Any]], listener: _Listener) -> Finished:
        """Prove the bundles, to the end or until something takes the process down."""
        job = self.workspace / "job.json"
        template = migrated_database(self.installation)
        record = {
            "workspace": str(self.workspace),
            "template": str(template),
            "timeout": self.limits.timeout,
            "bundles": bundles,
        }
        job.write_text(json.dumps(record, default=str), encoding="utf-8")
        return run(
            [self.installation.python, str(_WORKER), str(job)],
            cwd=self.workspace,
            env={**airflow_environment(self.workspace), "DEPLOYMENT_ENVIRONMENT": "dev"},
            timeout=_START_SECONDS + self.limits.timeout * len(bundles),
            memory_bytes=self.limits.memory_bytes,
            on_line=listener,
        )


def drive(bundles: Sequence[Mapping[str, Any]], worker: Worker, on_event: OnEvent | None = None) -> Driven:
    """Prove the bundles in one warm process. MachineError when this Airflow does not start at all."""
    driven = Driven({str(bundle["name"]): Observed() for bundle in bundles}, {}, (), 0.0, 0)
    waiting = list(bundles)
    while waiting:
        listener = _Listener(driven, on_event)
        finished = worker.run(waiting, listener)
        driven.guards = finished.guards
        driven.seconds += finished.seconds
        driven.peak_memory_bytes = max(driven.peak_memory_bytes, finished.peak_memory_bytes)
        if not listener.ready:
            raise MachineError(
                f"Airflow {worker.installation.version} did not start: {listener.unusable or finished.stderr[-2000:]}",
                hint=f"see whether `{worker.installation.python} -m airflow info` works",
            )
        waiting = _rest(waiting, driven, listener, finished, worker.limits)
    return driven


def _rest(
    waiting: list[Mapping[str, Any]], driven: Driven, listener: _Listener, finished: Finished, limits: Limits
) -> list[Mapping[str, Any]]:
    """The bundles still to be proven after the worker ended, whatever ended it."""
    left = [bundle for bundle in waiting if not driven.bundles[str(bundle["name"])].finished]
    if not left:
        return []
    culprit = listener.current or str(left[0]["name"])
    observed = driven.bundles[culprit]
    observed.finished = True
    if finished.memory_exceeded and limits.memory_bytes:
        observed.problems.append(f"used more than the {limits.memory_bytes // 2**20} MiB of memory that it may use")
    else:
        observed.problems.append(f"ended the process that proved it (exit code {finished.returncode})")
    return [bundle for bundle in left if bundle["name"] != culprit]


class _Listener:
    """Sorts the worker's events by bundle."""

    def __init__(self, driven: Driven, on_event: OnEvent | None) -> None:
        self.driven = driven
        self.on_event = on_event
        self.ready = False
        self.unusable = ""
        self.current = ""

    def __call__(self, line: str) -> None:
        if not line.startswith(_MARK):
            return
        event = json.loads(line[1:])
        if event["event"] == "ready":
            self.ready = True
            self.driven.versions = event["versions"]
        elif event["event"] == "unusable":
            self.unusable = f"{event['error']}\n{event['log'][-2000:]}"
        else:
            self._of_bundle(event, self.driven.bundles[event["name"]])
        if self.on_event is not None:
            self.on_event(event)

    def _of_bundle(self, event: dict[str, Any], observed: Observed) -> None:
        self.current = event["name"]
        match event["event"]:
            case "loaded":
                observed.loads.append(event)
            case "scenario":
                observed.scenario = event["scenario"]
            case "result":
                observed.results[event["scenario"]] = event["result"]
            case "crash":
                observed.problems.append(event["error"])
            case "timeout":
                where = f" in the run {observed.scenario!r}" if observed.scenario else ""
                observed.problems.append(f"took longer than {event['seconds']:g} s{where}")
        if event["event"] in ("done", "timeout"):
            observed.finished = True
            self.current = ""
            if event.get("code"):
                observed.problems.append(f"ended with exit code {event['code']} in the run {observed.scenario!r}")
