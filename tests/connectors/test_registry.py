from __future__ import annotations

from collections import Counter
from importlib.metadata import EntryPoint

import pytest

from airflow_llm.connectors import registry
from airflow_llm.connectors.registry import find, get, known, nearest
from airflow_llm.connectors.systems.postgres import CONNECTOR as POSTGRES
from airflow_llm.errors import MachineError, NotFoundError


@pytest.fixture
def fresh_registry():
    yield
    registry.known.cache_clear()
    registry._by_name.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint(name="extra", value=value, group=registry.GROUP)
    monkeypatch.setattr(registry, "extensions", lambda group: (point,) if group == registry.GROUP else ())
    registry.known.cache_clear()
    registry._by_name.cache_clear()


def test_every_system_of_the_issue_is_known() -> None:
    names = {connector.name for connector in known()}
    assert names >= {"postgres", "mysql", "snowflake", "duckdb", "s3", "files", "http", "slack", "email"}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("PostgreSQL", "postgres"),
        ("Postgres", "postgres"),
        ("MariaDB", "mysql"),
        ("AWS S3", "s3"),
        ("S3", "s3"),
        ("local_files", "files"),
        ("REST API", "http"),
        ("E-Mail", "email"),
        ("smtp", "email"),
        ("Slack", "slack"),
    ],
)
def test_a_system_goes_by_the_names_that_people_use(said: str, name: str) -> None:
    assert find(said).name == name


def test_no_name_means_two_systems() -> None:
    names = Counter(name for connector in known() for name in connector.names)
    assert {name for name, count in names.items() if count > 1} == set()


def test_an_unknown_system_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="postgrse") as caught:
        find("postgrse")
    assert "'postgres'" in caught.value.hint
    assert nearest("snowflaek") == ("snowflake",)
    assert get("a system nobody knows") is None


@pytest.mark.usefixtures("fresh_registry")
def test_a_connector_comes_from_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "tests.connectors.plugins:QUESTDB")
    assert find("Quest DB").title == "QuestDB"


@pytest.mark.parametrize(
    "value", ["tests.connectors.plugins:NOT_A_CONNECTOR", "tests.connectors.plugins:POSTGRES_TWIN"]
)
def test_a_bad_entry_point_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    install(monkeypatch, value)
    with pytest.raises(MachineError):
        known()


@pytest.mark.usefixtures("fresh_registry")
def test_an_entry_point_that_does_not_import_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "tests.connectors.no_such_module:X")
    with pytest.raises(ModuleNotFoundError):
        known()


def test_sql_systems_have_a_dialect_and_all_but_files_a_secret() -> None:
    for connector in known():
        assert (connector.dialect is not None) == (connector.family == "sql")
        assert connector.secret_fields or connector.name == "files"
        assert POSTGRES.requirement == POSTGRES.provider
