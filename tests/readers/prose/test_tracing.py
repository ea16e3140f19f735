"""A reading that says how it came about: each stage by itself, and that asking changes nothing."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from airflow_llm.readers.prose.clauses import split
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.findings import find_all
from airflow_llm.readers.prose.linking.link import link
from airflow_llm.readers.prose.linking.reasons import Rule, Watcher, measured
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.recognising.recognise import recognise
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.readers.registry import read
from airflow_llm.readers.trace import Trace
from airflow_llm.spec.graph import edges

SHOP = (
    "Every weekday at 6:30 Berlin time pull the sales from MySQL, check that sale_id is unique, then load them into "
    "snowflke table mart.sales. Retry twice, 10 minutes apart. Tell #shop on Slack if it fails."
)
DISPUTED = (
    "Before loading the sales into Redshift, validate them. First fetch sales from MySQL; meanwhile email the team."
)
OUTLINES = Path(__file__).parent / "outline" / "texts"


def trace_of(text: str, *, by_rules: bool = True) -> Trace:
    trace = read(Source(text, by_rules=by_rules, traced=True)).trace
    assert trace is not None
    return trace


def test_nobody_pays_for_a_trace_that_nobody_asked_for() -> None:
    assert read(Source(SHOP)).trace is None


@pytest.mark.parametrize("by_rules", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        DISPUTED,
        "load_a -> load_b -> load_c\nload_b -> load_d",
        (OUTLINES / "branch_three.txt").read_text(encoding="utf-8"),
    ],
)
def test_a_traced_reading_is_the_reading(text: str, by_rules: bool) -> None:
    _same(text, by_rules=by_rules)


def test_a_ring_is_cut_where_the_plain_reading_cuts_it() -> None:
    _same("Load the orders, then clean them. The load waits for the report. The report comes after the cleaning.")


def _same(text: str, *, by_rules: bool = True) -> None:
    source = Source(text, by_rules=by_rules)
    plain, traced = read(source), read(replace(source, traced=True))
    other = None if traced.other is None else replace(traced.other, trace=None)
    assert replace(traced, trace=None, other=other) == plain


def test_a_trace_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        trace_of(SHOP).why = "because"  # type: ignore[misc]  # that it is refused is what is tested


def test_the_text_is_the_normalised_one() -> None:
    assert trace_of("COPY ALL THE TICKETS FROM MYSQL TO S3").text == "copy all the tickets from mysql to s3"


def test_clauses_say_what_they_are_and_which_steps_they_ask_for() -> None:
    seen = trace_of("If the total is over 100, load the file into Redshift; after that train the model.").clauses
    assert [(clause.sort, clause.steps) for clause in seen] == [
        ("condition", ()),
        ("task", ("load_file_redshift",)),
        ("task", ("train_model",)),
    ]
    assert all(SHOP[clause.start :].startswith(clause.words.split()[0]) for clause in trace_of(SHOP).clauses)


@pytest.mark.parametrize(
    ("what", "words", "meaning"),
    [
        ("schedule", "Every weekday at 6:30 Berlin time", "cron, timezone Europe/Berlin, expressions 30 6 * * 1-5"),
        ("system", "MySQL", "mysql (sql)"),
        ("slip", "snowflke", "snowflake"),
        ("rule", "sale_id is unique", "unique, columns sale_id"),
    ],
)
def test_what_is_recognised_has_its_words_and_its_meaning(what: str, words: str, meaning: str) -> None:
    found = {one.what: one for one in reversed(trace_of(SHOP).recognised)}
    assert (found[what].words, found[what].meaning) == (words, meaning)
    assert SHOP[found[what].start :].startswith(words)


def test_policies_and_conditions_are_recognised() -> None:
    found = {(one.what, one.meaning) for one in trace_of(SHOP).recognised}
    assert any(what == "retries" and "count 2" in meaning for what, meaning in found)
    assert any(what == "alert" and "#shop" in meaning for what, meaning in found)
    branch = trace_of("If the row count is over 100 then run the full refresh, otherwise do the incremental load.")
    assert [one.words for one in branch.recognised if one.what == "condition"] == [
        "the row count is over 100",
        "otherwise",
    ]


@pytest.mark.parametrize(
    ("text", "edge", "rule"),
    [
        ("Fetch a.csv, clean it.", ("fetch", "clean"), "the order of the text"),
        ("Fetch a.csv, then clean it.", ("fetch", "clean"), "“then”"),
        (
            "Load it only after validating the rows.",
            ("validate_rows", "load"),
            "said to come first, behind the step that waits for it",
        ),
        ("step_c needs step_a and step_b", ("step_b", "step_c"), "an order that the text states"),
        (
            "Truncate the table; meanwhile download the file. Load it.",
            ("download_file", "load"),
            "the order of the text",
        ),
        (
            "If the row count is over 100 then run the full refresh, otherwise do the incremental load.",
            ("check_row_count_over_100", "run_full_refresh"),
            "a way of the choice",
        ),
        (
            "Count the rows. If the row count is over 100 then run the full refresh.",
            ("count_rows", "check_row_count_over_100"),
            "the choice follows what stands before it",
        ),
    ],
)
def test_each_edge_says_its_rule(text: str, edge: tuple[str, str], rule: str) -> None:
    links = {(one.before, one.after): one for one in trace_of(text).links}
    assert edge in links, sorted(links)
    assert links[edge].rule == rule


def test_the_words_in_front_are_those_of_the_edge() -> None:
    links = {
        (one.before, one.after): one for one in trace_of("Pull x from S3. After pulling x, train the model.").links
    }
    assert [(one.rule, one.words) for one in links.values()] == [("said in front of the step", "After pulling x")]


def test_an_edge_of_the_grammar_is_as_sure_as_its_rule_was_measured_to_be() -> None:
    shares = measured()
    assert set(shares) - {""} <= set(Rule)
    links = trace_of("Fetch a.csv, then clean it. Train the model.").links
    assert [one.confidence for one in links] == [shares["“then”"], shares["the order of the text"]]


@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        "extract a, then clean it, then load it",
        "before loading the rows into S3, validate them",
        "for the shop: pull orders, clean them. for the app: pull events, clean them. then join both",
        "run dbt. if the tests pass publish the mart, otherwise page the team. finally delete the staging files",
        "x waits for y. y waits for z. in the end tell the team",
    ],
)
def test_the_watched_linker_links_as_the_other_and_knows_every_edge(text: str) -> None:
    found = find_all(normalise(text))
    tokens = tokenise(normalise(text), found.spans()).items
    plain = link(recognise(split(tokens)))
    recognition = recognise(split(tokens))
    watcher = Watcher(recognition.drafts)
    watched = link(recognition, watcher)
    assert [draft.ups for draft in watched.drafts] == [draft.ups for draft in plain.drafts]
    drawn = {(id(watched.drafts[up]), id(draft)) for draft in watched.drafts for up in draft.ups}
    assert drawn == set(watcher.drawings)


def test_links_are_the_edges_of_the_pipeline() -> None:
    reading = read(Source(SHOP, traced=True))
    assert reading.trace is not None
    assert tuple((one.before, one.after) for one in reading.trace.links) == edges(reading.pipeline)


def test_assembly_says_the_words_of_each_slot_or_what_was_assumed() -> None:
    slots = {slot.subject: slot for slot in trace_of(SHOP).slots}
    assert slots["schedule"].words == "Every weekday at 6:30 Berlin time"
    assert slots["schedule.timezone"].value == "Europe/Berlin"
    assert (slots["defaults.retries"].value, slots["defaults.retry_delay"].value) == ("2", "10m")
    assert "Retry twice" in slots["defaults.retry_delay"].words
    assert "#shop" in slots["alerts.0"].words
    load = next(step.id for step in read(Source(SHOP)).pipeline.steps if step.kind == "load")
    assert slots[f"steps.{load}.mode"].words == ""
    assert slots[f"steps.{load}.mode"].rule.startswith("assumed: each run replaces")


def test_assembly_says_what_made_each_step() -> None:
    made = {one.kind: one for one in trace_of(SHOP).steps}
    assert made["extract"].words == "pull the sales from MySQL"
    assert made["extract"].rule == "the verb “pull” (get), a command"
    assert made["load"].confidence == 1.0


def test_the_judgement_weighs_grammar_and_network() -> None:
    both = trace_of(DISPUTED, by_rules=False)
    assert [one.reader for one in both.candidates] == ["grammar", "network"]
    assert both.chosen in ("grammar", "network")
    assert both.why
    alone = trace_of(DISPUTED)
    assert [one.reader for one in alone.candidates] == ["grammar"]
    assert alone.why == "the grammar was to read alone"


def test_the_network_gives_each_edge_and_task_a_score() -> None:
    text = "the churn thing: pandas job eats the crm dump, spits features, model refit on it, ppl get pinged"
    trace = trace_of(text, by_rules=False)
    if trace.chosen == "network":
        assert all(one.confidence is not None for one in trace.links)
        assert all(one.rule.startswith("the network: ") for one in trace.steps)


def test_what_is_not_understood_is_said() -> None:
    assert trace_of("Load a.csv into S3. The weather in Ghent frabs the lorries.").not_understood != ()


@pytest.mark.parametrize("name", ["arrows_only", "branch_three", "ml_training"])
def test_a_structured_description_says_its_stages(name: str) -> None:
    trace = trace_of((OUTLINES / f"{name}.txt").read_text(encoding="utf-8"))
    assert trace.chosen == "outline"
    assert all(one.rule for one in trace.links)
    assert {one.sort for one in trace.clauses} >= {"step"}
    assert all(one.rule for one in trace.steps)


def test_an_edge_of_a_description_quotes_the_line_that_draws_it() -> None:
    trace = trace_of((OUTLINES / "arrows_only.txt").read_text(encoding="utf-8"))
    link_ = next(one for one in trace.links if one.after == "purge_raw")
    assert (link_.before, link_.rule) == ("write_hourly", "the text writes the edge out")
    assert "write_hourly → purge_raw" in link_.words


def test_a_spec_has_no_stages() -> None:
    reading = read(Source("id: a\nsteps:\n  - {id: b, kind: marker}\n", traced=True))
    assert isinstance(reading, Reading)
    assert reading.trace is None
