"""Changes of where data is: another system, another table, file or address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import free_name
from airflow_llm.readers.prose.edits.wording import Clause, left_over, unquoted
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.lexicon import System, systems
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.datasets import Connection, Dataset
from airflow_llm.spec.steps import Step

_NEW = r"(?P<new>\S+(?:\s\S+)?)"
_OLD = r"(?P<old>\S+(?:\s\S+)?)"
_BY = r"\s*,?\s+(?:instead\s+of|rather\s+than|in\s+place\s+of|and\s+not|not)\s+(?P<old>.+)"
_INSTEAD = (
    rf"(?P<lead>.*?)(?P<new>\S+\s\S+\s\S+){_BY}",
    rf"(?P<lead>.*?)(?P<new>\S+\s\S+){_BY}",
    rf"(?P<lead>.*?)(?P<new>\S+){_BY}",
    (
        r"(?:switch|move|change|migrate|convert|"
        r"port)\s+(?P<lead>.*?)\s*(?:over\s+)?from\s+(?P<old>.+?)\s+(?:over\s+)?(?:to|into)\s+(?P<new>.+)"
    ),
    (
        r"(?P<lead>)we(?:\s+have|'ve)?\s+(?:moved|switched|migrated|"
        r"changed)\s+(?:over\s+)?from\s+(?P<old>.+?)\s+(?:over\s+)?to\s+(?P<new>.+)"
    ),
    (
        r"(?:replace|swap(?:\s+out)?|exchange|substitute)\s+(?P<lead>)(?P<old>.+?)\s+(?:with|by|for|against|->|"
        r"→)\s+(?P<new>.+)"
    ),
    rf"(?:change|switch)\s+(?P<lead>){_OLD}\s+(?:to|into|->|→)\s+(?P<new>.+)",
    rf"(?P<lead>){_OLD}\s*(?:->|→|=>)\s*{_NEW}",
)
_LEAD = frozenset(
    [
        "use",
        "take",
        "do",
        "make",
        "put",
        "have",
        "read",
        "load",
        "write",
        "run",
        "store",
        "save",
        "go",
        "into",
        "to",
        "from",
        "onto",
        "in",
        "data",
        "table",
        "tables",
        "file",
        "files",
        "everything",
        "results",
        "result",
        "output",
        "input",
        "get",
        "fetch",
        "pull",
        "extract",
        "export",
        "import",
        "copy",
        "send",
        "our",
        "all",
        "them",
        "database",
        "db",
        "source",
        "target",
    ]
)
_IS_NOW = (
    (
        r"(?P<lead>.+?)\s+(?:is|are|lives?\s+in|sits?\s+in|comes?\s+from|runs?\s+on|uses|moved\s+to|has\s+moved\s+to|"
        r"is\s+moving\s+to|should\s+be|will\s+be|must\s+be|becomes)\s+(?:now\s+)?(?:on\s+|in\s+|at\s+|"
        r"to\s+)?(?P<new>[A-Za-z][\w ]*?)(?:\s+(?:now|instead|from\s+now\s+on))?"
    ),
    (
        r"(?P<lead>.+?)\s+(?:should|must|shall|has\s+to|needs\s+to|is\s+to|will|can)\s+(?:now\s+)?(?:read|load|"
        r"write|extract|come|go|pull|fetch|be\s+(?:read|loaded|written|pulled|stored)|use|get\s+its\s+data|"
        r"be)\s+(?:from|into|to|in|on)?\s*(?P<new>[A-Za-z][\w ]*?)(?:\s+(?:now|instead|from\s+now\s+on))?"
    ),
    (
        r"(?:switch|change|move|migrate|set|point)\s+(?P<lead>.+?)\s+(?:over\s+)?(?:to|into|onto|"
        r"at)\s+(?P<new>[A-Za-z][\w ]*?)(?:\s+(?:now|instead))?"
    ),
    (
        r"(?P<lead>(?:load|write|extract|read|pull|fetch|store|save|export|copy|put)\b.*?)\s+(?:into|to|from|"
        r"in)\s+(?P<new>[A-Za-z][\w ]*?)(?:\s+(?:now|instead|from\s+now\s+on))?"
    ),
    r"(?:use|take)\s+(?P<new>[A-Za-z][\w ]*?)\s+(?:for|in|as)\s+(?P<lead>.+?)(?:\s+instead)?",
)
_SOURCE = frozenset({"source", "input", "origin", "sources", "read", "extract", "pull", "fetch", "from"})
_FURTHER = r"\b(?:also|too|as\s+well|additionally|in\s+addition|another|both)\b"
_AROUND = (
    r"^(?:the|a|an|our|new|old)\s+|\s+(?:instead|now|database|db|system|connection|everywhere|for\s+everything|please)$"
)
_ROLE = (
    r"(?:the\s+|our\s+)?(?P<role>source|input|origin|target|destination|sink|output)(?:\s+(?:system|database|"
    r"db|connection))?"
)
_DATA = frozenset({"sql", "objects", "files", "http", "nosql", "search", "stream", "bi", "other", "chat", "mail"})


def system_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`use MySQL instead of Postgres`, `the warehouse is BigQuery now`, `extract_orders should read from MySQL`."""
    for form in _INSTEAD:
        match = pattern(form).fullmatch(clause.text)
        if match is None:
            continue
        old, new = _system(match["old"]), _system(match["new"])
        if old is None or new is None or old.name == new.name:
            continue
        lead = " ".join(word for word in left_over(match["lead"]).split() if word.lower() not in _LEAD)
        return _exchange(revision, old, new, _steps_of(revision, lead))
    named = pattern(r"(?:the\s+)?(?P<name>\w+)\s*(?:\bto\b|=|:)\s*(?P<new>[A-Za-z][\w ]*)").fullmatch(clause.text)
    if named is not None and named["name"].lower() in {held.name for held in revision.pipeline.connections}:
        wanted = _system(named["new"])
        return _now(revision, named["name"], wanted) if wanted is not None else None
    if pattern(_FURTHER).search(clause.said):
        return None
    for form in _IS_NOW:
        match = pattern(form).fullmatch(clause.text)
        new = _system(match["new"]) if match is not None else None
        if match is not None and new is not None:
            return _now(revision, match["lead"], new)
    return None


