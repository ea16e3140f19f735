"""Runs a bundle in the embedded environment on the user's own files, and shows the tables that it left."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.compiler.find import Bundle, open_bundle
from airflow_llm.errors import InputError, MachineError
from airflow_llm.proof.connections import embedded_connections
from airflow_llm.proof.driver import Driven, Limits, OnEvent, Worker, drive
from airflow_llm.proof.evidence import Failure
from airflow_llm.proof.installation import find_installation
from airflow_llm.proof.judging.runs import failing_tasks, load_failures
from airflow_llm.proof.judging.tasks import stored, task_evidence
from airflow_llm.proof.plan import Planner
from airflow_llm.proof.prove import copy_bundle
from airflow_llm.proof.report import RunReport, TableView
from airflow_llm.proof.user_data import files_by_stem, read_table
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    import pyarrow as pa

HOME_FOLDER = ".airflow-llm"
_HEAD = 10
_RUN = "run"


def run_bundle(  # noqa: PLR0913  # what a caller may choose, each by keyword
    bundle: str | Path,
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    *,
    home: Path | None = None,
    airflow_python: str | Path | None = None,
    timeout: float = 3600.0,
    memory_bytes: int | None = Limits.memory_bytes,
    on_event: OnEvent | None = None,
) -> RunReport:
    """Run it once. Each file of `data_dir` is the table or file of that name in the pipeline's source systems.

    `settings` are the run's parameters. What the run leaves is kept in `home` (by default beside the bundle).
    """
    found = open_bundle(bundle)
    pipeline = found.pipeline
    kept = (home or found.root / HOME_FOLDER / pipeline.id).resolve()
    conf = run_parameters(pipeline, settings or {})
    installation = find_installation(airflow_python)
    with tempfile.TemporaryDirectory(prefix="airflow-llm-run-") as folder:
        workspace = Path(folder).resolve()
        date = datetime.now(UTC).replace(microsecond=0)
        plan = Planner(pipeline, {}, workspace / "data", date, found.resources)
        tables = user_tables(plan, data_dir)
        job = _job(found, plan, tables, (workspace, _usable(kept)), conf)
        limits = Limits(timeout, memory_bytes)
        driven = drive([job], Worker(installation, workspace, limits), on_event)
        return _report(plan, driven, tables, kept)


def _usable(home: Path) -> Path:
    """The folder, made when it is missing. MachineError when nothing can be written there."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError as error:
        raise MachineError(
            f"cannot keep what the run leaves in {home}: {error.strerror or error}",
            hint="name a folder that you may write to with --home",
            place=str(home),
        ) from error


def run_parameters(pipeline: Pipeline, settings: Mapping[str, str]) -> dict[str, Any]:
    """`--set name=value` as the run's conf; values are JSON where they look like it. InputError for unknown names."""
    known = {parameter.name for parameter in pipeline.parameters}
    if any(step.kind == "validate" for step in pipeline.steps):
        known.add("on_invalid")
    conf: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in known:
            offer = f"it has {', '.join(sorted(known))}" if known else "it has none"
            raise InputError(f"{name!r} is no parameter of {pipeline.id}", hint=offer)
        try:
            conf[name] = json.loads(value)
        except ValueError:
            conf[name] = value
    return conf


def user_tables(plan: Planner, data_dir: Path) -> dict[str, pa.Table]:
    """The tables of the datasets that the pipeline reads. InputError names the files that are missing."""
    files = files_by_stem(data_dir)
    read = {name for step in plan.pipeline.steps for name in step.reads}
    tables: dict[str, pa.Table] = {}
    missing = []
    for name in plan.seeded:
        dataset = plan.pipeline.dataset(name)
        path = next((files[stem] for stem in _names(dataset) if stem in files), None)
        if path is not None:
            tables[name] = read_table(path)
        elif name in read:
            missing.append(next(iter(_names(dataset))))
    if missing:
        have = ", ".join(sorted(path.name for path in files.values()))
        raise InputError(
            f"no file for {', '.join(map(repr, missing))} in {str(data_dir)!r}",
            hint=f"call it like {missing[0]}.csv; the folder holds {have}",
        )
    return tables


