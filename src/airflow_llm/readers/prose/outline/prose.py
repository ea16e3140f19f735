"""Running text that calls its tasks by identifiers (`load_orders`): each with its sentence, and what it follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from airflow_llm.readers.prose.outline.lines import Line, lines_of
from airflow_llm.readers.prose.outline.parts import Document, Item, parse
from airflow_llm.readers.prose.outline.rules import RULES
from airflow_llm.readers.prose.spellings import lexicon, pattern

_NAME = r"(?<![\w./@#$%{-])([`'\"]?)([A-Za-z]\w*_\w+)\1(?![\w/{]|\.\w|\s*[=(])"
_THING = (
    r"dags?|tables?|columns?|buckets?|connections?|variables?|fields?|views?|schemas?|pools?|files?|datasets?|assets?|"
    r"topics?|databases?|functions?|collections?|queues?|parameters?|params?|keys?|labels?|images?|networks?|tags?"
)
_ASIDE = (
    r"\b(?:out\s+of\s+scope|questions?|rejected|ideas?|future|later|history|glossary|see\s+also|alternatives|"
    r"would\s+like|not\s+part|non-goals?|changelog|references)\b"
)
_AFTER = (
    r"\b(?:follows?|(?<!right\s)after|depends?\s+on|waits?\s+for|needs?|requires?|downstream\s+of|once|as\s+soon\s+as|"
    r"when|takes\s+what)\b"
)
_BEFORE = r"\bfollowed\s+by\b|\bthen\b|\bbefore\b|\btriggers?\b|\bhands?\b|\bfeeds?\b|\bleads?\s+to\b|->|\u2192|>>|=>"
_BESIDE = (
    r"\bat\s+the\s+same\s+time\b|\bin\s+parallel\b|\bmeanwhile\b|\balongside\b|\bsimultaneously\b|\bconcurrently\b|"
    r"\bindependent(?:ly)?\b|\bside\s+by\s+side\b"
)
_SPREAD = (
    rf"{_BESIDE}|\b(?:don'?t|do\s+not|neither|nor)\b[^.;]{{0,30}}\b(?:depend|need|wait)\w*|\b(?:two|three|four|both|several)\s+ways\b|"
    r"\bforks?\b|\bfans?\s+out\b|\bsplits?\s+(?:up|into)\b|\bat\s+once\b"
)
_IF = r"\b(?:when|if|otherwise|else|unless|in\s+case|for\s+all\s+other)\b"
_ELSE = r"\b(?:otherwise|else|if\s+not)\b"
_ANYHOW = (
    r"\b(?:also|even)\s+(?:runs?\s+|executes?\s+|starts?\s+)?(?:if|when|after)\b[^.;]*\b(?:fail\w*|wrong|broken?|error\w*)"
    r"|\bwhether\b[^.;]{0,60}\b(?:succe\w+|fail\w*)|\bruns?\s+(?:always|in\s+any\s+case|no\s+matter)\b|"
    r"\balways\s+(?:runs?|executes?)\b"
)
_BETWEEN = r"[`'\"]?\s*(?:,\s*(?:and\s+|or\s+)?|\band\b|\bor\b|&|\+)\s*(?:the\s+)?[`'\"\[(]?"
_FEWEST = 3


class _Group(NamedTuple):
    """Task names that stand together in a sentence, with the words before them."""

    names: tuple[str, ...]
    lead: str


@dataclass
class _Telling:
    """What the sentences say, read one after another: `ups` are the tasks right before each."""

    known: frozenset[str]
    ups: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    def open(self) -> list[str]:
        """The tasks that nothing follows yet."""
        followed = {up for ups in self.ups.values() for up in ups}
        return [name for name in self.ups if name not in followed]

    def tell(self, sentence: str, line: Line) -> None:
        """One more sentence."""
        groups = _groups(sentence, self.known)
        if self._branches(sentence, groups, line):
            return
        if len(groups) > 1 and pattern(_SPREAD).search(sentence) and not _relations(groups):
            names = tuple(name for group in groups for name in group.names)
            self._place(_Group(names, ""), {}, sentence, line)
            return
        for piece in _pieces(sentence, self.known):
            inside = _groups(piece, self.known)
            said = _relations(inside)
            for group in inside:
                self._place(group, said, piece, line)

    def _place(self, group: _Group, said: dict[str, list[str]], words: str, line: Line) -> None:
        last = next(reversed(self.ups), None)
        beside = pattern(_BESIDE).search(group.lead) is not None and len(group.names) == 1
        front = self.ups[last] if beside and last is not None and last not in said else self.open()
        new = [name for name in group.names if name not in self.ups]
        for name in group.names:
            ups = [up for up in said.get(name, ()) if up != name]
            if name in new:
                self.ups[name] = list(ups or (front if name not in said else ()))
                self.items[name] = _item(name, words, line)
            elif ups:
                self.ups[name] += [up for up in ups if up not in self.ups[name] and name not in self._above(up)]

    def _above(self, name: str) -> set[str]:
        seen: set[str] = set()
        stack = [name]
        while stack:
            here = stack.pop()
            if here not in seen:
                seen.add(here)
                stack += self.ups.get(here, ())
        return seen

    def _branches(self, sentence: str, groups: Sequence[_Group], line: Line) -> bool:
        """`a decides: when x, b; otherwise c` makes `a` a branch."""
        if len(groups) < 2 or any(len(group.names) > 1 for group in groups):
            return False
        if pattern(_ELSE).search(groups[1].lead) and pattern(_IF).search(groups[0].lead):
            decider, taken = f"choose_{groups[0].names[0]}", groups
        else:
            decider, taken = groups[0].names[0], groups[1:]
        targets = [group.names[0] for group in taken]
        whole = len(taken) > 1 and all(pattern(_IF).search(group.lead) for group in taken[:2])
        if not whole or any(target in self.ups for target in targets) or len({decider, *targets}) <= len(targets):
            return False
        front = self.open()
        self.ups.setdefault(decider, front)
        item = self.items.setdefault(decider, _item(decider, sentence, line))
        item.labels |= {"operator": "BranchPythonOperator", "output": ", ".join(targets)}
        for group in taken:
            target, found = group.names[0], pattern(rf"{_IF}.*").search(group.lead)
            self.ups[target] = [decider]
            self.items[target] = _item(target, group.lead.strip(" ,;:("), line)
            condition = found.group().strip(" ,;:(") if found else ""
            if condition and pattern(r"^(?:otherwise|else)\b|n't\b").search(condition) is None:
                self.items[target].labels["condition"] = pattern(r",.*$").sub("", condition)
        return True


def prose_document(text: str) -> Document | None:
    """The text as a document with an item for each task that it names; None when it names too few."""
    blocks = list(_blocks(text))
    document = parse(text)
    known = _names([words for _, words, plain in blocks if plain], document.title)
    if len(known) < _FEWEST:
        return None
    telling = _Telling(frozenset(known))
    for line, words, plain in blocks:
        if plain:
            for sentence in _sentences(words):
                telling.tell(sentence, line)
    for name, item in telling.items.items():
        item.labels["upstream"] = ", ".join(telling.ups[name]) or "none"
    lines = [line for line, _, aside in _sections(text) if not aside]
    return Document(document.title, list(telling.items.values()), {"summary": lines}, document.header)


def names_its_tasks(text: str) -> bool:
    """Whether the text has several blocks, and most of the tasks in it are called by identifiers."""
    blocks = [words for _, words, plain in _blocks(text) if plain]
    if len(text) < 250 or len(blocks) < 3 or pattern(_NAME).search(text) is None:
        return False
    known = set(_names(blocks, ""))
    telling = [words for words in blocks if known & _called(words)]
    alone = r"(?m)[`(]([A-Za-z]\w*_\w+)[`)]|(?:^|[.;]\s+)([A-Za-z]\w*_\w+)\b"
    marked = {one or other for one, other in pattern(alone).findall("\n".join(blocks))} & known
    sentences = [sentence for words in telling for sentence in _sentences(words)]
    naming = [sentence for sentence in sentences if known & _called(sentence)]
    return len(known) >= _FEWEST and len(marked) >= 0.6 * len(known) and len(naming) >= 0.5 * len(sentences)


def _called(words: str) -> set[str]:
    return {match[2] for match in pattern(_NAME).finditer(words)}


def _item(name: str, words: str, line: Line) -> Item:
    item = Item(name, line, settled=True)
    plain = pattern(r"^\W+|[`*]|\(\s*\)").sub("", words.replace(f"({name})", "")).strip(" ,;:(")
    item.labels["objective"] = pattern(r"\s+([.,:;])").sub(r"\1", plain)
    if pattern(_ANYHOW).search(words):
        item.labels["trigger"] = "all_done"
    return item


def _sections(text: str) -> Iterator[tuple[Line, str, bool]]:
    """Each line with the heading over it, and whether that heading says that it is no part of the pipeline."""
    heading = ""
    for line in lines_of(text):
        short = len(line.words.split()) <= 8 and not line.words.endswith((".", ";", ",", "!", "?"))
        if line.heading or (
            short and not line.bullet and not line.number and "|" not in line.words and not line.indent
        ):
            heading = line.words
        aside = pattern(_ASIDE).search(heading) is not None
        yield _plain(line), heading, aside


def _plain(line: Line) -> Line:
    """A row `| schedule | daily |` as `schedule: daily`; `AC2. It is loaded` as a numbered line."""
    marked = pattern(r"([A-Z]{1,5}-?\d{1,3})\s*[.:)\u2013-]\s+(\S.*)", 0).fullmatch(line.words)
    if marked is not None and not line.number:
        return Line(line.start, line.indent, marked[2], line.bullet, line.heading, marked[1])
    cells = [cell.strip() for cell in line.words.strip("| ").split("|")]
    if line.words.startswith("|") and len(cells) == 2:
        return Line(line.start, line.indent, f"{cells[0]}: {cells[1]}")
    return line


def _blocks(text: str) -> Iterator[tuple[Line, str, bool]]:
    """Paragraphs and list entries, and whether tasks may be named there."""
    gathered: list[Line] = []
    over, was_plain = "", True
    for line, heading, aside in _sections(text):
        kind = lexicon("outline_sections").get(heading.rstrip(":").lower())
        plain = (
            not aside and kind not in ("schedule", "failure", "infrastructure") and "settings" not in heading.lower()
        )
        starts = line.bullet or bool(line.number) or line.words.startswith("|") or heading != over
        blank = bool(gathered) and "\n\n" in text[gathered[-1].start : line.start]
        if gathered and (starts or blank):
            yield gathered[0], " ".join(one.words for one in gathered), was_plain
            gathered = []
        if line.words != heading:
            gathered.append(line)
            was_plain = plain
        over = heading
    if gathered:
        yield gathered[0], " ".join(one.words for one in gathered), was_plain


def _names(blocks: Sequence[str], title: str) -> list[str]:
    """The identifiers that can only be tasks, in order of the text."""
    found: dict[str, None] = {}
    for words in blocks:
        for match in pattern(_NAME).finditer(words):
            name = match[2]
            before, after = words[: match.start()], words[match.end() :]
            thing = pattern(rf"\b(?:{_THING})\s+(?:called\s+|named\s+|of\s+)?$").search(before)
            thing = thing or pattern(rf"^\s+(?:{_THING})\b").match(after)
            odd = name.isupper() or name.lower() in RULES or name.lower() in lexicon("setting_names") or name == title
            if thing is None and not odd:
                found.setdefault(name)
    return list(found)


def _sentences(words: str) -> list[str]:
    """The sentences that tell what there is; not those of plans and of what was before."""
    unreal = r"\b(?:would\s+like|later\s+on\s+we|in\s+(?:the\s+)?future|some\s*day|one\s+day|no\s+longer)\b"
    found = pattern(r"(?<=[.!?])\s+(?=[A-Z`\"'(])", 0).split(words)
    return [one for one in found if one.strip() and pattern(unreal).search(one) is None]


def _groups(words: str, known: frozenset[str]) -> list[_Group]:
    hits = [match for match in pattern(_NAME).finditer(words) if match[2] in known]
    groups: list[_Group] = []
    start = 0
    for match in hits:
        lead = words[start : match.start()]
        joined = groups and pattern(_BETWEEN).fullmatch(lead) is not None
        if joined and not _closes(groups[-1], lead):
            last = groups.pop()
            groups.append(_Group((*last.names, match[2]), last.lead))
        else:
            groups.append(_Group((match[2],), lead))
        start = match.end()
    return groups


def _closes(group: _Group, lead: str) -> bool:
    """`After a, b runs`: the comma ends what stands after `After`."""
    return (
        "," in lead
        and "and" not in lead
        and pattern(rf"{_AFTER}\s+(?:both\s+|the\s+)?$").search(group.lead) is not None
    )


def _pieces(sentence: str, known: frozenset[str]) -> list[str]:
    """`a follows b, c follows d` in two; any other sentence as it is, without its semicolons."""
    pieces = [one for one in re.split(r"(?:,|;)\s+(?:and\s+)?|:\s+", sentence) if _groups(one, known)]
    related = [one for one in pieces if len(_groups(one, known)) == 2 and pattern(_AFTER).search(one)]
    return pieces if len(related) > 1 and len(related) == len(pieces) else sentence.split("; ")


def _relations(groups: Sequence[_Group]) -> dict[str, list[str]]:
    """The upstreams that the words between the groups state."""
    said: dict[str, list[str]] = {}
    for first, second in pairwise(groups):
        opened = pattern(rf"{_AFTER}\s+(?:both\s+|the\s+)?$").search(first.lead) is not None
        if opened or pattern(_BEFORE).search(second.lead):
            ups, downs = first.names, second.names
        elif pattern(_AFTER).search(second.lead):
            ups, downs = second.names, first.names
        else:
            continue
        for down in downs:
            said.setdefault(down, []).extend(up for up in ups if up not in said.get(down, ()))
    return said
