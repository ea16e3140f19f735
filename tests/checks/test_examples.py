"""The examples are pipelines without findings, and the shop's files are the ones that its script makes."""

from __future__ import annotations

import csv
import io
import runpy
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from airflow_llm.checks.registry import check
from airflow_llm.spec.document import load

EXAMPLES = Path(__file__).parents[2] / "examples"
SPECS = sorted(EXAMPLES.glob("*/tasks.yml"))


def _rows(name: str, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((EXAMPLES / "shop" / name).read_text(encoding))))


def test_there_are_five_examples_each_in_words_too() -> None:
    assert len(SPECS) == 5
    assert all((spec.parent / "request.txt").read_text().strip() for spec in SPECS)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.name)
def test_an_example_has_no_findings_but_commands_to_read(spec: Path) -> None:
    found = check(load(spec.read_text()))
    assert {one.code for one in found} <= {"quoted-command"}, found


def test_the_shops_files_are_what_the_script_makes() -> None:
    make = runpy.run_path(str(EXAMPLES / "shop" / "make.py"))
    random = Random(make["SEED"])
    customers, orders = make["customers"](random), make["orders"](random)
    assert make["_csv"](customers).encode("latin-1") == (EXAMPLES / "shop" / "customers.csv").read_bytes()
    assert make["_csv"](orders).encode("utf-8-sig") == (EXAMPLES / "shop" / "orders.csv").read_bytes()


def test_the_shops_files_have_the_usual_dirt() -> None:
    customers, orders = _rows("customers.csv", "latin-1"), _rows("orders.csv", "utf-8-sig")
    ids = Counter(row["customer_id"] for row in customers)
    assert ids.pop("") == 9
    assert sum(count > 1 for count in ids.values()) == 12
    assert any(row["name"] != row["name"].strip() for row in customers)
    assert any("." in row["signed_up_on"] for row in customers)
    assert any("/" in row["ordered_on"] for row in orders)
    assert any(row["customer_id"] not in ids for row in orders)
    with pytest.raises(UnicodeDecodeError):
        _rows("customers.csv", "utf-8")
