"""Rings that only the order of the text closes, and choices of which nothing was understood."""

import pytest

from airflow_llm.errors import ContradictionError
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec import graph


def read(text: str) -> Reading:
    return READER.read(Source(text=text, by_rules=True))


@pytest.mark.parametrize(
    ("text", "first", "then"),
    [
        (
            "Letters are generated and sent to the print shop. Lost riders shall be excluded prior to the generation.",
            "exclude_lost_riders",
            "generate_letters",
        ),
        (
            "Query ageing: pull the query list, calculate the age of each query. The list itself is saved as q.csv "
            "after the calculation.",
            "calculate",
            "",
        ),
    ],
)
def test_an_order_that_only_the_text_s_sequence_makes_gives_way(text: str, first: str, then: str) -> None:
    pipeline = read(text).pipeline
    assert graph.cycle(pipeline) == ()
    early = next(step.id for step in pipeline.steps if step.id.startswith(first))
    if then:
        assert early in graph.ancestors(pipeline, next(step.id for step in pipeline.steps if step.id.startswith(then)))


def test_an_order_that_was_dropped_is_asked_for() -> None:
    text = "Letters are generated and sent to the print shop. Lost riders shall be excluded prior to the generation."
    assert any("Lost riders" in question.quote for question in read(text).pipeline.questions)


@pytest.mark.parametrize(
    "text",
    [
        "Load rides after the upload, and upload rides only after the load.",
        "Extract rides after loading them, and load rides after extracting them.",
    ],
)
def test_an_order_that_the_words_say_both_ways_is_refused(text: str) -> None:
    with pytest.raises(ContradictionError):
        read(text)


def test_a_choice_of_which_no_step_is_understood_is_told_and_left_out() -> None:
    reading = read(
        "Validate the recipe, sign it and transfer it to S3. In case of equality the machine is released. In case of "
        "inequality the last good recipe is used."
    )
    assert "choose" not in {step.kind for step in reading.pipeline.steps}
    assert any("equality" in found.message for found in reading.diagnostics)
