"""Code that ruff's Airflow rules, pyflakes or the Python parser complain about.

## What it finds
What `ruff check --select AIR,F,E9 --preview` reports for the Python files of the bundle: names that Airflow 3
removed, moved or deprecates, undefined names, unused imports.

## Why it hurts
A removed name breaks the DAG now, a deprecated one with the next Airflow; an undefined name fails the task when
it runs.

## Example
```py
from airflow import DAG
```

## Use instead
```py
from airflow.sdk import DAG
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow_llm.checks.check import Files
from airflow_llm.checks.rules import removed_airflow_name
from airflow_llm.checks.source import parse
from airflow_llm.errors import MachineError
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "airflow-lint"
deep = True
_SELECT = "AIR,F,E9"
_FAILED = 2
_ERRORS = ("AIR3", "F82", "F63", "F7", "E9")
_STILL_WORKS = "It still works"


def check_files(pipeline: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every finding of ruff, but for places that our own check of removed names has reported already."""
    python = {path: text for path, text in files.items() if path.endswith(".py") and parse(text) is not None}
    if not python:
        return
    known = {(found.place.file, found.place.line) for found in removed_airflow_name.check_files(pipeline, python)}
    for path, finding in _ruff(python):
        place = Place(file=path, line=finding["location"]["row"], column=finding["location"]["column"])
        rule = str(finding["code"] or "")
        if (path, place.line) in known and rule.startswith("AIR"):
            continue
        serious = rule.startswith(_ERRORS) and _STILL_WORKS not in finding["message"]
        fix = (finding.get("fix") or {}).get("message") or ""
        yield Diagnostic(
            code=code,
            severity="error" if serious else "warning",
            message=f"{rule}: {finding['message']}",
            place=place,
            why="it breaks the DAG, its task or the next upgrade of Airflow",
            hint=fix or f"see {finding.get('url') or 'the documentation of ruff'}",
        )


def _ruff(python: Files) -> list[tuple[str, dict[str, Any]]]:
    """What ruff says about copies of the files in an empty folder, so that no configuration nearby counts."""
    import json
    import subprocess
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        paths = {str(root / f"{number}.py"): path for number, path in enumerate(sorted(python))}
        for copy, path in paths.items():
            Path(copy).write_text(python[path], encoding="utf-8")
        options = ["--isolated", "--no-cache", "--preview", "--select", _SELECT, "--target-version", "py311"]
        command = [find_ruff_bin(), "check", *options, "--output-format", "json", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - fixed words
    if done.returncode == _FAILED:
        raise MachineError(f"ruff could not check the bundle: {done.stderr.strip()[:500]}", hint="reinstall ruff")
    return [(paths[finding["filename"]], finding) for finding in json.loads(done.stdout)]
