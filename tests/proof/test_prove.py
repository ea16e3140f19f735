"""The proof itself: what holds is said to hold, and each thing that is wrong turns it red with its cause."""

from __future__ import annotations

import json

import pytest

from airflow_llm.proof.evidence import Proof, read_proof
from tests.proof.conftest import Bundles

pytestmark = pytest.mark.airflow


def causes(proof: Proof) -> str:
    return "\n".join(str(failure) for failure in proof.failures)


def test_a_good_bundle_is_proven_on_its_stand_ins(proofs: dict[str, Proof]) -> None:
    proof = proofs["shop"]
    assert proof.held, causes(proof)
    assert proof.level == "proven on stand-ins"
    assert {task.task: task.state for task in proof.tasks} == {
        "extract_customers": "success",
        "extract_orders": "success",
        "check_customers": "success",
        "join_orders": "success",
        "load_orders": "success",
    }
    rows = {task.task: (task.rows_in, task.rows_out) for task in proof.tasks}
    assert rows["extract_customers"] == (60, 60)
    assert rows["load_orders"][0] == rows["load_orders"][1]
    assert all(rule.fired for rule in proof.rules)
    assert len(proof.rules) == 2
    assert proof.replay_same is True
    assert proof.kill_replay_same is True
    assert [(alert.connection, alert.target, alert.sent) for alert in proof.alerts] == [("slack", "#data-alerts", True)]
    assert {result.step for result in proof.results} == {
        "extract_customers",
        "extract_orders",
        "join_orders",
        "load_orders",
    }
    assert proof.versions["apache-airflow"].startswith("3.")
    assert "socket refusal" in proof.sandbox


def test_steps_of_which_a_run_takes_one_write_one_table(proofs: dict[str, Proof]) -> None:
    proof = proofs["sundays"]
    assert proof.held, causes(proof)
    assert [(branch.outcome, branch.taken) for branch in proof.branches] == [
        ("branch 1: copy_all_riders", True),
        ("otherwise: copy_new_riders", True),
        ("branch 1: extract_all_rides", True),
        ("otherwise: extract_new_rides", True),
    ]


def test_each_rule_that_is_said_in_words_fires(proofs: dict[str, Proof]) -> None:
    proof = proofs["said"]
    assert proof.held, causes(proof)
    assert proof.level == "proven on stand-ins"
    assert len(proof.rules) == 12
    assert all(rule.fired for rule in proof.rules)


def test_requests_triggers_and_dbt_run_for_each_item(proofs: dict[str, Proof]) -> None:
    proof = proofs["mapped"]
    assert proof.held, causes(proof)
    assert {task.task: task.state for task in proof.tasks} == dict.fromkeys(
        ("call", "ask", "tell", "start", "build"), "success"
    )


def test_branches_hooks_and_mapping(proofs: dict[str, Proof]) -> None:
    proof = proofs["decisions"]
    assert proof.held, causes(proof)
    assert proof.level == "partly proven"
    assert [(branch.outcome, branch.taken) for branch in proof.branches] == [
        ("branch 1: tell_south", True),
        ("otherwise: tell_north", True),
    ]
    assert [(mapping.items, mapping.held) for mapping in proof.mappings] == [(0, True), (1, True), (3, True)]
    hook = next(task for task in proof.tasks if task.task == "each_store")
    assert not hook.proven
    assert hook.reason.startswith("hook")
    assert any(line.startswith("each_store") for line in proof.not_proven)


def test_a_table_to_empty_is_there_with_the_columns_of_its_later_load(proofs: dict[str, Proof]) -> None:
    proof = proofs["upkeep"]
    assert proof.held, causes(proof)
    rows = {task.task: (task.rows_in, task.rows_out) for task in proof.tasks}
    assert rows["empty_scratch"][1] == 0
    assert rows["load_landing"] == (60, 60)
    assert proof.replay_same is True
    assert any(result.step == "tidy_visits" and result.held for result in proof.results)


