"""`read --trace`: every stage, in the terminal, in a pipe and for a machine."""

from __future__ import annotations

import json

import pytest

from .conftest import SENTENCE, SPEC, Process, Run

STAGES = ("1 text", "2 clauses", "3 recognised", "4 links", "5 assembly", "6 judgement")


def test_every_stage_is_printed_in_order(run: Run) -> None:
    result = run("read", SENTENCE, "--trace")
    assert result.exit_code == 0, result.output
    places = [result.output.index(stage) for stage in STAGES]
    assert places == sorted(places)
    for words in (
        "task       “join them”  joined by comma  -> join_customers_orders",
        "schedule   “Every weekday at 6:30 Berlin time”  is cron, timezone Europe/Berlin",
        "join_customers_orders -> load_result  the order of the text",
        "schedule.timezone = Europe/Berlin  “Berlin time”",
        "steps.load_result.mode = replace  assumed: each run replaces the whole target",
        "taken      grammar: grammar and network see the same graph",
    ):
        assert words in result.output


def test_without_it_no_stage_is_printed(run: Run) -> None:
    assert "6 judgement" not in run("read", SENTENCE).output


def test_a_machine_gets_the_stages_as_data(run: Run) -> None:
    data = json.loads(run("read", SENTENCE, "--trace", "--json").stdout)
    trace = data["trace"]
    assert {"clauses", "recognised", "links", "steps", "slots", "candidates", "chosen", "why"} <= set(trace)
    assert [one["step"] for one in trace["steps"]] == [task["id"] for task in data["tasks"]]
    assert {(one["before"], one["after"]) for one in trace["links"]} == {
        (up, task["id"]) for task in data["tasks"] for up in task["upstream"]
    }
    assert "trace" not in json.loads(run("read", SENTENCE, "--json").stdout)


def test_a_pipe_gets_plain_text(process: Process) -> None:
    done = process("read", SENTENCE, "--trace", FORCE_COLOR="")
    assert "\x1b" not in done.stdout
    assert "4 links" in done.stdout


def test_a_spec_has_nothing_to_trace(run: Run) -> None:
    assert "there are no stages" in run("read", SPEC, "--trace").output
    assert json.loads(run("read", SPEC, "--trace", "--json").stdout)["trace"] is None


@pytest.mark.parametrize("hostile", ["\x1b[31mred\x1b[0m", "[bold]markup[/bold]", "\u202ereversed"])
def test_hostile_text_does_nothing_to_the_terminal(run: Run, hostile: str) -> None:
    result = run("read", f"Every day load {hostile} orders from Postgres into Snowflake", "--trace")
    assert "Traceback" not in result.output
    assert "\x1b[31m" not in result.output
    assert "\u202e" not in result.output
