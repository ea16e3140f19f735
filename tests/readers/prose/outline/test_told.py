"""Long texts of many layouts: which tasks they declare, and the order that their words say."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.readers.prose.outline.mentions.matching import Mentions, Named, paired
from airflow_llm.readers.prose.outline.order.running_text import told_in_prose
from airflow_llm.readers.prose.outline.reader import READER
from airflow_llm.readers.prose.outline.reading import read_outline
from airflow_llm.readers.prose.outline.tasks.catalogue import catalogue_of
from airflow_llm.readers.reading import Source
from tests.readers.prose.outline.test_outline import reduced

FOLDER = Path(__file__).parent / "told"
EXPECTED = yaml.safe_load((FOLDER / "expected.yml").read_text(encoding="utf-8"))


def text_of(name):
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_tasks_and_order(name):
    text = text_of(name)
    assert READER.claims(Source(text)) >= 0.7
    pipeline = read_outline(text).pipeline
    assert reduced(pipeline) == set(EXPECTED[name])
    assert {step.id for step in pipeline.steps} == {end for edge in EXPECTED[name] for end in edge.split(">")}


def test_what_only_the_list_says_is_less_sure():
    text = text_of("festival_bullets.md")
    guessed = "\n".join(
        line.partition(" \u2013 ")[0] + " \u2013 some work." if "`" in line else line for line in text.splitlines()
    )
    assert read_outline(guessed).confidence < read_outline(text).confidence


def test_a_head_may_name_several_tasks():
    entries = catalogue_of(
        "## Parts\n\n### `dump_a`, `dump_b`\nOne BashOperator each.\n\n### `join_dumps`\nPythonOperator.\n"
    ).entries
    assert [entry.id for entry in entries] == ["dump_a", "dump_b", "join_dumps"]
    assert entries[0].row == entries[1].row


def test_loose_mentions():
    mentions = Mentions([Named("load_a"), Named("load_b"), Named("join_rows", "Row Join"), Named("encrypt_disk")])
    assert mentions.loose("both loads") == ("load_a", "load_b")
    assert mentions.loose("the three loads") == ()
    assert mentions.loose("the join and the encryption") == ("join_rows", "encrypt_disk")
    assert mentions.loose("the weather") == ()


def test_lanes_are_paired_by_what_their_names_share():
    assert paired(["get_x", "get_y"], ["put_y", "put_x"], lanes=True) == [("get_y", "put_y"), ("get_x", "put_x")]
    assert len(paired(["get_x", "get_y"], ["put_y", "put_x"], lanes=False)) == 4


def test_other_identifiers_of_running_text_are_no_tasks():
    telling = told_in_prose(text_of("vaccine_essay"))
    assert not {"cold_chain_audit", "qms_api"} & set(telling.ups)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="ab_ `#-|>[](){},.:\n→├─└X1", max_size=400))
def test_any_text_is_read(text):
    catalogue_of(text)
    told_in_prose(text)
