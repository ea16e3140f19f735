"""One process that has imported and warmed Airflow once; each bundle is proven in a fork of it.

A fork starts warm, in milliseconds, and whatever a bundle does to its process (modules, threads, open files, a crash)
ends with it.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker.channel import Channel

_POLL_SECONDS = 0.02
_WARM_DAG = """
from airflow.sdk import DAG, task

with DAG("airflow_llm_warm_up", schedule=None):

    @task
    def first() -> str:
        return "warm"

    @task
    def second(value: str) -> None:
        print(value)

    second(first())
"""


def serve(job: dict[str, Any]) -> None:
    """Prove the bundles of the job, one after the other; events go to standard output."""
    workspace = Path(job["workspace"])
    channel = Channel(workspace / "worker.log")
    started = time.monotonic()
    try:
        _warm(workspace, Path(job["template"]))
    except BaseException as error:
        channel.send("unusable", error=f"{type(error).__name__}: {error}", log=channel.tail())
        raise
    channel.send("ready", seconds=round(time.monotonic() - started, 3), versions=_versions())
    for bundle in job["bundles"]:
        _prove_in_fork(bundle, job, channel)


def _warm(workspace: Path, template: Path) -> None:
    from airflow_llm.proof.worker import database, engine, older_airflow

    dags = workspace / "warm"
    dags.mkdir(exist_ok=True)
    (dags / "warm_up.py").write_text(_WARM_DAG, encoding="utf-8")
    database.use(template, workspace / "warm.db")
    engine.use_dags(dags)
    older_airflow.share_api_server()
    dag = engine.load(dags).dags["airflow_llm_warm_up"]
    if str(dag.test().state) != "success":
        raise RuntimeError("Airflow could not run a DAG of two empty tasks")
    import duckdb

    duckdb.connect().close()
    # What is warm now stays: no fork needs to look through it for what could go.
    gc.collect()
    gc.freeze()


def _versions() -> dict[str, str]:
    from importlib.metadata import distributions

    wanted = ("apache-airflow", "duckdb", "pyarrow", "airflow-provider-duckdb")
    found = {dist.metadata["Name"].lower(): dist.version for dist in distributions() if dist.metadata["Name"]}
    kept = {name: version for name, version in sorted(found.items()) if name.startswith(wanted)}
    return {"python": sys.version.split()[0], **kept}


def _prove_in_fork(bundle: dict[str, Any], job: dict[str, Any], channel: Channel) -> None:
    deadline = time.monotonic() + job["timeout"]
    channel.send("bundle", name=bundle["name"])
    child = os.fork()
    if child == 0:
        _be_the_child(bundle, job, channel)
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            channel.send("timeout", name=bundle["name"], seconds=job["timeout"])
            return
        time.sleep(_POLL_SECONDS)
    code = os.waitstatus_to_exitcode(status)
    channel.send("done", name=bundle["name"], code=code)


def _be_the_child(bundle: dict[str, Any], job: dict[str, Any], channel: Channel) -> None:
    """Never returns: a fork must not run what its parent would do next."""
    os.setpgid(0, 0)
    code = 0
    try:
        from airflow_llm.proof.worker.bundle import prove_bundle

        home = Path(bundle["home"])
        channel.redirect(home / "bundle.log")
        prove_bundle(bundle, Path(job["template"]), channel)
        if not job.get("keep"):
            shutil.rmtree(home / "scratch", ignore_errors=True)
    except BaseException:
        code = 1
        channel.send("crash", name=bundle["name"], error=traceback.format_exc())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
