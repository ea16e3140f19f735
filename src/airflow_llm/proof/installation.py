"""The Airflow that proves: which Python has it, which version it is, and its migrated empty database."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from airflow_llm.errors import MachineError
from airflow_llm.sandbox.process import run

MIGRATE_SECONDS = 300.0
_PROBE = """
import json, sys
from importlib.metadata import PackageNotFoundError, distributions
found = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions() if d.metadata["Name"]}
print(json.dumps({"python": sys.version.split()[0], "packages": found}))
"""
_NEEDED = ("duckdb", "pyarrow", "airflow-provider-duckdb", "apache-airflow-providers-common-sql")


@dataclass(frozen=True)
class Installation:
    """One Python that has Airflow."""

    python: str
    python_version: str
    packages: Mapping[str, str]

    @property
    def version(self) -> str:
        """Airflow's version."""
        return self.packages["apache-airflow"]


def find_installation(python: str | Path | None = None) -> Installation:
    """What is installed in that Python (None: this one). MachineError when it cannot run a proof."""
    program = str(python or sys.executable)
    if os.path.dirname(program):
        # It is run in other folders; a symbolic link is what makes it the Python of its environment, so it stays.
        program = os.path.abspath(program)
    with tempfile.TemporaryDirectory(prefix="airflow-llm-") as folder:
        # The version alone must come from the other Python, so it is asked, not guessed.
        done = run([program, "-c", _PROBE], cwd=Path(folder), timeout=60.0, network="none")
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise MachineError(
            f"{program!r} is not a Python that can be run", hint="give the Python that has Airflow to --airflow-python"
        ) from None
    packages = answer["packages"]
    missing = [name for name in ("apache-airflow", *_NEEDED) if name not in packages]
    if missing:
        # The extra belongs to our own Python; another one may hold Airflow without us.
        wanted = " ".join(missing) if python else "'airflow-llm-orchestrator[airflow]'"
        raise MachineError(
            f"the Python {program!r} lacks {', '.join(missing)}, which the proof needs",
            hint=f"install it there: pip install {wanted}, or name another one with --airflow-python",
        )
    return Installation(program, answer["python"], packages)


def airflow_environment(home: Path) -> dict[str, str]:
    """The settings of an Airflow of our own in that folder: nothing of the user's, nothing that calls out."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "AIRFLOW__CORE__FERNET_KEY": "",
        # Airflow 3.2 asks for one before it looks whether anybody is to be let in by it.
        "AIRFLOW__API_AUTH__JWT_SECRET": token_hex(32),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__SECRETS__USE_CACHE": "False",
        "SCARF_ANALYTICS": "False",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }


def migrated_database(installation: Installation, cache: Path | None = None) -> Path:
    """The empty database of that Airflow version, migrated once and then kept in the cache folder."""
    facts = {name: value for name, value in installation.packages.items() if name.startswith("apache-airflow")}
    key = hashlib.sha256(repr((installation.python, sorted(facts.items()))).encode()).hexdigest()[:16]
    folder = cache or cache_folder()
    target = folder / f"airflow-{installation.version}-{key}.db"
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="airflow-llm-", dir=folder) as work:
        home = Path(work)
        done = run(
            [installation.python, "-m", "airflow", "db", "migrate"],
            cwd=home,
            env=airflow_environment(home),
            timeout=MIGRATE_SECONDS,
        )
        if done.returncode != 0:
            raise MachineError(
                f"Airflow {installation.version} could not make its database: {done.stderr[-2000:]}",
                hint=f"try `{installation.python} -m airflow db migrate` by hand",
            )
        _settle(home / "airflow.db", home / "settled.db")
        os.replace(home / "settled.db", target)
    return target


def cache_folder() -> Path:
    """Where what can be made again is kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "airflow-llm"


def _settle(database: Path, target: Path) -> None:
    """One file that holds everything, also what still lies in the write-ahead log, and the pool of the stand-ins."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute(
            "INSERT INTO slot_pool (pool, slots, description, include_deferred) VALUES ('embedded', 1, '', 0)",
        )
        copy.commit()
