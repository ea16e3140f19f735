"""The user's own files as tables: any usual encoding and dirt, and every row kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_llm.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".csv", ".tsv", ".parquet", ".json", ".jsonl", ".ndjson")
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


def files_by_stem(folder: Path) -> dict[str, Path]:
    """The data files of a folder by what they are called. InputError for two of one name, or none at all."""
    if not folder.is_dir():
        raise InputError(
            f"{str(folder)!r} is not a folder", hint="name the folder that holds your CSV, Parquet or JSON"
        )
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        stem = path.stem.casefold()
        if stem in found:
            raise InputError(
                f"{found[stem].name!r} and {path.name!r} would be the same table", hint="rename one of them"
            )
        found[stem] = path
    if not found:
        raise InputError(f"{str(folder)!r} holds no data file", hint=f"one of {', '.join(SUFFIXES)} for each table")
    return found


def read_table(path: Path) -> pa.Table:
    """The file's rows. InputError when it cannot be read as a table."""
    import duckdb

    try:
        with duckdb.connect() as connection:
            match path.suffix.lower():
                case ".parquet":
                    return connection.read_parquet(str(path)).to_arrow_table()
                case ".csv" | ".tsv":
                    return _read_csv(path)
            return connection.read_json(str(path), sample_size=-1, maximum_object_size=2**28).to_arrow_table()
    except (duckdb.Error, csv.Error, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path.name!r} cannot be read: {reason}", place=str(path)) from error


def _read_csv(path: Path) -> pa.Table:
    """Rows by Python's reader, which loses none of them; types by DuckDB, from all values of a column."""
    import pyarrow as pa

    text = _decoded(path)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if row]
    if not rows:
        raise InputError(f"{path.name!r} is empty", place=str(path))
    names = list(_unique(rows[0]))
    width = max(map(len, rows))
    names += [f"column_{n}" for n in range(len(names), width)]
    columns = {name: pa.array([_cell(row, n) for row in rows[1:]], pa.string()) for n, name in enumerate(names)}
    return _typed(pa.table(columns))


def _typed(table: pa.Table) -> pa.Table:
    """Each column as the narrowest type that all of its values have."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("given", table)
        chosen = []
        for name in table.column_names:
            quoted = '"' + name.replace('"', '""') + '"'
            for kind in ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"):
                query = f"SELECT count(*) FROM given WHERE {quoted} IS NOT NULL AND {_fits(quoted, kind)}"  # noqa: S608  # quoted name
                if connection.execute(query).fetchall()[0][0] == 0:
                    chosen.append(f"CAST({quoted} AS {kind}) AS {quoted}")
                    break
            else:
                chosen.append(quoted)
        return connection.sql(f"SELECT {', '.join(chosen)} FROM given").to_arrow_table()  # noqa: S608  # quoted names


def _fits(quoted: str, kind: str) -> str:
    """True for the values that are not of the kind; a leading zero (a postcode, a phone number) keeps text text."""
    wrong = f"TRY_CAST({quoted} AS {kind}) IS NULL"
    if kind == "BIGINT":
        # A cast alone would round 30.80 to 31.
        wrong = f"({wrong} OR NOT regexp_full_match(trim({quoted}), '[-+]?[0-9]+'))"
    if kind in ("BIGINT", "DOUBLE"):
        return f"({wrong} OR regexp_matches(trim({quoted}), '^[-+]?0[0-9]'))"
    if kind == "BOOLEAN":
        return f"lower(trim({quoted})) NOT IN ('true', 'false')"
    return wrong


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return data.decode("utf-8", "replace")


def _delimiter(text: str) -> str:
    head = text[:65536]
    with suppress(csv.Error):
        return csv.Sniffer().sniff(head, delimiters=",;\t|").delimiter
    return ","


def _unique(names: list[str]) -> Iterator[str]:
    taken: set[str] = set()
    for number, name in enumerate(names):
        clean = name.strip() or f"column_{number}"
        while clean.casefold() in taken:
            clean += "_"
        taken.add(clean.casefold())
        yield clean


def _cell(row: list[str], number: int) -> str | None:
    value = row[number] if number < len(row) else ""
    return value if value.strip() else None
