"""Our own layout and the formatter agree."""

from __future__ import annotations

import ast
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_llm.targets.airflow.imports import import_block
from airflow_llm.targets.airflow.layout import statement, width
from airflow_llm.targets.python import Expression, call, literal

_TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=150)
_WORDS = st.lists(
    st.sampled_from(["alpha", "beta's", 'say "so"', "ünï", "漢字漢字", "\\", "\n", "tab\t", "x" * 90]), max_size=30
)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _TEXT | _WORDS.map(" ".join)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(["pool", "retries", "a_rather_long_argument_name", "on_failure_callback"])
_CALLS = st.dictionaries(_NAMES, _VALUES, max_size=4).map(lambda arguments: call("function", arguments))


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True, encoding="utf-8").stdout


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(_CALLS, min_size=1, max_size=25))
def test_the_formatter_changes_nothing(calls: list[str]) -> None:
    lines = [line for source in calls for line in statement(f"value = {source}")]
    source = "\n".join(lines) + "\n"
    assert _formatted(source) == source


@settings(deadline=None)
@given(_VALUES, st.integers(0, 4))
def test_the_layout_keeps_the_value(value: object, depth: int) -> None:
    source = call("f", {"value": value})
    laid_out = "\n".join(line[4 * depth :] for line in statement(f"x = {source}", depth))
    assert ast.dump(ast.parse(laid_out)) == ast.dump(ast.parse(f"x = {source}"))


def test_chains_comprehensions_and_conditions_are_opened() -> None:
    long = "a_rather_long_name_for_something"
    sources = [
        f"def {long}({long}: str, other_{long}: list[str]) -> dict[str, str]:",
        f"{long} = {long}.partial({long}=1).expand({long}=[1, 2, 3])",
        f'{long} = {long}.partial(task_id="{long}", pool="{long}").expand(env=[{{"A": str(item)}} for item in [1, 2]])',
        f"if all([{long} > 1, {long} < 2, {long} != 3, {long} == 4]):",
        f'{long} = [{{"name": "{long}", "other": "{long}"}} for item in ["{long}", "{long} for x in y"]]',
    ]
    lines: list[str] = ["def outer():"]
    for source in sources:
        lines += statement(source, 1)
        if source.endswith(":"):
            lines += ["        pass", ""]
    text = "\n".join(lines).rstrip() + "\n"
    assert _formatted(text) == text


def test_imports_are_sorted_as_ruff_sorts_them() -> None:
    lines = [
        "import yaml",
        "import os",
        "from airflow.sdk import task, DAG, Asset",
        "from datetime import timedelta",
        "import pendulum",
        "from airflow.providers.slack.notifications.slack import SlackNotifier",
        "from pathlib import Path",
    ]
    source = "\n".join(import_block(lines)) + "\n"
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "I", "-"]
    assert subprocess.run(command, input=source, capture_output=True, text=True, check=False).returncode == 0
    assert _formatted(source) == source


def test_wide_characters_take_two_columns() -> None:
    assert width("漢字") == 4
    assert width("é") == 1
    assert literal("漢") == Expression('"漢"')
