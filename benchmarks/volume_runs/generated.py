"""Runs the generated DAG once in a warm Airflow; prints seconds, processor seconds and the peak of memory as JSON.

usage: python generated.py DAG_FILE      (beside it warm_up.py; AIRFLOW_HOME and the connections in the environment)
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag

file = Path(sys.argv[1])
dags = DagBag(dag_folder=str(file.parent), safe_mode=False, load_op_links=False).dags
dags["warm_up"].test()
begin, processor = time.perf_counter(), time.process_time()
run = dags[file.stem].test(logical_date=datetime(2026, 3, 2, 5, 30, tzinfo=UTC))
seconds, processor = time.perf_counter() - begin, time.process_time() - processor
tasks = {task.task_id: (task.end_date - task.start_date).total_seconds() for task in run.get_task_instances()}
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
answer = {"state": str(run.state), "seconds": seconds, "processor": processor, "peak_mb": peak, "tasks": tasks}
print("\n" + json.dumps(answer))
