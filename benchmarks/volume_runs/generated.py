"""Runs the generated DAG once in Airflow and prints seconds and the peak of resident memory as JSON.

usage: python generated.py DAG_FILE      (AIRFLOW_HOME and the connections are in the environment)
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime

from airflow.dag_processing.dagbag import DagBag

bag = DagBag(dag_folder=sys.argv[1], safe_mode=False, load_op_links=False)
dag = next(iter(bag.dags.values()))
begin = time.perf_counter()
run = dag.test(logical_date=datetime(2026, 3, 2, 5, 30, tzinfo=UTC))
seconds = time.perf_counter() - begin
tasks = {task.task_id: (task.end_date - task.start_date).total_seconds() for task in run.get_task_instances()}
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
print("\n" + json.dumps({"state": str(run.state), "seconds": seconds, "peak_mb": peak, "tasks": tasks}))
