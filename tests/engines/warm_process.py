"""A process that imported Airflow once: `python … WORKSPACE TEMPLATE`, then one run of a bundle for each line of input.

It is the proof's worker without its sandbox: these runs reach real servers of this machine. Each run happens in a fork
with a database of its own, so that it may be killed.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker import changes, database, engine, publishing, zygote
from airflow_llm.proof.worker.channel import Channel


def run(request: dict[str, Any], template: Path, channel: Channel) -> dict[str, Any]:
    """`dag.test()` of the bundle in its environment, on its data."""
    home = Path(request["home"])
    home.mkdir(parents=True, exist_ok=True)
    channel.redirect(home / "run.log")
    database.after_fork()
    (home / "airflow.db").unlink(missing_ok=True)
    database.use(template, home / "airflow.db")
    os.environ.update({"AIRFLOW_HOME": str(home), **request["environment"]})
    folder = Path(request["dag_file"]).parent
    engine.use_dags(folder)
    bag = engine.load(folder)
    if bag.import_errors:
        raise RuntimeError(f"the bundle does not load: {bag.import_errors}")
    (dag,) = bag.dags.values()
    changes.no_waiting(dag)
    published: list[dict[str, str]] = []
    date = datetime.fromisoformat(request["logical_date"])
    with publishing.watched(home, published, kill_at=request["kill_at"]):
        done = engine.run(dag, channel, logical_date=date, conf=request["conf"])
    return {**asdict(done), "published": [item["target"] for item in published]}


def serve(workspace: Path, template: Path) -> None:
    channel = Channel(workspace / "warm.log")
    zygote._warm(workspace, template)
    channel.send("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 0
            try:
                channel.send("result", result=run(json.loads(line), template, channel))
            except BaseException:
                code = 1
                channel.send("crash", error=traceback.format_exc())
            finally:
                os._exit(code)
        channel.send("done", code=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
