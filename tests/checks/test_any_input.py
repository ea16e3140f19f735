"""Checks bear any file: they find or stay quiet, and never fail themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.checks.registry import check
from airflow_llm.spec.pipeline import Pipeline

EMPTY = Pipeline(id="orders")
PYTHON = sorted(Path(__file__).parent.glob("fixtures/*/*.py"))


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_as_any_file(text: str) -> None:
    names = ("dags/orders.py", "dags/resources/orders/a_function.py", "dags/resources/orders/requirements.txt", "a.sql")
    check(EMPTY, dict.fromkeys(names, text))


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: f"{path.parent.name}/{path.name}")
@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_torn_python(path: Path, data: st.DataObject) -> None:
    text = path.read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    check(EMPTY, {"dags/orders.py": text[:start] + text[end:]})


@pytest.mark.parametrize(
    "text", ["(" * 5000, "a" + ".b" * 20_000, "if " + "a." * 5000 + "b: pass", "\x00", "x = '\\d'", "not " * 5000 + "a"]
)
def test_deep_and_odd_python(text: str) -> None:
    check(EMPTY, {"dags/orders.py": text}, deep=True)
