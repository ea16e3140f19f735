"""The tasks that a long description declares: each has a head (`### Load (`load_x`)`) and the text under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from string import ascii_lowercase

from airflow_llm.readers.prose.outline.lines import Line, cells_of, lines_of
from airflow_llm.readers.prose.outline.tasks.families import Family, families_in, family_of
from airflow_llm.readers.prose.outline.tasks.identifiers import HOW, UNDER, dags_in, is_task_name
from airflow_llm.readers.prose.outline.tasks.names import slug
from airflow_llm.readers.prose.outline.tasks.templates import spelled_out
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

_ID = (
    r"(?:`(?:[A-Za-z]\w*\.)?[A-Za-z]\w*(?:\([^()`\n]{0,60}\))?`|"
    rf"(?<![\w.@/$-])(?:[A-Za-z]\w*\.)?{UNDER}(?![\w/@]|\.\w))"
)
_IDS = rf"{_ID}(?:\s*(?:,\s*(?:and\s+)?|/|&|\+|\band\b)\s*{_ID}){{0,40}}"
_QUOTE = "\"\u201c\u201d'"
_DASH = "\u2013\u2014\u00b7\u2022"
_FIRST = (
    rf"(?:(?:step|task|component|job|node)\s+[{_QUOTE}])?[\[(]?(?P<ids>{_IDS})[\]){_QUOTE}]?"
    rf"(?P<rest>\s*$|\s*[:{_DASH}(\"]|\s+-\s|\.\s|\s*\.{{3,}}\s|\s*,\s*[{_QUOTE}]|\s+[{_QUOTE}]|"
    r"\s*,\s+(?:i\.e\.|that\s+is|namely|so)\s)"
)
_LISTED = rf"(?P<ids>{_IDS})(?P<rest>\s+(?:is|are|has|have|[a-z]{{2,}}s)\b|,\s|\s*$)"
_BARE = r"`?(?P<ids>[a-z][a-z0-9]{2,})`?"
_TITLED = (
    rf"[{_QUOTE}]?(?P<title>[A-Z0-9][^.`;|{_QUOTE}\n]{{1,70}}?)[{_QUOTE}]?\s*(?:[{_DASH}:(\[]|\s-\s|\s(?=`|\())\s*\(?"
    rf"(?:(?:task[ _]?)?(?:id|identifier)s?\s*[:=]?\s*)?[\[(]?(?P<ids>{_IDS})"
    rf"(?P<rest>[\])]*\s*(?:$|[.:{_DASH}]|-\s|[\])]|,\s))"
)
_OPERATED = (
    rf"`?(?P<ids>[A-Za-z]\w*)(?P<rest>\s*(?:\(|[{_DASH}]\s*|-\s+|`?\s+is\s+))(?:an?\s+)?"
    r"\w*(?:Operator|Sensor)\b"
)
_NAMED_BY = r"(?:task[ _]?)?(?:id|identifier|name)|task"
_WHOLE = r"\b(?:dag|pipeline|workflow|airflow)[ _]?(?:id|name)?\b"
_DRAWN = r"\u2192|->|>>|=>"
_GROUPED = r"^\W*(?:task\s*)?group\W+\w|^\W*\w+\W{0,4}(?:is\s+an?\s+)?task\s*group\b"
_FEWEST, _MOST_STACKED = 2, 200


@dataclass
class Entry:
    """A declared task: its id, title and number, the row of its head, and the rows under it."""

    id: str
    title: str
    row: Line
    number: str = ""
    group: str = ""
    stage: int = 0
    body: list[Line] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All that stands under the head, and the head itself."""
        return "\n".join([self.row.words, *(row.words for row in self.body), *self.cells.values()])


@dataclass
class Section:
    """The rows under one heading that no task owns; `members` are the tasks declared there."""

    title: str
    rows: list[Line] = field(default_factory=list)
    members: list[Entry] = field(default_factory=list)
    number: str = ""

    @property
    def kind(self) -> str:
        """`aside` when it tells nothing of the order, `wiring` when the order is all that it tells, else empty."""
        return next((kind for kind in ("wiring", "aside") if self.tells_of("catalogue_sections", kind)), "")

    def tells_of(self, words: str, meaning: str) -> bool:
        """Whether its heading has one of these words of a lexicon."""
        title = " ".join(pattern(r"[^\w\s]").sub(" ", self.title.lower()).split())
        return pattern(rf"\b{any_of(words, meaning)}\b").search(title) is not None


@dataclass
class Catalogue:
    """What a description declares, with the sections around it. `dags` are names of whole pipelines."""

    entries: list[Entry] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    dags: frozenset[str] = frozenset()
    routes: list[tuple[str, str]] = field(default_factory=list)
    families: dict[str, Family] = field(default_factory=dict)


