from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.files import Files, unload_files
from airflow_llm.targets.airflow.support.location import staged
from airflow_llm.targets.airflow.support.measures import measured
from airflow_llm.targets.airflow.support.reports import make_report
from airflow_llm.targets.airflow.support.retention import clean_staging, remove_files, remove_rows
from tests.targets.data.conftest import rows

pytestmark = pytest.mark.airflow

HOSTILE = "SELECT 1 AS id, '<script>|x|</script>' AS name, '=1+1' AS formula, NULL AS nothing"


@pytest.mark.parametrize(("kind", "suffix"), [("html", "html"), ("markdown", "md")])
def test_pages_escape_every_value(home: Path, parquet, kind: str, suffix: str) -> None:
    inputs = {"orders": parquet(HOSTILE), "more": parquet("SELECT 2 AS x WHERE false", "more")}
    make_report("<b>Orders</b>", inputs, f"file://{home}/r.{suffix}", kind)
    page = (home / f"r.{suffix}").read_text()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "0 rows" in page


@pytest.mark.parametrize("kind", ["csv", "json", "excel"])
def test_data_files_hold_the_rows(home: Path, parquet, kind: str) -> None:
    uri = make_report("Orders", {"orders": parquet(HOSTILE)}, f"file://{home}/r", kind)
    again = unload_files(Files(uri, file_format=kind), f"file://{home}/again.parquet")
    assert rows(again, "SELECT id, name, formula FROM staged") == [(1, "<script>|x|</script>", "=1+1")]


def test_scalars_of_a_dataset(parquet) -> None:
    uri = parquet('SELECT 3.5 AS "Total" FROM range(2)')
    assert measured([uri], ["total", "row_count"]) == {"total": 3.5, "row_count": 2}
    with pytest.raises(ValueError, match="'error_rate'"):
        measured([uri], ["error_rate"])


def test_staging_of_this_run_or_of_old_ones(home: Path, run) -> None:
    url = f"file://{home}/staging"
    for day in (4, 5):
        with run(day):
            path = Path(staged(url, "orders").removeprefix("file://"))
            path.parent.mkdir(parents=True)
            path.write_text("x")
            old = time.time() - (10 - day) * 86400 * 365
            os.utime(path, (old, old))
    with run(5):
        assert clean_staging(url) == 1
        assert clean_staging(url, older_than=timedelta(days=30)) == 1
        assert clean_staging(f"file://{home}/nowhere") == 0
    assert list((home / "staging" / "shop").iterdir()) == []


def test_old_files_and_rows(home: Path, run, database, sql) -> None:
    (home / "in").mkdir()
    for name, age in (("old.csv", 40 * 365), ("new.csv", 0)):
        (home / "in" / name).write_text("x")
        moment = time.time() - age * 86400
        os.utime(home / "in" / name, (moment, moment))
    sql("CREATE TABLE t AS FROM (VALUES (1, TIMESTAMP '2025-01-01'), (2, TIMESTAMP '2026-01-05')) x(id, made)")
    (home / "d.sql").write_text("DELETE FROM t\nWHERE\n  made < $cutoff\n")
    with run(5):
        assert remove_files(Files(f"file://{home}/in/*.csv"), older_than=timedelta(days=30)) == 1
        assert remove_rows(database(), home / "d.sql", timedelta(days=30)) == 1
    assert [path.name for path in (home / "in").iterdir()] == ["new.csv"]
    assert sql("SELECT id FROM t") == [(2,)]
