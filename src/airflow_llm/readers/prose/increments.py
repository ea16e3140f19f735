"""Steps that take the rows of their data interval only (`yesterday's orders`, `what changed since the last run`)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Any

from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lexicon import lines_of
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, hints, pattern, says

_COLUMN = (
    r"\b(?:by|on|using|via|from|where|column|watermark(?:\s+\w+)?)\s+(?:the\s+)?(?:column\s+)?[`'\"]?"
    r"(\w*(?:_at|_on|_ts|_date|_time|_timestamp|modified|updated|timestamp))\b[`'\"]?"
)
_SINCE = (
    r"\b(?:that|which|what(?:ever)?)?\s*(?:have\s+|has\s+)?(?:been\s+)?(?:changed?\s+|modified\s+|updated\s+|added\s+|created\s+)?"
    r"since\s+(?:(?:the|our|its)\s+)?(?:last|previous|prior)\s+(?:run|load|time|export|extract|sync|one|execution)\b"
)
_GUESS = "updated_at"
_DROPS = frozenset({"aggregate", "select", "drop", "pivot", "unpivot"})

Fields = dict[str, Any]


def find_increments(text: str) -> list[Found[bool]]:
    """`since the last run` and the like, which would else be read as an order of steps."""
    return [found(text, *match.span(), True) for match in finds(_SINCE, text, "since")]


def cut_to_interval(
    steps: Sequence[Fields],
    flow: Flow,
    schedule: Fields,
    increments: Sequence[Found[bool]] = (),
    also: Collection[str] = (),
) -> None:
    """Sets `incremental` where a step's words say so, and has the loads behind it keep the rows of earlier runs.

    `also` are the ids of steps of which other words say it.
    """
    if schedule["kind"] not in ("cron", "interval"):
        return
    starts = sorted(step["origin"]["start"] for step in steps)
    said = {starts[max(bisect_right(starts, hit.start) - 1, 0)] for hit in increments}
    carried: dict[str, list[str]] = {}
    for step in steps:
        meant = step["id"] in also or step["origin"]["start"] in said or _says_so(step["origin"]["text"])
        if meant and cuttable(step, flow):
            cut(step, flow)
            keys: list[str] = []
        elif set(step.get("reads", ())) & set(carried) and _keeps_columns(step):
            keys = _unique_by(step) or next((carried[name] for name in step["reads"] if carried.get(name)), [])
        else:
            continue
        carried |= dict.fromkeys(
            [*step.get("writes", ()), *(step["reads"] if step["kind"] == "validate" else ())], keys
        )
        if step["kind"] == "load" and step["mode"] == "replace":
            _keep_earlier_rows(step, keys, flow)


def cuttable(step: Fields, flow: Flow) -> bool:
    """Whether the step takes rows out of a database."""
    if step["kind"] not in ("extract", "load") or not step["reads"]:
        return False
    from airflow_llm.connectors.registry import get

    connections = [flow.datasets[name].connection for name in step["reads"]]
    known = [get(flow.connections[name].connector) for name in connections if name is not None]
    return len(known) == len(connections) and all(found is not None and found.family == "sql" for found in known)


def cut(step: Fields, flow: Flow) -> None:
    """Makes the step take the rows of its data interval, by the column that its words name."""
    said = pattern(_COLUMN).search(step["origin"]["text"])
    step["incremental"] = said.group(1) if said is not None else _GUESS
    taken = "" if said is not None else f"; the text names no column, `{_GUESS}` is taken"
    flow.assume(
        f"steps.{step['id']}.incremental",
        f"a run takes the rows whose `{step['incremental']}` lies in its data interval{taken}",
        f"set `incremental` of step {step['id']} in tasks.yml to the timestamp column, or remove it to take all rows",
    )


def _keeps_columns(step: Fields) -> bool:
    """Whether the interval's column is still there after the step."""
    done = {operation["op"] for operation in step.get("operations", ())}
    return step["kind"] in ("load", "validate") or (step["kind"] == "transform" and bool(done) and not done & _DROPS)


def _unique_by(step: Fields) -> list[str]:
    """The columns that tell the step's rows apart, as far as it says or sees to it."""
    if step["kind"] == "validate":
        unique = (rule["columns"] for rule in step["rules"] if rule.get("rule") == "unique")
    else:
        unique = (operation["keys"] for operation in step.get("operations", ()) if operation["op"] == "deduplicate")
    return list(next(unique, []))


def _keep_earlier_rows(step: Fields, keys: list[str], flow: Flow) -> None:
    """Merge by the keys that an earlier step makes sure of; else only the rows of the interval are swapped."""
    step.update({"mode": "merge", "keys": keys} if keys else {"mode": "partition"})
    subject = f"steps.{step['id']}.mode"
    flow.assumptions[:] = [assumption for assumption in flow.assumptions if assumption.subject != subject]
    done = (
        f"rows are merged by {', '.join(f'`{key}`' for key in keys)}, which an earlier step makes unique"
        if keys
        else "each run replaces the rows of its own data interval, because the text names no key"
    )
    flow.assume(
        subject, done, f"set `mode` (merge with `keys`, partition, replace, append) of step {step['id']} in tasks.yml"
    )


# One of them stands in whatever a line of the lexicon finds.
SIGNS = (
    *("yesterday", "today", "last", "previous", "past", "preceding", "prior", "chang", "modif", "updat", "add"),
    *("creat", "new", "increment", "delta"),
)


def _says_so(words: str) -> bool:
    return says(words, *SIGNS) and hints(words, rf"\b(?:{'|'.join(lines_of('increments'))})")