def _system(words: str) -> System | None:
    """The system that the words are, and nothing but it; a slip of the pen is read as what was meant."""
    said = unquoted(words).lower()
    for _ in range(2):
        said = pattern(_AROUND).sub("", said)
    spelled, known = " ".join(said.split()), systems()
    found = known.get(spelled) or known.get(f"{spelled}^")
    tokens = tokenise(said).items if found is None else []
    return tokens[0].system if len(tokens) == 1 else found


def connector_of(system: System) -> str:
    """The connector of a system that people name."""
    from airflow_llm.connectors.registry import get

    known = get(system.name)
    return known.name if known is not None else system.name


def _steps_of(revision: Revision, words: str) -> tuple[str, ...]:
    return revision.tasks(words) if words else ()


# --------------------------------------------------------------- whole systems
def _exchange(revision: Revision, old: System, new: System, ids: Sequence[str]) -> Revision:
    """One system for another: in the steps that are named, else everywhere."""
    was = [held for held in revision.pipeline.connections if held.connector == connector_of(old)]
    if not was:
        known = ", ".join(sorted({held.connector for held in revision.pipeline.connections})) or "none"
        raise InputError(f"the pipeline does not use {old.name}", hint=f"the systems are: {known}")
    if ids:
        return _of_steps(revision, ids, new, {held.name for held in was})
    for held in was:
        revision = _reconnected(revision, held, connector_of(new), new)
    return revision


def _reconnected(revision: Revision, old: Connection, connector: str, system: System) -> Revision:
    """A connection of its own name keeps it; one that is called as its system gives way to the other system's."""
    if old.connector == connector:
        return revision
    names = [dataset.name for dataset in revision.pipeline.datasets if dataset.connection == old.name]
    if old.name != old.connector:
        kept = tuple(
            held.model_copy(update={"connector": connector}) if held.name == old.name else held
            for held in revision.pipeline.connections
        )
        return _with_kind(_told(revision.whole(connections=kept), names, old), names, system)
    revision, name = revision.connected(connector, old.role)
    revision = revision.change_datasets(names, connection=name)
    revision = revision.whole(
        steps=tuple(_on_connection(step, old.name, name) for step in revision.pipeline.steps),
        alerts=tuple(
            one.model_copy(update={"connection": name}) if one.connection == old.name else one
            for one in revision.pipeline.alerts
        ),
        connections=_in_place(revision.pipeline.connections, old.name, name),
    )
    return _with_kind(_told(revision, names, old), names, system)


