"""A long description as lines: how deep each stands, what marks it, its words without marks, and the headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

_CIRCLED = "".join(map(chr, range(0x2460, 0x2474)))
_DIGITS = r"\d{1,3}(?:\.\d{1,3}){0,3}[a-z]?"
_TO = r"(?:\s*[-\u2013]\s*\d{1,3}(?=\W))?+"
_COUNTED = (
    r"(?:steps?|tasks?|stages?|job|component|node|element|item|part|activity|phases?|container|module|operation)\s*(?:no\.?\s*|#\s*)?"
    rf"(?P<word>{_DIGITS}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[A-Z](?=\s*[:.)\u2013\u2014-])){_TO}"
    r"(?:\s+(?:of|/)\s+\w+)?"
)
_NUMBERED = (
    rf"(?P<number>[(\[]?(?:[A-Z]{{0,2}}[.-]?){_DIGITS}){_TO}"
    r"(?:\\?[.):\]](?=\s)|(?<=\.\d)(?=\s)|(?<=\.\d\d)(?=\s)|(?=\s{1,4}(?:[A-Z`]|\w+_\w)))\s*"
)
_LETTERED = r"(?P<number>[A-Z]|[IVX]{1,4})[.)]\s+"
_BULLETS = "-*+\u2022\u25e6\u25aa\u25cf\u2023\u2043\u00b7\u2013\u25cb"
_MARKS = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\ufeff": " ", "\r": " ", "\u2018": "'", "\u2019": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2010": "-", "\u2011": "-", "\u2014": "\u2013",
        "\u21d2": "\u2192", "\u279c": "\u2192", "\u27a1": "\u2192", "\u2794": "\u2192",
    }
)  # fmt: skip
_RULE = r"[-=_*~#\s]{3,}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `words` are without marks, `mark` says what stood before them, `level` how high a heading stands."""

    start: int
    indent: int
    words: str
    mark: str = ""
    number: str = ""
    level: int = 0
    gap: bool = False
    fenced: bool = False
    staged: bool = False

    @property
    def label(self) -> tuple[str, str] | None:
        """The label of a labelled row with its value: `Reads: x`, `id    x`, `| owner | x |`."""
        cells = cells_of(self.words)
        if len(cells) == 2:
            return (cells[0].lower(), cells[1]) if cells[0] else None
        match = pattern(r"([A-Za-z][\w /&-]{0,40}?)\s*(?:[\s.]*:|\s=)\s*(?=\S|$)(.*)").fullmatch(self.words)
        match = match or pattern(r"([A-Za-z][\w /-]{0,24}?)(?:\s{2,}|(?:\s\.){2,}\s)(\S.*)").fullmatch(self.words)
        return (" ".join(match[1].lower().split()), match[2]) if match else None

    @property
    def kind(self) -> str:
        """What the labelled row says of a task, empty when it is none."""
        label = self.label
        return lexicon("outline_labels").get(label[0], "") if label is not None else ""

    @property
    def labelled(self) -> tuple[str, str] | None:
        """The kind of a labelled line (`Objective: …`) with its value, None for any other."""
        kind = self.kind
        return (kind, self.label[1]) if kind and self.label is not None else None

    @property
    def bullet(self) -> bool:
        """Whether it is an entry of a list without numbers."""
        return self.mark == "-"

    @property
    def heading(self) -> int:
        """How deep a heading with a mark stands, 0 for other lines."""
        return self.level if self.mark == "#" else 0

    @property
    def section(self) -> str | None:
        """The kind of section that the line opens."""
        if self.bullet or self.indent > 1:
            return None
        name = " ".join(self.words.rstrip(":").strip().lower().split())
        return lexicon("outline_sections").get(name.partition(" (")[0])


def cells_of(words: str) -> list[str]:
    """The cells of a table row, none when it is none."""
    words = words.replace("||", "|") if words.startswith("||") else words
    if not words.startswith("|") or words.count("|") < 3:
        return []
    return [cell.strip() for cell in words.strip().strip("|").split("|")]


def lines_of(text: str) -> list[Line]:
    """Every row with words; underlined rows and framed ones (`--- Flow ---`) are headings."""
    text = text.translate(_MARKS)
    rows: list[Line] = []
    at, gap, fenced = 0, True, False
    matter = text.lstrip().startswith("---\n")
    for raw in text.split("\n"):
        rest = raw.strip()
        if rest.startswith(("```", "{code", "{noformat")):
            fenced, gap = not fenced, True
        elif not rest:
            gap = True
        elif pattern(_RULE).fullmatch(rest) and not fenced:
            if rows and not gap and rows[-1].gap and rest[0] in "-=~":
                rows[-1] = replace(rows[-1], level=rows[-1].level or 1)
            gap, matter = True, matter and not rows
        elif matter or rest.startswith("<!--"):
            rows.append(Line(at, 0, rest, "y", gap=gap))
        else:
            rows.append(_line(raw, at, gap=gap, fenced=fenced))
            gap = False
        at += len(raw) + 1
    return list(_headed(rows))


