"""`explain`: the words, and the rule or score, behind each task, edge and value."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import SENTENCE, SPEC, Run


def test_a_task_says_its_words_its_rule_its_edges_and_its_values(run: Run) -> None:
    run("generate", SENTENCE)
    output = run("explain", "customer_orders", "load_result").output
    for words in (
        "words       “load the result into Snowflake table analytics.customer_orders”",
        "because     the verb “load” (put), a command",
        "before      join_customers_orders: the order of the text",
        "assumed     each run replaces the whole target",
    ):
        assert words in output


def test_the_whole_says_who_read_it_and_where_its_settings_come_from(run: Run) -> None:
    output = run("explain", SENTENCE).output
    for words in (
        "read by     grammar: grammar and network see the same graph",
        "schedule.timezone Europe/Berlin; “Berlin time”",
        "defaults.retries 2; “retry twice with 10 minutes in between”",
        "alerts.0    connection slack, target #data-alerts",
    ):
        assert words in output


def test_a_machine_gets_the_same(run: Run) -> None:
    data = json.loads(run("explain", SENTENCE, "--json").stdout)
    task = next(one for one in data["tasks"] if one["id"] == "load_result")
    assert task["edges"][0]["before"] == "join_customers_orders"
    assert task["rule"].startswith("the verb “load”")
    assert {one["subject"] for one in task["values"]} == {"steps.load_result.mode"}
    assert data["whole"]["reader"] == "grammar"
    assert {one["subject"] for one in data["whole"]["values"]} >= {"schedule", "schedule.timezone", "defaults.retries"}


def test_what_was_changed_by_hand_is_told(run: Run) -> None:
    run("generate", SENTENCE)
    tasks = Path("generated_dags/dags/resources/customer_orders/tasks.yml")
    tasks.write_text(tasks.read_text().replace("retries: 2", "retries: 7"))
    assert "7; not in the description: written or changed since it was read" in run("explain", "customer_orders").output


def test_a_spec_written_by_hand_has_no_words_to_show(run: Run) -> None:
    output = run("explain", SPEC).output
    assert "words       none" in output
    assert "read by" not in output
