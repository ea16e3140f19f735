"""Names with a gap in them (`load_{region}`, `load_<region>`, `load_*`): they stand for all names that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.spellings import pattern

_GAP = r"(?:\{\w{1,30}\}|<\w{1,30}>|\*|\[\w{1,30}\])"
_TEMPLATE = rf"`?(?<![\w./{{<*-])([A-Za-z]\w*_)({_GAP})((?:_\w+)?)(?![\w*{{<(/])`?"
_NAME = r"(?<![\w.@/$-])[A-Za-z]\w*_\w+(?![\w/@{<*]|\s*=)"
_MOST = 40


def spelled_out(rows: Sequence[Line]) -> list[Line]:
    """The rows with each such name replaced by the names of the text that fit it."""
    templates = {match.groups() for row in rows for match in pattern(_TEMPLATE).finditer(row.words)}
    if not templates:
        return list(rows)
    names = dict.fromkeys(name for row in rows for name in pattern(_NAME).findall(row.words))
    fitting = {whole: _fitting(whole[0], whole[2], names) for whole in sorted(templates)[:_MOST]}

    def written(match: re.Match[str]) -> str:
        found = fitting.get(match.groups(), [])
        if len(found) < 2:
            return match.group()
        lanes = match.start() > 0 and match[2] != "*"
        return ", ".join(found[:-1]) + f" and {found[-1]}" + (" respectively" if lanes else "")

    return [replace(row, words=pattern(_TEMPLATE).sub(written, row.words)) for row in rows]


def _fitting(before: str, after: str, names: dict[str, None]) -> list[str]:
    fit = pattern(rf"{re.escape(before)}[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?{re.escape(after)}")
    return [name for name in names if fit.fullmatch(name)][:_MOST]
