"""The sections of a structured description, and the items of its list of steps with their labelled lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from airflow_llm.readers.prose.outline.lines import Line, lines_of
from airflow_llm.readers.prose.spellings import pattern

_STAGE = (
    r"(?=.*\b(?:stage|segment|phase|parallel|sequential|synchroni[sz]ation|join|fan-?(?:out|in)|"
    r"branch(?:es)?|path|merge|gate|group|lane|chain|track|strand)\b)"
    r"[^.;=]{3,90}"
)
_NESTING = ("parameters", "systems", "operator")
_HEAD = r"[A-Z][\w-]*(?:\s+[\w-]+){0,4}:?"
_OF_THE_WHOLE = r"(?:schedule(?:[_ ]interval)?|cron|catch-?up|start[_ ]date|max[_ ]active[_ ]runs)\s*:\s*\S"
_MEMBER = (
    r"[`'\"]?(?P<name>[A-Za-z]\w*(?:[.-]\w+)*)[`'\"]?\s*(?:\((?P<note>[^)]{1,80})\))?\s*(?::|"
    r"\s[-\u2013]\s)\s*(?P<words>\S.*)"
)


@dataclass
class Item:
    """One entry of the list of steps. `labels` holds its labelled text by kind; `members` are tasks listed inside.

    `settled`: its label `upstream` names all that it follows, and its other words say nothing more of the order.
    """

    name: str
    line: Line
    stage: str = ""
    parent: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    members: list[Item] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    settled: bool = False
    spread: bool = False
    """Whether its members are made by a loop, side by side."""

    def text(self, *kinds: str) -> str:
        """The labelled text of these kinds, one after another."""
        return "\n".join(self.labels[kind] for kind in kinds if kind in self.labels)

    @property
    def everything(self) -> str:
        """All words of the item."""
        return "\n".join([self.name, *self.labels.values(), *self.loose])


@dataclass
class Document:
    """A structured description in its parts. `sections` holds the lines of each kind of section but the steps.

    `told`: its layout is its own, and its order is read already; `guessed` are the edges that only its list says.
    """

    title: str = ""
    items: list[Item] = field(default_factory=list)
    sections: dict[str, list[Line]] = field(default_factory=dict)
    told: bool = False
    guessed: set[tuple[str, str]] = field(default_factory=set)

    def words(self, *kinds: str) -> list[str]:
        """The lines of these sections."""
        return [line.words for kind in kinds for line in self.sections.get(kind, ())]


def parse(text: str) -> Document:
    """The parts of the text; a document without items when it has no list of steps."""
    document = Document()
    lines = [line for line in lines_of(text) if not line.fenced and line.mark != "y"]
    document.title = title_of(lines)
    steps: list[Line] = []
    current = "summary"
    numbered = _numbers_sections(lines)
    for line in lines:
        kind = _section(line, current, numbered=numbered)
        if kind is not None:
            current = kind
            continue
        if current == "steps" and line.indent == 0 and not line.bullet and pattern(_OF_THE_WHOLE).match(line.words):
            current = "schedule"
        if current == "steps":
            steps.append(line)
        else:
            document.sections.setdefault(current, []).append(line)
    if not steps:
        steps = _numbered_run(lines)
    document.items = list(_items(steps))
    return document


def _numbers_sections(lines: list[Line]) -> bool:
    """Whether the sections themselves are numbered: `1. Purpose`, `3. Scheduling`."""
    kinds = {line.section for line in lines if line.number and "." not in line.number} - {None}
    return len(kinds) > 1 and bool(kinds & {"steps", "schedule"})


def _section(line: Line, current: str, *, numbered: bool) -> str | None:
    kind = line.section
    if kind is None or (line.number and not numbered):
        return None
    if line.number:
        return kind
    headed = line.heading > 0 or line.words.endswith(":") or line.words.lower() == line.words.lower().rstrip(":")
    if not headed or (line.labelled is not None and line.labelled[1]):
        return None
    # A deeper heading such as "Configuration" inside of the steps labels one step, unless it stands as high as they do.
    return kind if current != "steps" or line.heading <= 2 or kind == "steps" else None


def title_of(lines: list[Line]) -> str:
    """What the text calls the whole."""
    for line in lines[:25]:
        match = pattern(r"\[([^\]]{2,120})\]\s*(?:[-\u2013:].*)?").fullmatch(line.words)
        if match is not None:
            return match[1]
    for line in lines[:5]:
        if line.heading == 1 and line.section is None:
            return pattern(r"\s*(?:pipeline\s+)?(?:configuration|documentation|description|specification)$").sub(
                "", line.words
            )
        labelled = pattern(
            r"(?:dag|pipeline|workflow)(?:[ _](?:id|name))?\s*:\s*[`'\"]?([\w .-]{2,80}?)[`'\"]?"
        ).fullmatch(line.words)
        if labelled is not None:
            return labelled[1]
    first = lines[0] if lines else None
    short = first is not None and len(first.words) < 80 and not first.number and not first.bullet
    return first.words.rstrip(":") if first is not None and short and not first.words.endswith(".") else ""


def _numbered_run(lines: list[Line]) -> list[Line]:
    """Without a heading over the steps, they begin at the first number 1 and end at the next section."""
    start = next((n for n, line in enumerate(lines) if line.number in ("1", "1.1", "0") and not line.bullet), None)
    if start is None:
        return []
    stop = next(
        (n for n, line in enumerate(lines) if n > start and line.section not in (None, "steps") and not line.number),
        len(lines),
    )
    return lines[start:stop]


def _items(lines: list[Line]) -> Iterator[Item]:
    numbered = any(line.number and line.indent <= 3 for line in lines)
    headed = max((line.heading for line in lines), default=0)
    lines = _stages(lines)
    stage = ""
    item: Item | None = None
    label = ("", 0)
    for position, line in enumerate(lines):
        if _opens_item(line, numbered=numbered, headed=headed) or (item is None and stage and _is_bare_name(line)):
            if item is not None:
                yield item
            parent = _parent(line.number)
            item, label = Item(line.words, line, stage, parent), ("", 0)
            _inline(item)
        elif _is_stage(line, lines, position):
            stage, label = _within(stage, line.words.rstrip(":")), ("", 0)
            if item is not None:
                yield item
            item = None
        elif item is not None:
            label = _add(item, line, label)
    if item is not None:
        yield item


def _within(stage: str, words: str) -> str:
    """A lane of a parallel stage is named after both, a line each."""
    outer, _, _ = stage.partition("\n")
    lane = pattern(r"\b(?:lane|chain|track|strand)\b").search(words) and not pattern(r"\bparallel\b").search(words)
    return f"{outer}\n{words}" if lane and pattern(r"\bparallel\b").search(outer) else words


def _stages(lines: list[Line]) -> list[Line]:
    """`Stage 1 - Fetch (parallel):` over numbered tasks is no task itself."""
    if not any(line.number and not line.staged and line.indent <= 3 for line in lines):
        return lines
    return [
        replace(line, number="", staged=True, words=f"{line.words.rstrip(':')}:") if line.staged else line
        for line in lines
    ]


def _parent(number: str) -> str:
    """`2.1` stands under `2`, `4a` under `4`."""
    head, dot, _ = number.rpartition(".")
    return head if dot else number[:-1] if number[-1:].isalpha() else ""


def _opens_item(line: Line, *, numbered: bool, headed: int) -> bool:
    if numbered:
        return (bool(line.number) and line.indent <= 3 and line.labelled is None) or _is_task_label(line)
    if headed >= 2:
        return line.heading == headed and line.section is None
    return (
        line.bullet
        and line.indent <= 1
        and pattern(_MEMBER).fullmatch(line.words) is not None
        and line.labelled is None
    )


def _is_bare_name(line: Line) -> bool:
    """A bullet under a stage that is nothing but a task's name."""
    return (
        line.bullet
        and pattern(r"[`'\"]?(?:[A-Za-z]\w*\.)?[A-Za-z]\w*_\w+[`'\"]?\s*(?:\([^)]*\)|,\s.*)?\s*:?").fullmatch(
            line.words
        )
        is not None
    )


