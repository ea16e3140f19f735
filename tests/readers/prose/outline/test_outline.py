"""Long structured descriptions become whole pipelines: tasks, order, branches, schedule, policies."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.outline.reader import READER
from airflow_llm.readers.prose.outline.reading import looks_structured, read_outline
from airflow_llm.readers.reading import Source
from airflow_llm.spec.conditions import Comparison
from airflow_llm.spec.graph import cycle, downstream, edges
from airflow_llm.spec.schedule import CronSchedule, IntervalSchedule, ManualSchedule, OnceSchedule

FOLDER = Path(__file__).parent / "texts"
NAMING = (
    "crop_forecast_readme", "design_sensor_fleet", "epic_returns", "harbour_traffic", "loan_decision",
    "warehouse_nightly_readme",
)  # fmt: skip
EXPECTED = yaml.safe_load((FOLDER / "expected.yml").read_text(encoding="utf-8"))


def text_of(name):
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pipelines():
    return {name: read_outline(text_of(name)).pipeline for name in EXPECTED}


def reduced(pipeline):
    """The edges that no longer way already says."""
    below = downstream(pipeline)

    def reaches(start, end):
        stack, seen = list(below[start]), set()
        while stack:
            here = stack.pop()
            if here == end:
                return True
            if here not in seen:
                seen.add(here)
                stack.extend(below[here])
        return False

    return {
        f"{up}>{down}" for up, down in edges(pipeline) if not any(reaches(other, down) for other in below[up] - {down})
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_tasks_and_order(pipelines, name):
    wanted = set(EXPECTED[name]["edges"])
    assert reduced(pipelines[name]) == wanted
    assert {step.id for step in pipelines[name].steps} == {end for edge in wanted for end in edge.split(">")}


@pytest.mark.parametrize("name", EXPECTED)
def test_schedule_and_retries(pipelines, name):
    pipeline = pipelines[name]
    cron = pipeline.schedule.expressions[0] if isinstance(pipeline.schedule, CronSchedule) else None
    assert (cron, pipeline.defaults.retries) == (EXPECTED[name]["cron"], EXPECTED[name]["retries"])


@pytest.mark.parametrize("name", EXPECTED)
def test_it_claims_its_kind_of_text(name):
    assert READER.claims(Source(text_of(name))) >= 0.7


@pytest.mark.parametrize("name", EXPECTED)
def test_every_step_knows_its_words(pipelines, name):
    text = text_of(name)
    named = [step for step in pipelines[name].steps if step.id in text or step.kind != "choose"]
    for step in named:
        line = text.splitlines()[step.origin.line - 1]
        assert step.title.split("_")[0].split()[0].lower() in line.lower()


def test_three_lanes(pipelines):
    steps = {step.id: step for step in pipelines["parcel_routing"].steps}
    lanes = steps["pick_lane"]
    assert [branch.when for branch in lanes.branches] == [
        Comparison(name="mean_weight", step="weigh_parcels", operator=">", right=30),
        Comparison(name="mean_weight", step="weigh_parcels", operator=">", right=5),
    ]
    assert lanes.otherwise == ("lane_light",)
    assert steps["weigh_parcels"].returns == ("mean_weight",)
    assert steps["closing_report"].trigger_rule == "none_failed_min_one_success"


def test_a_rule_that_the_text_states_wins_over_the_merge(pipelines):
    steps = {step.id: step for step in pipelines["grain_ledger"].steps}
    assert steps["close_books"].trigger_rule == "all_done"
    assert steps["wait_for_harvest_file"].timeout == timedelta(hours=2)
    assert steps["wait_for_harvest_file"].poke_interval == timedelta(seconds=120)


def test_what_holds_for_the_whole(pipelines):
    grain = pipelines["grain_ledger"]
    assert grain.schedule.timezone == "Europe/Paris"
    assert (grain.schedule.catchup, grain.defaults.depends_on_past, grain.tags) == (False, True, ("grain", "ledger"))
    parcel = pipelines["parcel_routing"]
    assert (parcel.schedule.catchup, parcel.schedule.max_active_runs) == (True, 2)
    assert parcel.defaults.retry_delay == timedelta(minutes=10)
    assert parcel.alerts == ()
    tide = pipelines["tide_forecast"]
    assert (tide.owners, tide.defaults.retry_delay) == (("harbour",), timedelta(minutes=2))
    assert isinstance(pipelines["choir_listing"].schedule, ManualSchedule)
    ferry = pipelines["ferry_chain"]
    assert ferry.schedule == IntervalSchedule(every="45m", max_active_runs=1)
    assert ferry.defaults.backoff is True


def test_alerts(pipelines):
    photo = pipelines["photo_archive"].alerts
    assert [(alert.on, alert.connection, alert.target) for alert in photo] == [("failure", "slack", "#photos")]
    rainfall = pipelines["rainfall_mapped"]
    assert [(alert.on, alert.connection) for alert in rainfall.alerts] == [("failure", "email")]
    assert any(assumption.subject == "alerts" for assumption in rainfall.assumptions)


def test_groups_and_mapping(pipelines):
    groups = {step.id: step.group for step in pipelines["tide_forecast"].steps}
    assert groups["read_buoys"] == groups["read_satellite"] == "provider_intake"
    assert groups["check_license"] is None
    grid = pipelines["rainfall_mapped"].step("grid_station")
    assert grid.for_each is not None


@pytest.mark.parametrize("name", NAMING)
def test_tasks_that_any_kind_of_text_names(name):
    gold = json.loads((FOLDER.parents[1] / "blind_long.json").read_text(encoding="utf-8"))[name]
    text = (FOLDER.parents[1] / "blind_long" / f"{name}.txt").read_text(encoding="utf-8")
    assert READER.claims(Source(text)) >= 0.7
    pipeline = read_outline(text).pipeline
    assert {step.id for step in pipeline.steps} == {task["id"] for task in gold["tasks"]}
    assert reduced(pipeline) == {f"{up}>{down}" for up, down in gold["edges"]}


def test_a_branch_that_is_told_in_a_sentence():
    text = (FOLDER.parents[1] / "blind_long" / "epic_returns.txt").read_text(encoding="utf-8")
    steps = {step.id: step for step in read_outline(text).pipeline.steps}
    (branch,) = steps["route_by_amount"].branches
    assert (branch.then, steps["route_by_amount"].otherwise) == (("request_approval",), ("pay_refunds",))
    assert steps["update_stock"].trigger_rule == "none_failed_min_one_success"


def test_an_end_that_runs_anyhow():
    text = (FOLDER.parents[1] / "blind_long" / "warehouse_nightly_readme.txt").read_text(encoding="utf-8")
    pipeline = read_outline(text).pipeline
    assert pipeline.step("delete_landing_files").trigger_rule == "all_done"
    assert (pipeline.schedule.timezone, pipeline.defaults.retries) == ("UTC", 2)


def test_nested_branches(pipelines):
    steps = {step.id: step for step in pipelines["claims_triage"].steps}
    assert [branch.then for branch in steps["triage_score"].branches] == [("fast_payout",), ("manual_desk",)]
    assert [branch.when.text for branch in steps["triage_score"].branches] == ["risk_index < 20", "risk_index <= 60"]
    assert steps["triage_score"].otherwise == ("fraud_suspicion",)
    assert steps["fraud_suspicion"].otherwise == ("desk_investigation",)
    assert steps["register_outcome"].trigger_rule == "one_success"


def test_a_branch_on_what_the_task_before_returns(pipelines):
    steps = {step.id: step for step in pipelines["sensor_fanin"].steps}
    (branch,) = steps["any_differences"].branches
    assert branch.when == Comparison(name="differences", step="reconcile", operator=">", right=0)
    assert steps["reconcile"].returns == ("differences",)


def test_schedules_as_code(pipelines):
    assert pipelines["claims_triage"].schedule.every == timedelta(hours=12)
    assert pipelines["claims_triage"].defaults.backoff is True
    assert pipelines["invoice_expand"].schedule.assets == ("snowflake://billing/invoices",)
    assert pipelines["price_broadcast"].schedule.timezone == "Europe/Vienna"
    assert isinstance(pipelines["census_two_waves"].schedule, OnceSchedule)


def test_a_callback_that_posts_though_mail_is_off(pipelines):
    alerts = pipelines["price_broadcast"].alerts
    assert [(alert.on, alert.connection, alert.target) for alert in alerts] == [("failure", "slack", "#pricing")]


def test_a_loop_over_a_named_list_makes_a_task_for_each(pipelines):
    copies = [step for step in pipelines["table_factory"].steps if step.id.startswith("copy_")]
    assert [step.id for step in copies] == ["copy_customers", "copy_contracts", "copy_meters"]
    assert not any(step.for_each for step in pipelines["dag_factory"].steps)
    assert pipelines["invoice_expand"].step("render_invoice").for_each.name == "invoice_id"


def test_a_rule_that_another_section_states(pipelines):
    steps = {step.id: step for step in pipelines["arrows_only"].steps}
    assert steps["alert_oncall"].trigger_rule == "one_failed"
    assert steps["agg_speed"].kind == "spark"


def test_a_star_in_a_query_is_no_emphasis(pipelines):
    waits = pipelines["satellite_gates"].step("wait_licence_row").wait_for
    assert waits.sql.startswith("SELECT count(*) FROM")


def test_named_systems_do_their_steps(pipelines):
    steps = {step.id: step for step in pipelines["ferry_chain"].steps}
    assert [steps[name].kind for name in steps] == ["sql", "extract", "validate", "load", "notify"]
    assert steps["drop_old_manifest"].action == "drop_table"
    assert [rule.rule for rule in steps["check_bookings"].rules] == ["unique", "range"]
    assert (steps["tell_harbour"].connection, steps["tell_harbour"].target) == ("slack", "#harbour")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "load orders.csv into Postgres every night and tell #ops when it fails",
        "store pipeline, @daily:\n* check that the file exists\n* clean the csv\n* insert the rows",
        "Please do this:\n1. load the orders\n2. clean them\n3. mail the boss\nThanks a lot for your help with it.",
    ],
)
def test_free_text_is_left_to_the_free_form_reader(text):
    assert looks_structured(text) < 0.5


def test_without_steps_there_is_an_error():
    with pytest.raises(InputError, match="no steps"):
        READER.read(Source("nothing to see here"))


HOSTILE = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=6))
def test_any_words_in_the_lines_are_text(rows):
    parts = ["[x] - Description", "Pipeline Steps:"]
    for number, (name, objective, given_input) in enumerate(rows, 1):
        parts += [f"{number}. task_{number} {name}", f"  - Objective: {objective}", f"  - Input: {given_input}"]
    try:
        reading = read_outline("\n".join(parts))
    except InputError:
        return
    assert reading is None or cycle(reading.pipeline) == ()


def test_a_long_description_takes_bounded_time():
    steps = "\n".join(f"{n}. step_{n}\n  - Objective: works\n  - Input: step_{n - 1}" for n in range(1, 400))
    pipeline = read_outline(f"[long] - x\n\nPipeline Steps:\n{steps}").pipeline
    assert len(pipeline.steps) == 399
    assert len(edges(pipeline)) == 398


ARGUMENTS = yaml.safe_load(Path(__file__).with_name("arguments.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ARGUMENTS, ids=lambda case: case["line"][:60])
def test_default_arguments_in_words_and_in_code(case):
    text = text_of("retail_staged")
    (said,) = [line for line in text.splitlines() if line.startswith("- Default Args:")]
    pipeline = read_outline(text.replace(said, case["line"])).pipeline
    defaults = pipeline.defaults.model_dump(exclude_defaults=True)
    assert {name: defaults[name] for name in ("retries", "retry_delay") if name in defaults} == case["defaults"]
    assert [f"{alert.on} {alert.target}" for alert in pipeline.alerts] == case["alerts"]
    assert case.get("late", "") in " ".join(found.text for found in pipeline.assumptions if found.subject == "alerts")