@dataclass(frozen=True)
class _Head:
    ids: tuple[str, ...]
    title: str
    form: str
    at: int
    taken: int = 0
    cells: tuple[tuple[str, str], ...] = ()

    def style(self, rows: Sequence[Line]) -> tuple[str, str, int]:
        """What its row looks like: heads of one list look alike."""
        row = rows[self.at]
        if self.form == "table":
            return ("table", "", 0)
        return (
            ("first" if self.form == "listed" else self.form, "n", 0)
            if row.number and row.mark in ("", "n")
            else (self.form, row.mark, row.level)
        )


def catalogue_of(text: str) -> Catalogue:
    """The declared tasks of the text; without entries when it declares none in a list."""
    rows = spelled_out(lines_of(text))
    dags = dags_in(text, rows)
    tables = _Tables(rows, dags)
    heads = _chosen([*_heads(rows, dags), *tables.heads], rows)
    heads = heads if len(heads) > 1 else _steps(rows) or heads
    made = _built(rows, heads, Catalogue(dags=dags, routes=tables.routes))
    made.families = families_in(rows, made.entries)
    return made


def _ids(words: str, dags: frozenset[str]) -> tuple[str, ...]:
    found = [one.strip("`").partition("(")[0] for one in pattern(_ID).findall(words)]
    return tuple(dict.fromkeys(found)) if all(is_task_name(one.rpartition(".")[2], dags) for one in found) else ()


def _heads(rows: Sequence[Line], dags: frozenset[str]) -> Iterator[_Head]:
    stacked = _stacked(rows)
    drawn = any(row.number and pattern(_DRAWN).search(row.words) for row in rows)
    for at, row in enumerate(rows):
        if row.fenced or row.mark == "y" or row.words.startswith("|"):
            continue
        if stacked:
            yield from _stack(at, rows, dags)
            continue
        head = _head(at, row, dags) or _headed_by(at, rows, dags)
        if head is None or not head.ids or len(head.title.split()) > 9 or (drawn and head.form == "listed"):
            continue
        if not _is_group(row):
            yield head


def _names(row: Line) -> str:
    """What a row `Task: load_x` names."""
    label = row.label
    if label is None or pattern(r"(?:task|step|job|node)(?:[ _]?(?:id|name))?").fullmatch(label[0]) is None:
        return ""
    exact = pattern(rf"`?({UNDER})`?\W*").fullmatch(label[1])
    return exact[1] if exact is not None else ""


def _stacked(rows: Sequence[Line]) -> bool:
    """Whether such rows stand right below each other somewhere: several tasks of one head."""
    return any(_names(one) and _names(two) for one, two in pairwise(rows))


def _stack(at: int, rows: Sequence[Line], dags: frozenset[str]) -> Iterator[_Head]:
    if not _names(rows[at]) or (at and _names(rows[at - 1])):
        return
    end = next((place for place in range(at, len(rows)) if not _names(rows[place])), len(rows))
    ids = [one for row in rows[at : min(end, at + _MOST_STACKED)] if is_task_name(one := _names(row), dags)]
    yield _Head(tuple(ids), "", "stacked", at, end - at - 1)


def _head(at: int, row: Line, dags: frozenset[str]) -> _Head | None:
    """A row that begins with identifiers, or with a title and identifiers."""
    match = pattern(_FIRST).match(row.words)
    if match is not None and not (row.label and row.label[0] in lexicon("outline_labels")):
        after = pattern(rf"[\s{_DASH}:,.(-]*[{_QUOTE}(]?([A-Z][^{_QUOTE}\n.:;]{{2,70}})").match(
            row.words[match.end("ids") :].lstrip("]) ")
        )
        title = after[1].strip() if after is not None and pattern(HOW).search(after[1]) is None else ""
        return _Head(_ids(match["ids"], dags), title if len(title.split()) <= 7 else "", "first", at)
    match = pattern(_TITLED, 0).match(row.words)
    plain = row.kind == "" and not (row.label and pattern(_NAMED_BY).fullmatch(row.label[0]))
    if match is not None and plain and pattern(rf"{_WHOLE}|{HOW}").search(match["title"]) is None:
        return _Head(_ids(match["ids"], dags), match["title"].strip(), "titled", at)
    match = pattern(_OPERATED).match(row.words)
    if match is not None and is_task_name(match["ids"], dags) and pattern(HOW).fullmatch(match["ids"]) is None:
        return _Head((match["ids"],), "", "first", at)
    match = pattern(_LISTED).match(row.words) or pattern(_BARE, 0).fullmatch(row.words)
    if match is not None and row.number and row.kind == "":
        bare = match["ids"].isalpha()
        return _Head((match["ids"],) if bare else _ids(match["ids"], dags), "", "listed", at)
    return None


