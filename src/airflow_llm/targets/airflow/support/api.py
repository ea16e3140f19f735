"""Records of an HTTP API as Parquet, and staged rows as requests."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from airflow_llm.targets.airflow.support.engine import (
    copy_to,
    engine,
    parquet,
    quoted,
    text,
)
from airflow_llm.targets.airflow.support.location import interval, local_copies, publish

log = logging.getLogger(__name__)

RECORD_KEYS = ("data", "results", "items", "records", "rows", "value")
REQUEST_SECONDS = 60
REQUEST_ROWS = 500


def unload_api(
    conn_id: str,
    endpoint: str,
    target: str,
    *,
    columns: Sequence[str] = (),
    incremental: str | None = None,
) -> str:
    """Publish the JSON records of an API as Parquet at the target; return the target.

    Pages are followed by their `next` link. `columns` are those to keep, all of them by
    default; `incremental` is the column whose value must lie in the data interval.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        file = (
            Path(stack.enter_context(tempfile.TemporaryDirectory())) / "records.jsonl"
        )
        rows = 0
        with file.open("w", encoding="utf-8") as lines:
            for record in api_records(conn_id, endpoint):
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
                rows += 1
        query = records_query(file if rows else None, columns)
        bounds = {}
        if incremental is not None and rows:
            bounds = interval()
            moment = f"CAST({quoted(incremental)} AS TIMESTAMP)"
            query += f" WHERE {moment} >= $interval_start AND {moment} < $interval_end"
        attempt = stack.enter_context(publish(target))
        rows = copy_to(connection, query, attempt, bounds)
        log.info("%s: %d rows", target, rows)
    return target


def records_query(file: Path | None, columns: Sequence[str]) -> str:
    """The records of a file of JSON lines; no file is no record, of the known columns."""
    if file is None:
        known = [f"NULL::VARCHAR AS {quoted(name)}" for name in columns or ("value",)]
        return f"SELECT {', '.join(known)} WHERE false"
    names = ", ".join(map(quoted, columns)) or "*"
    return f"SELECT {names} FROM read_ndjson({text(file)}, sample_size = -1)"


def api_records(conn_id: str, endpoint: str) -> Iterator[dict[str, Any]]:
    """The records of all pages. ValueError when a page leads to another server."""
    from airflow.providers.http.hooks.http import HttpHook

    hook = HttpHook(method="GET", http_conn_id=conn_id)
    session = hook.get_conn()
    url: str | None = hook.url_from_endpoint(endpoint)
    seen: set[str] = set()
    while url is not None and url not in seen:
        seen.add(url)
        response = session.get(url, timeout=REQUEST_SECONDS)
        response.raise_for_status()
        page = response.json()
        for record in page_records(page):
            yield record if isinstance(record, dict) else {"value": record}
        link = next_link(page) or response.links.get("next", {}).get("url")
        following = urljoin(url, link) if link else None
        if following and urlsplit(following).netloc != urlsplit(url).netloc:
            raise ValueError(f"the page after {url} is on another server: {following}")
        url = following


def page_records(page: Any) -> list[Any]:
    """The records of one page: the list itself, the list under a usual name, or one record."""
    if isinstance(page, list):
        return page
    if isinstance(page, dict):
        return next(
            (page[key] for key in RECORD_KEYS if isinstance(page.get(key), list)),
            [page],
        )
    return [page]


def next_link(page: Any) -> str | None:
    """Where the next page is, if the page tells."""
    if not isinstance(page, dict):
        return None
    links = page.get("links")
    found = page.get("next") or (links.get("next") if isinstance(links, dict) else None)
    return found if isinstance(found, str) else None


def post_records(conn_id: str, endpoint: str, uris: str | Iterable[str]) -> int:
    """Send staged rows to an API as JSON lists, and return their number."""
    from airflow.providers.http.hooks.http import HttpHook

    hook = HttpHook(method="POST", http_conn_id=conn_id)
    sent = 0
    with engine() as connection, local_copies(uris) as paths:
        result = connection.execute(
            f"SELECT to_json(staged) FROM {parquet(paths)} AS staged"
        )
        while rows := result.fetchmany(REQUEST_ROWS):
            body = f"[{','.join(row[0] for row in rows)}]"
            hook.run(endpoint, data=body, headers={"Content-Type": "application/json"})
            sent += len(rows)
    log.info("%s: %d rows sent", endpoint, sent)
    return sent
