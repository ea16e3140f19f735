"""Names, texts and durations."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from airflow_llm.spec.model import ColumnName, Duration, Identifier, Model, Tagged, Text, format_duration, tag_of
from airflow_llm.spec.steps import ExtractStep, MarkerStep
from tests.spec.strategies import durations

DURATION = TypeAdapter(Duration)


@given(value=durations)
def test_a_duration_is_read_back_as_it_was_written(value):
    text = format_duration(value)
    assert DURATION.validate_python(text) == value
    assert DURATION.dump_python(value) == text
    assert " " not in text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("1h30m", 5400), ("45s", 45), ("2d", 172800), ("90", 90), (90, 90), (1.5, 1.5), ("0.5h", 1800),
     ("1 h 30 M", 5400), ("PT10M", 600), ("0s", 0), ("0.0015s", 0.001)],
)  # fmt: skip
def test_spellings_of_a_duration(text, seconds):
    assert DURATION.validate_python(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "",
        "-5m",
        -1,
        True,
        "10x",
        "1e400",
        "9" * 400 + "d",
        1e300,
        float("nan"),
        float("inf"),
        "11y",
        "4000d",
        None,
        [],
        "10m!",
    ],
)
def test_what_is_not_a_duration_is_refused(value):
    with pytest.raises(ValidationError):
        DURATION.validate_python(value)


@pytest.mark.parametrize("name", ["A", "1a", "a-b", "class", "", "a" * 81, "a\n", "é", "_a", "a b"])
def test_what_is_not_a_name_is_refused(name):
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(name)


@given(text=st.text())
def test_any_text_is_taken_and_can_be_stored(text):
    taken = TypeAdapter(Text).validate_python(text)
    assert "\x00" not in taken
    assert TypeAdapter(Text).validate_python(taken) == taken
    taken.encode()


def test_column_names_are_any_text_up_to_255():
    assert TypeAdapter(ColumnName).validate_python('a "b" ') == 'a "b" '
    for name in ("", "x" * 256):
        with pytest.raises(ValidationError):
            TypeAdapter(ColumnName).validate_python(name)


def test_unknown_fields_are_refused_and_tags_always_dumped():
    with pytest.raises(ValidationError, match="Extra inputs"):
        MarkerStep(id="a", colour="red")
    assert MarkerStep(id="a").model_dump(exclude_defaults=True) == {"kind": "marker", "id": "a"}
    with pytest.raises(ValidationError, match="frozen"):
        ExtractStep(id="a").id = "b"


def test_every_member_of_a_union_keeps_its_tag():
    pending, untagged = [Model], []
    while pending:
        model = pending.pop()
        pending += model.__subclasses__()
        if tag_of(model) is not None and not issubclass(model, Tagged):
            untagged.append(model.__name__)
    assert not untagged
    assert MarkerStep(id="done").model_dump(exclude_defaults=True) == {"kind": "marker", "id": "done"}
