"""What the checks found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from airflow_llm.cli.terminal import line, plain
from airflow_llm.spec.diagnostic import Diagnostic

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
_MOST = 200


def findings_view(findings: Sequence[Diagnostic], title: str = "checks") -> RenderableType:
    """All findings, each with why and what to do, and a count."""
    if not findings:
        return Text(f"{title}: no findings", style="green")
    rows = [_finding(finding) for finding in findings[:_MOST]]
    if len(findings) > _MOST:
        rows.append(Text(f"… {len(findings) - _MOST} more", style="dim"))
    return Group(Text(f"{title}: {count_words(findings)}", style="bold"), *rows)


def count_words(findings: Sequence[Diagnostic]) -> str:
    """How many of each severity: `1 error, 2 warnings`."""
    counts: Counter[str] = Counter(finding.severity for finding in findings)
    named = (("error", "error"), ("warning", "warning"), ("info", "note"))
    parts = [f"{counts[key]} {word}{'' if counts[key] == 1 else 's'}" for key, word in named if counts[key]]
    return ", ".join(parts) or "no findings"


def findings_data(findings: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """The same for a machine."""
    return [finding.model_dump(mode="json", exclude_defaults=True) for finding in findings]


def _finding(finding: Diagnostic) -> RenderableType:
    text = Text(finding.severity, style=_COLOURS[finding.severity])
    text.append(f" {finding.code}", style="dim")
    place = str(finding.place)
    if place:
        text.append(f" {line(place)}", style="bold")
    if finding.place.file and finding.place.path:
        text.append(f" {line(finding.place.path)}", style="dim")
    text.append(f"  {plain(finding.message)}")
    parts: list[RenderableType] = [Padding(text, (0, 0, 0, 2), expand=False)]
    if finding.why:
        parts.append(_indented(f"why: {plain(finding.why)}", "dim"))
    if finding.hint:
        parts.append(_indented(f"do:  {plain(finding.hint)}", "dim"))
    if finding.fix is not None:
        way = "`airflow-llm check --fix` does it" if finding.fix.safe else "changes the meaning: yours to decide"
        parts.append(_indented(f"fix: {line(finding.fix.title)} ({way})", "green"))
    return Group(*parts)


def _indented(text: str, style: str) -> RenderableType:
    return Padding(Text(text, style=style), (0, 0, 0, 6), expand=False)
