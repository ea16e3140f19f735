"""Measures how well requests are read. `SPLIT=test|development|train|h39,h40` or `CASES=file.json,… [TEXTS=folder]`."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console

from benchmarks.reader.cases import Case, of_file, of_split
from benchmarks.reader.measures import Measured, measured
from benchmarks.reader.prediction import predicted
from benchmarks.reader.readers import GROUPS, predictions, readers
from benchmarks.reader.record import Record, score
from benchmarks.reader.table import fault_lines, measures_table, worst_lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; texts only where `--worst` asks for them."""
    options = _options(arguments)
    try:
        cases, name = _cases(options.cases, options.texts, options.split)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    known = readers()
    chosen = list(known) if options.ablation else [options.reader]
    if missing := [name for name in chosen if name not in known]:
        print(f"there is no reader {missing[0]!r} here: no trained network is shipped", file=sys.stderr)
        return 2
    results: dict[str, list[Measured]] = {}
    records: list[Record] = []
    for reader in chosen:
        results[reader], records = measure(reader, cases)
    words = statistics.median(len(case.text.split()) for case in cases) if cases else 0
    title = f"{name}: {len(cases)} texts, {words:g} words in the median; 95% intervals"
    if "network" not in known:
        title += "; no trained network is shipped, the grammar reads alone"
    console = Console()
    for line in fault_lines(records):
        console.print(f"[red]{line}")
    console.print(measures_table(title, results, bounded=not options.cases and options.split == "test"))
    for line in worst_lines(records, options.worst):
        console.print(line, markup=False, highlight=False)
    if options.json:
        told = {reader: [asdict(measure) for measure in found] for reader, found in results.items()}
        options.json.write_text(json.dumps({"cases": name, "texts": len(cases), "readers": told}, indent=1) + "\n")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    given = os.environ
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader", description=__doc__)
    parser.add_argument(
        "--split", default=given.get("SPLIT") or "test", help="test, development, train, or hands: h39,h40"
    )
    parser.add_argument(
        "--cases", type=_paths, default=_paths(given.get("CASES", "")), help="files of cases instead of a split"
    )
    texts = given.get("TEXTS")
    parser.add_argument("--texts", type=Path, default=Path(texts) if texts else None, help="the folder of their texts")
    parser.add_argument("--reader", choices=["both", "grammar", "network"], default="both")
    parser.add_argument("--ablation", action="store_true", help="every reader beside the others")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="also print the N texts that are read worst")
    parser.add_argument("--json", type=Path, help="also write the measures here")
    return parser.parse_args(arguments)


def _paths(names: str) -> list[Path]:
    return [Path(name) for name in names.split(",") if name]


def _cases(files: Sequence[Path], texts: Path | None, split: str) -> tuple[list[Case], str]:
    if files:
        return [case for path in files for case in of_file(path, texts)], ", ".join(path.name for path in files)
    return of_split(split), f"{split} split"


def measure(reader: str, cases: Sequence[Case]) -> tuple[list[Measured], list[Record]]:
    """The measures of a reader, without those of what it does not do, and the records behind them."""
    told, seconds = predictions(reader, cases)
    records = [score(case, predicted(said)) for case, said in zip(cases, told, strict=True)]
    groups = GROUPS.get(reader)
    found = measured(records, seconds)
    if groups is not None:
        found = [m if m.group in groups else replace(m, value=None, low=None, high=None, cases=0) for m in found]
    return found, records


if __name__ == "__main__":
    sys.exit(main())
