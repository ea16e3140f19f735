"""Writes `docs/checks.md` from the checks themselves: `python docs/generate_checks.py`."""

from __future__ import annotations

from pathlib import Path

from airflow_llm.checks.check import SECTIONS, Check
from airflow_llm.checks.registry import describe

PAGE = Path(__file__).parent / "checks.md"
_HEAD = """# Checks

<!-- Written by docs/generate_checks.py from the checks themselves; change those, not this page. -->

`airflow-llm check` looks at a spec and at the files of its bundle and changes nothing. Each finding has a severity,
a place, what is wrong, why it hurts and what to do instead; `--fix` makes the edits that leave the meaning of the
pipeline as it is.

Errors make `check` fail. Warnings and notes do not. Another package adds checks of its own through the entry point
group `airflow_llm.checks`: each entry point names a module with a `code`, a docstring with the four sections that you
see below, and `check_pipeline(pipeline)` and / or `check_files(pipeline, files)`.
"""


def page() -> str:
    """The whole page."""
    members = describe()
    rows = [f"| [`{member.code}`](#{member.code}) | {_one_line(member.summary)} |" for member in members]
    table = "\n".join(["| check | what it is about |", "|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *(_chapter(member) for member in members)]).rstrip() + "\n"


def _chapter(member: Check) -> str:
    deep = "\n*Runs in `airflow-llm check` only, not while a pipeline is generated.*\n" if member.deep else ""
    sections = [f"### {title}\n\n{member.sections[title]}\n" for title in SECTIONS]
    return "\n".join([f"## {member.code}\n\n{member.summary}\n{deep}", *sections])


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
