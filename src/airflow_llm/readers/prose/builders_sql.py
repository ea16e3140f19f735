"""What SQL and clean-up drafts become in the spec."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import Flow, object_words, system_in
from airflow_llm.readers.prose.kinds import quoted_statement
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.statements import emptied_by, statement_of, tables_in
from airflow_llm.readers.prose.transforms import operations_of

Fields = dict[str, Any]


def build_sql(draft: Draft, flow: Flow) -> Fields:
    """Work inside one system: an action or a statement where the words mean one, else a hook."""
    tokens = draft.mentioned()
    quoted = quoted_statement(tokens)
    if quoted:
        return {"kind": "sql", "connection": flow.target_of(draft, tokens), "statement": quoted}
    rows = draft.verb.group == "delete" and bool({token.norm for token in draft.objects} & words("row_words"))
    if not system_in(tokens) and not (any(token.tag == "table" for token in tokens) if rows else tables_in(tokens)):
        inputs = flow.chosen(draft)
        operations = operations_of(draft, inputs, flow) if inputs else []
        if operations:
            output = flow.staged([draft.verb.base, *(object_words(draft) or ["rows"])])
            flow.outputs[draft.number] = [output]
            return {"kind": "transform", "reads": inputs, "writes": [output], "operations": operations}
    connection = flow.target_of(draft, tokens)
    action = _action(draft)
    statement = statement_of(draft, flow, flow.connections[connection].connector) if action is None else None
    if statement is not None:
        return {
            "kind": "sql",
            "connection": connection,
            "statement": statement.sql,
            "reads": [flow.external(connection, [statement.source], [statement.source.norm], "source")],
            "writes": _written(flow, connection, [statement.target]),
        }
    emptied = tables_in(tokens)[:1]
    if action in ("truncate", "drop_table") and emptied and _is_used(flow, connection, emptied[0]):
        text = emptied_by(action, emptied[0], flow.connections[connection].connector)
        return {"kind": "sql", "connection": connection, "statement": text}
    return {
        "kind": "sql",
        "connection": connection,
        "action": action,
        "writes": _written(flow, connection, tables_in(tokens) or tokens, object_words(draft) or ["table"]),
    }


def _is_used(flow: Flow, connection: str, table: Token) -> bool:
    """Whether a step before reads the table; to write it as well would turn their order round."""
    return flow.places.get((connection, table.raw), "") in flow.used


def _written(flow: Flow, connection: str, tokens: list[Token], named: list[str] | None = None) -> list[str]:
    """The dataset in the system; a dataset has one writer: the first step that makes it."""
    word = tokens[0].norm if tokens and tokens[0].tag == "word" and tables_in(tokens[:1]) else ""
    name = flow.external(connection, tokens, [word] if word else named or [tokens[0].norm], "target")
    made = name not in flow.written
    flow.written.add(name)
    return [name] if made else []


def _action(draft: Draft) -> str | None:
    said = {token.norm for token in draft.mentioned()}
    if draft.verb.base == "truncate":
        return "truncate"
    if draft.verb.base == "refresh" and said & {"view", "views", "materialized", "materialised"}:
        return "refresh_view"
    if draft.verb.base in ("drop", "delete") and said & {"table", "tables"} and not said & words("row_words"):
        return "drop_table"
    return None


def build_cleanup(draft: Draft, flow: Flow) -> Fields:
    """Data to be removed: by age where the text says one, else a hook."""
    tokens = draft.mentioned()
    lengths = find_durations(spoken([*draft.objects, *draft.phrase.tokens()]))
    said = {token.norm for token in tokens}
    if said & {"staging", "temp", "temporary", "tmp", "intermediate"} and not lengths and not system_in(tokens):
        return {"kind": "cleanup", "staging": True}
    columns = _age_columns(draft)
    place = system_in(tokens)
    folder = _folder(tokens) if place is None or place.family == "files" else None
    if lengths and folder is not None:
        target = flow.external(flow.connect("files"), [folder], [folder.norm], "old")
        return {"kind": "cleanup", "reads": [target], "dataset": target, "older_than": lengths[0].value}
    tables = [token for token in tables_in(tokens) if token.raw not in columns]
    if lengths and (place is not None or tables):
        connection = flow.connection(place) if place is not None else flow.target_of(draft, tokens)
        named = [tables[0].norm] if tables and tables[0].tag == "word" else object_words(draft)
        target = flow.external(connection, tables or tokens, named, "old")
        fields: Fields = {"kind": "cleanup", "reads": [target], "dataset": target, "older_than": lengths[0].value}
        return {**fields, **_column(draft, columns, flow)} if flow.datasets[target].kind == "table" else fields
    return {"kind": "cleanup"}


def _folder(tokens: list[Token]) -> Token | None:
    """`files in the archive folder exports`, `files in /data/out`, `logs in the folder tmp_out`."""
    path = next((token for token in tokens if token.tag == "path"), None)
    if path is not None:
        return path
    return next(
        (
            after
            for before, after in pairwise(tokens)
            if before.norm in ("folder", "directory") and after.tag in ("word", "name") and not after.marker
            and after.norm not in words("prepositions") | words("be") | words("determiners")
        ),
        None,
    )  # fmt: skip


def _age_columns(draft: Draft) -> list[str]:
    """The column whose age counts: `whose created_at is older than`, `by updated_at`."""
    tokens = draft.clause.tokens
    pairs = pairwise(tokens)
    return [
        after.raw
        for before, after in pairs
        if after.tag == "name" and before.norm in ("whose", "by", "where", "column", "with", "when", "on", "and")
    ]


def _column(draft: Draft, columns: list[str], flow: Flow) -> Fields:
    if columns:
        return {"column": columns[0]}
    flow.assume(
        f"steps.{draft.id}.column", "the age of a row is taken from its column `created_at`",
        f"change `column` of step {draft.id} in tasks.yml",
    )  # fmt: skip
    return {"column": "created_at"}