def _in_place(connections: Sequence[Connection], old: str, new: str) -> tuple[Connection, ...]:
    """The connections without the old one, the new one in its place."""
    made = next(held for held in connections if held.name == new)
    rest = [held for held in connections if held.name != new] if connections[-1].name == new else list(connections)
    swapped = [made if held.name == old else held for held in rest]
    return tuple(dict.fromkeys(swapped))


def _on_connection(step: Step, old: str, new: str) -> Step:
    fields: dict[str, Any] = {}
    if getattr(step, "connection", None) == old:
        fields["connection"] = new
    wait_for = getattr(step, "wait_for", None)
    if wait_for is not None and getattr(wait_for, "connection", None) == old:
        fields["wait_for"] = wait_for.model_copy(update={"connection": new})
    if any(alert.connection == old for alert in step.alerts):
        fields["alerts"] = tuple(
            one.model_copy(update={"connection": new}) if one.connection == old else one for one in step.alerts
        )
    return step.model_copy(update=fields) if fields else step


def _told(revision: Revision, names: Sequence[str], old: Connection) -> Revision:
    """SQL that the user wrote stays as it is written, and that is said."""
    for step in revision.pipeline.steps:
        uses = {*step.reads, *step.writes} & set(names) or getattr(step, "connection", None) == old.name
        statement = getattr(step, "query", None) or getattr(step, "statement", None)
        if uses and statement:
            field = "query" if getattr(step, "query", None) else "statement"
            revision = revision.assuming(
                f"steps.{step.id}.{field}", f"the SQL stays as it was written for {old.connector}",
                f"look at `{field}` of step {step.id} in tasks.yml",
            )  # fmt: skip
    settled = [
        one.subject for one in revision.pipeline.assumptions
        if one.subject.startswith("steps.") and "connection called" in one.text and f"`{old.name}`" in one.text
    ]  # fmt: skip
    return revision.settling(*settled)


def _with_kind(revision: Revision, names: Sequence[str], system: System) -> Revision:
    """Tables become files, and files tables, where the other system only holds those."""
    filed = system.family in ("objects", "files")
    for dataset in revision.pipeline.datasets:
        if dataset.name in names and dataset.kind in ("table", "file") and system.family in ("sql", "objects", "files"):
            if filed and dataset.kind == "table":
                revision = revision.change_datasets((dataset.name,), kind="file")
            elif not filed and dataset.kind == "file":
                location = re.sub(r"\W+", "_", dataset.location.rsplit("/", 1)[-1].split(".")[0]).strip("_")
                revision = revision.change_datasets(
                    (dataset.name,), kind="table", location=location or dataset.name, format=None
                )
    return revision


# --------------------------------------------------------------- what is now elsewhere
def _now(revision: Revision, lead: str, new: System) -> Revision | None:
    """`the warehouse is BigQuery now`: a connection, the source, the target, or the steps that the words name."""
    owned = pattern(
        r"(?:the\s+)?(?:connection|system|database|db|source|target)\s+(?:of|for|in)\s+(?P<of>.+)"
    ).fullmatch(lead)
    if owned is not None:
        return _of_steps(revision, revision.tasks(owned["of"]), new, None)
    plain = pattern(r"^(?:the|our|that)\s+|\s+(?:connection|system|database|db)$").sub("", lead.strip()).lower()
    known = {held.name: held for held in revision.pipeline.connections}
    named = known.get(plain.replace(" ", "_")) or known.get(plain)
    if named is not None:
        return (
            _reconnected(revision, named, connector_of(new), new) if named.connector != connector_of(new) else revision
        )
    role = pattern(_ROLE).fullmatch(lead.strip())
    if role is not None:
        return _of_role(revision, role["role"].lower() in _SOURCE, new)
    if new.family not in ("sql", "objects", "files", "nosql", "http", "search", "stream", "bi", "other"):
        return None
    words = left_over(lead, (), "schedule")
    if not words or pattern(r"(?:it|data|the\s+data|read|load|write|extract|result|the\s+result|everything)").fullmatch(
        words
    ):
        return _of_role(revision, pattern(r"^(?:read|extract|pull|fetch)\b").match(lead.strip()) is not None, new)
    return _of_steps(revision, revision.tasks(words), new, None)


