"""Slips in the names of systems are corrected and said; ordinary words and names are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.lexicon import lines_of, systems, verbs, words
from airflow_llm.readers.prose.slips import near_system, near_verb
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read

VOCABULARY = (
    Path(__file__).parents[3] / "src" / "airflow_llm" / "readers" / "prose" / "tagger" / "trained" / "vocabulary.txt"
)
OUTLINE = """Pipeline: parcels

1. pull_parcels
   - Objective: read the parcels of the day
   - Input: table parcels in Postgers
   - Output: parcels.parquet
2. load_parcels
   - Objective: load the parcels
   - Input: parcels.parquet
   - Output: table parcels in Snowfalke
"""


def slips_of(name: str) -> list[str]:
    """A letter missing, doubled, or swapped with the next one; the first one always stands."""
    missing = [name[:at] + name[at + 1 :] for at in range(1, len(name))]
    doubled = [name[: at + 1] + name[at:] for at in range(len(name))]
    swapped = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in range(1, len(name) - 1)]
    return sorted({*missing, *doubled, *swapped} - {name})


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("snowflke", "snowflake"),
        ("Snowfalke", "snowflake"),
        ("postgers", "postgres"),
        ("Postgress", "postgres"),
        ("posgresql", "postgres"),
        ("bigqurey", "bigquery"),
        ("redhsift", "redshift"),
        ("databriks", "databricks"),
        ("salesfroce", "salesforce"),
        ("clikchouse", "clickhouse"),
        ("mysl", "mysql"),
        ("slcak", "slack"),
        ("kakfa", "kafka"),
        ("mognodb", "mongodb"),
        ("elasticsarch", "elasticsearch"),
        ("hubsopt", "hubspot"),
        ("tabelau", "tableau"),
        ("redshiftt", "redshift"),
    ],
)
def test_a_slip_is_the_system_and_is_said(wrong: str, meant: str) -> None:
    tokens = tokenise(f"copy the orders from {wrong} to S3")
    assert meant in [token.system.name for token in tokens.items if token.system]
    pipeline = read(Source(f"Copy the orders from {wrong} to S3 every day", by_rules=True)).pipeline
    said = [one.text for one in pipeline.assumptions if one.subject == "text"]
    # What the lexicon knows as a spelling of the name needs no correction.
    assert wrong.lower() in systems() or any(repr(wrong) in text for text in said)


def test_nearly_every_slip_of_a_long_name_is_found() -> None:
    wanted = [
        (slip, name)
        for name in systems()
        if name.isalpha() and len(name) >= 6
        for slip in slips_of(name)
        if slip not in systems() and slip not in verbs()
    ]
    lost = [slip for slip, name in wanted if systems().get(near_system(slip) or "") != systems()[name]]
    assert len(wanted) > 1000
    assert len(lost) < len(wanted) / 50, lost


def test_no_ordinary_word_is_a_slip_of_a_system() -> None:
    ordinary = [word for word in VOCABULARY.read_text(encoding="utf-8").split() if word.isalpha()]
    assert len(ordinary) > 20_000
    assert {word: near_system(word) for word in ordinary if word not in systems() and near_system(word)} == {}


@pytest.mark.parametrize("word", ["asset", "server", "delivery", "county", "producer", "reply", "stated", "timing"])
def test_an_ordinary_word_is_no_slip_of_a_verb(word: str) -> None:
    assert near_verb(word) is None


@pytest.mark.parametrize(
    "text", ["load the table snowflke from S3", "a view called postgers", "load public.snowflke and big_qurey"]
)
def test_names_are_left_alone(text: str) -> None:
    assert tokenise(text).slips == {}


def test_a_structured_description_says_its_slips() -> None:
    pipeline = read(Source(OUTLINE)).pipeline
    said = {one.text for one in pipeline.assumptions}
    assert {"'Postgers' is read as 'postgres'", "'Snowfalke' is read as 'snowflake'"} <= said


@pytest.mark.parametrize("wrong", ["slak", "slakc", "slcak"])
def test_a_slip_in_the_channel_of_an_alert_is_that_channel(wrong: str) -> None:
    pipeline = read(
        Source(f"Copy orders from MySQL to S3 daily, tell us on {wrong} if it fails", by_rules=True)
    ).pipeline
    assert [alert.connection for alert in pipeline.alerts] == ["slack"]
    assert f"'{wrong}' is read as 'slack'" in {one.text for one in pipeline.assumptions}


def test_a_short_slip_belongs_to_one_system_and_is_no_word_of_its_own() -> None:
    listed = [word for line in lines_of("system_slips") for word in line.partition(":")[2].split()]
    assert sorted(listed) == sorted(set(listed))
    assert not set(listed) & (set(verbs()) | set(systems()) | words("ordinary"))
