"""Which declared tasks a piece of text means: by id, title or number, or loosely (`the join`, `both parsers`)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from airflow_llm.readers.prose.spellings import lexicon, pattern

_CIRCLED = "".join(map(chr, range(0x2460, 0x2474)))
_WORD = rf"[A-Za-z][\w-]*(?:\.\w+)*|[{_CIRCLED}]"
_MANY = r"\b(?P<many>both|either|all|every|each|two|three|four|five|six|seven|eight|nine|ten|these|those|the\s+\w+s)\b"
_NUMBER = r"#?\s*\d{1,3}(?:\.\d{1,3})*[a-z]?"
_JOINT = r"\s*(?:,\s*(?:and|or)\b|,|&|\+|-|\u2013|\bto\b|\band\b|\bor\b)\s*"
_NUMBERS = rf"{_NUMBER}(?:{_JOINT}{_NUMBER}){{0,40}}"
_STEPS = rf"\b(?:steps?|tasks?|components?|parts?|modules?|items?|numbers?|nos?\.)\s+({_NUMBERS})(?![\w.]*\w)"
_LONGEST_RANGE, _MOST, _MOST_PAIRS = 200, 500, 10_000
_GLUE = (
    r"[\s`'\"\])]*(?:\([^()]{0,60}\))?[\s`'\"]*(?:,|/|&|\+|\band\b|\bor\b|\bas\s+well\s+as\b|\balong\s+with\b|\bplus\b|"
    r"\btogether\s+with\b|\bboth\b|\balso\b|\bthe\b|\bnor\b|\bof\b\s+\bboth\b|[\s`'\"(\[]){0,8}"
)


class Hit(NamedTuple):
    """Tasks that some words at a place mean."""

    start: int
    end: int
    ids: tuple[str, ...]


@dataclass
class Named:
    """What a task is called: its id, its title, its number in the text, and further words for it."""

    id: str
    title: str = ""
    number: str = ""
    also: str = ""
    stems: frozenset[str] = field(default=frozenset())


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    known = [word for word, meaning in lexicon("mention_words").items() if meaning == "ending"]
    return tuple(sorted(known, key=lambda word: -len(word)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending, so that `encryption`, `encrypts` and `encrypt` are one."""
    low = word.lower().removesuffix("'s")
    for ending in _endings():
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low.removesuffix(ending)
            break
    return low[:-1] if len(low) > 3 and low[-1] == low[-2:-1] else low


def stems_of(words: str) -> list[str]:
    """The stems of all words that say something."""
    found = pattern(r"[A-Za-z][A-Za-z0-9]*|\d+").findall(words.replace("_", " "))
    return [stem(word) for word in found if lexicon("mention_words").get(word.lower()) != "small"]


def _words_of(task: Named) -> Iterator[str]:
    """What stands for its id in a text: a title of one word, or its title with underscores."""
    if task.title:
        yield task.title if " " not in task.title else "_".join(task.title.split())