def _is_task_label(line: Line) -> bool:
    """`3. Task: load_orders`: a numbered line whose label names the task."""
    return bool(line.number) and line.indent <= 3 and line.labelled is not None


def _is_stage(line: Line, lines: list[Line], position: int) -> bool:
    if line.staged and not line.number:
        return True
    if line.bullet or line.number or line.indent > 1:
        return False
    following = lines[position + 1] if position + 1 < len(lines) else None
    if following is not None and following.number and not line.indent and pattern(_HEAD).fullmatch(line.words):
        return True
    return pattern(_STAGE).fullmatch(line.words) is not None and (
        line.words.endswith((":", ")"))
        or line.heading > 0
        or len(line.words.split()) <= 6
        or position + 1 == len(lines)
    )


def _inline(item: Item) -> None:
    """`load_orders (PythonOperator): Loads the orders.` has its objective and operator in the heading."""
    label = item.line.labelled
    if label is not None and label[0] in ("task_id", "group", "objective") and label[1]:
        item.name = label[1]
    named = pattern(r".*?\btask[ _]?id\s*[:=]?\s*[`'\"]?([A-Za-z]\w*_\w+)[`'\"]?\W*").fullmatch(item.name)
    item.name = named[1] if named is not None else item.name
    match = pattern(_MEMBER).fullmatch(item.name)
    if match is not None and ("_" in match["name"] or match["note"] or item.line.bullet):
        item.name = match["name"]
        item.labels["objective"] = match["words"]
        if match["note"]:
            item.labels["operator"] = match["note"]
    for name in _listed(item.name):
        item.members.append(_member(item, item.line, name, "", ""))