def _line(raw: str, at: int, *, gap: bool, fenced: bool) -> Line:
    tabbed = raw.expandtabs(4)
    indent = len(tabbed) - len(tabbed.lstrip())
    words, mark, level = pattern(r"^(?:>\s*)+(?=\S)").sub("", raw.strip()), "", 0
    start = at + len(raw) - len(raw.lstrip())
    if fenced:
        return Line(start, indent, words, "fence", gap=gap, fenced=True)
    marks = pattern(r"(#{1,6})\s+(.*?)\s*#*").fullmatch(words)
    wiki = pattern(r"h([1-6])\.\s+(\S.*)").fullmatch(words)
    framed = pattern(r"(?:={2,}|-{2,})\s*([^\s=-].*?)\s*(?:={2,}|-{2,})").fullmatch(words)
    if marks is not None:
        words, level, mark = marks[2], len(marks[1]), "#"
    elif wiki is not None:
        words, level, mark = wiki[2], int(wiki[1]), "#"
    elif framed is not None:
        words, level, mark = framed[1], 2, "="
    elif len(words) > 1 and words[0] in _BULLETS and words[1] in " \t":
        words, mark = words[2:].lstrip(), "-"
    if words.startswith(("**", "__", "*", "_")) and not mark:
        mark = "b"
        whole = pattern(r"([*_]{2,3})[^*_].*?[^*_]\1:?").fullmatch(words)
        level = 5 if whole is not None else 0
    plain = unmarked(words)
    plain = plain.lstrip("*") if plain.endswith(" *") else plain.strip("*")  # a cron line ends with a star
    number, words = _number(plain)
    if number and pattern(rf"\[?{_COUNTED}").match(plain) is not None:
        mark = mark or "s"
    staged = bool(number) and pattern(r"(?:stage|phase)\b").match(plain) is not None
    first = pattern(r"\w+").search(words)
    found = raw.find(first.group()) if first is not None and not number else -1
    return Line(at + found if found >= 0 else start, indent, words, mark, number, level, gap, staged=staged)


def _number(words: str) -> tuple[str, str]:
    """The number that a row begins with, and the rest: `A1. x`, `2.1 x`, `Step Two: x`, `[Component 1 of 7] x`."""
    if words[:1] and words[0] in _CIRCLED:
        return str(_CIRCLED.index(words[0]) + 1), words[1:].lstrip(" .:)-")
    counted = pattern(rf"\[?{_COUNTED}\]?\s*(?:[:.)\u2013\u2014-]|(?<=\])|(?=\s+`))\s*(?=\S)").match(words)
    if counted is not None:
        return str(lexicon("numbers").get(counted["word"].lower(), counted["word"].lower())), words[counted.end() :]
    match = pattern(_NUMBERED, 0).match(words) or pattern(_LETTERED, 0).match(words)
    if (
        match is None
        or not words[match.end() :].strip()
        or pattern(rf"{any_of('units')}\b").match(words[match.end() :])
    ):
        return "", words
    return match["number"].strip("([").lower(), words[match.end() :].strip()


def unmarked(text: str) -> str:
    """The text without emphasis marks; underscores inside of names stay."""
    plain = re.sub(r"\*\*|__(?=\W|$)|(?<!\w)__", "", text)
    return (
        re.sub(r"(?<![\w(/])\*(\S(?:[^*\n]*\S)?)\*(?![\w)/])", r"\1", plain).strip()
        if "*" in plain and "/*" not in plain
        else plain.strip()
    )


def _headed(rows: list[Line]) -> Iterator[Line]:
    """Short rows that stand alone, in capitals or before indented text are headings too."""
    for at, row in enumerate(rows):
        after = rows[at + 1] if at + 1 < len(rows) else None
        if row.level or row.fenced or row.mark in ("-", "y") or row.words.startswith("|") or len(row.words) > 90:
            yield row
        elif _stands_over(row, after):
            level = 3 if row.number.count(".") or row.indent else 2
            yield replace(row, level=level, mark=row.mark or ("n" if row.number else "c"))
        else:
            yield row


def _stands_over(row: Line, after: Line | None) -> bool:
    bare = pattern(r"\s*\([^()]{1,40}\)$").sub("", row.words).rstrip(":")
    if row.indent > 1 or after is None or bare.endswith((".", ";", ",", "!", "?")) or not row.gap:
        return False
    if row.kind and row.label is not None and row.label[1]:
        return False
    capitals = bare.upper() == bare and pattern(r"[A-Z]{3}", 0).search(bare) is not None
    short = len(bare.split()) <= 7 and pattern(r"[:=|`]|\w_\w", 0).search(bare) is None
    titled = short and (bare[:1].isupper() or bool(row.number))
    return capitals or (titled and (after.gap or after.indent > row.indent or bool(row.number) or not row.mark))
