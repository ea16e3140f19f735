"""The pages that are made from facts are up to date, and what the pages name exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from docs.generate import DOCS, FILES, SENTENCE

ROOT = Path(__file__).parents[2]
EXTRA = re.compile(r"airflow-llm-orchestrator\[([a-z]+)\]")


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == FILES[name](), "run `python docs/generate.py`"


def test_the_demo_is_the_pipeline_of_the_picture() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "").replace("\\#", "#")
    assert f"DEMO_TEXT := {SENTENCE}\n" in makefile


def test_every_extra_that_is_named_exists() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    files = [ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.py")]
    named = {extra for path in files for extra in EXTRA.findall(path.read_text(encoding="utf-8"))}
    assert named == set(known)
