"""The data in the stand-ins: put there before a run, and read back after it as multisets of rows."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_STORE = "store"
_WRITTEN_AT = "docProps/core.xml"
_TABULAR = {".parquet": "read_parquet", ".csv": "read_csv", ".json": "read_json", ".jsonl": "read_json"}


def quoted(*names: str) -> str:
    """A dotted SQL name whose parts can hold anything."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


@cache
def _engine() -> Any:
    """One small DuckDB for all that this process puts into the stand-ins and reads back: to start one costs more."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The engine with that database file in it, as `store`; the pipeline cannot open the file in the meantime."""
    engine = _engine()
    engine.execute(f"ATTACH '{_escaped(path)}' AS {_STORE}")
    try:
        yield engine
    finally:
        engine.execute(f"DETACH {_STORE}")


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def seed(home: Path, seeds: list[dict[str, Any]], http_answers: dict[str, Any]) -> None:
    """Put the data of each seed where the pipeline will look for it."""
    (home / "embedded").mkdir(parents=True, exist_ok=True)
    for item in seeds:
        target = home / str(item.get("target", "embedded/answers"))
        target.parent.mkdir(parents=True, exist_ok=True)
        match item["kind"]:
            case "schema":
                with _opened(target) as connection:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(_STORE, item['schema'])}")
            case "table":
                with _opened(target) as connection:
                    _create_table(connection, item)
            case "file":
                shutil.copyfile(item["source"], target)
            case "answer":
                http_answers["/" + str(item["path"]).strip("/")] = json.loads(Path(item["source"]).read_text("utf-8"))


def _create_table(connection: Any, item: Mapping[str, Any]) -> None:
    *schema, table = item["table"]
    schema = schema or ["main"]
    name = quoted(_STORE, *schema, table)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(_STORE, *schema)}")
    # A hand-edited pipeline may keep a view of that name; the seed replaces whatever is there.
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    rows = connection.read_parquet(str(item["source"]))
    (rows.limit(0) if item.get("empty") else rows).create(name)
    for column in item.get("keys", ()):
        connection.execute(f"ALTER TABLE {name} ALTER COLUMN {quoted(column)} SET NOT NULL")


def disturb(home: Path, item: Mapping[str, Any]) -> None:
    """Change one row of a table, and add one that no run would make: what was there before a load."""
    *schema, name = item["table"]
    with _opened(home / str(item["target"])) as connection:
        table = quoted(_STORE, *(schema or ["main"]), name)
        if not _exists(connection, (schema or ["main"])[0], name):
            return
        types = {name: str(kind) for name, kind in zip(*_shape(connection.table(table)), strict=True)}
        changed = {name: _another(name, types[name]) for name in item["columns"] if name in types}
        usable = next(((name, value) for name, value in changed.items() if value), None)
        if usable is None:
            return
        connection.execute(f"CREATE OR REPLACE TEMP TABLE earlier AS FROM {table} LIMIT 1")
        # Both parts are of our own making: a quoted name and an expression over it.
        connection.execute(f"UPDATE earlier SET {quoted(usable[0])} = {usable[1]}")  # noqa: S608  # see above
        connection.execute(f"INSERT INTO {table} FROM earlier")


def _exists(connection: Any, schema: str, name: str) -> bool:
    """A load that a decision passed by has made no table."""
    query = (
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = ?"
        " AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)"
    )
    return bool(connection.execute(query, [_STORE, schema, name]).fetchall()[0][0])


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
    with _opened(path) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
            " AND database_name = ? ORDER BY ALL",
            [_STORE],
        ).fetchall()
        for schema, table in tables:
            name = f"{path.name}/{schema}.{table}"
            relation = connection.table(quoted(_STORE, schema, table))
            yield name, _rows(relation, heads, out / _file_name(name))


def _file(path: Path, name: str, out: Path, heads: int) -> dict[str, Any]:
    import duckdb

    reader = _TABULAR.get(path.suffix)
    if reader is not None:
        try:
            relation = getattr(_engine(), reader)(str(path))
            return _rows(relation, heads, out / _file_name(name), path if path.suffix == ".parquet" else None)
        except duckdb.Error:
            # Not a table after all: its bytes are what counts.
            pass
    return {"rows": None, "digest": hashlib.sha256(_content(path)).hexdigest(), "bytes": path.stat().st_size}


def _content(path: Path) -> bytes:
    """What the file holds; of a workbook all but the hour at which it was written."""
    if path.suffix != ".xlsx" or not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in sorted(book.namelist()) if name != _WRITTEN_AT)


def _rows(relation: Any, heads: int, copy: Path, parquet: Path | None = None) -> dict[str, Any]:
    types = [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    if heads:
        count = relation.aggregate("count(*)").fetchall()[0][0]
        return {"rows": count, "columns": types, "head": relation.limit(heads).fetchall()}
    # A sum of hashes knows neither order nor position, and counts duplicates.
    count, total = relation.set_alias("t").aggregate("count(*), sum(hash(t)::HUGEINT)").fetchall()[0]
    digest = hashlib.sha256(repr((types, count, total)).encode()).hexdigest()
    if parquet is None:
        relation.write_parquet(str(copy))
    else:
        shutil.copyfile(parquet, copy)
    return {"rows": count, "digest": digest, "columns": types, "copy": str(copy)}


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24] + ".parquet"
