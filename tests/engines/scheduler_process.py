"""Airflow's own scheduler with the LocalExecutor, and the runs that it has to schedule: `python … JOB.json`.

The job's DAGs are stored as the DAG processor stores them, each gets its run, and then the scheduler works on them
until it is told to end.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any


def store_dags() -> None:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    if bag.import_errors:
        raise RuntimeError(f"the bundles do not load: {bag.import_errors}")
    sync_bag_to_db(bag, bundle.name, bundle.version)


def trigger(runs: list[dict[str, Any]]) -> None:
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.utils.types import DagRunTriggeredByType

    for run in runs:
        date = datetime.fromisoformat(run["logical_date"])
        trigger_dag(
            run["dag_id"],
            triggered_by=DagRunTriggeredByType.TEST,
            logical_date=date,
            # The data interval follows from it, as it does for a run that is triggered through the API.
            run_after=date,
            run_id=run["run_id"],
            conf=run["conf"],
        )


def wait_for(address: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def schedule() -> None:
    from airflow.jobs.job import Job, run_job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
    from airflow.utils.process_utils import set_component_mp_start_method
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded

    set_component_mp_start_method("scheduler")
    runner = SchedulerJobRunner(job=Job(), scheduler_idle_sleep_time=0.2)
    providers_configuration_loaded(lambda: run_job(job=runner.job, execute_callable=runner._execute))()


if __name__ == "__main__":
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    store_dags()
    wait_for(job["api"], job["seconds"])
    trigger(job["runs"])
    schedule()
