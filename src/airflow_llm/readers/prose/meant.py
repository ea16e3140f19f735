"""Which steps the words of a policy mean: `the load`, `both exports`, `step 2`, `(c)`, `the first three steps`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from airflow_llm.readers.prose.drafts import Draft, stem
from airflow_llm.readers.prose.durations import number as number_of
from airflow_llm.readers.prose.lexicon import word_lists
from airflow_llm.readers.prose.references import words_of
from airflow_llm.readers.prose.spellings import pattern

_SILENT = word_lists("policy_words")["silent"]
"""Words that name no step of their own."""
_ALIKE = 4
_NEAR = 60
_PARTS = r"[.;:,](?:\s|$)|\n"
_OWN, _VERB, _BESIDE = 1.0, 1.1, 0.6
_PLACES = {"one", "ones", "step", "steps", "task", "tasks", "two", "three", "four"}
_LIST = r"\s*(?:,\s*and\s|,|;|&|\+|/(?!\w+/)|\band\b|\bor\b|\bplus\b)\s*"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1, "final": -1}


class Meant:
    """The steps of a text, and what words may mean them."""

    def __init__(self, text: str, drafts: Sequence[Draft]) -> None:
        self.text = text
        self._shared = Counter(draft.clause.start for draft in drafts)
        self.drafts = [draft for draft in sorted(drafts, key=lambda one: self._span(one)[0]) if draft.kind != "choose"]
        self._said: dict[int, tuple[set[str], set[str], str]] = {}
        self._known: dict[tuple[str, ...], tuple[float, list[Draft]]] = {}

    def by(self, said: str, place: int = -1) -> list[Draft]:
        """The steps that the words at the place mean; none where they mean all of them, or none."""
        found: dict[int, Draft] = {}
        for part in pattern(_LIST).split(said):
            for draft in self._one(part, place):
                found[draft.number] = draft
        return list(found.values()) if len(found) < len(self.drafts) else []

    def _one(self, said: str, place: int) -> list[Draft]:
        numbered = self._numbered(said, place)
        if numbered:
            return numbered
        low = pattern(r"[^\W_]+").findall(said.lower())
        telling = [stem(word) for word in low if word not in _SILENT and not word.isdigit()]
        if not telling:
            return self._placed(low)
        longer = [word for word in telling if len(word) >= _ALIKE]
        return self._named(telling, low) or (self._named(longer, low) if longer else [])

    def _placed(self, low: Sequence[str]) -> list[Draft]:
        """`the first three steps`, `the last one`."""
        word = next((word for word in low if word in _ORDINALS), "")
        if not word or not self.drafts or not set(low) & _PLACES:
            return []
        many = next((int(number_of(one)) for one in low if one in ("two", "three", "four")), 1)
        number = _ORDINALS[word]
        if many > 1:
            return self.drafts[:many] if number == 1 else self.drafts[-many:] if number < 0 else []
        return self.drafts[-1:] if number < 0 else self.drafts[number - 1 : number]

    def _numbered(self, said: str, place: int) -> list[Draft]:
        """`(2)`, `step 3`, `b`, `4`: the step of that item of the text's list, or the one at that place."""
        match = pattern(
            r"\s*(?:the\s+)?(?:(?:steps?|tasks?|no\.?|number|item|#)\s*)?\(?\s*(\d{1,2}|[a-hs]\d?)\s*[).]?\s*(?:failing)?\s*"
        ).fullmatch(said)
        if match is None:
            return []
        mark = match[1]
        opening = (
            rf"(?:(?:^|(?<=\n))[^\S\n]*(?:step\s*)?\(?{mark}[).:\s]|(?<=\s)\(?{mark}\)|(?<=\()\s*{mark}\)|"
            rf"\bstep\s+{mark}\b)[).:\s]*"
        )
        for item in pattern(opening).finditer(self.text):
            if not item.start() <= place <= item.end():
                close = [draft for draft in self.drafts if item.start() <= self._span(draft)[0] <= item.end() + 40]
                if close:
                    return close[:1]
        number = int(mark) if mark.isdigit() else 0
        return self.drafts[number - 1 : number] if number else []

    def _span(self, draft: Draft) -> tuple[int, int]:
        """Where the step's own words stand: of several in one clause, those of its object."""
        if self._shared[draft.clause.start] > 1 and draft.objects:
            return draft.objects[0].start, draft.objects[-1].end
        return draft.span

    def _named(self, telling: Sequence[str], low: Sequence[str]) -> list[Draft]:
        best, same = self._best(tuple(telling))
        if best < _BESIDE - 0.01:
            return []
        several = {"both", "all", "each", "every", "two", "three", "four", "ones"} & set(low)
        return same if several or best > _OWN else same[:1]

    def _best(self, telling: tuple[str, ...]) -> tuple[float, list[Draft]]:
        """The steps that the words fit best, and how well; kept, as long texts say the same of many steps."""
        if telling not in self._known:
            near = self._by_opening.get(telling[0][:_ALIKE], ())
            scored = [(self._score(telling, number), self.drafts[number]) for number in near]
            best = max((score for score, _ in scored), default=0.0)
            self._known[telling] = best, [draft for score, draft in scored if score >= best - 0.001]
        return self._known[telling]

    @cached_property
    def _by_opening(self) -> dict[str, list[int]]:
        """The numbers of the steps that have a word with these first letters: only they can fit a word."""
        found: dict[str, list[int]] = {}
        for number in range(len(self.drafts)):
            own, beside, verb = self._words(number)
            for opening in {word[:_ALIKE] for word in (*own, *beside, verb)}:
                found.setdefault(opening, []).append(number)
        return found

    def _score(self, telling: Sequence[str], number: int) -> float:
        """How well the words fit the step; 0 where one of them does not."""
        own, beside, verb = self._words(number)
        total = 0.0
        for word in telling:
            if _is_among(word, {verb}):
                total += _VERB
            elif _is_among(word, own):
                total += _OWN
            elif _is_among(word, beside):
                total += _BESIDE
            else:
                return 0.0
        return total / len(telling)

    def _words(self, number: int) -> tuple[set[str], set[str], str]:
        """The stems of the step's own words, of those beside it in its sentence, and of its verb."""
        draft = self.drafts[number]
        known = self._said.get(draft.number)
        if known is None:
            start, end = self._span(draft)
            before = self._span(self.drafts[number - 1])[1] if number else 0
            behind = self._span(self.drafts[number + 1])[0] if number + 1 < len(self.drafts) else len(self.text)
            end = behind if start < behind < end else end
            told = self.text[start:end]
            first = next(iter(_stems(told.split(maxsplit=1)[0])), "") if told.split() else ""
            lead = pattern(_PARTS).split(self.text[max(before, start - _NEAR) : start])[-1] if before <= start else ""
            tail = pattern(_PARTS).split(self.text[end : max(end, min(behind, end + _NEAR))])[0]
            known = words_of(draft) | _stems(told), _stems(f"{lead} {tail}"), stem(draft.verb.base) or first
            self._said[draft.number] = known
        return known


def _stems(said: str) -> set[str]:
    return {stem(word) for word in pattern(r"[^\W_]+").findall(said.lower())} - {""}


def _is_among(word: str, known: set[str]) -> bool:
    """Whether it is one of them, or is made from one: `delivery` and `deliver`, `closing` and `close`."""
    if word in known:
        return True
    if len(word) < _ALIKE:
        return False
    return any(
        len(other) >= _ALIKE
        and _shared(word, other) >= max(_ALIKE, min(len(word), len(other)) - 1)
        and abs(len(word) - len(other)) <= 5
        for other in known
    )


def _shared(one: str, other: str) -> int:
    """How many letters the two begin with alike."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
