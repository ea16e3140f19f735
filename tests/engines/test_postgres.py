"""Bundles whose staging environment is a real PostgreSQL: every mode of loading, again, and after a kill."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import postgres
from tests.engines.warm_airflow import WarmAirflow

pytestmark = [pytest.mark.airflow, pytest.mark.server]

Rows = list[tuple[Any, ...]]

ORDERS = """
    CREATE SCHEMA shop;
    CREATE SCHEMA mart;
    CREATE TABLE shop.orders (order_id int, customer text, amount numeric(9, 2), ordered_at timestamp);
    INSERT INTO shop.orders VALUES
        (1, 'Ärzte', 5.00, '2026-02-05 00:00'), (2, 'x''); DROP TABLE shop.orders; --', 20.50, '2026-02-05 12:00'),
        (3, '', 99.99, '2026-02-05 23:59:59.999999'), (4, NULL, 70.00, '2026-02-05 10:00'),
        (2, 'z copy', 30.00, '2026-02-05 13:00'),
        (7, 'yesterday', 50.00, '2026-02-04 23:59:59'), (8, 'tomorrow', 50.00, '2026-02-06 00:00');
    CREATE TABLE mart.all_orders AS SELECT * FROM shop.orders WHERE false;
    INSERT INTO mart.all_orders VALUES (77, 'old', 1, '2026-01-01');
    CREATE TABLE mart.large_orders (order_id int PRIMARY KEY, customer text, amount numeric(9, 2),
                                    ordered_at timestamp, note text DEFAULT 'kept');
    INSERT INTO mart.large_orders VALUES
        (3, 'outdated', 11, '2026-02-05', 'old'), (55, 'other', 12, '2026-01-01', 'old');
    CREATE TABLE mart.days AS SELECT * FROM shop.orders WHERE false;
    INSERT INTO mart.days VALUES (1, 'stale', 1, '2026-02-05 01:00'), (66, 'day before', 1, '2026-02-04 23:00');
"""
TARGETS = ("all_orders", "large_orders", "days")
ALL, LARGE, DAYS = (f"SELECT order_id, customer, amount::text FROM mart.{name} ORDER BY order_id" for name in TARGETS)
LOADED = [(1, "Ärzte", "5.00"), (2, "x'); DROP TABLE shop.orders; --", "20.50"), (3, "", "99.99")]


class Database:
    """One database of the server, made for one test."""

    def __init__(self, server: postgres.Server, name: str) -> None:
        self.connection = server.airflow_connection(name)
        self.options = {"host": "127.0.0.1", "port": server.port, "user": "postgres", "dbname": name}

    def execute(self, statement: str, parameters: tuple[Any, ...] | None = None) -> Rows:
        with psycopg.connect(**self.options, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def tables(self) -> dict[str, Rows]:
        return {name: sorted(self.execute(f"SELECT * FROM mart.{name}"), key=str) for name in TARGETS}


@pytest.fixture
def database(postgres_server: postgres.Server, request: pytest.FixtureRequest) -> Database:
    name = f"database_{hashlib.md5(request.node.name.encode()).hexdigest()}"
    Database(postgres_server, "postgres").execute(f"CREATE DATABASE {name}")
    return Database(postgres_server, name)


@pytest.fixture
def shop(database: Database) -> Database:
    database.execute(ORDERS)
    return database


@pytest.fixture(scope="module")
def copy_orders(warm: WarmAirflow) -> Path:
    return warm.bundle("copy_orders")


def _connections(database: Database) -> dict[str, str]:
    return {"shop": database.connection, "mart": database.connection}


def test_every_mode_loads_its_rows_and_twice_is_once(warm: WarmAirflow, copy_orders: Path, shop: Database) -> None:
    first = warm.run(copy_orders, "twice", _connections(shop))
    assert first.state == "success", first
    assert shop.execute(ALL) == LOADED
    assert shop.execute(LARGE) == [*LOADED[1:], (55, "other", "12.00")]
    assert shop.execute("SELECT order_id, note FROM mart.large_orders ORDER BY 1") == [
        (2, "kept"),
        (3, "kept"),
        (55, "old"),
    ]
    assert shop.execute(DAYS) == [*LOADED, (66, "day before", "1.00")]
    assert shop.execute("SELECT ordered_at FROM mart.days WHERE order_id = 3") == [
        (datetime(2026, 2, 5, 23, 59, 59, 999999),)
    ]
    before = shop.tables()
    again = warm.run(copy_orders, "twice", _connections(shop))
    assert again.state == "success"
    assert shop.tables() == before


def test_the_next_interval_adds_its_own_rows(warm: WarmAirflow, copy_orders: Path, shop: Database) -> None:
    assert warm.run(copy_orders, "days", _connections(shop)).state == "success"
    assert warm.run(copy_orders, "days", _connections(shop), day=6).state == "success"
    assert shop.execute(ALL) == [(8, "tomorrow", "50.00")]
    assert shop.execute(DAYS) == [*LOADED, (8, "tomorrow", "50.00"), (66, "day before", "1.00")]


def test_a_broken_rule_stops_before_the_load(warm: WarmAirflow, copy_orders: Path, shop: Database) -> None:
    before = shop.tables()
    run = warm.run(copy_orders, "stopped", _connections(shop), on_invalid="fail")
    assert run.state == "failed"
    assert run.tasks["check_orders"] == "failed"
    assert run.tasks["load_all"] == run.tasks["load_days"] == "upstream_failed"
    assert "customer is not null" in run.errors("check_orders")[-1]
    assert shop.tables() == before


@pytest.mark.parametrize("kill_at", [0, 2])
def test_a_run_killed_before_a_publish_leaves_nothing_and_can_be_repeated(
    warm: WarmAirflow, copy_orders: Path, shop: Database, kill_at: int
) -> None:
    before = shop.tables()
    world = f"killed_{kill_at}"
    assert warm.run(copy_orders, world, _connections(shop), kill_at=kill_at).state == "killed"
    if kill_at == 0:
        assert shop.tables() == before
        assert not list((warm.folder / world / "staging").rglob("orders.parquet"))
    repeated = warm.run(copy_orders, world, _connections(shop))
    assert repeated.state == "success"
    assert shop.execute(ALL) == LOADED
    assert shop.execute(LARGE) == [*LOADED[1:], (55, "other", "12.00")]
    assert shop.execute(DAYS) == [*LOADED, (66, "day before", "1.00")]


CUT = """
    CREATE SEQUENCE mart.attempts;
    CREATE FUNCTION mart.cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('mart.attempts') <= {attempts} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER cut AFTER INSERT ON mart.all_orders FOR EACH STATEMENT EXECUTE FUNCTION mart.cut();
