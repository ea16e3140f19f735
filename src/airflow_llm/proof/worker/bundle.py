"""Proves one bundle in this process: loads it for each environment, then runs its scenarios in order."""

from __future__ import annotations

import os
import shutil
import time
import traceback
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker import changes, database, engine, publishing, standins, stores
from airflow_llm.proof.worker.channel import Channel
from airflow_llm.proof.worker.facts import facts


def prove_bundle(bundle: dict[str, Any], template: Path, channel: Channel) -> None:
    """Run all of it; what was observed goes out as events."""
    home = Path(bundle["home"])
    database.after_fork()
    database.use(template, home / "airflow.db")
    os.environ["AIRFLOW_HOME"] = str(home)
    engine.use_dags(Path(bundle["dags"]))
    if not _load_everywhere(bundle, channel):
        return
    servers = standins.start()
    for scenario in bundle["scenarios"]:
        channel.send("scenario", name=bundle["name"], scenario=scenario["name"])
        position = channel.position()
        try:
            result = _run(bundle, scenario, servers, template, channel)
        except Exception:
            result = {"error": traceback.format_exc(limit=-6), "log": channel.tail(position)}
        channel.send("result", name=bundle["name"], scenario=scenario["name"], result=result)
        if result.get("state") != "success" and scenario.get("decides"):
            # What does not run on good data proves nothing on other data.
            return


def _load_everywhere(bundle: dict[str, Any], channel: Channel) -> bool:
    """Load the bundle as each environment would; the last is the one that the scenarios run in."""
    good = True
    for environment in bundle["environments"]:
        os.environ["DEPLOYMENT_ENVIRONMENT"] = environment
        started = time.perf_counter()
        bag = engine.load(Path(bundle["dags"]))
        errors = {str(place): str(text) for place, text in bag.import_errors.items()}
        found: dict[str, Any] = {}
        try:
            found = {dag_id: facts(dag) for dag_id, dag in bag.dags.items()}
        except Exception:
            errors["serialisation"] = traceback.format_exc(limit=-3)
        seconds = round(time.perf_counter() - started, 4)
        channel.send("loaded", name=bundle["name"], environment=environment, errors=errors, dags=found, seconds=seconds)
        good = good and not errors and bundle["dag_id"] in bag.dags
    return good


def _run(
    bundle: dict[str, Any], scenario: dict[str, Any], servers: standins.StandIns, template: Path, channel: Channel
) -> dict[str, Any]:
    home = Path(bundle["home"]) / "homes" / scenario["home"]
    if scenario.get("fresh"):
        shutil.rmtree(home, ignore_errors=True)
        servers.http.answers.clear()
    stores.seed(home, scenario.get("seeds", []), servers.http.answers)
    for item in scenario.get("disturb", []):
        stores.disturb(home, item)
    _enter(home, bundle["connections"], servers)
    servers.received.clear()
    values = {name: _filled(value, home) for name, value in scenario.get("replace", {}).items()}
    scenario = {**scenario, "replace": values}
    if scenario.get("kill_at") is not None:
        return _run_killed(bundle, scenario, home, template, channel)
    calls: list[dict[str, Any]] = []
    published: list[dict[str, str]] = []
    with publishing.watched(home, published):
        dag = _changed_dag(bundle, scenario, calls, channel)
        run = engine.run(
            dag, channel, logical_date=_date(scenario), conf=scenario.get("conf"), logs=scenario.get("logs")
        )
    bundle.setdefault("publishes", len(published))
    return {
        **asdict(run),
        "home": str(home),
        "calls": calls,
        "published": published,
        "requests": list(servers.received.requests),
        "mails": list(servers.received.mails),
        "stores": stores.dump(home, Path(bundle["home"]) / "dumps" / scenario["name"], scenario.get("heads", 0)),
        "fresh_files": [item["target"].removeprefix("embedded/") for item in published],
    }


def _filled(value: Any, home: Path) -> Any:
    """The value with the place of this scenario's data in its texts."""
    match value:
        case str():
            return value.replace("@HOME@", str(home))
        case list():
            return [_filled(item, home) for item in value]
        case dict():
            return {name: _filled(item, home) for name, item in value.items()}
    return value


def _enter(home: Path, connections: dict[str, str], servers: standins.StandIns) -> None:
    os.environ["AIRFLOW_HOME"] = str(home)
    places = {
        "@HOME@": str(home),
        "@HTTP_PORT@": str(servers.http.server_address[1]),
        "@SMTP_PORT@": str(servers.smtp.server_address[1]),
    }
    for connection_id, uri in connections.items():
        filled = uri
        for mark, value in places.items():
            filled = filled.replace(mark, value)
        os.environ[f"AIRFLOW_CONN_{connection_id.upper()}"] = filled


def _changed_dag(
    bundle: dict[str, Any], scenario: dict[str, Any], calls: list[dict[str, Any]], channel: Channel
) -> Any:
    bag = engine.load(Path(bundle["dags"]))
    for dag_id, date in scenario.get("before", []):
        engine.run(bag.dags[dag_id], channel, logical_date=datetime.fromisoformat(date) if date else None, conf=None)
    dag = bag.dags[bundle["dag_id"]]
    changes.no_waiting(dag)
    for task_id, value in scenario.get("replace", {}).items():
        if task_id in dag.task_dict:
            changes.replace(dag, task_id, value, calls)
    for task_id, items in scenario.get("map_over", {}).items():
        changes.map_over(dag, task_id, items)
    for task_id in scenario.get("fail", []):
        changes.fail(dag, task_id)
    return dag


def _run_killed(
    bundle: dict[str, Any], scenario: dict[str, Any], home: Path, template: Path, channel: Channel
) -> dict[str, Any]:
    """Run in a fork with a database of its own, and let it die at the rename (-1: the last of the first run)."""
    total = bundle.get("publishes", 0)
    at = scenario["kill_at"] if scenario["kill_at"] >= 0 else total - 1
    if total == 0 or (scenario["kill_at"] < 0 and at == 0):
        return {"state": "nothing to kill", "tasks": []}
    child = os.fork()
    if child == 0:
        try:
            database.after_fork()
            database.use(template, Path(bundle["home"]) / "killed.db")
            with publishing.watched(home, [], kill_at=at):
                dag = _changed_dag(bundle, scenario, [], channel)
                engine.run(dag, channel, logical_date=_date(scenario), conf=scenario.get("conf"))
        finally:
            os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"state": "killed" if code == publishing.KILLED else "survived", "tasks": []}


def _date(scenario: dict[str, Any]) -> datetime | None:
    date = scenario.get("logical_date")
    return datetime.fromisoformat(date) if date else None
