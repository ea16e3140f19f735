"""Runs inside Airflow: parses DAG files in turn in one warm process and prints the seconds of each parse as JSON.

usage: python warm.py REPEAT FILE [FILE …]
"""

import json
import sys
import time
from itertools import permutations

from airflow.dag_processing.dagbag import DagBag


def parse(path: str) -> float:
    begin = time.perf_counter()
    bag = DagBag(dag_folder=path, safe_mode=False, load_op_links=False)
    seconds = time.perf_counter() - begin
    if bag.import_errors or not bag.dags:
        raise SystemExit(f"{path}: {bag.import_errors}")
    return seconds


def main() -> None:
    repeat, files = int(sys.argv[1]), sys.argv[2:]
    for path in files * 3:
        parse(path)
    # Each parse frees what the one before it left: in one fixed order the same file would always pay for the largest.
    orders = list(permutations(files))
    rounds = [{path: parse(path) for path in orders[number % len(orders)]} for number in range(repeat)]
    print("\n" + json.dumps(rounds))


main()
