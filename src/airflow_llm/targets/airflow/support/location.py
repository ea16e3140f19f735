"""Where data lies between two tasks, and how a file appears there in one step."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4


def expand(value: str) -> str:
    """A setting with `${AIRFLOW_HOME}` filled in."""
    return value.replace(
        "${AIRFLOW_HOME}",
        os.environ.get("AIRFLOW_HOME") or str(Path.home() / "airflow"),
    )


def interval_key() -> str:
    """A name for the data interval of this run, or for the run itself when it has none."""
    from airflow.sdk import get_current_context

    context = get_current_context()
    start = context.get("data_interval_start") or context.get("logical_date")
    if start is not None:
        return datetime.fromtimestamp(start.timestamp(), UTC).strftime("%Y%m%dT%H%M%S")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", str(context["run_id"]))


def interval() -> dict[str, datetime]:
    """The bounds of the data interval as query parameters. ValueError when this run has none."""
    from airflow.sdk import get_current_context

    context = get_current_context()
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    if start is None or end is None:
        raise ValueError("this run has no data interval: start it with a logical date")
    return {
        "interval_start": datetime.fromtimestamp(start.timestamp(), UTC),
        "interval_end": datetime.fromtimestamp(end.timestamp(), UTC),
    }


def interval_end() -> datetime:
    """The end of the data interval, or the moment of the run when it has none."""
    from airflow.sdk import get_current_context

    context = get_current_context()
    end = (
        context.get("data_interval_end")
        or context.get("logical_date")
        or datetime.now(UTC)
    )
    return datetime.fromtimestamp(end.timestamp(), UTC)


def staged(staging_url: str, dataset: str, suffix: str = ".parquet") -> str:
    """The URI of a dataset of this run in staging; each item of a mapped task has one."""
    from airflow.sdk import get_current_context

    context = get_current_context()
    base = f"{expand(staging_url).rstrip('/')}/{context['dag'].dag_id}/{interval_key()}/{dataset}"
    map_index = context["ti"].map_index
    return (
        f"{base}{suffix}"
        if map_index is None or map_index < 0
        else f"{base}/{map_index}{suffix}"
    )


def local_path(uri: str) -> Path | None:
    """The path of a `file://` URI or plain path; None for anything remote."""
    if uri.startswith("file://"):
        return Path(uri.removeprefix("file://"))
    return None if "://" in uri else Path(uri)


@contextmanager
def publish(uri: str, conn_id: str | None = None) -> Iterator[Path]:
    """A local file to write, which appears at the URI in one step when the block ends without an error.

    Every attempt writes a file of its own, so an attempt that was given up but still runs cannot tear a result.
    """
    final = local_path(uri)
    if final is not None:
        final.parent.mkdir(parents=True, exist_ok=True)
        attempt = final.with_name(f".{final.name}.{uuid4().hex}")
        try:
            yield attempt
            attempt.replace(final)
        finally:
            attempt.unlink(missing_ok=True)
        return

    from airflow.sdk import ObjectStoragePath

    target = ObjectStoragePath(uri, conn_id=conn_id)
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / target.name
        yield local
        remote = f"{target.path}.{uuid4().hex}"
        target.fs.put(str(local), remote)
        target.fs.mv(remote, target.path)


@contextmanager
def local_copies(uris: str | Iterable[str]) -> Iterator[list[str]]:
    """Local paths of staged files: one URI, or those of a mapped task; remote ones are downloaded for the block."""
    with tempfile.TemporaryDirectory() as folder:
        yield [
            _local_copy(uri, Path(folder) / str(n))
            for n, uri in enumerate([uris] if isinstance(uris, str) else uris)
        ]


def _local_copy(uri: str, folder: Path) -> str:
    local = local_path(uri)
    if local is not None:
        return str(local)

    from airflow.sdk import ObjectStoragePath

    remote = ObjectStoragePath(uri)
    folder.mkdir()
    remote.fs.get(remote.path, str(folder / remote.name))
    return str(folder / remote.name)