def test_a_load_that_appends_by_declaration_is_reported_and_not_red(proofs: dict[str, Proof]) -> None:
    proof = proofs["events"]
    assert proof.held, causes(proof)
    assert proof.level == "partly proven"
    assert proof.replay_same is True
    assert any(
        text.startswith("log_clicks: appends by declaration") and "60 rows, then 120" in text for text in proof.appends
    )
    assert any("web.pages" in text and "made from what is appended" in text for text in proof.appends)
    assert proofs["upkeep"].appends == ()


def test_what_stays_in_the_warehouse_is_proven_there(proofs: dict[str, Proof], bundles: Bundles) -> None:
    proof = proofs["mart"]
    assert proof.held, causes(proof)
    assert proof.level == "proven on stand-ins"
    assert {result.step: result.held for result in proof.results} == dict.fromkeys(
        ("keep_newest", "load_totals", "sum_by_region", "copy_customers"), True
    )
    staging = bundles.make("mart", "mart-again").parent / "resources" / "mart" / "staging.py"
    assert "unload" not in staging.read_text()


def test_messages_are_mapped(proofs: dict[str, Proof]) -> None:
    proof = proofs["bills"]
    assert proof.held, causes(proof)
    held = [(mapping.step, mapping.items, mapping.held) for mapping in proof.mappings]
    assert held == [(step, items, True) for step in ("tell", "send") for items in (0, 1, 3)]


def test_a_choice_behind_another_is_reached(proofs: dict[str, Proof]) -> None:
    taken = {(branch.step, branch.outcome): branch for branch in proofs["upkeep"].branches}
    kept = taken["is_month_end", "branch 1: load_archive"]
    assert kept.taken
    assert any(text.startswith("looks_odd") and text.endswith("chose is_month_end") for text in kept.forced)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("join", "join_orders"),
        ("append", "holds other rows than before"),
        ("twice", "web.latest holds other rows"),
        ("network", "closed here"),
    ],
)
def test_what_does_wrong_turns_it_red(proofs: dict[str, Proof], name: str, cause: str) -> None:
    proof = proofs[name]
    assert not proof.held
    assert cause in causes(proof)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("syntax", "SyntaxError"),
        ("crash", "ended with exit code 3"),
        ("hangs", "took longer than 15 s"),
        ("channel", "no alert goes to '#data-alerts'"),
        ("schedule", "the schedule is"),
        ("zone", "the schedule's time zone is 'UTC', not 'Europe/Berlin'"),
    ],
)
def test_what_is_another_dag_turns_it_red(loads: dict[str, Proof], name: str, cause: str) -> None:
    proof = loads[name]
    assert not proof.held
    assert cause in causes(proof)


def test_other_dags_are_waited_for_and_started(proofs: dict[str, Proof]) -> None:
    """A deferred sensor runs its trigger, also in the fork that is killed at a publish."""
    proof = proofs["waiting"]
    assert proof.held, causes(proof)
    assert proof.kill_replay_same is True
    assert {task.state for task in proof.tasks} == {"success"}


def test_loading_alone_proves_no_more_than_that(loads: dict[str, Proof]) -> None:
    assert loads["good"].held, causes(loads["good"])
    assert loads["good"].level == "loaded"
    assert loads["good"].tasks == ()


def test_a_failing_task_is_named_with_its_cause_and_log(proofs: dict[str, Proof]) -> None:
    failure = next(failure for failure in proofs["network"].failures if failure.task == "extract_customers")
    assert failure.run == "good data"
    assert "closed here" in failure.cause
    assert "urlopen" in failure.log


def test_the_evidence_lies_beside_the_code(proofs: dict[str, Proof], bundles: Bundles) -> None:
    resources = bundles.folder / "shop" / "dags" / "resources" / "customer_orders"
    assert read_proof(resources) == proofs["shop"]
    assert json.loads((resources / "proof.json").read_text())["level"] == "proven on stand-ins"
