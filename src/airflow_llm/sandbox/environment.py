"""The environment of a bounded child: what a program needs to start, and nothing that could be a secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

GUARD_FOLDER = Path(__file__).parent / "guard"
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZDIR")


def clean_environment(extra: Mapping[str, str], *, home: Path, network: str, token: str) -> dict[str, str]:
    """The few harmless variables of this process, `extra`, a home of its own and the network guard."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment.update(HOME=str(home), PYTHONNOUSERSITE="1", PYTHONDONTWRITEBYTECODE="1")
    environment.update(extra)
    paths = [str(GUARD_FOLDER), *filter(None, [environment.get("PYTHONPATH", "")])]
    environment.update(PYTHONPATH=os.pathsep.join(paths), AIRFLOW_LLM_NETWORK=network, AIRFLOW_LLM_SANDBOX=token)
    return environment
