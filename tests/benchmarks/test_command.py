"""`python -m benchmarks.reader`: which cases it takes, what it prints, and that texts stay out of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.reader.__main__ import main
from benchmarks.reader.cases import of_file, of_split
from benchmarks.reader.measures import measured
from benchmarks.reader.prediction import predicted
from benchmarks.reader.record import score
from benchmarks.reader.table import fault_lines
from training.splits import DEVELOPMENT

from tests.benchmarks.perfect import FOLDER, SALES, perfect


def test_the_development_split_is_that_of_its_hands() -> None:
    cases = of_split("development")
    assert {case.id.partition("-")[0] for case in cases} == set(DEVELOPMENT)
    assert all(case.text for case in cases)


def test_a_description_says_its_slots_in_the_same_terms() -> None:
    (case,) = of_file(FOLDER / "descriptions.json")
    assert case.text.startswith("Every hour")
    assert [graph.edges[0] for graph in case.graphs] == [
        ("fetch_weather", "choose_store"),
        ("fetch_weather", "store_storm"),
    ]
    assert case.wanted["schedule"] == {"cron": None, "timezone": None, "trigger": "asset:stations"}
    assert case.wanted["conditions"] == [{"task": "store_storm", "expr": "wind > 80"}]
    assert case.wanted["mapped"] == {"fetch_weather": "stations"}
    assert case.wanted["alerts"] == [{"channel": "email", "target": None, "on": "failure"}]


def test_intervals_hold_their_figures_and_are_the_same_each_time() -> None:
    wrong = {**perfect(SALES), "edges": []}
    records = [score(SALES, predicted(said)) for said in (perfect(SALES), wrong, perfect(SALES), wrong)]
    found = measured(records, [0.001, 0.002, 0.003, 0.004])
    assert found == measured(records, [0.001, 0.002, 0.003, 0.004])
    told = {held.name: held for held in found}
    ranges = [(held.low, held.value, held.high) for held in found if held.value is not None]
    assert all(list(figures) == sorted(figures) for figures in ranges)  # type: ignore[type-var]  # all are numbers
    exact, median = told["exact graph"], told["time, median"]
    assert (exact.low, exact.value, exact.high, exact.cases) == (0.0, 0.5, 1.0, 4)
    assert median.value == pytest.approx(2.5)
    # four right of four do not make sure that all are
    assert told["schedule exact"].low == pytest.approx(0.398, abs=1e-3)
    assert told["schedule exact"].high == 1.0


def test_faults_are_counted_and_the_first_of_a_kind_is_named() -> None:
    records = [score(held, predicted({"fault": "ValueError"})) for held in of_file(FOLDER / "cases.json")]
    assert fault_lines(records) == ["the reader ended with ValueError 2 x, first at sales"]


def test_the_table_of_a_file_has_no_text_unless_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("CASES", f"{FOLDER / 'cases.json'},{FOLDER / 'descriptions.json'}")
    assert main(["--reader", "grammar", "--json", str(tmp_path / "figures.json")]) == 0
    printed = capsys.readouterr().out
    written = (tmp_path / "figures.json").read_text(encoding="utf-8")
    assert "task F1" in printed
    assert "till receipts" not in printed + written
    told = json.loads(written)
    assert (told["texts"], set(told["readers"])) == (3, {"grammar"})
    values = {held["name"]: held["value"] for held in told["readers"]["grammar"]}
    assert values["expected errors found"] == 1.0


def test_an_ablation_sets_the_readers_side_by_side_and_the_worst_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))[0]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([{**record, "schedule": {"cron": "1 1 1 1 1"}}]), encoding="utf-8")
    assert main(["--cases", str(path), "--ablation", "--worst", "5"]) == 0
    printed = capsys.readouterr().out
    assert "grammar" in printed
    assert "both" in printed
    assert "take the till receipts" in " ".join(printed.split())
