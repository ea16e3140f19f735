"""Every golden pipeline: the same bytes as before, clean for ruff and mypy, and what Airflow sees is what was asked."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from airflow_llm.checks.registry import check
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.emitters import emit_step
from airflow_llm.targets.airflow.functions import one_of_many
from airflow_llm.targets.airflow.plan import Plan, make_plan
from airflow_llm.targets.airflow.trigger_rules import trigger_rules
from airflow_llm.targets.registry import find
from tests.targets import goldens
from tests.targets.conftest import Airflow
from tests.targets.typed import type_errors

ROOT = Path(__file__).parents[2]


def _plan(name: str) -> Plan:
    pipeline = goldens.pipeline(name)

    def takes_item(step: Step) -> bool:
        return step.for_each is not None and step.for_each.name in emit_step(pipeline, step).parameters

    return make_plan(pipeline, takes_item)


@pytest.mark.parametrize("name", goldens.NAMES)
def test_the_files_are_those_that_are_expected(name: str) -> None:
    assert goldens.emitted(name) == goldens.expected(name)


@pytest.mark.parametrize("name", goldens.NAMES)
def test_twice_is_the_same(name: str) -> None:
    assert goldens.emitted(name) == goldens.emitted(name)


@pytest.mark.parametrize("name", goldens.NAMES)
def test_people_may_edit_functions_and_sql_only(name: str) -> None:
    emission = find("airflow").emit(goldens.pipeline(name))
    assert emission.editable == {path for path in emission.files if path.endswith(("_function.py", ".sql"))}


@pytest.mark.parametrize("name", goldens.NAMES)
def test_the_checks_that_a_compilation_leaves_out_find_nothing_in_the_plumbing(name: str) -> None:
    pipeline = goldens.pipeline(name)
    emission = find("airflow").emit(pipeline)
    own = {path: text for path, text in emission.files.items() if path not in emission.plumbing}
    assert emission.plumbing == {path for path in emission.files if path.endswith("/staging.py")}
    assert check(pipeline, emission.files) == check(pipeline, own)


@pytest.mark.parametrize("name", goldens.NAMES)
def test_a_function_file_is_there_for_each_hook_and_no_other_step(name: str) -> None:
    pipeline = goldens.pipeline(name)
    hooks = {step.id for step in pipeline.steps if hook_reason(pipeline, step) is not None}
    expected = goldens.expected(name)
    files = [path.rpartition("/")[2] for path, text in expected.items() if "raise NotImplementedError" in text]
    written = {file.removesuffix("_function.py").removeprefix("if_") for file in files if not file.startswith("alert_")}
    assert written == hooks


def _ruff(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_formatter_changes_nothing() -> None:
    done = _ruff("format", "--isolated", "--diff", *map(str, goldens.FOLDER.glob(f"*/{goldens.EXPECTED}")))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("preview", [True, False])
def test_ruff_finds_nothing_also_with_airflow_rules(preview: bool) -> None:
    files = [str(path) for path in goldens.FOLDER.glob(f"*/{goldens.EXPECTED}/dags/**/*.py")]
    mode = "--preview" if preview else "--no-preview"
    # INP001: the folders of a bundle hold no __init__.py, on purpose.
    done = _ruff("check", "--config", "pyproject.toml", "--extend-select", "AIR", mode, "--ignore", "INP001", *files)
    assert done.returncode == 0, done.stdout


@pytest.mark.airflow
def test_mypy_finds_nothing(tmp_path: Path) -> None:
    for name in goldens.NAMES:
        for path, text in find("airflow").emit(goldens.pipeline(name)).files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    dags = tmp_path / "dags"
    files = [*dags.glob("*.py"), *dags.glob("resources/*/*_function.py")]
    problems = [line for line in type_errors(dags, files, tmp_path) if "/staging.py" not in line]
    assert problems == []


@pytest.mark.airflow
@pytest.mark.parametrize("name", goldens.NAMES)
def test_airflow_sees_the_tasks_and_edges_of_the_plan(airflow: Airflow, name: str) -> None:
    plan = _plan(name)
    found = airflow.load(plan.pipeline)
    assert found["errors"] == []
    tasks = found["dags"][name]["tasks"]
    assert set(tasks) == {node.id for node in plan.nodes}
    upstream = {(before, task) for task, facts in tasks.items() for before in facts["upstream"]}
    assert upstream == {(edge.before, edge.after) for edge in plan.edges}


@pytest.mark.airflow
@pytest.mark.parametrize("name", goldens.NAMES)
def test_airflow_sees_what_each_step_asks_for(airflow: Airflow, name: str) -> None:
    plan = _plan(name)
    pipeline = plan.pipeline
    facts = airflow.load(pipeline)["dags"][name]
    rules = trigger_rules(plan)
    for node in plan.nodes:
        task, step = facts["tasks"][node.id], node.step
        assert task["rule"] == rules.get(node.id, "all_success"), node.id
        if node.role != "step":
            continue
        retries = step.retries if step.retries is not None else pipeline.defaults.retries or 0
        assert task["retries"] == retries, node.id
        assert task["group"] == step.group, node.id
        assert task["mapped"] == (step.for_each is not None), node.id
        assert task["owner"] == (step.owner or ", ".join(pipeline.owners) or "airflow"), node.id
        for event in ("failure", "retry"):
            alerts = [alert for alert in (*pipeline.alerts, *step.alerts) if alert.on == event]
            assert len(task[f"{event}_callbacks"]) == len(alerts), (node.id, event)
        outside = [name for name in step.writes if not pipeline.dataset(name).staged]
        assert len(task["outlets"]) == len(outside), node.id


EXPECTED_SCHEDULES: dict[str, dict[str, Any]] = {
    "customer_orders": {"timetable": "CronTriggerTimetable", "start": "2025-12-31 23:00:00+00:00", "catchup": False},
    "hourly_increment": {"timetable": "CronDataIntervalTimetable"},
    "waiting": {"timetable": "DeltaTriggerTimetable", "start": "2026-01-01 05:00:00+00:00"},
    "nightly_work": {
        "timetable": "MultipleCronTriggerTimetable",
        "catchup": True,
        "max_active_runs": 3,
        "timeout": "4:00:00",
    },
    "alerting": {"timetable": "AssetTriggeredTimetable"},
    "asset_all": {"timetable": "AssetTriggeredTimetable"},
    "once_at": {"timetable": "OnceTimetable", "start": "2026-05-01 08:30:00+00:00"},
    "manual": {"timetable": "NullTimetable"},
}


@pytest.mark.airflow
@pytest.mark.parametrize("name", EXPECTED_SCHEDULES)
def test_airflow_sees_the_schedule(airflow: Airflow, name: str) -> None:
    facts = airflow.load(goldens.pipeline(name))["dags"][name]
    assert {key: facts[key] for key in EXPECTED_SCHEDULES[name]} == EXPECTED_SCHEDULES[name]


@pytest.mark.airflow
def test_airflow_sees_alerts_params_and_documentation(airflow: Airflow) -> None:
    alerting = airflow.load(goldens.pipeline("alerting"))["dags"]["alerting"]
    assert alerting["success_callbacks"] == ["HttpNotifier"]
    assert alerting["deadline"][0]["interval"]["__data__"] == 7200.0
    job = alerting["tasks"]["job"]
    assert job["failure_callbacks"] == ["SlackNotifier", "SmtpNotifier", "AlertPager", "SmtpNotifier"]
    assert job["success_callbacks"] == ["SlackNotifier"]
    release = airflow.load(goldens.pipeline("model_release"))["dags"]["model_release"]
    assert release["params"] == {"force": False, "region": "eu"}
    assert release["doc"].startswith("Model release.\n\nTrains on the newest orders")


@pytest.mark.parametrize("name", goldens.NAMES)
def test_nothing_of_ours_is_imported_and_resources_only_late(name: str) -> None:
    for path, text in goldens.expected(name).items():
        if not path.endswith(".py"):
            continue
        tree = ast.parse(text)
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not any(module.startswith("airflow_llm") for module in modules), path
        early = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert not any(module.startswith("resources") for module in early), path


def test_branches_that_write_the_same_dataset_are_told_apart() -> None:
    plan = _plan("branch_data")
    store = next(node for node in plan.nodes if node.id == "store")
    assert one_of_many(plan, store, "scored")
