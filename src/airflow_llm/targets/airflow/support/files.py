"""Files of a folder or object store as Parquet, and staged rows as files."""

from __future__ import annotations

import glob
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_llm.targets.airflow.support.engine import (
    copy_to,
    engine,
    parquet,
    quoted,
    text,
)
from airflow_llm.targets.airflow.support.location import (
    expand,
    interval,
    interval_key,
    local_copies,
    local_path,
    publish,
)
from airflow_llm.targets.airflow.support.rows import BATCH_ROWS, write_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

FORMATS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
}
READERS = {
    "csv": "read_csv({}, union_by_name = true, sample_size = -1)",
    "json": "read_json({}, union_by_name = true, sample_size = -1)",
    "jsonl": "read_ndjson({}, union_by_name = true, sample_size = -1)",
    "parquet": "read_parquet({}, union_by_name = true)",
}
WRITERS = {
    "csv": "FORMAT csv, HEADER true",
    "json": "FORMAT json, ARRAY true",
    "jsonl": "FORMAT json, ARRAY false",
    "parquet": "FORMAT parquet",
}
SUFFIXES = {
    "csv": ".csv",
    "excel": ".xlsx",
    "json": ".json",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
}


@dataclass(frozen=True)
class Files:
    """Files at a path, in a folder or of a pattern; the format is told by their names
    when it is not given.
    """

    uri: str
    conn_id: str | None = None
    file_format: str | None = None
    encoding: str = "utf-8"


def place(url: str, *parts: object) -> str:
    """A path inside of a store."""
    inside = "/".join(str(part).strip("/") for part in parts)
    return f"{expand(url).rstrip('/')}/{inside}"


def format_of(path: str) -> str:
    """The format that a file's name tells. ValueError when it tells none."""
    name = Path(path).name.lower()
    for packed in (".gz", ".zst"):
        name = name.removesuffix(packed)
    try:
        return FORMATS[Path(name).suffix]
    except KeyError:
        message = f"the name of {path!r} does not tell its format; name it in the spec"
        raise ValueError(message) from None


@contextmanager
def matching_files(files: Files) -> Iterator[list[str]]:
    """Local paths of the files; remote ones are downloaded for the block.

    FileNotFoundError when there is none.
    """
    with tempfile.TemporaryDirectory() as folder:
        local = local_path(files.uri)
        found = local_files(local) if local else downloaded(files, Path(folder))
        if not found:
            raise FileNotFoundError(f"there is no file at {files.uri}")
        yield found


def local_files(path: Path) -> list[str]:
    """The files at a local path, which may be a file, a folder or a pattern."""
    if path.is_file():
        return [str(path)]
    inside = (
        path.rglob("*")
        if path.is_dir()
        else map(Path, glob.iglob(str(path), recursive=True))
    )
    return sorted(
        str(file) for file in inside if file.is_file() and not file.name.startswith(".")
    )


def downloaded(files: Files, folder: Path) -> list[str]:
    """Local copies of the files at a remote path."""
    from airflow.sdk import ObjectStoragePath

    remote = ObjectStoragePath(files.uri, conn_id=files.conn_id)
    fs, path = remote.fs, remote.path
    if glob.has_magic(path):
        names = fs.glob(path)
    else:
        names = fs.find(path) if fs.isdir(path) else [path] if fs.exists(path) else []
    copies = []
    for number, name in enumerate(sorted(names)):
        copies.append(str(folder / f"{number}-{Path(name).name}"))
        fs.get(name, copies[-1])
    return copies


def unload_files(
    files: Files,
    target: str,
    *,
    columns: Sequence[str] = (),
    incremental: str | None = None,
) -> str:
    """Publish the rows of files as Parquet at the target, and return the target.

    `columns` are those to keep, all of them by default; `incremental` is the column
    whose value must lie in the data interval.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        source, count = opened(stack, files)
        query = f"SELECT {', '.join(map(quoted, columns)) or '*'} FROM {source}"
        bounds = {}
        if incremental is not None:
            bounds = interval()
            moment = quoted(incremental)
            query += f" WHERE {moment} >= $interval_start AND {moment} < $interval_end"
        attempt = stack.enter_context(publish(target))
        rows = copy_to(connection, query, attempt, bounds)
        log.info("%s: %d rows of %d files", target, rows, count)
    return target


def opened(stack: ExitStack, files: Files) -> tuple[str, int]:
    """The files as a SQL table expression, good until the stack ends, and their number."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    found = stack.enter_context(matching_files(files))
    kind = files.file_format or format_of(found[0])
    paths = [
        readable(path, kind, files.encoding, folder / str(number))
        for number, path in enumerate(found)
    ]
    names = f"[{', '.join(map(text, paths))}]"
    return READERS["parquet" if kind == "excel" else kind].format(names), len(found)


