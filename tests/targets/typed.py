"""What mypy finds in generated code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What a pipeline of the tests imports and nobody has installed.
_MISSING = ("[import-untyped]", "[import-not-found]")


def type_errors(dags: Path, files: Iterable[Path], tmp_path: Path) -> list[str]:
    """The errors in those files of a `dags` folder, in mypy's words; strictly, as in our own code.

    mypy starts from a copy of what it knows since it checked our own code, with the same settings: reading all of
    Airflow takes it a minute.
    """
    cache = tmp_path / "mypy-cache"
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", cache)
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--namespace-packages", "--explicit-package-bases"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", str(cache), *map(str, files)],
        cwd=dags,
        env={"MYPYPATH": str(dags), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Success" in done.stdout or "Found" in done.stdout, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if ": error:" in line and not line.endswith(_MISSING)]
