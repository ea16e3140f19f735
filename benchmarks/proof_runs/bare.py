"""Runs a DAG again and again with Airflow's own `dag.test()` in one warm process; prints the seconds of each as JSON.

usage: python bare.py DAG_FILE REPEAT      (AIRFLOW_HOME and the connections are in the environment)
"""

import json
import sys
import time
from datetime import UTC, datetime

from airflow.dag_processing.dagbag import DagBag

dag = next(iter(DagBag(dag_folder=sys.argv[1], safe_mode=False, load_op_links=False).dags.values()))
seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.perf_counter()
    run = dag.test(logical_date=datetime(2026, 3, 2, 5, 30, tzinfo=UTC))
    seconds.append(time.perf_counter() - begin)
    if str(run.state) != "success":
        raise SystemExit(f"the run ended as {run.state}")
print("\n" + json.dumps({"seconds": seconds}))
