"""What differs between the versions of Airflow, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.errors import InputError, NotFoundError, UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.emitters import emitter
from airflow_llm.targets.airflow.support_matrix import FACTS
from airflow_llm.targets.airflow.versions import VERSIONS, features
from airflow_llm.targets.registry import find, known

SLACK = [{"name": "slack", "connector": "slack"}]
LATE = {"on": "deadline", "connection": "slack", "target": "#late", "after": "1h"}


def _dag(version: str | None = None, **spec: Any) -> str:
    pipeline = complete(Pipeline.model_validate({"id": "p", **spec}))
    return find("airflow").emit(pipeline, version=version).files["dags/p.py"]


def test_the_target_is_found_and_the_unknown_is_named() -> None:
    assert "airflow" in known()
    with pytest.raises(NotFoundError, match="'luigi'"):
        find("luigi")
    with pytest.raises(NotFoundError, match=r"'2\.10'"):
        features("2.10")
    assert features("3.3.2").version == "3.3"
    assert features(None).version == VERSIONS[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_spells_it_its_own_way(version: str) -> None:
    crons = {"kind": "cron", "expressions": ["0 1 * * *", "0 2 * * *"]}
    text = _dag(version, schedule=crons, defaults={"backoff": True}, steps=[{"id": "a", "kind": "marker"}])
    from_core = "from airflow.timetables.trigger import MultipleCronTriggerTimetable" in text
    assert from_core == (version in ("3.0", "3.1"))
    assert ('"retry_exponential_backoff": 2.0' in text) == (version in ("3.2", "3.3"))


def test_a_deadline_is_refused_on_3_0_with_a_way_out() -> None:
    spec = {"alerts": [LATE], "connections": SLACK, "steps": [{"id": "a", "kind": "marker"}]}
    with pytest.raises(UnsupportedError) as caught:
        _dag("3.0", **spec)
    assert "deadline" in caught.value.message
    assert "3.1" in caught.value.hint
    assert "DeadlineAlert(" in _dag("3.1", **spec)


MAPPED = {"name": "x", "items": ["a"]}
REFUSED: tuple[dict[str, Any], ...] = (
    {"steps": [{"id": "a", "kind": "marker", "alerts": [LATE]}], "connections": SLACK},
    {"steps": [{"id": "a", "kind": "marker", "for_each": MAPPED}]},
    {
        "steps": [{"id": "a", "kind": "http", "connection": "web", "writes": ["b"], "for_each": MAPPED}],
        "connections": [{"name": "web", "connector": "http"}],
        "datasets": [{"name": "b"}],
    },
    {
        "alerts": [{"on": "deadline", "connection": "mail", "after": "2h"}],
        "connections": [{"name": "mail", "connector": "email"}],
        "steps": [{"id": "a", "kind": "marker"}],
    },
    {"steps": [{"id": "a", "kind": "marker"}], "tags": ["t" * 101]},
    {"steps": [{"id": "a", "kind": "marker"}], "schedule": {"kind": "manual", "catchup": True}},
)


@pytest.mark.parametrize("spec", REFUSED)
def test_what_cannot_be_expressed_is_refused_with_a_place_and_a_way_out(spec: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        _dag(**spec)
    assert caught.value.place
    assert caught.value.hint


def test_every_refusal_says_what_to_do_instead() -> None:
    assert all(fact.instead for fact in FACTS if set(fact.versions) != set(VERSIONS))


CONDITION = {"kind": "comparison", "name": "accuracy", "operator": ">", "right": 1}
BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "circle",
        {"steps": [{"id": "a", "kind": "marker", "after": ["b"]}, {"id": "b", "kind": "marker", "after": ["a"]}]},
    ),
    ("'accuracy'", {"steps": [{"id": "a", "kind": "marker", "when": CONDITION}]}),
    ("no step writes", {"datasets": [{"name": "x"}], "steps": [{"id": "a", "kind": "predict", "reads": ["x"]}]}),
)


@pytest.mark.parametrize(("words", "spec"), BAD)
def test_what_makes_no_sense_names_it(words: str, spec: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=words):
        _dag(**spec)


@pytest.mark.parametrize(
    "kind",
    ["wait", "choose", "trigger", "marker", "python", "shell", "container", "http", "dbt", "spark", "notify"],
)
def test_every_kind_of_control_and_work_is_found_by_name(kind: str) -> None:
    assert emitter(kind).__name__ == f"emit_{kind}"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="'dance'"):
        emitter("dance")


def test_names_that_python_or_the_file_needs_are_not_hidden() -> None:
    steps = [{"id": name, "kind": "python"} for name in ("print", "task", "os", "dag", "list")]
    text = _dag(steps=steps)
    for name in ("print", "task", "os", "dag", "list"):
        assert f'@task(task_id="{name}")\n    def {name}_task(' in text


def test_resources_size_the_pod_only_on_kubernetes() -> None:
    text = _dag(steps=[{"id": "a", "kind": "python", "resources": {"cpu": 2, "memory": "4Gi"}}])
    assert 'executor_config=pod(cpu="2", memory="4Gi")' in text
    assert 'if "KubernetesExecutor" not in conf.get("core", "executor")' in text
