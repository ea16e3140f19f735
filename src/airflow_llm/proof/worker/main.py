"""The entry of the worker: `python main.py JOB.json`, by path, in the Python that has Airflow.

The rest of the package is found without putting our site-packages on the path of the other Python.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def _make_importable() -> None:
    spec = importlib.util.spec_from_file_location(
        "airflow_llm", _PACKAGE / "__init__.py", submodule_search_locations=[str(_PACKAGE)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {_PACKAGE}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["airflow_llm"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.path.pop(0)
    _make_importable()
    from airflow_llm.proof.worker.zygote import serve

    serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