class Mentions:
    """Finds the tasks that a text means."""

    def __init__(self, tasks: Iterable[Named], groups: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.families = dict(groups or {})
        self.tasks = list(tasks)
        self.place = {task.id: at for at, task in enumerate(self.tasks)}
        self.within: Container[str] | None = None
        self.by_id = {name.lower(): task.id for task in reversed(self.tasks) for name in _words_of(task)}
        self.by_id |= {task.id.lower(): task.id for task in self.tasks}
        numbers: dict[str, list[str]] = {}
        for task in self.tasks:
            numbers.setdefault(task.number.lower(), []).append(task.id)
        self.by_number = {number: tuple(ids) for number, ids in numbers.items() if number}
        self.titles: dict[str, str] = {}
        self.lengths: dict[str, list[int]] = {}
        self.having: dict[str, list[Named]] = {}
        for task in self.tasks:
            title = " ".join(task.title.lower().split())
            if " " in title and title not in self.titles:
                self.titles[title] = task.id
                self.lengths.setdefault(title.split()[0], []).append(len(title))
            task.stems = frozenset(stems_of(f"{task.id} {task.title} {task.also}"))
            for one in task.stems:
                self.having.setdefault(one, []).append(task)
        self.lengths = {word: sorted(set(found), reverse=True) for word, found in self.lengths.items()}
        self.sorted = sorted(task.id for task in self.tasks)

    def strong(self, text: str, *, bare: bool = False) -> list[Hit]:
        """The ids, titles and numbers in the text. `bare`: also ids that are everyday words."""
        hits: list[Hit] = []
        end = 0
        for match in pattern(_WORD).finditer(text):
            if match.start() < end:
                continue
            hit = self._named(text, match, bare=bare) or self._titled(text, match)
            if hit is not None:
                hits.append(hit)
                end = hit.end
        return sorted([*hits, *self._steps(text, hits)])

    def _steps(self, text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
        """`steps 1 and 2`."""
        if not self.by_number:
            return
        for match in pattern(_STEPS).finditer(text):
            ids = self.numbered(match[1])
            if ids and not any(hit.start < match.end() and match.start() < hit.end for hit in hits):
                yield Hit(match.start(), match.end(), ids)

    def _named(self, text: str, match: re.Match[str], *, bare: bool) -> Hit | None:
        word = match.group().rstrip(".").lower()
        if word in _CIRCLED:
            ids = self.by_number.get(str(_CIRCLED.index(word) + 1))
            return Hit(match.start(), match.end(), ids) if ids else None
        whole = pattern(r"\.(?:expand|partial|override|output)$").sub("", word)
        found = self.by_id.get(whole) or self.by_id.get(whole.rpartition(".")[2])
        if found is None and word in self.by_number and pattern(r"[A-Z]\.?\d+(?:\.\d+)?", 0).fullmatch(match.group()):
            return Hit(match.start(), match.end(), self.by_number[word])
        if found is None:
            beside = text[max(0, match.start() - 8) : match.end() + 8]
            told = "_" in word or pattern(r"\bgroup\b").search(beside) is not None
            return Hit(match.start(), match.end(), self.families[word]) if told and word in self.families else None
        before = text[max(0, match.start() - 8) : match.start()]
        marked = before.endswith(("`", "'", '"', "["))
        plain = not any(sign in "_." or sign.isdigit() for sign in word)
        if plain and not marked and not (bare and self._is_meant(text, match, word, before)):
            return None
        return Hit(match.start(), match.end(), (found,))

    def _is_meant(self, text: str, match: re.Match[str], word: str, before: str) -> bool:
        """Whether an everyday word is the name of a task where it stands."""
        if pattern(r"\b(?:the|a|an|to|at|in|from)\s+$").search(before) is not None:
            return False
        if word not in lexicon("generic_names") or text.strip(" .:,;()").lower() == word:
            return True
        noun = r"['\"`]?\s+(?:task|step|output|sensor|completion|operator|result|stage)s?\b"
        named = pattern(r"\b(?:task|step)s?\s+$").search(before) is not None
        return named or pattern(noun).match(text, match.end()) is not None

    def _titled(self, text: str, match: re.Match[str]) -> Hit | None:
        low = match.group().lower()
        for length in self.lengths.get(low, ()):
            end = match.start() + length
            task = self.titles.get(text[match.start() : end].lower())
            if task is not None and not text[end : end + 1].isalnum():
                return Hit(match.start(), end, (task,))
        return None

    def starting(self, words: str) -> list[str]:
        """The tasks whose ids begin so."""
        at = bisect_left(self.sorted, words)
        return list(takewhile(lambda one: one.startswith(words), islice(self.sorted, at, None)))

    def groups(self, text: str, hits: Sequence[Hit]) -> list[Hit]:
        """Hits that stand in one list, as one."""
        found: list[Hit] = []
        for hit in hits:
            last = found[-1] if found else None
            if last is not None and pattern(_GLUE).fullmatch(text[last.end : hit.start]) is not None:
                found[-1] = Hit(last.start, hit.end, tuple(dict.fromkeys([*last.ids, *hit.ids])))
            else:
                found.append(hit)
        return found

    def exact(self, words: str) -> tuple[str, ...]:
        """The tasks that are called exactly so: one name, or a list of names; none when any part is no task."""
        text = pattern(r"\s*\([^()]*\)\s*$").sub("", words.strip()).strip("[](){}`'\"*.: ").strip()
        text = pattern(r"^(?:all\s+|the\s+|task\s+|both\s+)+|\s+(?:tasks?|group|step|steps)$").sub("", text).strip()
        low = text.lower()
        name = low.rpartition(".")[2]
        one = self.titles.get(low) or self.by_id.get(name, "")
        found = (one,) if one else self.families.get(name, ()) or self._beginning(low)
        pieces = [piece for piece in pattern(r"\s*(?:,\s*and\b|,|\band\b|&|\||/|\+)\s*").split(text) if piece.strip()]
        if found or len(pieces) < 2:
            return found
        parts = [self.exact(piece) for piece in pieces]
        return tuple(one for part in parts for one in part) if all(parts) else ()

    def _beginning(self, words: str) -> tuple[str, ...]:
        """`copy` in `all copy tasks`: the tasks whose names begin so."""
        parts = pattern(r"[^a-z0-9]+").sub("_", words).strip("_")
        near = [one for one in self.starting(parts) if parts and f"{one}_".startswith(f"{parts}_")]
        return tuple(sorted(near, key=self.place.__getitem__)) if len(near) > 1 else ()

    def numbered(self, words: str) -> tuple[str, ...]:
        """The tasks of a list of numbers: `1, 2`, `3 and 4`, `#5`, `2-4`; none when anything else is said."""
        plain = pattern(r"\b(?:steps?|tasks?)\b").sub("", words)
        if not self.by_number or pattern(rf"\W*{_NUMBERS}\W*").fullmatch(plain) is None:
            return ()
        found: list[tuple[str, ...]] = []
        for match in pattern(r"(\d{1,3}(?:\.\d{1,3})*[a-z]?)(?:\s*(?:-|\u2013|to)\s*(\d{1,3}[a-z]?))?").finditer(plain):
            first, last = match[1].lower(), (match[2] or "").lower()
            found.append(self.by_number.get(first, ()))
            if first.isdigit() and last.isdigit():
                between = range(int(first) + 1, min(int(last), int(first) + _LONGEST_RANGE) + 1)
                found += [self.by_number.get(str(number), ()) for number in between]
            elif last:
                found.append(self.by_number.get(last, ()))
        return tuple(one for ids in found for one in ids) if all(found) else ()

    def loose(self, words: str, without: Iterable[str] = (), *, classes: bool = False) -> tuple[str, ...]:
        """The tasks of `the join and both parsers`; none when no part of it clearly means any."""
        found: dict[str, None] = {}
        for part in pattern(r"\s*(?:,\s*(?:and\s+)?|\band\b|\bor\b|\bas\s+well\s+as\b)\s*").split(words):
            found.update(dict.fromkeys(self._part(part, set(without), classes=classes)))
        return tuple(found)

    def _part(self, part: str, without: set[str], *, classes: bool) -> Iterator[str]:
        said = list(dict.fromkeys(stems_of(part)))[:8]
        if "group" in said and (named := next((one for one in self.families if stem(one) in said), "")):
            yield from self.families[named]
            return
        score: dict[str, int] = {}
        for one in said:
            for task in self.having.get(one, ())[:_MOST]:
                if task.id not in without and (self.within is None or task.id in self.within):
                    score[task.id] = score.get(task.id, 0) + 1
        if not score:
            return
        most = max(score.values())
        best = sorted((one for one, count in score.items() if count == most), key=self.place.__getitem__)
        lead = pattern(r"\W*(?:the|its|their|this|that)\s").match(part) is not None
        many = pattern(_MANY).search(part)
        covered = most == len(said)
        if not (lead or many is not None or covered or most > 1) or (most == 1 and len(said) > 3):
            return
        if len(best) == 1 or classes:
            yield from best
        elif many is not None:
            number = _number_in(part)
            near = self.place[best[-1]] - self.place[best[0]] < len(best)
            if number == len(best) or (number == 0 and (near or not many["many"].lower().startswith("the"))):
                yield from best


def _number_in(words: str) -> int:
    """`the three uploads` says 3; 0 when no number is said."""
    for word in pattern(r"[a-z]+|\d+").findall(words):
        value = (
            "2"
            if word.lower() in ("both", "either")
            else word
            if word.isdigit()
            else lexicon("numbers").get(word.lower(), "")
        )
        if value.isdigit() and 2 <= int(value) <= 20:
            return int(value)
    return 0


def paired(ups: Sequence[str], downs: Sequence[str], *, lanes: bool) -> list[tuple[str, str]]:
    """Each up with each down; in lanes those whose names differ from their neighbours' by the same words, if all do."""
    if lanes and 1 < len(ups) == len(downs):
        by_own = {_own_words(up, ups): up for up in ups}
        found = [(by_own[own], down) for down in downs if (own := _own_words(down, downs)) in by_own]
        if len(by_own) == len(found) == len(downs) and "" not in by_own:
            return found
    if len(ups) * len(downs) > _MOST_PAIRS:
        return []
    return [(up, down) for up in ups for down in downs if up != down]


def _own_words(name: str, beside: Sequence[str]) -> str:
    """What of the name is its own, not shared with those beside it."""
    shared = set.intersection(*(set(other.split("_")) for other in beside))
    return "_".join(word for word in name.split("_") if word not in shared)
