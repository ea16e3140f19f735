"""Statements inside of one system: the user's own, in its dialect and its stand-in's, and those of known actions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.connectors.sql.names import identifier, in_stand_in, table
from airflow_llm.spec.datasets import Column, Dataset

_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "TEXT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
}
CUTOFF = "cutoff"


def translated(sql: str, dialect: str, connection: str) -> str:
    """The user's statements for the connection's stand-in; what sqlglot cannot read stays as it is."""
    try:
        statements = [part for part in parse(sql, dialect=dialect) if part is not None]
    except (SqlglotError, RecursionError):
        return sql
    if any(isinstance(part, exp.Command) for part in statements):
        return sql
    for part in statements:
        for found in part.find_all(exp.Table):
            in_stand_in(found, connection)
    return ";\n\n".join(part.sql("duckdb", pretty=True) for part in statements) + "\n"


def is_query(sql: str, dialect: str) -> bool:
    """Whether the text is one SELECT."""
    try:
        statements = [part for part in parse(sql, dialect=dialect) if part is not None]
    except (SqlglotError, RecursionError):
        return False
    return len(statements) == 1 and isinstance(statements[0], exp.Query)


def only_inserts(sql: str, dialect: str) -> bool:
    """Whether the statements add rows and nothing in them keeps a second run from adding the same ones."""
    try:
        statements = [part for part in parse(sql, dialect=dialect) if part is not None]
    except (SqlglotError, RecursionError):
        return False
    inserts = [part for part in statements if isinstance(part, exp.Insert)]
    if any(part.args.get("overwrite") or part.args.get("conflict") for part in inserts):
        return False
    undone = (exp.Delete, exp.Merge, exp.TruncateTable, exp.Drop)
    replaced = any(isinstance(part, exp.Create) and part.args.get("replace") for part in statements)
    return bool(inserts) and not replaced and not any(isinstance(part, undone) for part in statements)


def action(name: str, dataset: Dataset, dialect: str) -> str:
    """The statement of a known action on a table."""
    target = table(dataset.location or dataset.name, dialect, dataset.connection or "")
    if name == "truncate":
        return f"TRUNCATE TABLE {target.sql(dialect)}\n"
    if name == "drop_table":
        return f"DROP TABLE IF EXISTS {target.sql(dialect)}\n"
    if name == "create_table":
        return _create(target, dataset.columns, dialect)
    if dialect == "duckdb":
        # A view of DuckDB is always fresh; reading it proves that it is there.
        return exp.select(exp.Count(this=exp.Star())).from_(target).sql(dialect, pretty=True) + "\n"
    kind = "DYNAMIC TABLE" if dialect == "snowflake" else "MATERIALIZED VIEW"
    verb = (
        f"ALTER {kind} {target.sql(dialect)} REFRESH"
        if dialect == "snowflake"
        else f"REFRESH {kind} {target.sql(dialect)}"
    )
    return f"{verb}\n"


def delete_older(dataset: Dataset, column: str, dialect: str) -> str:
    """DELETE of the rows whose column lies before the bound parameter `cutoff`."""
    mark = f"${CUTOFF}" if dialect == "duckdb" else f"%({CUTOFF})s"
    moment = identifier(column, dialect).sql(dialect)
    names = table(dataset.location or dataset.name, dialect, dataset.connection or "").sql(dialect)
    if dialect != "duckdb":
        moment, names = moment.replace("%", "%%"), names.replace("%", "%%")
    return f"DELETE FROM {names}\nWHERE\n  {moment} < {mark}\n"  # noqa: S608 - names come from sqlglot's AST


def _create(target: exp.Table, columns: Sequence[Column], dialect: str) -> str:
    definitions = []
    for column in columns:
        kind = exp.DataType.build(_TYPES[column.type], dialect="duckdb")
        required = [exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())] if not column.nullable else []
        name = identifier(column.name, dialect)
        definitions.append(exp.ColumnDef(this=name, kind=kind, constraints=required))
    schema = exp.Schema(this=target, expressions=definitions)
    create = exp.Create(this=schema, kind="TABLE", exists=True).sql(dialect, pretty=True)
    if dialect == "duckdb" and target.db:
        return f"CREATE SCHEMA IF NOT EXISTS {target.args['db'].sql(dialect)};\n\n{create}\n"
    return f"{create}\n"