def _names(dataset: Dataset) -> Iterator[str]:
    """What the file of a dataset may be called: like its table, its file, or the dataset itself."""
    location = dataset.location.rstrip("/").replace("\\", "/").rpartition("/")[2]
    if location:
        yield (Path(location).stem if dataset.kind == "file" else location.rpartition(".")[2].strip('"`')).casefold()
    yield dataset.name.casefold()


def _job(
    bundle: Bundle, plan: Planner, tables: Mapping[str, pa.Table], places: tuple[Path, Path], conf: dict[str, Any]
) -> dict[str, Any]:
    workspace, kept = places
    reasons = {step_id: reason for step_id, reason in plan.reasons.items() if not reason.startswith("hook:")}
    scenario = {
        "name": _RUN,
        "home": str(kept),
        "fresh": False,
        "logical_date": plan.date.isoformat(),
        "conf": conf,
        "replace": {step_id: plan.understudies.value(plan.pipeline.step(step_id)) for step_id in reasons},
        "before": plan.runs_before(),
        "seeds": plan.seeds(tables, workspace / "data"),
        "heads": _HEAD,
    }
    home = workspace / "bundle"
    return {
        "name": _RUN,
        "dag_id": bundle.id,
        "dags": str(copy_bundle(bundle, home / "dags")),
        "home": str(home),
        "environments": ["dev"],
        "connections": embedded_connections(bundle.pipeline),
        "scenarios": [scenario],
    }


def _report(plan: Planner, driven: Driven, tables: Mapping[str, pa.Table], home: Path) -> RunReport:
    observed = driven.bundles[_RUN]
    result = observed.results.get(_RUN, {"state": "not run", "tasks": [], "attempts": [], "stores": {}, "home": ""})
    failures = [Failure(cause=problem) for problem in observed.problems]
    for load in observed.loads:
        failures += load_failures("load", load["errors"])
    if "error" in result:
        failures.append(Failure(cause=result["error"].strip().splitlines()[-1], log=result["error"]))
        result = {"state": "failed", "tasks": [], "attempts": [], "stores": {}, "home": ""}
    failures += failing_tasks(_RUN, result) if result["tasks"] else []
    return RunReport(
        pipeline=plan.pipeline.id,
        state=result["state"],
        held=result["state"] == "success" and not failures,
        home=str(home),
        tasks=tuple(task_evidence(plan, result)) if result["tasks"] else (),
        tables=tuple(_written(plan, result)),
        quarantined=tuple(_quarantined(result)),
        messages=tuple(_messages(result)),
        failures=tuple(failures),
        inputs={name: table.num_rows for name, table in tables.items()},
        not_run=tuple(f"{step}: {why}" for step, why in plan.reasons.items() if not why.startswith("hook:")),
        sandbox=driven.guards,
        seconds=round(result.get("seconds", 0.0), 3),
    )


def _written(plan: Planner, result: Mapping[str, Any]) -> Iterator[TableView]:
    names = dict.fromkeys(name for step in plan.pipeline.steps for name in step.writes)
    for name in names:
        dataset = plan.pipeline.dataset(name)
        if dataset.staged:
            continue
        for data in stored(plan, dataset, result):
            yield _view(dataset.location or name, data)


def _quarantined(result: Mapping[str, Any]) -> Iterator[TableView]:
    """Those of this run: earlier ones stay in the folders of their intervals."""
    for name in result.get("fresh_files", ()):
        data = result["stores"].get(name)
        if data is not None and "/quarantine/" in name and data["rows"]:
            yield _view(name.rpartition("/")[2].removesuffix(".parquet"), data)


def _view(name: str, data: Mapping[str, Any]) -> TableView:
    return TableView(
        name=name,
        place=str(data.get("place", "")),
        rows=data["rows"] or 0,
        columns=tuple(str(column[0]) for column in data.get("columns", ())),
        head=tuple(tuple("" if value is None else str(value) for value in row) for row in data.get("head", ())),
    )


def _messages(result: Mapping[str, Any]) -> Iterator[str]:
    """What was sent to the stand-ins of chat and mail."""
    for request in result.get("requests", ()):
        body = request["body"]
        if request["path"].endswith("/chat.postMessage") and isinstance(body, dict):
            yield f"Slack {body.get('channel', '')}: {body.get('text', '')}"
    for mail in result.get("mails", ()):
        yield f"mail to {', '.join(mail['to'])}: {mail['subject']}"