def _headed_by(at: int, rows: Sequence[Line], dags: frozenset[str]) -> _Head | None:
    """A title over a row that names the task: `id   load_x`, `Identifier: load_x`, or a sentence about `load_x`."""
    row = rows[at]
    label = row.label
    if label is not None and pattern(_NAMED_BY).fullmatch(label[0]) and row.mark in ("-", "n", "b", "#"):
        exact = pattern(rf"`?({_ID}|[A-Za-z]\w*)`?\W*").fullmatch(label[1])
        return _Head(_ids(exact[1], dags) or (exact[1],), "", "named", at) if exact is not None else None
    if row.mark == "-" or row.kind or len(row.words) > 90 or at + 1 == len(rows) or row.words.endswith("."):
        return None
    for taken, below in enumerate(rows[at + 1 : at + 4], 1):
        label = below.label
        if label is not None and pattern(_NAMED_BY).fullmatch(label[0]):
            exact = pattern(rf"`?({_ID}|[A-Za-z]\w*)`?\W*").fullmatch(label[1])
            ids = (exact[1].strip("`"),) if exact is not None and is_task_name(exact[1].strip("`"), dags) else ()
            return _Head(ids, row.words.strip(": "), "under", at, taken)
        if below.gap or below.level:
            break
    first = rows[at + 1]
    opens = pattern(rf"(?P<ids>{_ID})(?=\s+(?:\(|is\b|[a-z]+s\b|has\b))").match(first.words)
    if row.level and opens is not None and first.label is None and pattern(_WHOLE).search(row.words) is None:
        return _Head(_ids(opens["ids"], dags), pattern(r"^\w+:\s+").sub("", row.words), "said", at)
    return None


def _steps(rows: Sequence[Line]) -> list[_Head]:
    """Without any identifiers: `Step One: Collect Results` and those that are counted on from it."""
    found: list[_Head] = []
    for at, row in enumerate(rows):
        counted = row.number in (str(len(found) + 1), ascii_lowercase[len(found) % 26])
        if row.level and row.mark in ("s", "#") and counted and len(row.words.split()) <= 7:
            found.append(_Head((slug(row.words),), row.words.strip(": "), "step", at))
    return found if len(found) > _FEWEST else []


class _Tables:
    """Tables with a column of tasks, and those whose rows say where a run goes on."""

    def __init__(self, rows: Sequence[Line], dags: frozenset[str]) -> None:
        self.rows, self.dags = rows, dags
        self.heads: list[_Head] = []
        self.routes: list[tuple[str, str]] = []
        header: list[str] = []
        for at, row in enumerate(rows):
            cells = cells_of(row.words)
            if not cells:
                header = []
            elif not header:
                header = [self._kind(cell) for cell in cells]
                self._pair(at, cells)
            else:
                self._row(at, header, cells)

    @staticmethod
    def _kind(cell: str) -> str:
        name = " ".join(pattern(r"[^\w#\s]").sub(" ", cell.lower()).split())
        return lexicon("catalogue_columns").get(name) or lexicon("outline_labels").get(name, "")

    def _pair(self, at: int, cells: list[str]) -> None:
        if len(cells) == 2 and pattern(_NAMED_BY).fullmatch(cells[0]):
            self._add(at, cells[1], "", (), frozenset())

    def _row(self, at: int, header: list[str], cells: list[str]) -> None:
        named = {kind: cell for kind, cell in zip(header, cells, strict=False) if kind}
        task = named.pop("task_id", "")
        if "next" in named:
            source = _ids(named.get("from", "") or task, self.dags)
            self.routes += [(up, down) for up in source for down in _ids(named["next"], self.dags)]
        elif task:
            self._add(at, task, named.pop("title", ""), tuple(named.items()), self.dags)
        elif len(cells) == 2:
            self._pair(at, cells)

    def _add(self, at: int, cell: str, title: str, cells: tuple[tuple[str, str], ...], dags: frozenset[str]) -> None:
        ids = _ids(cell, dags)
        bare = cell.strip("`* ")
        if not ids and cells and pattern(r"[A-Za-z]\w*").fullmatch(bare) and is_task_name(bare, dags):
            ids = (bare,)
        if len(ids) == 1:
            named = pattern(r"([A-Z][^`(|]{1,60}?)\s*\(`?").fullmatch(cell.partition(ids[0])[0])
            title = title or (named[1] if named is not None else "")
            self.heads.append(_Head(ids, title, "table", at, 0, cells))