"""


def test_a_connection_lost_between_write_and_commit_is_made_good_by_the_retry(
    warm: WarmAirflow, copy_orders: Path, shop: Database
) -> None:
    shop.execute(CUT.format(attempts=1))
    run = warm.run(copy_orders, "cut_once", _connections(shop))
    assert run.state == "success"
    lost, held = run.errors("load_all")
    assert "terminat" in lost
    assert held == ""
    assert shop.execute(ALL) == LOADED


def test_a_connection_that_is_always_lost_leaves_the_old_rows(
    warm: WarmAirflow, copy_orders: Path, shop: Database
) -> None:
    shop.execute(CUT.format(attempts=100))
    run = warm.run(copy_orders, "cut_always", _connections(shop))
    assert run.state == "failed"
    assert len(run.errors("load_all")) == 2
    assert shop.execute(ALL) == [(77, "old", "1.00")]


def test_a_missing_table_is_named(warm: WarmAirflow, copy_orders: Path, database: Database) -> None:
    run = warm.run(copy_orders, "missing", _connections(database))
    assert run.tasks["extract_orders"] == "failed"
    assert "shop.orders" in run.errors("extract_orders")[-1]


HOSTILE = ('or"der; --', "größe", "select", "%(x)s", "{{ ds }}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_names_that_could_be_code_stay_names(warm: WarmAirflow, database: Database) -> None:
    source, target = '"my ""shop"""."Order lines; --"', '"my ""shop"""."%s {{ ds }}"'
    order, size, *texts = map(_quoted, HOSTILE)
    database.execute('CREATE SCHEMA "my ""shop"""')
    columns = ", ".join([f"{order} int", f"{size} numeric", *(f"{name} text" for name in texts)])
    database.execute(f"CREATE TABLE {source} ({columns})")
    values = "(1, 1.5, 'a', '%s', '{{ ds }}'), (1, 2.5, 'b', $$'; --$$, ''), (2, 0, 'c', 'd', NULL)"
    database.execute(f"INSERT INTO {source} VALUES {values}")
    dag_file = warm.bundle("hostile_names")
    for _ in range(2):
        run = warm.run(dag_file, "hostile", {"shop": database.connection})
        assert run.state == "success", run
        loaded = database.execute(f"SELECT {order}, {size}::float, {', '.join(texts)} FROM {target} ORDER BY 1")
        assert loaded == [(1, 2.5, "b", "'; --", ""), (2, 0.0, "c", "d", None)]
