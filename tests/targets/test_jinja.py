from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from airflow_llm.targets.airflow.jinja import plain

_MARKS = ["{{", "}}", "{%", "%}", "{#", "#}", "{", "%", "\n", "\r", "\r\n", "x", " ", '"', "'", "\\", "ds", "{% raw %}"]


def _rendered(template: str) -> str:
    return SandboxedEnvironment(cache_size=0).from_string(template).render(x=1, ds="2026-01-01")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(_MARKS), max_size=12).map("".join) | st.text(max_size=40))
def test_the_template_renders_to_the_text(text: str) -> None:
    assert _rendered(plain(text)) == text


@pytest.mark.parametrize("name", ["./backup.sh", "select.sql", "mail.html", "x.{{ y }}.bash"])
def test_the_name_of_a_file_is_not_loaded(name: str) -> None:
    assert not plain(name).endswith((".sh", ".sql", ".html", ".bash"))
    assert _rendered(plain(name)) == name


def test_ordinary_text_stays_readable() -> None:
    assert plain("echo $HOME {x} 100%") == "echo $HOME {x} 100%"