def _listed(words: str) -> list[str]:
    """The names in a heading such as `load_a, load_b and load_c (parallel)`, or `Parallel loads: load_a, load_b`."""
    text = pattern(r"\s*\([^)]*\)").sub("", words.rpartition(":")[2] if ": " in words else words)
    pieces = [
        pattern(r"^\d{1,3}[.)]\s*").sub("", piece.strip(" `'\"[]"))
        for piece in pattern(r"\s*(?:,\s*and\s|,|\s&\s|\sand\s|/)\s*").split(text)
    ]
    named = [piece for piece in pieces if pattern(r"[A-Za-z]\w*_\w+").fullmatch(piece)]
    return named if len(named) > 1 and len(named) == len(pieces) else []


def _add(item: Item, line: Line, current: tuple[str, int]) -> tuple[str, int]:
    """The line's words go to its own label, to the one that it stands under, or to a task inside of the item."""
    label, depth = current
    labelled = line.labelled
    nested = label in _NESTING and line.indent > depth
    if labelled is not None and not nested:
        kind, value = labelled
        if kind == "technical" and not value:
            return ("", line.indent) if label in _NESTING else current
        item.labels[kind] = f"{item.labels[kind]}\n{value}" if kind in item.labels else value
        if kind == "members":
            item.members += [_member(item, line, name, "", "") for name in _listed(value)]
        return kind, line.indent
    member = pattern(_MEMBER).fullmatch(line.words)
    if member is not None and line.bullet and _holds_members(item, label) and _is_name(member["name"]):
        item.members.append(_member(item, line, _own(item, member["name"]), member["note"] or "", member["words"]))
        return current
    if _is_bare_name(line) and (label == "members" or (label and _holds_members(item, label))):
        bare = line.words.strip(" `'\":").partition(" ")[0].strip("`'\",")
        item.members.append(_member(item, line, _own(item, bare), "", ""))
    elif label:
        item.labels[label] = f"{item.labels.get(label, '')}\n{line.words}".strip()
    else:
        item.loose.append(line.words)
    return current


def _own(item: Item, name: str) -> str:
    """`enrich.snv` inside of `enrich (TaskGroup)` is `snv`."""
    group, dot, own = name.partition(".")
    first = pattern(r"\w+").search(item.name)
    return own if dot and first is not None and first.group().lower() == group.lower() else name


def _holds_members(item: Item, label: str) -> bool:
    if label in ("", "members"):
        return True
    last = item.labels.get(label, "").rstrip()
    if label == "notes" and last.endswith(":") and pattern(r"\b(?:tasks|loop|yields|members)\b").search(last):
        return True
    return (
        label == "operator"
        and pattern(r"\b(?:contain|with|group|compris|consist|loop|comprehension|created|generated|each)").search(
            item.labels.get("operator", "")
        )
        is not None
    )


def _is_name(name: str) -> bool:
    return "_" in name or pattern(r"[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*").fullmatch(name) is not None or name.islower()


def _member(item: Item, line: Line, name: str, note: str, words: str) -> Item:
    member = Item(name, line, item.stage, item.name)
    member.labels["objective"] = words
    operator = pattern(r"\b(\w+(?:Operator|Sensor))\b").search(f"{note} {words}")
    if operator is not None:
        member.labels["operator"] = operator[1]
    return member
