"""An error of a spec or a text says its line and column, whatever command meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import SPEC, Run

UNKNOWN = """\
id: p
connections: [{name: shop, connector: postgres}]
datasets:
  - {name: orders, kind: table, connection: shop, location: orders}
steps:
  - {id: other, kind: marker}
  - id: ld
    kind: load
    reads: [nowhere]
    writes: [orders]
"""


@pytest.mark.parametrize("command", ["generate", "build"])
def test_an_unknown_dataset_has_a_line_and_a_column(run: Run, command: str) -> None:
    Path("spec.yml").write_text(UNKNOWN)
    result = run(command, "spec.yml")
    assert result.exit_code == 2
    assert "spec.yml:9:12" in result.output
    assert "'nowhere'" in result.output


def test_check_tells_the_place_in_a_spec_beside_the_part_that_is_meant(run: Run) -> None:
    Path("spec.yml").write_text(UNKNOWN)
    data = json.loads(run("check", "spec.yml", "--json").stdout)
    places = [one["place"] for one in data["pipelines"][0]["findings"] if one["code"] == "unknown-reference"]
    assert places == [{"path": "steps.ld.reads", "file": "spec.yml", "line": 9, "column": 12}]
    assert "spec.yml:9:12 steps.ld.reads" in run("check", "spec.yml").output


def test_check_tells_the_place_in_a_bundle(run: Run) -> None:
    run("build", SPEC)
    tasks = Path("generated_dags/dags/resources/customer_orders/tasks.yml")
    step = "\nsteps:\n  - id: idle\n    kind: wait\n    wait_for: {on: delay, delay: 2h}\n"
    tasks.write_text(tasks.read_text().replace("\nsteps:\n", step))
    lines = tasks.read_text().splitlines()
    found = json.loads(run("check", "customer_orders", "--json").stdout)["pipelines"][0]["findings"]
    (place,) = (one["place"] for one in found if one["code"] == "sensor-without-timeout")
    assert place["file"] == "dags/resources/customer_orders/tasks.yml"
    assert lines[place["line"] - 1].strip(" -") == "id: idle"


def test_a_spec_from_standard_input_has_places_too(run: Run) -> None:
    error = json.loads(run("generate", "-", "--json", stdin=UNKNOWN).stdout)["error"]
    assert error["place"] == "stdin:9:12"


def test_a_circle_is_told_at_a_step_of_it(run: Run) -> None:
    Path("spec.yml").write_text(
        "id: p\nsteps:\n  - {id: one, kind: marker, after: [two]}\n  - {id: two, kind: marker, after: [one]}\n"
    )
    assert "spec.yml:3:" in run("build", "spec.yml").output


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_text_that_is_not_utf_8_has_a_line_and_a_column(run: Run, mark: bytes) -> None:
    data = mark + "Every day\nlöad the caf".encode() + b"\xe9 orders"
    Path("request.txt").write_bytes(data)
    named = json.loads(run("read", "--file", "request.txt", "--json").stdout)["error"]
    piped = json.loads(run("read", "-", "--json", stdin=data).stdout)["error"]
    assert (named["place"], piped["place"]) == ("request.txt:2:13", "stdin:2:13")
    assert "0xe9 is not UTF-8" in named["message"]


@pytest.mark.parametrize("name", ["tasks.yml", "config.yml"])
def test_the_file_of_a_bundle_that_is_not_utf_8_is_named_with_its_place(run: Run, name: str) -> None:
    assert run("build", SPEC).exit_code == 0
    path = Path("generated_dags/dags/resources/customer_orders") / name
    path.write_bytes(b"# caf\xe9\n" + path.read_bytes())
    result = run("show", "customer_orders", "--json")
    assert json.loads(result.stdout)["error"]["place"].endswith(f"customer_orders/{name}:1:6")