def _of_role(revision: Revision, source: bool, new: System) -> Revision:
    """The one system that is read from, or written to."""
    field = "reads" if source else "writes"
    used = {name for step in revision.pipeline.steps for name in getattr(step, field)}
    names = {held.connection for held in revision.pipeline.datasets if held.name in used and held.connection}
    chosen = [held for held in revision.pipeline.connections if held.name in names]
    if source:
        written = {name for step in revision.pipeline.steps for name in step.writes}
        chosen = [
            held for held in chosen
            if any(one.connection == held.name and one.name in used - written for one in revision.pipeline.datasets)
        ]  # fmt: skip
    if len(chosen) == 1 and any(held.connector == connector_of(new) for held in revision.pipeline.connections):
        known = next(held.name for held in revision.pipeline.connections if held.connector == connector_of(new))
        revision = revision.noting(f"the connection {known!r} is taken, which reaches {new.name} already")
    if len(chosen) != 1:
        names_said = ", ".join(held.name for held in chosen) or "none"
        what = "read from" if source else "written to"
        raise InputError(f"it is not clear which system is meant; those that are {what}: {names_said}", hint="name it")
    return _reconnected(revision, chosen[0], connector_of(new), new)


def _of_steps(revision: Revision, ids: Sequence[str], new: System, only: set[str] | None) -> Revision:
    """Another system for what these steps read from, or write into, a system."""
    connector = connector_of(new)
    revision = revision.speaking_of(ids)
    for step in revision.steps(ids):
        if getattr(step, "connection", None) is not None and (only is None or getattr(step, "connection", "") in only):
            revision, name = revision.connected(connector)
            revision = revision.set_steps((step.id,), connection=name)
            continue
        placed = _placed(revision, step, only)
        if len({held.connection for held in placed}) != 1:
            raise InputError(
                f"{step.id} works on {', '.join(sorted({str(held.connection) for held in placed})) or 'no system'}: "
                "it is not clear which is meant",
                hint=f"say it like: use {new.name} instead of … for {step.id}",
            )
        revision = _moved(revision, step, placed, connector, new)
    return replace(revision, recent=tuple(ids))


def _placed(revision: Revision, step: Step, only: set[str] | None) -> list[Dataset]:
    """The datasets of a system that the step reads (an extract) or writes (a load)."""
    names = (
        step.reads if step.kind == "extract" else step.writes if step.kind == "load" else (*step.reads, *step.writes)
    )
    held = [dataset for dataset in revision.pipeline.datasets if dataset.name in names and dataset.connection]
    return [dataset for dataset in held if only is None or dataset.connection in only]


def _moved(revision: Revision, step: Step, placed: Sequence[Dataset], connector: str, new: System) -> Revision:
    """The datasets in the other system; those that other steps use too are doubled."""
    from airflow_llm.readers.prose.edits.rewiring import with_names

    roles = {held.name: held.role for held in revision.pipeline.connections}
    revision, connection = revision.connected(connector, roles.get(placed[0].connection or "", ""))
    for dataset in placed:
        shared = [
            other
            for other in revision.pipeline.steps
            if other.id != step.id and dataset.name in (*other.reads, *other.writes)
        ]
        if not shared or step.kind == "load":
            revision = revision.change_datasets((dataset.name,), connection=connection)
            revision = _with_kind(revision, (dataset.name,), new)
            continue
        name = free_name(f"{dataset.name}_{connection}", {held.name for held in revision.pipeline.datasets})
        copy = dataset.model_copy(update={"name": name, "connection": connection})
        revision = revision.whole(datasets=(*revision.pipeline.datasets, copy))
        changed = with_names(revision.pipeline.step(step.id), datasets={dataset.name: name})
        revision = revision.set_steps((step.id,), reads=changed.reads, writes=changed.writes)
        revision = _with_kind(revision, (name,), new)
    return revision
