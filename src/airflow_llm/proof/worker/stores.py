"""The data in the stand-ins: put there before a run, and read back after it as multisets of rows."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_TABULAR = {".parquet": "read_parquet", ".csv": "read_csv", ".json": "read_json", ".jsonl": "read_json"}


def quoted(*names: str) -> str:
    """A dotted SQL name whose parts can hold anything."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def seed(home: Path, seeds: list[dict[str, Any]], http_answers: dict[str, Any]) -> None:
    """Put the data of each seed where the pipeline will look for it."""
    import duckdb

    (home / "embedded").mkdir(parents=True, exist_ok=True)
    for item in seeds:
        target = home / str(item.get("target", "embedded/answers"))
        target.parent.mkdir(parents=True, exist_ok=True)
        match item["kind"]:
            case "schema":
                with duckdb.connect(str(target)) as connection:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(_database(connection), item['schema'])}")
            case "table":
                with duckdb.connect(str(target)) as connection:
                    _create_table(connection, item)
            case "file":
                shutil.copyfile(item["source"], target)
            case "answer":
                http_answers["/" + str(item["path"]).strip("/")] = json.loads(Path(item["source"]).read_text("utf-8"))


def _create_table(connection: Any, item: Mapping[str, Any]) -> None:
    *schema, table = item["table"]
    schema = schema or ["main"]
    # A file and a schema of one name are told apart only by the whole name.
    name = quoted(_database(connection), *schema, table)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(_database(connection), *schema)}")
    # A hand-edited pipeline may keep a view of that name; the seed replaces whatever is there.
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    rows = connection.read_parquet(str(item["source"]))
    (rows.limit(0) if item.get("empty") else rows).create(name)
    for column in item.get("keys", ()):
        connection.execute(f"ALTER TABLE {name} ALTER COLUMN {quoted(column)} SET NOT NULL")


def _database(connection: Any) -> str:
    """What DuckDB calls the file that it opened."""
    return str(connection.execute("SELECT current_database()").fetchall()[0][0])


def disturb(home: Path, item: Mapping[str, Any]) -> None:
    """Change one row of a table, and add one that no run would make: what was there before a load."""
    import duckdb

    *schema, name = item["table"]
    with duckdb.connect(str(home / str(item["target"]))) as connection:
        table = quoted(_database(connection), *(schema or ["main"]), name)
        if not _exists(connection, (schema or ["main"])[0], name):
            return
        types = {name: str(kind) for name, kind in zip(*_shape(connection.table(table)), strict=True)}
        changed = {name: _another(name, types[name]) for name in item["columns"] if name in types}
        usable = next(((name, value) for name, value in changed.items() if value), None)
        if usable is None:
            return
        connection.execute(f"CREATE TEMP TABLE earlier AS FROM {table} LIMIT 1")
        # Both parts are of our own making: a quoted name and an expression over it.
        connection.execute(f"UPDATE earlier SET {quoted(usable[0])} = {usable[1]}")  # noqa: S608  # see above
        connection.execute(f"INSERT INTO {table} FROM earlier")


def _exists(connection: Any, schema: str, name: str) -> bool:
    """A load that a decision passed by has made no table."""
    query = (
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database()"
        " AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)"
    )
    return bool(connection.execute(query, [schema, name]).fetchall()[0][0])


def _shape(relation: Any) -> tuple[list[str], list[Any]]:
    return list(relation.columns), list(relation.types)


def _another(name: str, kind: str) -> str:
    """A SQL expression for a value of the column that differs from all others; empty when there is none."""
    column = quoted(name)
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"{column} - INTERVAL 4000 DAY"
    if kind == "VARCHAR":
        return f"coalesce({column}, '') || ' of an earlier run'"
    if kind.startswith(("TINYINT", "SMALLINT", "INT", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL", "U")):
        return f"-1 - abs(coalesce({column}, 0))"
    return ""


def dump(home: Path, out: Path, heads: int = 0) -> dict[str, dict[str, Any]]:
    """Everything in the stand-ins by name: rows, a digest of the multiset of rows, and a Parquet copy of it.

    With `heads` it is only looked at: the number of rows and that many of the first.
    """
    found: dict[str, dict[str, Any]] = {}
    out.mkdir(parents=True, exist_ok=True)
    root = home / "embedded"
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if not path.is_file() or path.suffix == ".wal":
            continue
        name = path.relative_to(root).as_posix()
        if path.suffix == ".duckdb":
            found.update(_tables(path, out, heads))
        else:
            found[name] = _file(path, name, out, heads)
    return found


def _tables(path: Path, out: Path, heads: int) -> Iterator[tuple[str, dict[str, Any]]]:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
            " AND database_name = current_database() ORDER BY ALL"
        ).fetchall()
        for schema, table in tables:
            name = f"{path.name}/{schema}.{table}"
            yield (
                name,
                _rows(connection.table(quoted(_database(connection), schema, table)), out / _file_name(name), heads),
            )


def _file(path: Path, name: str, out: Path, heads: int) -> dict[str, Any]:
    import duckdb

    reader = _TABULAR.get(path.suffix)
    if reader is not None:
        try:
            with duckdb.connect() as connection:
                return _rows(getattr(connection, reader)(str(path)), out / _file_name(name), heads)
        except duckdb.Error:
            # Not a table after all: its bytes are what counts.
            pass
    return {"rows": None, "digest": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}


def _rows(relation: Any, copy: Path, heads: int) -> dict[str, Any]:
    types = [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    if heads:
        count = relation.aggregate("count(*)").fetchall()[0][0]
        return {"rows": count, "columns": types, "head": relation.limit(heads).fetchall()}
    # A sum of hashes knows neither order nor position, and counts duplicates.
    count, total = relation.set_alias("t").aggregate("count(*), sum(hash(t)::HUGEINT)").fetchall()[0]
    relation.write_parquet(str(copy))
    digest = hashlib.sha256(repr((types, count, total)).encode()).hexdigest()
    return {"rows": count, "digest": digest, "columns": types, "copy": str(copy)}


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24] + ".parquet"


def rows_of(value: Any, home: Path) -> int | None:
    """The rows behind a URI, or behind several, that a task returned; None when it is something else."""
    if isinstance(value, (list, tuple)):
        counts = [rows_of(item, home) for item in value]
        known = [count for count in counts if count is not None]
        return sum(known) if known else None
    if not isinstance(value, str) or not value.startswith("file://"):
        return None
    path = Path(os.path.expandvars(value.removeprefix("file://")))
    if path.suffix != ".parquet" or not path.is_file() or home not in path.parents:
        return None
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(path)]).fetchone()
    return int(found[0]) if found else None
