"""Proves bundles: each is loaded and run by the real Airflow, on stand-ins, and judged against its spec."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_llm.compiler.find import Bundle, open_bundle
from airflow_llm.proof.connections import embedded_connections
from airflow_llm.proof.driver import Driven, Limits, OnEvent, Worker, drive
from airflow_llm.proof.evidence import Level, Proof
from airflow_llm.proof.implied import with_implied_tables
from airflow_llm.proof.installation import Installation, find_installation
from airflow_llm.proof.interval import data_interval, proof_date
from airflow_llm.proof.judge import Judge
from airflow_llm.proof.plan import Planner, Scenario
from airflow_llm.proof.sampled import as_sampled, from_outside
from airflow_llm.proof.shapes import with_later_columns
from airflow_llm.proof.sibling_dags import sibling_dags
from airflow_llm.proof.understudies import unproven_reasons
from airflow_llm.spec.pipeline import Pipeline

ROWS = 200


@dataclass(frozen=True)
class Options:
    """What all bundles of one proof have in common."""

    rows: int = ROWS
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    runs: bool = True


@dataclass(frozen=True)
class Case:
    """One bundle on its way through the proof."""

    name: str
    pipeline: Pipeline
    resources: Path
    plan: Planner
    scenarios: list[Scenario]
    job: dict[str, Any]


def prove(  # noqa: PLR0913  # what a caller may choose, each by keyword
    bundles: Sequence[Path],
    *,
    rows: int = ROWS,
    seed: int = 0,
    airflow_python: str | Path | None = None,
    timeout: float = Limits.timeout,
    memory_bytes: int | None = Limits.memory_bytes,
    write: bool = True,
    runs: bool = True,
    on_event: OnEvent | None = None,
) -> list[Proof]:
    """The proofs of the bundles, in order, all run in one warm process; each is also written to its `proof.json`.

    `rows` of sample data are made for each table from the `seed`; `timeout` is for one bundle. Without `runs`
    they are only loaded and compared with their specs. MachineError when there is no Airflow that can run them.
    """
    options = Options(rows, seed, Limits(timeout, memory_bytes), runs)
    installation = find_installation(airflow_python)
    with tempfile.TemporaryDirectory(prefix="airflow-llm-proof-") as folder:
        workspace = Path(folder).resolve()
        cases = [case_of(number, open_bundle(bundle), workspace, options) for number, bundle in enumerate(bundles)]
        worker = Worker(installation, workspace, options.limits)
        driven = drive([case.job for case in cases], worker, on_event)
        proofs = [_proof(case, driven, installation, options) for case in cases]
    if write:
        for case, proof in zip(cases, proofs, strict=True):
            proof.write(case.resources)
    return proofs


def case_of(number: int, bundle: Bundle, workspace: Path, options: Options) -> Case:
    """The bundle copied into the workspace, with its data, its scenarios and the job for the worker."""
    from airflow_llm.samples.data import sample_tables

    pipeline = with_implied_tables(bundle.pipeline)
    name = f"{number}-{pipeline.id}"
    home = workspace / name
    dags = copy_bundle(bundle, home / "dags")
    date = proof_date(pipeline)
    reasons = unproven_reasons(pipeline, bundle.resources)
    sampled = as_sampled(pipeline, reasons)
    tables = sample_tables(sampled, options.rows, options.seed, data_interval(pipeline, date))
    tables = with_later_columns(pipeline, tables, from_outside(pipeline, reasons))
    plan = Planner(pipeline, tables, home / "data", date, bundle.resources)
    scenarios = plan.scenarios() if options.runs else []
    job = {
        "name": name,
        "dag_id": pipeline.id,
        "dags": str(dags),
        "home": str(home),
        # The scenarios run in the last one.
        "environments": [*(item for item in pipeline.environments if item != "dev"), "dev"],
        "connections": embedded_connections(pipeline),
        "scenarios": [scenario.job for scenario in scenarios if scenario.job],
    }
    return Case(name, pipeline, bundle.resources, plan, scenarios, job)


def copy_bundle(bundle: Bundle, dags: Path) -> Path:
    """A DAGs folder that holds this bundle alone, and empty DAGs for those that it waits for or starts."""
    target = dags / "resources" / bundle.resources.name
    shutil.copytree(bundle.resources, target, ignore=shutil.ignore_patterns("__pycache__", "proof.json"))
    shutil.copyfile(bundle.dag_file, dags / bundle.dag_file.name)
    ignore = bundle.dag_file.parent / ".airflowignore"
    if ignore.is_file():
        shutil.copyfile(ignore, dags / ".airflowignore")
    for name, text in sibling_dags(bundle.pipeline).items():
        (dags / name).write_text(text, encoding="utf-8")
    return dags


def _proof(case: Case, driven: Driven, installation: Installation, options: Options) -> Proof:
    observed = driven.bundles[case.name]
    judge = Judge(case.plan, observed)
    judge.judge(case.scenarios)
    good = observed.results.get("good data", {})
    seconds = {name: round(result["seconds"], 3) for name, result in observed.results.items() if "seconds" in result}
    return Proof(
        pipeline=case.pipeline.id,
        level=_level(judge, good),
        held=not judge.failures,
        failures=tuple(judge.failures),
        tasks=tuple(judge.tasks),
        rules=tuple(judge.rules),
        branches=tuple(judge.branches),
        alerts=tuple(judge.alerts),
        mappings=tuple(judge.mappings),
        results=tuple(judge.results),
        replay_same=judge.replay_same,
        kill_replay_same=judge.kill_replay_same,
        appends=tuple(dict.fromkeys(judge.appends)),
        not_proven=tuple(dict.fromkeys(judge.not_proven)),
        rows=options.rows,
        seed=options.seed,
        logical_date=case.plan.date.isoformat(),
        versions={**driven.versions, "apache-airflow": installation.version},
        sandbox=driven.guards,
        limits={"seconds": options.limits.timeout, "memory_mib": (options.limits.memory_bytes or 0) / 2**20},
        seconds=seconds,
    )


def _level(judge: Judge, good: Mapping[str, Any]) -> Level:
    if not judge.loaded:
        return "not loaded"
    if judge.failures or good.get("state") != "success":
        return "loaded"
    return "partly proven" if judge.plan.reasons or judge.appends else "proven on stand-ins"