def _chosen(heads: list[_Head], rows: Sequence[Line]) -> list[_Head]:
    """The heads that belong to the list of tasks: those that look like most, and others among them that say how."""
    sections = _sections_of(rows, {head.at for head in heads})
    heads = sorted((head for head in heads if sections[head.at] != "aside"), key=lambda head: head.at)
    count: Counter[tuple[str, str, int]] = Counter()
    for head in heads:
        count[head.style(rows)] += len(head.ids)
    if not count:
        return []
    main = max(count, key=lambda style: (count[style], style[1] == "#"))
    inside = [head.at for head in heads if head.style(rows) == main]
    kept = []
    for head in heads:
        style = head.style(rows)
        like = style == main or (style[1:] == main[1:] and (inside[0] <= head.at <= inside[-1]))
        if like or (pattern(HOW).search(rows[head.at].words) and main[0] not in ("table", "under")):
            kept.append(head)
    return kept


def _sections_of(rows: Sequence[Line], heads: set[int]) -> list[str]:
    """The kind of section that each row stands in."""
    kinds, over = [], [""] * 8
    for at, row in enumerate(rows):
        if row.level and at not in heads:
            over[row.level :] = [Section(row.words).kind] * (8 - row.level)
        kinds.append(over[7])
    return kinds


def _built(rows: Sequence[Line], heads: list[_Head], made: Catalogue) -> Catalogue:
    """Every row goes to the task or to the section that it stands under."""
    by_row = {head.at: head for head in heads}
    titles: dict[str, list[Entry]] = {}
    here, current = Section(""), list[Entry]()
    made.sections.append(here)
    known: set[str] = set()
    skipped, level = -1, 0
    for at, row in enumerate(rows):
        head = by_row.get(at)
        again = titles.get(_opening(row), []) if head is None else []
        if head is not None and known.issuperset(slug(one.rpartition(".")[2]) for one in head.ids):
            again, head = [one for one in made.entries if one.id in {slug(name) for name in head.ids}], None
        if head is not None:
            current = [one for one in _entries(head, row, len(made.sections)) if one.id not in known]
            known |= {one.id for one in current}
            made.entries += current
            here.members += current
            for one in current:
                titles |= {name.lower(): [one] for name in (one.title, one.id) if name}
            skipped, level = at + head.taken, row.level
        elif at <= skipped and row.kind in ("", "task_id"):
            continue
        elif again:
            current, level = again, 9
            _own(current, row)
        elif row.level and not (current and level and row.level > level):
            here, current = Section(row.words, number=row.number), []
            made.sections.append(here)
        elif current and (owners := _owners(row, current, made.entries)):
            _own(owners, row)
        else:
            current = [] if (row.gap and not row.indent) or _is_group(row) else current
            here.rows.append(row)
    return made


def _own(entries: list[Entry], row: Line) -> None:
    for entry in entries:
        entry.body.append(row)


def _opening(row: Line) -> str:
    """What a row begins with, up to its first colon or full stop: perhaps the title of a task that was declared."""
    match = pattern(r"`?([^.:`|]{3,70})`?\s*(?::|\.(?=\s|$))").match(row.words)
    return match[1].strip().lower() if match is not None else ""


def _is_group(row: Line) -> bool:
    return pattern(_GROUPED).match(row.words[:90]) is not None


def _owners(row: Line, current: list[Entry], entries: list[Entry]) -> list[Entry]:
    """Whose words a row is: behind the members of a group (`4a`, `4b`) and no deeper than they, it is of them all."""
    last = current[-1]
    family = family_of(last.number)
    if family and row.mark == "-" and row.indent <= last.row.indent and not last.row.mark:
        return list(takewhile(lambda one: family_of(one.number) == family, reversed(entries)))
    return [] if _is_group(row) or _of_all(row, last) else current


def _of_all(row: Line, entry: Entry) -> bool:
    """Whether the row speaks of several tasks, or stands apart from a list of one-row heads."""
    if entry.row.level or entry.row.mark == "b":
        return False
    if row.indent > entry.row.indent:
        return False
    together = pattern(r"(?:all|both|each|they|the|these|every|none)\b").match(row.words) is not None
    together = together or entry.row.words.startswith("|")
    return together or (row.gap and entry.row.mark != "") or row.fenced


def _entries(head: _Head, row: Line, stage: int) -> Iterator[Entry]:
    for name in head.ids:
        group, _, bare = name.rpartition(".")
        title = head.title if len(head.ids) == 1 else ""
        number = dict(head.cells).get("number", "").strip("#. ").lower() or row.number
        yield Entry(slug(bare) or bare, title, row, number, group, stage, cells=dict(head.cells))
