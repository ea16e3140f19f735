"""The last resort for what our own layout cannot open: long operators and lambdas go through ruff itself."""

from __future__ import annotations

import re
import subprocess

from airflow_llm.targets.airflow.layout import WIDTH, width

_TEXT_ONLY = re.compile(r"""\s*(?:\w+=|"[^"]*": )?(["']).*\1,?""")
_SECONDS = 30


def formatted(source: str, code: list[str]) -> str:
    """The source as it is, or through ruff (some 20 ms) when one of the lines of code is too long to stay."""
    if not any(len(line) > WIDTH // 2 and width(line) > WIDTH and not _TEXT_ONLY.fullmatch(line) for line in code):
        return source
    from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

    done = subprocess.run(  # noqa: S603 - a fixed command of an installed package; the source is its input
        [find_ruff_bin(), "format", "--isolated", "--no-cache", "--stdin-filename", "dag.py", "-"],
        input=source,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=_SECONDS,
    )
    return done.stdout
