"""What sentences, labelled lines and drawings say of the order of the tasks that a description declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from airflow_llm.readers.prose.outline.mentions.matching import Hit, Mentions, paired
from airflow_llm.readers.prose.outline.sentences import Cue, cues_in
from airflow_llm.readers.prose.spellings import any_of, pattern

_NONE = (
    r"\W*(?:none|nothing|nobody|no\s+(?:upstream|predecessor|dependenc)\w*|n/a|no\s+one|start\b.*|root\b.*|entry\b.*|"
    r"\(?(?:the\s+)?(?:start|begin)\w*\s+of\b.*|-+|[\u2013\u2014]+|\u2205|first\b.*|)\W*"
)
_ROOT = (
    r"\bopens?\s+the\s+(?:run|flow|pipeline|lanes?|day|night|chain|\w+\s+lanes?)\b|\b(?:entry|starting)\s+point\b|\bcommon\s+root\b|"
    r"(?:^|\b(?:is|as|being)\s+(?:\w+\s+)?)(?:the\s+)?(?:very\s+)?first\s+(?:task|step|component|job|to\s+run)\b|\bwithout\s+a\s+predecessor\b|\bmarks\s+the\s+(?:beginning|start)\b|"
    r"\bcomes?\s+first\b|\bprecedes?\s+(?:everything|all)\b|\bbefore\s+(?:everything|anything|all)\b|\bhas\s+no\s+predecessors?\b|"
    r"\bnothing\b[^.;]{0,40}\bbefore\b|\bkicks?\s+off\s+the\b|\b(?:begins|starts)\s+the\s+(?:run|pipeline|flow|dag)\b|"
    r"\bno\s+(?:predecessors?|upstream|task\s+before)\b|\bnothing\s+precedes\b|"
    r"\b(?:another|second|third|further|other)\s+(?:root|entry\s+point|starting\s+point)\b|"
    r"\b(?:depends?\s+on|waits?\s+for|needs?)\s+nothing\b(?!\s+(?:but|except|else|other))"
)
_FINAL = (
    r"(?:^|\b(?:is|as|being)\s+(?:\w+\s+)?)(?:the\s+)?(?:very\s+)?(?:last|final|closing)\s+(?:task|step|component|job|act|station)\b|"
    r"\bcloses?\s+the\s+(?:run|dag|pipeline|flow|day|night)\b|"
    r"\bconcludes?\s+the\b|\bmarks\s+the\s+(?:end|conclusion)\b|\bcomes?\s+last\b|\bafter\s+(?:everything|all\s+others?|all\s+other\s+tasks)\b|"
    r"\bends\s+the\s+(?:run|dag|pipeline|flow)\b"
)
_CHAIN = (
    r"^(?P<names>.{5,300}?)\s+(?:form|make\s+up|are|run|follow|come|stand)\s+(?:as\s+)?(?:in\s+)?(?:a\s+)?(?:single\s+|straight\s+|strict\s+)?"
    r"(?:chain|sequence|line|row|one\s+after\s+(?:the\s+other|another))\b"
)
_LANES = r"\b(?:same|own|corresponding|respective(?:ly)?|its\s+lane|a\s+lane|each\s+lane|per|counterpart)\b"
_SCOPE = (
    r"^\W*(?:with)?in(?:side)?\s+(?:a|an|one|each|every|the\s+same)\s+\w+,?|"
    r"\b(?:of|for|from|in)\s+(?:the\s+same|its\s+own|each|the\s+respective|the\s+corresponding)\s+\w+"
)
_ALONGSIDE = r"(?:at\s+the\s+same\s+time|in\s+parallel|simultaneously|concurrently)\W*(?:$|[.,;)])"
_MAPPED = r"\b(?:instances?|mapped|threads?|workers?|requests?|processes|copies|pods?|files|calls|inside)\b"
_THENCE = r"\W*(?:and\s+)?from\s+(?:there|here|then\s+on|this\s+point)(?:\s+on)?\W*"
_PRONOUN = (
    r"(?:both(?:\s+of\s+them)?|the\s+two(?:\s+of\s+them)?|all\s+(?:of\s+them|three|four|five|six)|the\s+(?:three|four|five)|them|either)"
    r"(?=\s*(?:$|[.,;:)]|(?:are|is|have|has|must|need|were|had|exist|succe\w+|finish\w*)\b))"
)


@dataclass
class Told:
    """What was said: `ups` by kind of saying, the tasks before and behind all others, and tasks side by side."""

    edges: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    roots: dict[str, None] = field(default_factory=dict)
    finals: dict[str, None] = field(default_factory=dict)
    beside: list[tuple[str, str]] = field(default_factory=list)
    partners: dict[str, set[str]] = field(default_factory=dict)
    _ups: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    forward: set[str] = field(default_factory=set)
    alike: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, kind: str, edges: Sequence[tuple[str, str]]) -> None:
        """More edges that were said in this way."""
        for up, down in edges:
            if up != down and up not in self._ups.get((kind, down), ()):
                self.edges.setdefault(kind, []).append((up, down))
                self._ups.setdefault((kind, down), {})[up] = None
                self.partners.setdefault(up, set()).add(down)
                self.partners.setdefault(down, set()).add(up)

    def forget(self, edges: Sequence[tuple[str, str]]) -> None:
        """Takes back what sentences seemed to say."""
        for up, down in edges:
            for kind in ("own", "loose", "near"):
                self._ups.get((kind, down), {}).pop(up, None)

    def ups(self, task: str, *kinds: str) -> list[str]:
        """The tasks said to be right before one."""
        return list(dict.fromkeys(up for kind in kinds for up in self._ups.get((kind, task), ())))


class Teller:
    """Reads sentences about tasks, one after another; `topic` is what the last one spoke of."""

    def __init__(self, mentions: Mentions, told: Told) -> None:
        self.mentions, self.told = mentions, told
        self.recent: list[str] = []
        self.topic: tuple[str, ...] = ()
        self.prior: tuple[str, ...] = ()
        self.thence: tuple[str, ...] = ()
        self.listed = False

    def label(self, value: str, tasks: Sequence[str], *, down: bool = False) -> None:
        """`Waits for: x and the join`: all that it names comes right before the tasks (`down`: behind them)."""
        first = pattern(r";|\.\s").split(value, maxsplit=1)[0]
        found = self._listed(first, tasks) or self._listed(value, tasks)
        if found:
            edges = paired(tasks, found, lanes=True) if down else paired(found, tasks, lanes=True)
            self.told.add("down" if down else "label", edges)
            self.told.settled.update(() if down else tasks)
        if down and (found or pattern(_NONE).fullmatch(first)):
            self.told.forward.update(tasks)
        elif not found and pattern(_NONE).fullmatch(first):
            self.told.settled.update(tasks)

    def _listed(self, value: str, tasks: Sequence[str]) -> tuple[str, ...]:
        numbered = self.mentions.numbered(value.strip(" .`"))
        if numbered:
            return numbered
        found: list[str] = []
        for part in pattern(r",\s*(?:and\s+)?|\s+and\s+|\s*[/&+]\s*|\s+as\s+well\s+as\s+").split(value):
            strong = [one for hit in self.mentions.strong(part, bare=True) for one in hit.ids]
            found += strong or self.mentions.loose(part, tasks)
        return tuple(dict.fromkeys(one for one in found if one not in tasks))

    def tell(self, words: str, tasks: Sequence[str], kind: str, *, bare: bool = False, free: bool = False) -> None:
        """One sentence of the words under `tasks` (none: it stands alone). `free`: its subject may be loose."""
        if len(words) > 2000:
            return
        words = pattern(r",?\s*\b(?:e\.g\.|for\s+(?:example|instance)),?\s[^;]*").sub("", words)
        for mark, place in ((_ROOT, self.told.roots), (_FINAL, self.told.finals)):
            if pattern(mark).search(words) is not None:
                subject = tasks or self._subject(words, free=free)
                place.update(dict.fromkeys(subject if len(subject) == 1 else ()))
        chained = pattern(_CHAIN).match(words) if free else None
        if chained is not None and self._chain(chained["names"], kind):
            return
        ahead: tuple[str, ...] = ()
        for clause in pattern(r";\s+|:\s+(?=\S)|,\s+(?=(?:while|whereas)\b)").split(words):
            if pattern(_THENCE).fullmatch(clause):
                ahead = self.thence or self.topic
                continue
            _Clause(self, clause, _Said(tuple(tasks), kind, ahead, free)).read(bare=bare or free)
            ahead = ()

    def _subject(self, words: str, *, free: bool) -> tuple[str, ...]:
        hits = self.mentions.strong(words, bare=True)
        cue = next(iter(cues_in(words)), None)
        return hits[0].ids if hits else self.mentions.loose(words[: cue.start]) if free and cue is not None else ()

    def _chain(self, names: str, kind: str) -> bool:
        found: list[tuple[str, ...]] = []
        for part in pattern(r",\s*(?:and\s+)?|\s+and\s+").split(names):
            strong = [one for hit in self.mentions.strong(part, bare=True) for one in hit.ids]
            found.append(tuple(strong) or self.mentions.loose(part))
        if len(found) < 2 or not all(found):
            return False
        for one, two in pairwise(found):
            self.told.add(kind, paired(one, two, lanes=True))
        return True

    def pronoun(self, words: str, tasks: Sequence[str]) -> tuple[str, ...]:
        """`both of them`, `the three`: the tasks that were last spoken of."""
        match = pattern(rf"\s*(?:\w+\s+){{0,2}}?{_PRONOUN}").match(words)
        if match is None:
            return ()
        number = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
        count = next((number[word] for word in match.group().lower().split() if word in number), 0)
        before = [one for one in self.recent if one not in tasks]
        return tuple(before[-count:]) if count and len(before) >= count else ()


class _Before:
    """The tasks that stand before a place in the list."""

    def __init__(self, place: dict[str, int], end: int) -> None:
        self.place, self.end = place, end

    def __contains__(self, task: object) -> bool:
        return isinstance(task, str) and self.place[task] < self.end


class _Said(NamedTuple):
    """Where a clause stands: the tasks whose words it is, and those that the words before it put first."""

    tasks: tuple[str, ...]
    kind: str
    ahead: tuple[str, ...]
    free: bool


class _Clause:
    """One clause: its tasks and its order words, from left to right."""

    def __init__(self, teller: Teller, words: str, said: _Said) -> None:
        self.teller, self.tasks, self.kind, self.free = teller, said.tasks, said.kind, said.free
        self.subject, self.ahead = said.tasks, said.ahead
        self.last: tuple[str, ...] = ()
        self.lanes = pattern(_LANES).search(words) is not None
        self.words = pattern(_SCOPE).sub(lambda match: " " * len(match.group()), words)

    def read(self, *, bare: bool) -> None:
        """Adds what the clause says."""
        mentions = self.teller.mentions
        single = mentions.strong(self.words, bare=bare)
        hits = self._split(mentions.groups(self.words, single), single)
        cues = [cue for cue in cues_in(self.words) if not any(hit.start <= cue.start < hit.end for hit in hits)]
        if not cues:
            if hits and not self.tasks:
                self.teller.prior, self.teller.topic = self.teller.topic, hits[-1].ids
            return
        if not hits or hits[0].start > cues[0].start:
            self._open(cues[0])
        cue: Cue | None = None
        parts: list[Hit | Cue] = sorted([*hits, *cues], key=lambda one: one.start)
        for part in parts:
            if isinstance(part, Cue):
                if cue is not None:
                    self._loosely(cue, part.start)
                cue = part
            else:
                self._meet(self._reaching(cue, part), part.ids)
                cue = None
        if cue is not None:
            self._loosely(cue, len(self.words))
        subject = self.subject or tuple(one for one in self.teller.topic if one not in self.ahead)
        if self.ahead and subject:
            self._add(self.ahead, subject)

    def _split(self, groups: list[Hit], single: list[Hit]) -> list[Hit]:
        """`a behind b and c behind d`: the second list is no list, for a new order word stands right behind it."""
        found: list[Hit] = []
        for group in groups:
            inside = [hit for hit in single if group.start <= hit.start < group.end]
            before, after = self.words[: group.start][-24:], self.words[group.end :][:24]
            led = pattern(rf"{any_of('told_cues', 'after')}\s+[`'\"]?$").search(before)
            if (
                len(inside) > 1
                and led
                and pattern(rf"[`'\"]?\s+(?:\w+\s+)?{any_of('told_cues', 'after')}\s").match(after)
            ):
                found += [*self.teller.mentions.groups(self.words, inside[:-1]), inside[-1]]
            else:
                found.append(group)
        return found

    def _reaching(self, cue: Cue | None, hit: Hit) -> Cue | None:
        """The order word, when it speaks of the task behind it and not of other words between."""
        if cue is None:
            return None
        if cue.kind == "after" and pattern(r"\s*(?:it|them)\b").match(self.words[cue.end :]):
            self.ahead = self.subject or self.teller.topic
            return None
        comma = self._ends_before(cue, hit)
        if comma:
            self._loosely(cue, comma)
        return None if comma else cue

    def _ends_before(self, cue: Cue, hit: Hit) -> int:
        """Where a comma ends what stands behind the order word: `As soon as the file is there, load_x runs`; else 0."""
        before, comma, rest = self.words[cue.end : hit.start].rpartition(",")
        if cue.kind == "not" and comma:
            return cue.end + len(before)
        if not comma or len(before.split()) < 2 or len(rest.split()) > 2:
            return 0
        if not self._fronted(cue) and not self.teller.mentions.loose(before, self.subject):
            return 0
        return cue.end + len(before)

    def _open(self, cue: Cue) -> None:
        """A clause whose first words name no task outright."""
        lead = self.words[: cue.start]
        several = self.teller.pronoun(lead, self.tasks) if not self.tasks else ()
        if several:
            self.subject = several
        elif pattern(_THENCE).match(lead):
            self.subject = self.teller.thence or self.teller.topic
        elif self.free and lead.strip():
            found = self.teller.mentions.loose(lead, classes=self.lanes)
            self.subject = found or self.subject

    def _loosely(self, cue: Cue, end: int) -> None:
        words = self.words[cue.end : end]
        if it := self._it(words):
            self._meet(cue, it)
            return
        found = self.teller.pronoun(words, self.tasks)
        short = pattern(r"[.(]|,\s+(?!and\b|or\b)(?:\w+\s+){2}").split(words, maxsplit=1)[0]
        without = self.subject or self.tasks
        found = found or self.teller.mentions.loose(short, without, classes=self.lanes) or self._earlier(cue, short)
        if not found:
            several = pattern(r"\b(?:both|all|the\s+(?:two|three|four|five))\b[\w\s-]{1,40}").search(words)
            found = self.teller.mentions.loose(several.group(), without) if several is not None else ()
        if found and self._later(cue, found):
            return
        if found:
            self._meet(cue, found, loosely=True)
        elif (
            pattern(_ALONGSIDE).match(self.words[cue.start :])
            and len(self.tasks) == 1
            and not pattern(_MAPPED).search(self.words)
        ):
            self.teller.told.beside += [(one, "") for one in self.tasks]

    def _later(self, cue: Cue, ids: Sequence[str]) -> bool:
        """Whether tasks that are only alluded to as coming before stand behind the task in its list."""
        place = self.teller.mentions.place
        return (
            cue.kind == "after"
            and self.teller.listed
            and bool(self.tasks)
            and min(place[one] for one in ids) > max(place[one] for one in self.tasks)
        )

    def _earlier(self, cue: Cue, words: str) -> tuple[str, ...]:
        """`once the cluster is up`: of several tasks that may be meant, the one that stands before its subject."""
        mentions, subject = self.teller.mentions, self.subject or self.tasks
        if cue.kind != "after" or not subject or not self.teller.listed:
            return ()
        known, mentions.within = mentions.within, _Before(mentions.place, mentions.place[subject[0]])
        found = mentions.loose(words)
        mentions.within = known
        return found if len(found) == 1 else ()

    def _it(self, words: str) -> tuple[str, ...]:
        if self.tasks or pattern(r"\s*it\b").match(words) is None:
            return ()
        spoken = self.teller.topic if self.teller.topic != self.subject else self.teller.prior
        return spoken if spoken != self.subject else ()

    def _meet(self, cue: Cue | None, ids: tuple[str, ...], *, loosely: bool = False) -> None:
        """A group of tasks behind a cue, or at the head of the clause."""
        kind = cue.kind if cue is not None else ""
        if kind not in ("not", "beside"):
            self.teller.thence = self.subject if kind == "after" and self.subject else ids
        self.last = ids
        if kind == "after" and cue is not None and (self._fronted(cue) or not self.subject):
            self.ahead = (*self.ahead, *ids)
        elif kind == "after":
            self._add(ids, self.subject, loosely=loosely)
        elif kind in ("before", "chain"):
            pointing = cue is None or pattern(r"\W*(?:(?:and|which|it|this|that|then)\b|$)").match(
                self.words[: cue.start]
            )
            self._add(self.subject or (self.teller.topic if pointing else ()), ids, loosely=loosely)
            self.teller.topic = self.teller.topic if self.subject else ids
            self.subject = ids if kind == "chain" else self.subject
        elif kind in ("beside", "not"):
            self.teller.told.beside += [(one, other) for one in self.subject for other in ids]
        elif not kind:
            if self.ahead:
                self._add(self.ahead, ids)
                self.ahead = ()
            if not self.tasks or pattern(r"\W*").fullmatch(self.words[: self.words.find(ids[0])]):
                self.subject = ids
        fresh = kind in ("", "chain") or (kind == "after" and not self.subject) or not self.teller.topic
        if not self.tasks and fresh and self.teller.topic != ids:
            self.teller.prior, self.teller.topic = self.teller.topic, ids

    def _fronted(self, cue: Cue) -> bool:
        lead = self.words[: cue.start]
        return (
            pattern(r"\W*(?:and|but|so|only|thus|hence|not|directly|immediately|right|as\s+soon)?\W*").fullmatch(lead)
            is not None
        )

    def _add(self, ups: Sequence[str], downs: Sequence[str], *, loosely: bool = False) -> None:
        edges = paired([one for one in ups if one not in downs], downs, lanes=self.lanes)
        if len(edges) == len(ups) == len(downs) > 1:
            self.teller.told.alike += [tuple(ups), tuple(downs)]
        self.teller.told.add("loose" if loosely and not self.free else self.kind, edges)
