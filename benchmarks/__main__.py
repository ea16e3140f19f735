"""Runs the benchmarks and prints a table; exit code 1 when a bound does not hold."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure

NAMES = ("reading", "writing", "start_up", "folder", "parse", "proving", "volume", "cases", "mutation")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="which ones (default: all)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    console = Console()
    table = Table("figure", "measured", "bound", "", "note", title="AirflowLLM, measured on this machine")
    figures: list[Figure] = []
    for name in options.names or NAMES:
        console.print(f"[dim]{name} …")
        for figure in import_module(f"benchmarks.{name}").measure():
            figures.append(figure)
            table.add_row(*row(figure))
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps([vars(figure) for figure in figures], indent=1) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


def row(figure: Figure) -> tuple[str, str, str, str, str]:
    """The figure as table cells."""
    sign = "≥" if figure.at_least else "≤"
    bound = "" if figure.bound is None else f"{sign} {figure.bound:g} {figure.unit}"
    mark = "" if figure.bound is None else "[green]ok" if figure.holds else "[red]missed"
    return figure.name, f"{figure.value:.3g} {figure.unit}", bound, mark, figure.note


if __name__ == "__main__":
    sys.exit(main())
