"""What the sensors of a structured description wait for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_llm.readers.prose.clock import find_times
from airflow_llm.readers.prose.durations import amount, duration
from airflow_llm.readers.prose.outline.steps.data import Places, files_in, systems_in, tables_in, uris_in
from airflow_llm.readers.prose.outline.tasks.names import Node
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.datasets import Dataset

Fields = dict[str, Any]


def wait_fields(node: Node, places: Places) -> Fields:
    """A wait step: for another DAG, a query, data, an address, a time, or in words."""
    words = node.item.everything
    fields: Fields = {"kind": "wait", "wait_for": _target(node, words, places)}
    poke = _length_after(
        words, r"\bpoke[_\s]interval\s*[=:(]?\s*|\bpoll(?:s|ing)?(?:\s+interval)?\s*(?:every|of|[=:])?\s*|\bevery\s+"
    )
    if poke is not None:
        fields["poke_interval"] = poke
    limit = _length_after(words, r"\btime-?out\s*(?:of|after|[=:(])?\s*")
    if limit is not None:
        fields["timeout"] = limit
    if pattern(r"\bsoft_fail\s*[=:]\s*true\b").search(words):
        fields["soft_fail"] = True
    return fields


def _length_after(words: str, lead: str) -> timedelta | None:
    match = pattern(rf"(?:{lead})[\"'`]?({amount()}|\d{{1,7}}(?![\w.]))").search(words)
    if match is None:
        return None
    value = timedelta(seconds=int(match[1])) if match[1].isdigit() else duration(match[1])
    return value if value is not None and value > timedelta(0) else None


def _target(node: Node, words: str, places: Places) -> Fields:
    operator = node.item.text("operator").lower()
    dag = _dag(node, words)
    if dag is not None and ("externaltask" in operator or "sql" not in operator):
        return dag
    if "sql" in operator:
        return _query(node, words, places)
    if "time" in operator:
        return _time(words) or {"on": "described", "text": _said(node)}
    if "http" in operator:
        return _http(words, places)
    return _data(node, words, places) or _time_said(words) or {"on": "described", "text": _said(node)}


def _said(node: Node) -> str:
    return " ".join(node.item.text("objective").split())[:500] or node.name


def _dag(node: Node, words: str) -> Fields | None:
    said = pattern(
        r"\bexternal_dag_id\s*[=:]\s*['\"`]?([\w.-]+)|\b(?:external|upstream)\s+dag\s+['\"`]([\w.-]+)['\"`]"
    ).search(words)
    if said is None and "externaltask" in node.item.text("operator").lower():
        quoted = pattern(r"['\"`]([A-Za-z]\w+)['\"`]").search(words)
        return {"on": "dag", "dag_id": quoted[1] if quoted else pattern(r"^wait_(?:for_)?").sub("", node.id)}
    if said is None:
        return None
    task = pattern(r"\bexternal_task_id\s*[=:]\s*['\"`]?(\w+)").search(words)
    earlier = pattern(rf"\bexecution_delta\s*[=:]\s*({amount()})").search(words)
    fields: Fields = {"on": "dag", "dag_id": said[1] or said[2]}
    if task is not None and task[1].lower() != "none":
        fields["task_id"] = task[1]
    if earlier is not None:
        fields["earlier"] = duration(earlier[1])
    return fields


def _query(node: Node, words: str, places: Places) -> Fields:
    """The quoted query, else that the named table holds rows."""
    system = next((one for one in systems_in(words) if one.family == "sql"), None)
    said = pattern(r"(['\"`])(select\b.{5,2000}?)\1").search(words)
    connection = places.flow.connection(system) if system else places.flow.connect("source", "postgres")
    if said is not None:
        return {"on": "query", "connection": connection, "sql": said[2]}
    qualified = pattern(r"\b([A-Za-z_]\w*\.[A-Za-z_]\w*)\b(?=\s+(?:table|in\b))").findall(words)
    tables = [*tables_in(words, places.names), *qualified]
    tables = [table for table in tables if not table.lower().startswith("information_schema")]
    if not tables:
        return {"on": "described", "text": _said(node)}
    name = _dataset(places, tables[0], connection)
    places.flow.assume(
        f"steps.{node.id}.wait_for",
        f"the text quotes no query for {node.id}; it waits until {tables[0]!r} holds rows",
        f"set `wait_for` of step {node.id} in tasks.yml to your query",
    )
    return {"on": "data", "dataset": name, "rows": True}


def _dataset(places: Places, table: str, connection: str) -> str:
    for name, held in places.flow.datasets.items():
        if (held.connection, held.location) == (connection, table):
            return name
    bare = pattern(r"\W+").sub("_", table.rpartition(".")[2].lower()).strip("_") or "data"
    return places.flow.add(
        Dataset(name=bare if bare[0].isalpha() else f"t_{bare}", connection=connection, location=table), "waited"
    )


def _data(node: Node, words: str, places: Places) -> Fields | None:
    if uris_in(words) or files_in(words):
        name = places.source(node)
        if name is not None:
            return {"on": "data", "dataset": name}
    key = pattern(r"\b(?:bucket_key|filepath|object|key|path)\s*[=:]\s*['\"`]([^'\"`\n]{2,300})['\"`]").search(words)
    if key is None:
        return None
    system = next((one for one in systems_in(words) if one.family == "objects"), None)
    connection = places.flow.connection(system) if system else places.flow.connect("files")
    stem = pattern(r"\W+").sub("_", key[1].rstrip("/").rpartition("/")[2].lower()).strip("_") or "data"
    name = stem if stem[0].isalpha() else f"data_{stem}"
    return {
        "on": "data",
        "dataset": places.flow.add(
            Dataset(name=name[:80], kind="file", connection=connection, location=key[1]), "waited"
        ),
    }


def _time(words: str) -> Fields | None:
    delay = pattern(rf"\b(?:delta|delay)\s*[=:]?\s*({amount()})").search(words)
    if delay is not None:
        return {"on": "delay", "delay": duration(delay[1])}
    return _time_said(words)


def _time_said(words: str) -> Fields | None:
    times = find_times(words)
    return {"on": "time", "at": times[0].value.isoformat()} if times else None


def _http(words: str, places: Places) -> Fields:
    path = pattern(r"\bendpoint\s*[=:]?\s*['\"`]([^'\"`\s]{1,300})['\"`]|https?://[\w.-]+(/[\w./?=&%-]*)").search(words)
    location = next((group for group in path.groups() if group), "/") if path else "/"
    connection = places.flow.connect("http", "http")
    return {"on": "http", "connection": connection, "path": location if location.startswith("/") else f"/{location}"}