def readable(path: str, kind: str, encoding: str, copy: Path) -> str:
    """A file that DuckDB reads: in UTF-8, and under a name that is no pattern."""
    if kind == "excel":
        return excel_as_parquet(path, copy.with_suffix(".parquet"))
    if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} or kind == "parquet":
        if not glob.has_magic(path):
            return path
        copy.symlink_to(path)
        return str(copy)
    with (
        open(path, encoding=encoding, newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as utf8,
    ):
        while chunk := source.read(1 << 20):
            utf8.write(chunk)
    return str(copy)


def excel_as_parquet(path: str, copy: Path) -> str:
    """The first sheet of a workbook, whose first row names the columns."""
    from openpyxl import load_workbook

    with open(path, "rb") as file:
        workbook = load_workbook(file, read_only=True, data_only=True)
        rows = workbook.worksheets[0].iter_rows(values_only=True)
        names = [str(name) for name in next(rows, ())]
        write_rows(batched(rows), names, copy)
        workbook.close()
    return str(copy)


def batched(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    """Rows in batches."""
    batch: list[Sequence[object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def write_files(
    uris: str | Iterable[str],
    files: Files,
    *,
    mode: str = "replace",
    keys: Sequence[str] = (),
    partition: str | None = None,
) -> str:
    """Write staged rows as one file, which appears in one step, and return its URI.

    A path without a suffix is a folder: it gets one file for each data interval, so
    that a replay replaces its own. In a named file `merge` swaps the rows with the same
    keys, `partition` those of the data interval, and `append` keeps what is there.
    """
    kind = files.file_format or format_of(files.uri)
    if not Path(files.uri).suffix:
        own = f"{files.uri.rstrip('/')}/{interval_key()}{SUFFIXES[kind]}"
        files = replace(files, uri=own)
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        paths = stack.enter_context(local_copies(uris))
        connection.execute(f"CREATE VIEW incoming AS FROM {parquet(paths)}")
        query = "FROM incoming"
        if mode != "replace" and views_present(stack, connection, files):
            query = combined(mode, keys, partition)
        attempt = stack.enter_context(publish(files.uri, files.conn_id))
        write_file(connection, query, attempt, kind)
    log.info("%s written", files.uri)
    return files.uri


def views_present(
    stack: ExitStack, connection: DuckDBPyConnection, files: Files
) -> bool:
    """Whether there is such a file already; its rows are then the view `present`."""
    try:
        source, _ = opened(stack, files)
    except FileNotFoundError:
        return False
    connection.execute(f"CREATE VIEW present AS FROM {source}")
    return True


def combined(mode: str, keys: Sequence[str], partition: str | None) -> str:
    """The rows that a file holds after the load."""
    if mode == "append":
        return "FROM present UNION ALL BY NAME FROM incoming"
    if mode == "merge":
        same = " AND ".join(
            f"incoming.{quoted(key)} IS NOT DISTINCT FROM present.{quoted(key)}"
            for key in keys
        )
        kept = f"FROM present WHERE NOT EXISTS (SELECT 1 FROM incoming WHERE {same})"
        return f"{kept} UNION ALL BY NAME FROM incoming"
    column, bounds = quoted(str(partition)), interval()
    start, end = (
        f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'" for moment in bounds.values()
    )
    inside = f"({column} >= {start} AND {column} < {end})"
    kept = f"FROM present WHERE {inside} IS NOT TRUE"
    return f"{kept} UNION ALL BY NAME FROM incoming WHERE {inside}"


def write_file(
    connection: DuckDBPyConnection, query: str, path: Path, file_format: str
) -> None:
    """Write the rows of a query to one file."""
    if file_format == "excel":
        write_excel(connection, query, path)
        return
    connection.execute(f"COPY ({query}) TO {text(path)} ({WRITERS[file_format]})")


def write_excel(connection: DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query to the first sheet of a workbook."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    result = connection.execute(query)
    sheet.append([column[0] for column in result.description])
    while rows := result.fetchmany(BATCH_ROWS):
        for row in rows:
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, excel_value(value))
                # Text stays text: a value that begins with "=" is no formula.
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
                cells.append(cell)
            sheet.append(cells)
    with path.open("wb") as file:
        workbook.save(file)


def excel_value(value: object) -> object:
    """A value that a cell can hold."""
    from datetime import date, datetime
    from decimal import Decimal

    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, str, date)):
        return value
    return str(value)
