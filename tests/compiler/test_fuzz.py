"""Text is never code: whatever stands in a field or a description, the emitted code keeps its shape."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_llm.compiler.compile import Compilation, compile_pipeline, compile_source
from airflow_llm.errors import AirflowLLMError
from airflow_llm.readers.reading import Source
from airflow_llm.spec.document import dump, load
from airflow_llm.spec.pipeline import Pipeline

ATTACKS = (
    '"""', "'''", "\\", '\\"""', "'); import os; os.system('id')#", '"\n__import__("os").system("id")\n"',
    "{{ ti.xcom_pull() }}", "{% raw %}", "{# x", "$(id)", "`id`", "; DROP TABLE users; --", "<script>alert(1)</script>",
    "\x00\x1b[31m", "\u202eabc", "😀", "{x!r}", "%s %(a)s", "a: b\n- c", "!!python/object:os.system", "*/ --\n",
    "\r\nX: y",
    "${AIRFLOW_HOME}", "\ud800", "\u2028", "'" * 3 + '"' * 3, "f'{1}'", "# type: ignore",
)  # fmt: skip
hostile = st.one_of(
    st.sampled_from(ATTACKS),
    st.lists(st.sampled_from(ATTACKS), min_size=2, max_size=4).map("".join),
    st.text(st.characters(), min_size=1, max_size=60),
)
FUZZ = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def pipeline(text: str) -> Pipeline:
    """One step of each kind that carries text of people, with that text in every place that takes any."""
    alert: dict[str, Any] = {"connection": "slack", "target": text, "message": text}
    described = {"kind": "described", "text": text}
    return Pipeline.model_validate(
        {
            "id": "fuzzed",
            "title": text,
            "description": text,
            "owners": [text],
            "stakeholders": [text],
            "tags": ["tag"],
            "alerts": [alert],
            "parameters": [{"name": "word", "default": text, "description": text}],
            "connections": [
                {"name": "slack", "connector": "slack"},
                {"name": "api", "connector": "http"},
                {"name": "mail", "connector": "email"},
                {"name": "postgres", "connector": "postgres"},
            ],
            "datasets": [
                {"name": "source", "connection": "postgres", "location": "public.orders"},
                {"name": "staged", "description": text},
            ],
            "steps": [
                {
                    "id": "take",
                    "kind": "extract",
                    "reads": ["source"],
                    "writes": ["staged"],
                    "doc": text,
                    "title": text,
                },
                {"id": "check", "kind": "validate", "reads": ["staged"], "rules": [_rule(text)], "doc": text},
                {"id": "ask", "kind": "http", "connection": "api", "method": "POST", "path": "/x", "body": text},
                {"id": "tell", "kind": "notify", "connection": "slack", "target": text, "message": text},
                {
                    "id": "write",
                    "kind": "notify",
                    "connection": "mail",
                    "target": text,
                    "subject": text,
                    "message": text,
                },
                {"id": "own", "kind": "python", "doc": text, "title": text, "when": described, "owner": text},
                {"id": "call", "kind": "shell", "command": text},
                {"id": "box", "kind": "container", "image": "busybox", "command": [text], "environment": {"A": text}},
            ],
        }
    )


def _rule(text: str) -> dict[str, Any]:
    return {"rule": "allowed", "column": text, "values": [text]}


def shapes(compilation: Compilation) -> dict[str, str]:
    """The syntax of every Python file with all text taken out of it."""
    found = {}
    for name, text in compilation.emission.files.items():
        if name.endswith(".py"):
            tree = ast.parse(text)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    node.value = ""
            found[name] = ast.dump(tree)
    return found


@cache
def harmless(text: str = "word") -> dict[str, str]:
    return shapes(compile_pipeline(pipeline(text)))


@FUZZ
@given(text=hostile)
def test_no_text_of_a_spec_becomes_code(text: str) -> None:
    try:
        compilation = compile_pipeline(pipeline(text))
    except (AirflowLLMError, ValidationError):
        return
    # Recipients are told apart by commas, and a blank one is none: their number is all that a text decides.
    recipients = sum(bool(part.strip()) for part in text.split(","))
    expected = harmless(",".join(["word"] * recipients) or " ")
    changed = [name for name, shape in shapes(compilation).items() if shape != expected.get(name)]
    assert not changed, f"{text!r} changed the code of {changed}"
    assert load(*dump(compilation.pipeline)) == compilation.pipeline


@FUZZ
@given(text=hostile)
def test_no_text_of_a_description_becomes_code(text: str) -> None:
    words = f'Every day extract orders from Postgres, load them into Snowflake table a.b, post "{text}" to #x on Slack'
    try:
        compilation = compile_source(Source(words))
    except AirflowLLMError:
        return
    for name, code in compilation.emission.files.items():
        if name.endswith(".py"):
            tree = ast.parse(code)
            called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            assert not {"os.system", "__import__", "eval", "exec"} & called
    assert load(*dump(compilation.pipeline)) == compilation.pipeline


@FUZZ
@given(text=st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        compilation = compile_source(Source(text))
    except AirflowLLMError:
        return
    for name, code in compilation.emission.files.items():
        if name.endswith(".py"):
            ast.parse(code)


def test_a_megabyte_of_text_in_a_field_is_data_like_any_other() -> None:
    spec = pipeline("word").model_copy(update={"description": "lorem ipsum\n" * 85_000})
    assert set(shapes(compile_pipeline(spec))) == set(harmless())
