"""Values enter generated Python only as literals: whatever they hold, they come back as themselves and nothing else."""

import ast
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.targets.python import Expression, call, docstring, literal
from tests.spec.strategies import HOSTILE

texts = st.text(max_size=40) | st.sampled_from(HOSTILE) | st.text("'\"\\\n{}#nrx0", max_size=12)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts | st.binary()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(texts, inner, max_size=3)
)


@settings(deadline=None, max_examples=500)
@given(value=values)
def test_a_literal_is_the_value(value):
    assert repr(ast.literal_eval(literal(value))) == repr(value)


@settings(deadline=None, max_examples=200)
@given(value=texts)
def test_a_text_is_one_constant_on_one_line(value):
    code = literal(value)
    assert "\n" not in code
    assert isinstance(ast.parse(code, mode="eval").body, ast.Constant)


@settings(deadline=None, max_examples=500)
@given(text=texts)
def test_a_docstring_stays_one_string(text):
    body = ast.parse(f"def f():\n    {docstring(text)}\n").body
    assert len(body) == 1
    assert len(body[0].body) == 1
    shown = body[0].body[0].value
    assert isinstance(shown, ast.Constant)
    assert isinstance(shown.value, str)
    assert shown.value == docstring_text(text)


def docstring_text(text):
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()


@given(value=st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_a_timedelta_is_itself(value):
    assert eval(literal(value), {"timedelta": timedelta}) == value


def test_endless_numbers_and_own_expressions():
    assert literal(float("inf")) == 'float("inf")'
    assert literal(Expression("a.b")) == "a.b"
    assert literal([Expression("x"), "x"]) == '[x, "x"]'
    assert call("f", {"a": "it's", "b": (1,)}) == 'f(a="it\'s", b=(1,))'
    with pytest.raises(TypeError, match="no literal for object"):
        literal(object())
