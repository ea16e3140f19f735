from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.location import (
    expand,
    interval,
    interval_end,
    interval_key,
    local_copies,
    publish,
    staged,
)

pytestmark = pytest.mark.airflow


def test_staging_is_keyed_by_the_interval(run, home: Path) -> None:
    with run(5):
        assert staged("file://${AIRFLOW_HOME}/staging/", "orders") == (
            f"file://{home}/staging/shop/20260105T000000/orders.parquet"
        )
    with run(5, map_index=3):
        assert staged("s3://bucket/x", "orders", ".html") == "s3://bucket/x/shop/20260105T000000/orders/3.html"


def test_a_run_without_an_interval_is_keyed_by_its_id(run) -> None:
    with run(data_interval_start=None, data_interval_end=None, logical_date=None, run_id="manual__x/../y+00:00"):
        assert interval_key() == "manual__x_y_00_00"
        with pytest.raises(ValueError, match="no data interval"):
            interval()
        assert interval_end().tzinfo is not None


def test_an_interval_in_another_time_zone_has_the_same_key(run) -> None:
    import pendulum

    start = pendulum.datetime(2026, 1, 5, 6, 30, tz="Europe/Berlin")
    with run(data_interval_start=start, data_interval_end=start.add(days=1)):
        assert interval_key() == "20260105T053000"
        assert interval()["interval_start"].utcoffset().total_seconds() == 0


def test_a_file_appears_whole_or_not_at_all(home: Path) -> None:
    uri = f"file://{home}/a/b.txt"
    with publish(uri) as attempt:
        attempt.write_text("first")
        assert not (home / "a" / "b.txt").exists()
    with pytest.raises(ZeroDivisionError), publish(uri) as attempt:
        attempt.write_text(f"torn {1 / 0}")
    assert [path.name for path in (home / "a").iterdir()] == ["b.txt"]
    assert (home / "a" / "b.txt").read_text() == "first"


def write_and_die(uri: str) -> None:
    with publish(uri) as attempt:
        attempt.write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_kill_between_write_and_publish_leaves_nothing_visible(home: Path) -> None:
    uri = f"file://{home}/staging/b.parquet"
    process = multiprocessing.get_context("spawn").Process(target=write_and_die, args=(uri,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert not (home / "staging" / "b.parquet").exists()
    assert all(path.name.startswith(".") for path in (home / "staging").iterdir())
    with publish(uri) as attempt:
        attempt.write_text("whole")
    assert (home / "staging" / "b.parquet").read_text() == "whole"


def test_remote_files_are_published_by_a_rename_and_fetched() -> None:
    import fsspec
    from airflow.sdk.io import attach

    # fsspec's own store in memory: any file system but the local one takes this way.
    attach("memory", fs=fsspec.filesystem("memory"))
    with publish("memory://store/a/b.txt") as attempt:
        attempt.write_text("remote")
    assert fsspec.filesystem("memory").find("/store") == ["/store/a/b.txt"]
    with local_copies(["memory://store/a/b.txt"] * 2) as paths:
        assert [Path(path).read_text() for path in paths] == ["remote", "remote"]
        assert len(set(paths)) == 2
    assert not any(Path(path).exists() for path in paths)


def test_only_the_home_is_expanded(home: Path) -> None:
    assert expand("file://${AIRFLOW_HOME}/x$HOME`id`") == f"file://{home}/x$HOME`id`"
