"""Running text that tells a pipeline: the order of the tasks that its sentences name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.mentions.matching import Hit, Mentions, Named
from airflow_llm.readers.prose.outline.order.telling import Teller, Told
from airflow_llm.readers.prose.outline.sentences import numbers_in, sentences_of
from airflow_llm.readers.prose.outline.tasks.running_text import PLAN, paragraphs_of, titled_names, told_names
from airflow_llm.readers.prose.spellings import pattern

_WAYS = (
    r"\b(?:two|three|four|five|both|several)\s+(?:\w+\s+)?(?:ways?|directions|branches|arms|lanes|paths|roads|routes|strands|legs|"
    r"sides)\b|\b(?:splits?|forks?|parts|divides|branches|fans\s+out)\s+(?:\w+\s+)?(?:in|into)\s+(?:two|three|four)\b|\bforks?\b"
)
_SPREAD = (
    rf"{_WAYS}|\bat\s+the\s+same\s+(?:time|level)\b|\bin\s+parallel\b|\bparallel\b|\bsimultaneously\b|\bconcurrently\b|"
    r"\bindependent(?:ly)?\b|\bside\s+by\s+side\b|\bfans?\s+out\b|\bsplits?\b|\bat\s+once\b|\b(?:begin|start|run)\s+together\b|"
    r"\bregard\s+to\s+(?:one|each)\b|\bno\s+bearing\b|\bknows?\s+nothing\s+of\b|\bno\s+(?:\w+\s+)?order\b|\bon\s+(?:its|this|that|their)\s+results?\s+(?:depend|rest)\b|\b(?:one\s+another|each\s+other)\b|\bnot\s+ordered\b|\bneither\b"
)
_SEVERAL = (
    r"\b(?:two|three|four|five)\s+(?:\w+\s+)?(?:tasks|sensors|operators|steps|jobs|extracts|loads|sources|checks|consumers|"
    r"preparations|functions|branches)\b"
)
_COMING = (
    r"\b(?:begins?|starts?|opens?|follows?|comes?|next|happens?|rests?|feeds?|then|leads?|at\s+the\s+(?:beginning|start|front))\b|"
    r"\bfrom\s+(?:here|there|this\s+point)\b"
)
_BESIDE = (
    r"\bat\s+the\s+same\s+time\b|\bin\s+parallel\b|\bmeanwhile\b|\balongside\b|\bsimultaneously\b|\bconcurrently\b|\bindependently\b|"
    r"^\W*(?:otherwise|else|if\s+not|in\s+the\s+other\s+case)\b|\b(?:whereas|likewise)\b|"
    r"\bon\s+the\s+other\b|\bin\s+the\s+meantime\b|\bside\s+by\s+side\b"
)
_CHOICE = (
    r"\b(?:otherwise|either|else|in\s+(?:the\s+other|any\s+other)\s+case|if\s+not|or\s+to|or\s+with)\b|"
    r"\b(?:chooses|picks|decides|branches)\b|\b(?:when|if)\s+(?:it|they|this|that)\s+(?:is|are|does|do|has|have)(?:n't|\s+not)\b"
)
_PARTS = r";|\b(?:otherwise|else|(?:in\s+)?(?:the|any)\s+other\s+case|if|when|whereas|while|or)\b"
_POINTING = r"\W*(?:they|both|these|neither|all|none|each|those|the\s+two|the\s+three)\b"
_FAILED = r"\b(?:one_failed|all_failed)\b"
_IF = r"\b(?:when|if|otherwise|else|unless|in\s+case|for\s+all\s+other)\b"
_ELSE = r"\b(?:otherwise|else|if\s+not)\b"
_FEWEST, _WIDEST, _SHORTEST, _LONG = 2, 9, 250, 1000


@dataclass
class Telling:
    """What running text says: `ups` are the tasks right before each, `words` the sentences that speak of it."""

    names: dict[str, Named]
    ups: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, Line] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    guessed: set[tuple[str, str]] = field(default_factory=set)


class _Placer:
    """Places the tasks of running text one after another."""

    def __init__(self, names: dict[str, Named]) -> None:
        self.telling = Telling(names)
        self.mentions = Mentions(names.values())
        self.told = Told()
        self.teller = Teller(self.mentions, self.told)
        self.mentions.within = self.telling.ups
        self.recent: list[str] = []
        self.place: dict[str, int] = {}
        self.loud: set[str] = set()
        self.leaves: dict[str, None] = {}
        self.behind: Counter[str] = Counter()
        self.topic: tuple[str, ...] = ()
        self.anchor: list[str] = []
        self.left = 0
        self.forced: dict[str, list[str]] = {}
        self.row = Line(0, 0, "")

    def tell(self, row: Line, words: str) -> None:
        """One paragraph."""
        self.topic, self.row = (), row
        for sentence in sentences_of(words):
            if pattern(PLAN).search(sentence) is None:
                self._sentence(sentence)

    def _sentence(self, sentence: str) -> None:
        hits = self.mentions.groups(sentence, self.mentions.strong(sentence, bare=True))
        said = Told()
        self.teller.told, self.teller.recent = said, self.recent
        self.teller.tell(sentence, (), "own", bare=True)
        ups = self.telling.ups
        new = [hit for hit in hits if any(one not in ups for one in hit.ids)]
        chosen = self._choice(sentence, hits, new)
        if chosen:
            said = Told()
        else:
            self._spread(sentence, hits, new)
        for hit in new:
            self._place(sentence, hit, said)
        self._own(sentence, hits)
        for up, down in [edge for kind in ("own",) for edge in said.edges.get(kind, ())]:
            if up in ups and down in ups and up not in ups[down] and not self._above(up, down):
                self._connect(up, down)

    def _own(self, sentence: str, hits: Sequence[Hit]) -> None:
        """Each task owns the words from its name to the next; words before the first are its too."""
        telling = self.telling
        if not hits and self.topic:
            for one in self.topic:
                telling.words[one].append(sentence)
        for number, hit in enumerate(hits):
            start = 0 if not number else hit.start
            end = hits[number + 1].start if number + 1 < len(hits) else len(sentence)
            for one in hit.ids:
                telling.rows.setdefault(one, self.row)
                telling.words.setdefault(one, []).append(sentence[start:end].strip(" ,;"))
                if pattern(_FAILED).search(sentence[start:end]):
                    self.loud.add(one)
            self.topic = hit.ids

    def _connect(self, up: str, down: str) -> None:
        ups = self.telling.ups[down]
        earlier = self.place[up] < self.place[down]
        for other in [one for one in ups if earlier and (one, down) in self.telling.guessed]:
            ups.remove(other)
            self._follow(other, -1)
            self.telling.guessed.discard((other, down))
        ups.append(up)
        self._follow(up, 1)

    def _above(self, start: str, wanted: str) -> bool:
        """Whether `wanted` comes before `start`."""
        seen, stack = set[str](), [start]
        while stack:
            here = stack.pop()
            if here == wanted:
                return True
            if here not in seen:
                seen.add(here)
                stack += self.telling.ups.get(here, ())
        return False

    def _spread(self, sentence: str, hits: Sequence[Hit], new: Sequence[Hit]) -> None:
        match = pattern(_SPREAD).search(sentence) or self._several(sentence, hits, new)
        if match is not None and pattern(_POINTING).match(sentence) and not new:
            self._were_beside(sentence)
        if match is None or pattern(_POINTING).match(sentence):
            return
        coming = [hit for hit in new if hit.start > match.start()]
        wide = pattern(_WAYS).search(sentence) is not None
        count = next(numbers_in(sentence[max(0, match.start() - 40) : match.end() + 20]), 0)
        count = count if count <= _WIDEST else 0
        if sum(len(hit.ids) for hit in coming) < 2:
            announced = count and (wide or (not new and pattern(_COMING).search(sentence) is not None))
            if not announced and not (count and len(coming) == 1 and wide):
                coming = list(new) if len(new) > 1 and pattern(r"\bwhile\b|;|\bother\b").search(sentence) else []
                count = 0
            if not coming and not count:
                return
        before = [hit for hit in hits if hit not in coming and hit.start < match.start()]
        self.anchor = list(before[-1].ids) if before and before[-1].ids[0] in self.telling.ups else self._open()
        self.left = count or sum(len(hit.ids) for hit in coming)

    def _were_beside(self, sentence: str) -> None:
        """`The two senders run side by side`: the tasks told last do not follow one another after all."""
        count = next(numbers_in(sentence[:40].replace("oth ", "oth two ")), 0)
        last = self.recent[-count:] if 2 <= count <= len(self.recent) else []
        for one in last[1:]:
            ups = self.telling.ups[one]
            if ups and all((up, one) in self.telling.guessed and up in last for up in ups):
                for up in list(ups):
                    self._follow(up, -1)
                self.telling.ups[one] = list(self.telling.ups[last[0]])
                self.telling.guessed |= {(up, one) for up in self.telling.ups[one]}
                for up in self.telling.ups[one]:
                    self._follow(up, 1)

    def _several(self, sentence: str, hits: Sequence[Hit], new: Sequence[Hit]) -> re.Match[str] | None:
        """`Two tasks use them: a and b`, or `There are two sensors.` before a sentence about them."""
        match = pattern(_SEVERAL).search(sentence)
        if match is None or not hits:
            return match
        coming = sum(len(hit.ids) for hit in new if hit.start > match.start())
        return match if coming == next(numbers_in(match.group()), 0) else None

    def _choice(self, sentence: str, hits: Sequence[Hit], new: Sequence[Hit]) -> bool:
        """`pick_x sends it to a, otherwise to b and then c`: the first task of each part is behind what decides."""
        if len(new) < 2 or pattern(_CHOICE).search(sentence) is None:
            return False
        self._branches(sentence, hits, new)
        breaks = [match.start() for match in pattern(_PARTS).finditer(sentence)]
        decides = breaks and hits[0].start < breaks[0] and len(hits[0].ids) == 1 and len(hits) > 2
        decides = bool(decides) or (hits[0] not in new and len(hits[0].ids) == 1)
        anchor = list(hits[0].ids) if decides else self._open()
        last: tuple[int, tuple[str, ...]] = (-1, ())
        for hit in new:
            if decides and hit is hits[0]:
                continue
            part = sum(1 for one in breaks if one < hit.start)
            follows = part == last[0]
            self.forced.update({one: list(last[1]) if follows else anchor for one in hit.ids})
            last = (part, hit.ids)
        return True

    def _branches(self, sentence: str, hits: Sequence[Hit], new: Sequence[Hit]) -> None:
        """`a decides: when x, b; otherwise c` makes `a` a branch; without an `a` there is one before `b` and `c`."""
        leads = [sentence[end : hit.start] for end, hit in zip([0, *(one.end for one in hits)], hits, strict=False)]
        unnamed = pattern(_ELSE).search(leads[1]) is not None and pattern(_IF).search(leads[0]) is not None
        taken = list(zip(hits, leads, strict=True))[not unnamed :]
        whole = len(taken) > 1 and all(pattern(_IF).search(lead) for _, lead in taken[:2])
        if not whole or any(len(hit.ids) > 1 for hit in hits) or any(hit not in new for hit, _ in taken):
            return
        targets, labels = [hit.ids[0] for hit, _ in taken], self.telling.labels
        decider = f"choose_{targets[0]}" if unnamed else hits[0].ids[0]
        labels[decider] = {"operator": "BranchPythonOperator", "output": ", ".join(targets)}
        for (_, lead), target in zip(taken, targets, strict=True):
            found = pattern(rf"{_IF}[^,]*").search(lead)
            if found and pattern(r"(?:otherwise|else)\b|.*n't\b").match(found.group()) is None:
                labels[target] = {"condition": found.group().strip(" ,;:(")}
        if unnamed and decider not in self.telling.ups:
            self.telling.names[decider] = Named(decider)
            self.telling.words[decider], self.telling.rows[decider] = [sentence], self.row
            self._add(decider, self._open())

    def _add(self, task: str, ups: list[str]) -> None:
        self.telling.ups[task] = ups
        self.place[task] = len(self.recent)
        self.recent.append(task)
        self.leaves[task] = None
        for up in ups:
            self._follow(up, 1)

    def _place(self, sentence: str, hit: Hit, said: Told) -> None:
        ups = self.telling.ups
        lead = sentence[: hit.start]
        front, guessed = self._open(), True
        last = next(reversed(ups), None)
        fresh = [one for one in hit.ids if one not in ups]
        if self.left > 0:
            front, self.left = self.anchor, self.left - len(fresh)
        elif last is not None and pattern(_BESIDE).search(f"{lead[-60:]} {sentence[hit.end : hit.end + 40]}"):
            front = list(ups[last])
        for one in fresh:
            front = self.forced.get(one, front)
            own = [up for up in said.ups(one, "own") if up != one and up in ups]
            own = own or [up for up in said.ups(one, "loose") if up != one and up in ups and not self.left]
            root = one in said.roots and not own
            self._add(one, own or ([] if root else [up for up in front if up != one]))
            self.telling.guessed |= set() if own else {(up, one) for up in ups[one] if guessed}

    def _open(self) -> list[str]:
        """The tasks that nothing follows yet, but for those that only run after a failure."""
        return [name for name in self.leaves if name not in self.loud]

    def _follow(self, up: str, by: int) -> None:
        self.behind[up] += by
        if self.behind[up] <= 0:
            self.leaves[up] = None
        else:
            self.leaves.pop(up, None)


def told_in_prose(text: str) -> Telling | None:
    """The tasks of running text and their order; None when it names too few, or is short and speaks of other things."""
    blocks = paragraphs_of(text) if len(text) >= _SHORTEST else []
    names = told_names(text, blocks)
    names = names if len(names) >= _FEWEST else titled_names(blocks)
    if len(names) < _FEWEST:
        return None
    teller = _Placer(names)
    for row, words in blocks:
        teller.tell(row, words)
    return teller.telling if len(text) >= _LONG or _is_full(blocks, teller) else None


def _is_full(blocks: Sequence[tuple[Line, str]], teller: _Placer) -> bool:
    """Whether most sentences name tasks, in those of several paragraphs that name any."""
    naming = [[bool(teller.mentions.strong(one)) for one in sentences_of(words)] for _, words in blocks]
    flat = [one for found in naming if any(found) for one in found]
    return len(blocks) > _FEWEST < len(teller.telling.ups) and sum(flat) >= 0.5 * len(flat)
