"""The spec on disk: nothing is lost, bad files are refused with their place, `update` changes only what changed."""

import re
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

import jsonschema
import pytest
import ruamel.yaml
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.spec.diagnostic import Edit, apply
from airflow_llm.spec.document import config_data, dump, load, tasks_data, update
from airflow_llm.spec.json_schema import config_schema, tasks_schema
from airflow_llm.spec.pipeline import Pipeline, Setting
from airflow_llm.spec.steps import MarkerStep
from airflow_llm.spec.yaml_nodes import compose, plain
from tests.spec.strategies import pipelines

SCHEMA = jsonschema.Draft202012Validator(tasks_schema())
fast = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@fast
@given(pipeline=pipelines())
def test_any_valid_spec_survives_dump_and_load(pipeline):
    tasks, config = dump(pipeline)
    found = load(tasks, config)
    assert repr(found) == repr(pipeline)
    assert dump(found) == (tasks, config)
    assert update(pipeline, tasks, config) == (tasks, config)


@settings(fast, max_examples=60)
@given(pipeline=pipelines())
def test_other_yaml_readers_read_the_same(pipeline):
    tasks, config = dump(pipeline)
    assert repr(ruamel.yaml.YAML(typ="safe", pure=True).load(tasks)) == repr(tasks_data(pipeline))
    assert repr(yaml.load(config, yaml.CSafeLoader)) == repr(config_data(pipeline))


@settings(fast, max_examples=120)
@given(old=pipelines(), new=pipelines())
def test_update_says_the_new_spec_whatever_the_old_text(old, new):
    tasks, config = update(new, *dump(old))
    assert tasks_data(load(tasks, config)) == tasks_data(new)
    assert config_data(load(tasks, config)) == config_data(new)


GOLDEN = Path(__file__).parent / "golden"
TASKS = (GOLDEN / "tasks.yml").read_text()
CONFIG = (GOLDEN / "config.yml").read_text()


def golden():
    return load(TASKS, CONFIG)


def changed(path, value, op="set"):
    return apply(golden(), [Edit(op=op, path=path, value=value)])


