"""Running text that tells a pipeline: which identifiers, or names such as `Fetch Feed`, are tasks, and their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.outline.catalogue import Section
from airflow_llm.readers.prose.outline.mentions import Hit, Mentions, Named
from airflow_llm.readers.prose.outline.names import slug
from airflow_llm.readers.prose.outline.rows import Row, rows_of
from airflow_llm.readers.prose.outline.task_names import dags_in, is_task_name
from airflow_llm.readers.prose.outline.told_order import Teller, Told
from airflow_llm.readers.prose.outline.told_words import numbers_in, sentences_of
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

_NAME = r"(?<![\w./@#$%{=-])[`'\"]?([A-Za-z]\w*_\w+)[`'\"]?(?![\w/{]|\.(?!expand\b|partial\b)\w|\s*=)"
_CALLED = r"(?:\.expand\(|\.partial\()"
_BETWEEN = r"[\s`'\"\])(]*(?:,|\band\b|\bor\b|\bas\s+well\s+as\b|\bthe\b|[\s`'\"(\[]){1,6}"
_HOW = r"(?:[A-Z]\w*(?:Operator|Sensor)s?|@task\b)"
_ASIDE = r"(?:\s*\([^()]{0,160}\))?(?:,\s+(?:which|an?|the|in|on|as|by)\s[^,.;]{3,160},)?"
_VERB = (
    r"\s+(?:(?:then|also|next|now|merely|in\s+turn|only|finally|itself|simply|afterwards|later|thereupon|first)\s+){0,2}"
    r"(?:is|are|was|has|have|does|do|can|may|must|will|comes?|[a-z]{2,}s)\b(?!\s+of\b)"
)
_LED = (
    r"(?:\btask(?:s)?(?:\s+(?:id|ids|called|named|with\s+the\s+id))?|\bidentifier|\bnamely|\bdoes|\bdo|\bstands?|\bcomes?|\bcome|"
    r"\bfollows|\bthen|\botherwise|\belse|\bby|\bafter|\bonce|\bbehind|\bstep|\bcalled|"
    r"\b(?:first|last|final|next|second|third)\s+(?:step|task|one|job)(?:,|\s+is)|"
    r"\b(?:is|are|was|were)\s+(?:\w+\s+)?\w+(?:ed|en|ne|nt|ught)\s+in)"
    r"\s*[:=]?\s*[`'\"(]*$"
)
_FOLLOWED = r"[`'\"]?(?:\s*,\s+(?:whose|which|where|who|an?\s)|\s+(?:allowed|permitted|able|free|ready)\s+to\b)"
_SETTING = (
    r"[`'\"]?\s+(?:is|are|has\s+been|was|stays|equals)\s+(?:left\s+|deliberately\s+)?"
    r"(?:set|off|on|true|false|switched|enabled|disabled|declared|\d|one|two|three|zero|none)\b"
)
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
_PLAN = (
    r"\b(?:would\s+like|later\s+on\s+we|in\s+(?:the\s+)?future|some\s*day|one\s+day|no\s+longer|used\s+to|earlier\s+versions?|"
    r"was\s+(?:considered|rejected|removed|dropped)|had\s+been)\b"
)
_INVERTED = r"\b(?:comes?|follows?|then|runs?)\s+([A-Z][a-z]+(?:\s+[A-Z][\w-]+){1,4})"
_FEWEST, _FEWEST_TITLED, _WIDEST = 2, 3, 9


@dataclass
class Telling:
    """What running text says: `ups` are the tasks right before each, `words` the sentences that speak of it."""

    names: dict[str, Named]
    ups: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    guessed: set[tuple[str, str]] = field(default_factory=set)


def paragraphs_of(text: str) -> list[tuple[Row, str]]:
    """The blocks of running text outside of sections that speak of other things, with their first rows."""
    blocks: list[tuple[Row, str]] = []
    over = ""
    for row in rows_of(text):
        if row.level:
            over = Section(row.words).kind
            continue
        if row.fenced or row.mark == "y" or row.words.startswith("|") or over == "aside":
            continue
        if blocks and not row.gap and not row.mark and not row.number:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {row.words}")
        else:
            blocks.append((row, row.words))
    return blocks


def told_names(text: str, blocks: Sequence[tuple[Row, str]]) -> dict[str, Named]:
    """The identifiers that can only be tasks, in the order of the text."""
    dags = dags_in(text, rows_of(text)[:3]) | _wholes(blocks)
    good: dict[str, int] = {}
    bad: set[str] = set()
    for _, words in blocks:
        for sentence in sentences_of(words):
            if pattern(_PLAN).search(sentence) is not None:
                continue
            for name, says in _judged(sentence, dags):
                good[name] = good.get(name, 0) + (says > 0)
                if says < 0:
                    bad.add(name)
    kept = [name for name, count in good.items() if count > (name in bad)]
    return {slug(name): Named(slug(name), name.replace("_", " ")) for name in kept}


def _wholes(blocks: Sequence[tuple[Row, str]]) -> set[str]:
    """Names of which the text says that they are the pipeline."""
    whole = r"(?:dag|pipeline|workflow)"
    said = rf"{_NAME}(?:,|\s+is|\s+was)\s+(?:the|a|an)\s+(?:[\w-]+\s+){{0,3}}{whole}\b"
    named = rf"\b{whole}\b[^.;:]{{0,80}}?\b(?:called|named)\s+{_NAME}"
    found = {match[1].lower() for _, words in blocks for match in pattern(said).finditer(words)}
    found |= {match[1].lower() for _, words in blocks for match in pattern(named).finditer(words)}
    opening = (
        pattern(rf"{_NAME}\s+(?:is|was)\s+(?:triggered|scheduled|started|run)\b").match(blocks[0][1])
        if blocks
        else None
    )
    return found | ({opening[1].lower()} if opening is not None else set())


def _judged(sentence: str, dags: frozenset[str] | set[str]) -> Iterator[tuple[str, int]]:
    """Each identifier with 1 when the sentence shows that it is a task, -1 when it is something else, else 0."""
    hits = [one for one in pattern(_NAME).finditer(sentence) if is_task_name(one[1], frozenset(dags))]
    groups: list[list[re.Match[str]]] = []
    for match in hits:
        if groups and pattern(_BETWEEN).fullmatch(sentence[groups[-1][-1].end() : match.start()]):
            groups[-1].append(match)
        else:
            groups.append([match])
    for group in groups:
        before, after = sentence[: group[0].start()], sentence[group[-1].end() :]
        kind = _thing(before, after, alone=len(group) == 1)
        for one in group:
            other = kind == "all" or (kind == "one" and one is group[0])
            yield one[1], -1 if other else _shown(sentence, one)


def _thing(before: str, after: str, *, alone: bool) -> str:
    """Whether it is a table, a setting, or the like: `one` (the first of a list), `all` of them, or none."""
    things = any_of("told_things")
    led = pattern(rf"\b({things})\s+(?:(?:(?:is|are)\s+)?(?:called|named|of|include|is|are)\s+|:\s*)?[`'\"(]*$").search(
        before
    )
    if led is not None:
        return "all" if led[1].endswith("s") else "one"
    if pattern(r"\b(?:its|their|whose|our)\s+[`'\"(]*$").search(before):
        return "one"
    behind = alone and pattern(rf"[`'\"]?\s+{things}\b").match(after) is not None
    return "all" if behind or pattern(_SETTING).match(after) is not None else ""


def _shown(sentence: str, match: re.Match[str]) -> int:
    before, after = sentence[: match.start()], sentence[match.end() :]
    cued = rf"\b{any_of('told_cues')}\s+(?:the\s+|both\s+|either\s+)?[`'\"(]*$"
    if pattern(cued).search(before[-60:]) is not None:
        return 1
    if pattern(_LED).search(before) or pattern(_CALLED).match(after) or pattern(_FOLLOWED).match(after):
        return 1
    if pattern(rf"\s*(?:[,(]\s*)(?:an?\s+|the\s+)?(?:[\w-]+\s+){{0,2}}{_HOW}", 0).match(after):
        return 1
    if pattern(rf"{_HOW}[,:]?\s*(?:(?:called|named|namely)\s+)?[`'\"(]*$", 0).search(before):
        return 1
    governed = (
        pattern(r"\b(?:of|in|to|from|on|at|into|with|for|via|through|or|the|an?)\s+[`'\"]?$").search(before) is not None
    )
    if not governed and pattern(rf"{_ASIDE}{_VERB}").match(after):
        return 1
    if pattern(r"\(\s*[`'\"]?$").search(before) and pattern(r"[`'\"]?\s*\)").match(after):
        return 1
    first = slug(match[1]).split("_")[0]
    return 1 if lexicon("step_verbs").get(first) and not governed else 0


def titled_names(blocks: Sequence[tuple[Row, str]]) -> dict[str, Named]:
    """Names such as `Fetch Feed` that act in sentences: a verb and its object in capitals, before a finite verb."""
    found: dict[str, Named] = {}
    others: dict[str, Named] = {}
    for _, words in blocks:
        for match in pattern(rf"\b([A-Z][a-z]+(?:\s+[A-Z][\w-]+){{0,4}})(?=,?{_VERB})", 0).finditer(words):
            before = words[: match.start()]
            forms = verbs().get(match[1].split()[0].lower(), ())
            acts = any(verb.form == "base" for verb in forms) or match[1].split()[0].lower() in lexicon("step_verbs")
            inside = " " in match[1] and pattern(r"[\w,;]\s+$").search(before) is not None
            if (acts or inside) and pattern(r"\b(?:the|a|an)\s+$").search(before) is None:
                known = found if acts else others
                known.setdefault(slug(match[1]), Named(slug(match[1]), match[1]))
        for match in pattern(_INVERTED, 0).finditer(words):
            if match[1].split()[0].lower() in lexicon("step_verbs"):
                found.setdefault(slug(match[1]), Named(slug(match[1]), match[1]))
    if len([name for name in found if "_" in name]) < _FEWEST_TITLED:
        return {}
    return {**found, **others}


class _Placer:
    """Places the tasks of running text one after another."""

    def __init__(self, names: dict[str, Named]) -> None:
        self.telling = Telling(names)
        self.mentions = Mentions(names.values())
        self.told = Told()
        self.teller = Teller(self.mentions, self.told)
        self.mentions.within = self.telling.ups
        self.recent: list[str] = []
        self.loud: set[str] = set()
        self.leaves: dict[str, None] = {}
        self.behind: Counter[str] = Counter()
        self.topic: tuple[str, ...] = ()
        self.anchor: list[str] = []
        self.left = 0
        self.forced: dict[str, list[str]] = {}

    def tell(self, row: Row, words: str) -> None:
        """One paragraph."""
        self.topic = ()
        for sentence in sentences_of(words):
            if pattern(_PLAN).search(sentence) is None:
                self._sentence(row, sentence)

    def _sentence(self, row: Row, sentence: str) -> None:
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
        self._own(row, sentence, hits)
        for up, down in [edge for kind in ("own",) for edge in said.edges.get(kind, ())]:
            if up in ups and down in ups and up not in ups[down] and not self._above(up, down):
                self._connect(up, down)

    def _own(self, row: Row, sentence: str, hits: Sequence[Hit]) -> None:
        """Each task owns the words from its name to the next; words before the first are its too."""
        telling = self.telling
        if not hits and self.topic:
            for one in self.topic:
                telling.words[one].append(sentence)
        for number, hit in enumerate(hits):
            start = 0 if not number else hit.start
            end = hits[number + 1].start if number + 1 < len(hits) else len(sentence)
            for one in hit.ids:
                telling.rows.setdefault(one, row)
                telling.words.setdefault(one, []).append(sentence[start:end].strip(" ,;"))
                if pattern(_FAILED).search(sentence[start:end]):
                    self.loud.add(one)
            self.topic = hit.ids

    def _connect(self, up: str, down: str) -> None:
        ups = self.telling.ups[down]
        place = {one: at for at, one in enumerate(self.recent)}
        earlier = place[up] < place[down]
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
            ups[one] = own or ([] if root else [up for up in front if up != one])
            self.recent.append(one)
            self.leaves[one] = None
            for up in ups[one]:
                self._follow(up, 1)
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
    """The tasks of running text and their order; None when it names too few."""
    blocks = paragraphs_of(text)
    names = told_names(text, blocks)
    names = names if len(names) >= _FEWEST else titled_names(blocks)
    if len(names) < _FEWEST:
        return None
    teller = _Placer(names)
    for row, words in blocks:
        teller.tell(row, words)
    return teller.telling
