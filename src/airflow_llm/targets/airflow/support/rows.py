"""Rows of Python values as Parquet, batch by batch, whatever the first rows look like."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 50_000
PLAIN_TYPES = frozenset(
    {bool, int, float, str, bytes, Decimal, date, datetime, time, type(None)}
)


def write_rows(
    batches: Iterable[Sequence[Sequence[Any]]],
    names: Sequence[str],
    path: Path,
    declared: Mapping[str, pa.DataType] | None = None,
) -> int:
    """Write batches of rows to one Parquet file and return their number; `declared` are types that the source tells."""
    import pyarrow as pa

    columns = unique_names(names)
    schema = pa.schema(
        [(name, (declared or {}).get(name, pa.null())) for name in columns]
    )
    return write_tables((as_table(batch, columns) for batch in batches), path, schema)


def write_tables(tables: Iterable[pa.Table], path: Path, schema: pa.Schema) -> int:
    """Write tables of the same columns to one Parquet file and return the number of rows.

    When a later table needs a wider type, the earlier ones are rewritten once, at the end.
    """
    import pyarrow.parquet as pq

    rows = 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        parts: list[Path] = []
        writer: pq.ParquetWriter | None = None
        for table in tables:
            wider = widened(schema, table.schema)
            if writer is None or wider != schema:
                stack.close()
                schema = wider
                parts.append(Path(folder) / f"{len(parts)}.parquet")
                writer = stack.enter_context(pq.ParquetWriter(parts[-1], schema))
            writer.write_table(table.cast(schema))
            rows += table.num_rows
        stack.close()
        join_parts(parts, schema, path)
    return rows


def join_parts(parts: Sequence[Path], schema: pa.Schema, path: Path) -> None:
    """One Parquet file from parts whose types the schema covers; a column that never had a value becomes text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [
        field.with_type(pa.string()) if pa.types.is_null(field.type) else field
        for field in schema
    ]
    final = pa.schema(fields)
    if len(parts) == 1 and final == schema:
        shutil.move(parts[0], path)
        return
    with pq.ParquetWriter(path, final) as writer:
        for part in parts:
            for batch in pq.ParquetFile(part).iter_batches(BATCH_ROWS):
                writer.write_table(pa.Table.from_batches([batch]).cast(final))


def as_table(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> pa.Table:
    """Rows as an Arrow table."""
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table([as_array(column) for column in columns], names=list(names))


def as_array(values: Sequence[Any]) -> pa.Array:
    """A column of Python values; what Parquet has no type for, and a mixture of types, becomes text."""
    import pyarrow as pa

    if not PLAIN_TYPES.issuperset(map(type, values)):
        values = [plain(value) for value in values]
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array(
            [None if value is None else str(value) for value in values], pa.string()
        )
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        return array.cast(pa.timestamp("us", "UTC"))
    return array


def plain(value: Any) -> Any:
    """A value that Parquet has a type for: JSON for lists and mappings, text for everything unknown."""
    if isinstance(value, tuple(PLAIN_TYPES)):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def widened(schema: pa.Schema, other: pa.Schema) -> pa.Schema:
    """The schema that holds the values of both: numbers widen, and what has nothing in common becomes text."""
    import pyarrow as pa

    fields = []
    for field, new in zip(schema, other, strict=True):
        if new.type in (field.type, pa.null()):
            fields.append(field)
            continue
        try:
            pair = [pa.schema([field]), pa.schema([new])]
            fields.append(pa.unify_schemas(pair, promote_options="permissive").field(0))
        except pa.ArrowException:
            fields.append(pa.field(field.name, pa.string()))
    return pa.schema(fields)


def unique_names(names: Iterable[str]) -> list[str]:
    """Column names of which no two are equal: the second `id` is called `id_1`."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 0
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def fetched(cursor: Any) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of an executed cursor, in batches."""
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield rows