def difference(old, new):
    """The lines that were taken out and put in."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    lines = [line for line in lines if line[:2] != "@@"]
    return [line[1:] for line in lines if line[0] == "-"], [line[1:] for line in lines if line[0] == "+"]


def test_an_unchanged_spec_keeps_every_byte():
    assert update(golden(), TASKS, CONFIG) == (TASKS, CONFIG)
    crlf = TASKS.replace("\n", "\r\n")
    assert update(load(crlf, CONFIG), crlf, CONFIG) == (crlf, CONFIG)


@pytest.mark.parametrize(
    ("path", "value", "out", "into"),
    [
        ("title", "Orders: all", ["title: 'Shop orders'"], ['title: "Orders: all"']),
        ("title", "", ["title: 'Shop orders'"], []),
        ("description", "New", [], ["description: New"]),
        (
            "owners",
            ["a", "b c"],
            ["owners: [ data-team,   'ops' ]      # who is called"],
            ["owners: [ a,   b c ]      # who is called"],
        ),
        ("schedule.timezone", "UTC", ["    timezone: Europe/Berlin"], ["    timezone: UTC"]),
        ("schedule.catchup", True, [], ["    catchup: true"]),
        (
            "schedule.expressions",
            ["@daily"],
            ['    - "30 6 * * 1-5"     # weekdays'],
            ['    - "@daily"     # weekdays'],
        ),
        (
            "defaults.retry_delay",
            "5m",
            ["defaults: {retries: 2, retry_delay: 600}   # ten minutes"],
            ["defaults: {retries: 2, retry_delay: 5m}   # ten minutes"],
        ),
        (
            "alerts.0.on",
            "success",
            ["- on: failure            # the default, said anyway"],
            ["- on: success            # the default, said anyway"],
        ),
        (
            "datasets.orders.columns.customer.type",
            "json",
            ["      - {name: customer, type: string}   # free text"],
            ["      - {name: customer, type: json}   # free text"],
        ),
        (
            "steps.extract_orders.retries",
            4,
            ["    retries: 3   # the source is flaky"],
            ["    retries: 4   # the source is flaky"],
        ),
        ("steps.load_orders.mode", "append", [], ["    mode: append"]),
        (
            "steps.check_orders.rules.1.columns",
            ["order_id", "customer"],
            ["        columns: [order_id]"],
            ["        columns: [order_id, customer]"],
        ),
        ("steps.check_orders.rules.0.severity", "warning", [], ["        severity: warning"]),
        ("steps.check_orders.id", "check", ["  - id: check_orders"], ["  - id: check"]),
    ],
)
def test_update_changes_one_line_and_keeps_the_rest(path, value, out, into):
    pipeline = changed(path, value)
    tasks, config = update(pipeline, TASKS, CONFIG)
    assert difference(TASKS, tasks) == (out, into)
    assert config == CONFIG
    assert load(tasks, config) == pipeline


def test_update_of_a_block_text_keeps_the_comments_around_it():
    tasks, _ = update(changed("steps.extract_orders.query", "SELECT 1\nFROM x\n"), TASKS, CONFIG)
    out, into = difference(TASKS, tasks)
    assert "    retries: 3   # the source is flaky" in tasks
    assert into == ["      SELECT 1", "      FROM x"]
    assert all("SELECT" in line or "FROM" in line or "--" in line for line in out)


def test_update_removes_and_adds_steps_in_place():
    pipeline = golden()
    fresh = MarkerStep(id="done", after=("load_orders",))
    first = MarkerStep(id="begin")
    steps = (first, pipeline.steps[0], pipeline.steps[2], fresh)
    tasks, _ = update(pipeline.model_copy(update={"steps": steps}), TASKS, CONFIG)
    out, into = difference(TASKS, tasks)
    assert [line.strip() for line in into if line] == [
        "- id: begin",
        "kind: marker",
        "- id: done",
        "kind: marker",
        "after: [load_orders]",
    ]
    assert "  - id: check_orders" in out
    assert [step.id for step in load(tasks, CONFIG).steps] == ["begin", "extract_orders", "load_orders", "done"]
    for comment in ("# the source is flaky", "# reads yesterday's orders", "# the end", "# ten minutes"):
        assert comment in tasks


def test_update_of_a_setting_changes_config_only():
    pipeline = golden()
    values = {"prod": "pg_main", "dev": "yes"}
    settings = (
        Setting(name="postgres_conn_id", values=values),
        pipeline.settings[1],
        Setting(name="x", values={"dev": 1}),
    )
    tasks, config = update(pipeline.model_copy(update={"settings": settings}), TASKS, CONFIG)
    assert tasks == TASKS
    assert difference(CONFIG, config) == (["    dev: postgres_dev"], ['    dev: "yes"', "x:", "  dev: 1"])


def test_a_single_file_needs_no_config():
    assert load("id: a\n").id == "a"
    assert load("﻿id: a\nsteps: []\n") == load("id: a\n", "")
    assert update(load("id: a\n"), "id: a\n") == ("id: a\n", "{}\n")


def test_aliases_are_read_and_survive_an_update():
    text = (
        "id: a\nalerts:\n  - &x {connection: slack, target: '#a'}  # both\n  - *x\nsteps:\n  - {id: b, kind: marker}\n"
    )
    pipeline = load(text)
    assert pipeline.alerts[0] == pipeline.alerts[1]
    tasks, _ = update(pipeline.model_copy(update={"title": "T"}), text)
    assert tasks == text.replace("id: a\n", "id: a\ntitle: T\n", 1)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9)
)
BROKEN = [
    ("", "1:1", "no fields", ""),
    ("[]", "1:1", "no fields", ""),
    ("just words", "1:1", "no fields", ""),
    ("id: a\ntitel: x", "2:1", "'titel' is not a field", "'title'"),
    ("id: a\nsteps:\n  - id: b\n    kind: extract\n    quer: x", "5:5", "'quer'", "'query'"),
    ("id: a\nsteps:\n  - id: b\n    kind: extrct", "3:5", "'extrct' is not a kind", "'extract'"),
    (
        "id: a\nsteps:\n  - id: b\n    kind: wait\n    wait_for: {on: fil}",
        "5:15",
        "'fil' is not a value of `on`",
        "data, query",
    ),
    ("id: a\nsteps:\n  - id: b", "3:5", "kind is missing", ""),
    ("id: a\nsteps:\n  - kind: marker", "3:5", "'id' is missing", "add"),
    (
        "id: a\nsteps:\n  - id: b\n    kind: wait\n    wait_for: {on: data, datset: x}",
        "5:26",
        "'datset' is not a field",
        "'dataset'",
    ),
    ("id: A-b", "1:5", "pattern", "lower-case"),
    ("id: class", "1:5", "keyword", ""),
    (
        "id: a\nschedule: {kind: cron, expressions: ['75 25 * * *']}",
        "2:38",
        "^schedule.expressions.0: .75.: a minute lies between",
        "",
    ),
    ("id: a\nschedule:\n  kind: cron\n  expressions: ['* * * * *']\n  timezone: Mars/Base", "5:13", "Mars/Base", ""),
    ("id: a\ntimeout: soon", "2:10", "'soon' is not a duration", ""),
    ("id: a\nsteps: none", "2:8", "not 'none'", "list"),
    ("id: a\nsteps:\n  - id: b\n    kind: marker\n    retries: many", "5:14", "'many'", ""),
    ("id: a\nsteps:\n  - {id: b, kind: marker}\n  - {id: b, kind: marker}", "1:1", "two steps are called 'b'", ""),
    ("id: a\nid: b", "2:1", "twice", ""),
    ("id: a\nsettings: []", "2:1", "settings", "config.yml"),
    ("id: a\nversion: 2", "2:10", "version 2", "reads version 1"),
    ("id: a\ntitle: !!python/object/apply:os.system [ls]", "2:8", "tag", "remove"),
    ("id: a\ntitle: !x y", "2:8", "tag", "remove"),
    ("id: a\ntitle: *nothing", "2:8", "anchor", ""),
    ("id: a\ntitle: &x [*x]", "2:12", "anchor", ""),
    ("id: a\n<<: {title: x}", "2:1", "merge", "write the fields"),
    ("id: a\n? [x]\n: y", "2:3", "cannot be a key", ""),
    ("id: a\n---\nid: b", "2:1", "second document", ""),
    ("id: a\ntitle: 'open", "2:13", "not valid YAML", ""),
    ("id: a\n\ttitle: x", "2:1", "not valid YAML", ""),
    ("id: a\ntitle: \x00", "2:8", r"U\+0000", "remove"),
    ("id: a\ntitle: \x1b[0m", "2:8", r"U\+001B", "remove"),
    ("id: a\ntitle: \ud800", "2:8", r"U\+D800", ""),
    ("id: a\ntitle: " + "[" * 200 + "]" * 200, "2:", "nested", "flatten"),
    ("id: a\ntitle: " + "[" * 100_000, "2:", "nested", "flatten"),
    ("id: a\npriority: " + "9" * 5000, "2:11", "5000 digits", "quotes"),
    ("id: a\ndescription: " + "x" * 1_200_000, "2:14", "1100000", ""),
    (BOMB, "", "grows|anchor", ""),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_refused_with_its_place(text, place, message, hint):
    with pytest.raises(InputError) as caught:
        load(text, tasks_name="my/tasks.yml")
    error = caught.value
    assert error.place.startswith(f"my/tasks.yml:{place}")
    assert re.search(message, error.message)
    assert hint in error.hint
    assert error.hint
    assert len(str(error)) < 600


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x: 1", "1:4", "no environments"),
        ("- x", "1:1", "mapping"),
        ("X-y: {prod: 1}", "1:1", "pattern"),
        ("x: {}", "1:4", "at least 1"),
        ("x:\n  prod: [1]", "2:9", "valid"),
        ("x:\n  Prod: 1", "2:3", "pattern"),
        ("x:\n  prod: yes", "2:9", "'yes' means different things"),
        ("x:\n  prod: 2026-01-01", "2:9", "different"),
        ("x:\n  prod: 010", "2:9", "different"),
        ("x:\n  prod: 12:30:45", "2:9", "different"),
        ("x:\n  prod: 1e3", "2:9", "different"),
        ("on:\n  prod: 1", "1:1", "different"),
        ("x: {prod: 1}\nx: {prod: 1}", "2:1", "twice"),
    ],
)
def test_a_broken_config_is_refused_with_its_place(text, place, message):
    with pytest.raises(InputError, match=message) as caught:
        load("id: a", text, config_name="c.yml")
    assert caught.value.place == f"c.yml:{place}"


def test_wide_and_large_specs_are_read():
    text = "x" * 1_000_000
    pipeline = Pipeline(id="a", description=text, steps=[MarkerStep(id=f"s{n}", title="a b") for n in range(2000)])
    assert load(*dump(pipeline)) == pipeline


@settings(fast, max_examples=100)
@given(text=st.text(max_size=60) | st.text("ab:-[]{}&*!|>'\"%@#, \n", max_size=60))
def test_any_text_is_read_or_refused(text):
    for tasks, config in ((text, None), ("id: a\n" + text, None), ("id: a\n", text)):
        with suppress(InputError):
            load(tasks, config)


def test_the_published_schema_takes_what_load_takes():
    jsonschema.Draft202012Validator.check_schema(tasks_schema())
    validator = jsonschema.Draft202012Validator(tasks_schema())
    node = plain(compose(TASKS, "tasks.yml"))
    node["defaults"]["retry_delay"] = "10m"
    validator.validate(node)
    jsonschema.validate(plain(compose(CONFIG, "config.yml")), config_schema())
    for bad in (
        {"id": "A"},
        {"id": "a", "titel": "x"},
        {"id": "a", "steps": [{"id": "b", "kind": "x"}]},
        {"title": "a"},
    ):
        assert not validator.is_valid(bad)


@settings(fast, max_examples=40)
@given(pipeline=pipelines())
def test_the_published_schema_takes_what_dump_writes(pipeline):
    tasks, config = dump(pipeline)
    SCHEMA.validate(plain(compose(tasks, "tasks.yml")))
    jsonschema.validate(plain(compose(config, "config.yml")), config_schema())


EDITS = [
    Edit(op="set", path="title", value="Other"),
    Edit(op="set", path="description", value="Several\nlines"),
    Edit(op="set", path="schedule.timezone", value="UTC"),
    Edit(op="set", path="schedule.catchup", value=True),
    Edit(op="set", path="defaults.retries", value=5),
    Edit(op="set", path="defaults.timeout", value="1h"),
    Edit(op="set", path="alerts.0.target", value="#other: here"),
    Edit(op="add", path="alerts", value={"on": "success", "connection": "slack"}),
    Edit(op="set", path="datasets.orders.columns.order_id.type", value="string"),
    Edit(op="set", path="datasets.orders.columns.customer.type", value="json"),
    Edit(op="add", path="datasets", value={"name": "late"}),
    Edit(op="set", path="steps.extract_orders.retries", value=None),
    Edit(op="set", path="steps.extract_orders.group", value="reading"),
    Edit(op="set", path="steps.check_orders.on_invalid", value="quarantine"),
    Edit(op="add", path="steps.check_orders.rules", value={"rule": "row_count", "minimum": 3}),
    Edit(op="set", path="steps.load_orders.doc", value=""),
    Edit(op="set", path="steps.load_orders.mode", value="append"),
    Edit(op="add", path="steps", value={"id": "done", "kind": "marker", "after": ["load_orders"]}),
    Edit(op="add", path="steps.check_orders", value={"id": "between", "kind": "marker"}),
]


@settings(fast, max_examples=80)
@given(edits=st.lists(st.sampled_from(EDITS), max_size=6, unique_by=lambda edit: edit.path))
def test_update_keeps_every_comment_and_every_line_that_did_not_change(edits):
    pipeline = apply(golden(), edits)
    tasks, config = update(pipeline, TASKS, CONFIG)
    assert load(tasks, config) == pipeline
    assert config == CONFIG
    lost = [line for line in re.findall(r"# .*$", TASKS, re.MULTILINE) if line not in tasks]
    # The comment beside a line that was taken out went with it.
    assert set(lost) <= {"# the source is flaky"}
    out, _ = difference(TASKS, tasks)
    assert len(out) <= 3 * len(edits)
