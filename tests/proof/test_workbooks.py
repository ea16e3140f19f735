"""A workbook that holds the same cells is the same report, whenever it was written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from airflow_llm.proof.worker.stores import dump


def digest_of(home: Path, cell: str, year: int) -> str:
    folder = home / "embedded" / "staging"
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.active["A1"] = cell
    book.properties.created = datetime(year, 1, 1)
    book.save(folder / "report.xlsx")
    return str(dump(home, home / "out")["staging/report.xlsx"]["digest"])


def test_the_hour_of_writing_is_no_difference(tmp_path: Path) -> None:
    assert digest_of(tmp_path, "3 rows", 2025) == digest_of(tmp_path, "3 rows", 2026)


def test_another_cell_is_one(tmp_path: Path) -> None:
    assert digest_of(tmp_path, "3 rows", 2026) != digest_of(tmp_path, "4 rows", 2026)


def test_what_is_no_workbook_is_compared_by_its_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "embedded"
    folder.mkdir()
    (folder / "odd.xlsx").write_bytes(b"no workbook")
    assert dump(tmp_path, tmp_path / "out")["odd.xlsx"]["bytes"] == 11
