"""Edits of a spec: what they change, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.spec.datasets import Column, Dataset
from airflow_llm.spec.diagnostic import Edit, Place, apply
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, MarkerStep
from tests.spec.strategies import pipelines


def base():
    return Pipeline(
        id="p",
        datasets=(Dataset(name="t", columns=(Column(name="a"),)),),
        steps=(LoadStep(id="load", reads=("s",), writes=("t",)), MarkerStep(id="end", after=("load",))),
    )


def edited(op, path, value=None):
    return apply(base(), [Edit(op=op, path=path, value=value)])


def test_set_add_and_remove():
    assert edited("set", "steps.load.mode", "append").step("load").mode == "append"
    assert edited("set", "steps.0.retries", 3).step("load").retries == 3
    assert edited("set", "steps.load.resources.cpu", 2).step("load").resources.cpu == 2
    assert edited("set", "defaults.retry_delay", "5m").defaults.retry_delay.seconds == 300
    assert edited("set", "datasets.t.columns.a.type", "date").dataset("t").columns[0].type == "date"
    assert edited("add", "steps", {"id": "x", "kind": "marker"}).steps[2].id == "x"
    assert edited("add", "steps.end", {"id": "x", "kind": "marker"}).steps[1].id == "x"
    assert edited("add", "environments", "qa").environments == ("prod", "staging", "dev", "qa")
    assert edited("add", "tags", "x").tags == ("x",)
    assert edited("remove", "steps.end").steps[-1].id == "load"
    assert edited("remove", "steps.end.after").step("end").after == ()
    assert edited("set", "schedule", {"kind": "cron", "expressions": ["@daily"]}).schedule.kind == "cron"


def test_edits_are_made_in_order():
    edits = [Edit(op="set", path="steps.end.id", value="done"), Edit(op="set", path="steps.done.title", value="T")]
    assert apply(base(), edits).step("done").title == "T"


@pytest.mark.parametrize(
    ("op", "path", "value"),
    [
        ("set", "steps.nobody.mode", "append"),
        ("set", "steps.load.mod", "append"),
        ("set", "steps.9.mode", "append"),
        ("set", "nothing.at.all", 1),
        ("set", "id.0", "x"),
        ("set", "id.x", "x"),
        ("set", "", 1),
        ("set", "steps.load.mode", "sideways"),
        ("set", "steps.end.id", "load"),
        ("add", "id", "x"),
        ("remove", "steps.load.mod", None),
        ("remove", "steps.nobody", None),
        ("remove", "id", None),
        ("remove", "steps.²", None),
    ],
)
def test_what_does_not_exist_or_is_not_valid_is_refused(op, path, value):
    with pytest.raises(InputError) as caught:
        edited(op, path, value)
    assert str(caught.value)


@settings(deadline=None, max_examples=60)
@given(pipeline=pipelines(), path=st.text("abdst.0149_", max_size=12), op=st.sampled_from(["set", "add", "remove"]))
def test_any_path_gives_a_spec_or_an_input_error(pipeline, path, op):
    try:
        assert isinstance(apply(pipeline, [Edit(op=op, path=path, value="x")]), Pipeline)
    except InputError as error:
        assert error.message  # noqa: PT017  # either outcome is right


@settings(deadline=None, max_examples=60)
@given(pipeline=pipelines())
def test_no_edit_is_no_change(pipeline):
    assert apply(pipeline, []) == pipeline


def test_places_read_like_a_compiler_says_them():
    assert str(Place(path="steps.load")) == "steps.load"
    assert str(Place(file="a.yml", line=3, column=1)) == "a.yml:3:1"
    assert str(Place(file="a.yml")) == "a.yml"
