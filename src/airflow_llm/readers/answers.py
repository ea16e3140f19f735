"""Answers in words of one's own: read as what the question asks for, refused when they are not that."""

from __future__ import annotations

import re

from airflow_llm.errors import InputError, NotFoundError
from airflow_llm.readers.questions import Choice, FreeAnswer
from airflow_llm.spec.diagnostic import Edit

_COLUMN = re.compile(r"[A-Za-z_]\w{0,127}")
_CHANNEL = re.compile(r"#[\w-]{1,80}")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
FILED = frozenset({"s3", "files", "gcs", "sftp"})
"""Connectors whose datasets are files where nothing else is said."""


def in_own_words(free: FreeAnswer, said: str) -> Choice:
    """The choice that the words mean. InputError says what they should be."""
    if free.what in ("columns", "column"):
        return _columns(free, said)
    if free.what == "timezone":
        return _timezone(free, said)
    return _system(free, said) if free.what == "system" else _recipient(free, said)


def _set(free: FreeAnswer, value: object) -> tuple[Edit, ...]:
    return (*free.edits, *(Edit(op="set", path=path, value=value) for path in free.paths))


def _columns(free: FreeAnswer, said: str) -> Choice:
    names = [name for name in re.split(r"[\s,]+", said) if name]
    if not all(_COLUMN.fullmatch(name) for name in names) or (free.what == "column" and len(names) > 1):
        what = "a column" if free.what == "column" else "columns, separated by commas"
        raise InputError(f"{said[:80]!r} is not {what}", hint="letters, digits and underscores, for example order_id")
    value = names[0] if free.what == "column" else names
    return Choice(value=said, label=", ".join(names), edits=_set(free, value))


def _timezone(free: FreeAnswer, said: str) -> Choice:
    from airflow_llm.readers.prose.timezones import zone

    name = zone(said)
    if name is None:
        raise InputError(f"{said[:80]!r} is not a known time zone", hint="a city, or an IANA name like Europe/Berlin")
    return Choice(value=name, label=name, edits=_set(free, name))


def _system(free: FreeAnswer, said: str) -> Choice:
    from airflow_llm.connectors.registry import find, get
    from airflow_llm.readers.prose.lexicon import systems

    connector = get(said)
    name = connector.name if connector is not None else None
    if name is None:
        known = systems().get(" ".join(said.lower().split()))
        name = known.name.replace(" ", "_") if known is not None else None
    if name is None:
        try:
            name = find(said).name
        except NotFoundError as error:
            raise InputError(f"no system is called {said[:80]!r}", hint=error.hint) from error
    return system_choice(name, free.paths)


def system_choice(name: str, paths: tuple[str, ...]) -> Choice:
    """The connection of the first path becomes that system's; the datasets of the others become files or tables."""
    first, *datasets = paths
    kind = "file" if name in FILED else "table"
    edits = [Edit(op="set", path=first, value=name)]
    edits += [Edit(op="set", path=path, value=kind) for path in datasets]
    return Choice(value=name, label=name, edits=tuple(edits))


def _recipient(free: FreeAnswer, said: str) -> Choice:
    if _CHANNEL.fullmatch(said):
        connection = "slack"
    elif _ADDRESS.fullmatch(said):
        connection = "email"
    else:
        raise InputError(f"{said[:80]!r} is no channel or address", hint="for example #data-alerts or team@example.org")
    return recipient_choice(said, connection, said, free.paths, free.connections)


def recipient_choice(
    label: str, connection: str, target: str, paths: tuple[str, ...], known: tuple[str, ...]
) -> Choice:
    """Each place (an alert, or a step that tells somebody) gets the connection and the target.

    `known` are the connections that the spec has already.
    """
    made = [Edit(op="add", path="connections", value={"name": connection, "connector": connection})]
    edits = [] if connection in known else made
    for path in paths:
        edits.append(Edit(op="set", path=f"{path}.connection", value=connection))
        edits.append(Edit(op="set", path=f"{path}.target", value=target))
    return Choice(value=target or connection, label=label, edits=tuple(edits))
