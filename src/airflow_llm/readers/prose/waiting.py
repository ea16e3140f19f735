"""What a wait step waits for: a time, a file, an address, another DAG, a table, a delay."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, name_words, short, spoken
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import Flow, system_in

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def wait_for(draft: Draft, tokens: list[Token], flow: Flow) -> dict[str, Any]:
    """The condition in the spec's words; only described where the text names nothing that can be looked at."""
    clock = next((match for token in tokens if token.tag == "time" and (match := _CLOCK.match(token.raw))), None)
    if clock is not None and int(clock[1]) < 24 and int(clock[2]) < 60:
        return {"on": "time", "at": time(int(clock[1]), int(clock[2])).isoformat()}
    place = next((token for token in tokens if token.tag in ("file", "path", "uri")), None)
    if place is not None:
        connection = flow.source_of(draft, [place, *tokens]) if system_in(tokens) else flow.connect("files")
        return {"on": "data", "dataset": flow.external(connection, [place], [], "awaited")}
    url = next((token for token in tokens if token.tag == "url"), None)
    if url is not None:
        return {
            "on": "http",
            "connection": flow.connect("http"),
            "path": "/" + url.raw.split("://", 1)[1].partition("/")[2],
        }
    dag = _other_dag(tokens)
    if dag:
        return {"on": "dag", "dag_id": dag}
    table = next((token for token in tokens if token.tag == "table"), None)
    if table is not None and system_in(tokens):
        return {
            "on": "data",
            "dataset": flow.external(flow.source_of(draft, tokens), [table], [], "awaited"),
            "rows": True,
        }
    lengths = find_durations(spoken(tokens))
    if lengths and draft.verb.base == "wait" and len(tokens) <= 4:
        return {"on": "delay", "delay": lengths[0].value}
    return {"on": "described", "text": spoken(tokens) or spoken(draft.clause.tokens)}


def _other_dag(tokens: list[Token]) -> str:
    named = next((token.raw for token in tokens if token.tag == "name"), "")
    said = {token.norm for token in tokens}
    if named and not said & {"table", "partition", "file", "rows", "view"}:
        return named
    if said & {"dag", "pipeline", "workflow", "job", "run", "wait", "export", "ping"} and not said & {"file", "files"}:
        return named or "_".join(
            short(
                [
                    word
                    for word in name_words(tokens)
                    if word not in ("dag", "pipeline", "workflow", "job", "done", "finished")
                ],
                5,
            )
        )
    return ""
