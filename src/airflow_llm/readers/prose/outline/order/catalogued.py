"""A description that declares its tasks one by one, as a document: each task with its own words and what it follows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.mentions.drawings import ARROW, drawn, trees
from airflow_llm.readers.prose.outline.mentions.matching import Mentions, Named, paired
from airflow_llm.readers.prose.outline.order.handed_over import handed_over
from airflow_llm.readers.prose.outline.order.telling import Teller, Told
from airflow_llm.readers.prose.outline.sentences import sentences_of, speaks_of_all, together
from airflow_llm.readers.prose.outline.tasks.catalogue import Catalogue, Entry, Section
from airflow_llm.readers.prose.outline.tasks.families import at_the_ends
from airflow_llm.readers.prose.spellings import lexicon, pattern

BRANCH = r"\bBranch\w*Operator|@task\.branch|\bbranch(?:ing)?\s+operator\b"
_CHOOSES = r"\b(?:chooses?|selects?|picks?|returns?|routes?|goes|sends?|branches|decides)\b"
_APART = (
    r"\b(?:independent(?:ly)?|concurrently|in\s+parallel|simultaneously|side\s+by\s+side|at\s+the\s+same\s+time|"
    r"(?:no|without)\s+(?:any\s+)?(?:arrow|order|edge|dependenc\w+)\s+(?:between|among))\b|"
    r"\bnot\s+(?:depend|wait)\b[^.;]{0,20}\b(?:each|one\s+an)\s?other\b"
)
_JOINS = (
    r"\bnone_failed_min_one_success\b|\bwhichever\b|\b(?:joins?|merges?|unites?|reunites?|brings?)\b[^.;]{0,40}"
    r"\b(?:again|together|branches|paths|arms|alternatives|routes|lanes|ways|both|two|three)\b|"
    r"\b(?:branches|paths|arms|alternatives|routes|lanes)\s+(?:meet|join|come\s+together|converge)"
)
_ALPHABETICAL = (
    r"\balphabet\w*|\border\s+of\s+(?:their|the)\s+names?\b|\bby\s+name\b|"
    r"\bin\s+no\s+(?:particular|special)\s+order\b|\bsorted\s+by\b"
)
_PARALLEL = r"\b(?:parallel|concurrent(?:ly)?|simultaneous(?:ly)?|side\s+by\s+side|fan-?out)\b"
_ALIAS = r"\bis\s+(?:the|a|an)\s+(?:\w+\s+)?(\w+)\b(?!\s+of)"
_FEWEST, _MOSTLY = 4, 0.7
_IN_LANES = (
    r"\b(?:with)?in(?:side)?\s+(?:a|each|every|one|the\s+same)\s+\w+\b[^.]{0,80}"
    r"\b(?:follow|after|in\s+(?:the|this|that)\s+order|sequen\w+)"
)
_LONGEST_LABEL, _WIDEST, _RECENT = 40, 200, 20
_FAILURE = r"\bone_failed\b|\ball_failed\b"


class Catalogued:
    """What a catalogue says of its tasks, put in order."""

    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self.text, self.catalogue = text, catalogue
        self.entries = catalogue.entries
        self.ids = [entry.id for entry in self.entries]
        self.mentions = Mentions(
            (Named(entry.id, entry.title, entry.number, _alias(entry)) for entry in self.entries),
            {name: family.ids for name, family in catalogue.families.items()},
        )
        self.told = Told()
        self.teller = Teller(self.mentions, self.told)
        self.guessed: set[tuple[str, str]] = set()
        self.meets: dict[str, list[set[str]]] = {}
        self.stages: dict[int, int] = {}
        self.heads: dict[int, list[int]] = {}
        for at, entry in enumerate(self.entries):
            self.stages.setdefault(entry.stage, at)
            self.heads.setdefault(entry.row.start, []).append(at)
        self.placed: dict[str, list[str]] = {}
        by_name = len(self.ids) > _FEWEST and self.ids == sorted(self.ids)
        self.sorted = by_name or pattern(_ALPHABETICAL).search(text) is not None
        self.teller.listed = not self.sorted

    def read(self) -> None:
        """Reads every row for what it says of the order."""
        for up, down in self.catalogue.routes:
            self.told.add("route", [(up, down)] if up in self.ids and down in self.ids else [])
        for rows, entries in self._shared():
            self._entry(rows, entries)
        self.told.add("input", handed_over(self.entries))
        for family in self.catalogue.families.values():
            for sentence in sentences_of(family.words):
                self._apart(sentence, family.ids)
                self.teller.tell(sentence, family.ids, "own")
        for section in self.catalogue.sections:
            self._section(section)

    def _apart(self, words: str, ids: Sequence[str]) -> None:
        """`The two are independent of each other`: they begin at the same time."""
        if len(ids) > 1 and pattern(_APART).search(words) is not None:
            self.told.beside += [(one, ids[0]) for one in ids[1:]]

    def _shared(self) -> Iterator[tuple[list[Line], list[Entry]]]:
        """The tasks of one head, with their rows."""
        groups: dict[int, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(entry.row.start, []).append(entry)
        for entries in groups.values():
            yield [entries[0].row, *entries[0].body], entries

    def _entry(self, rows: list[Line], entries: list[Entry]) -> None:
        tasks = [entry.id for entry in entries]
        first = self.heads[entries[0].row.start][0]
        self.teller.recent = self.ids[max(self.stages[entries[0].stage], first - _RECENT) : first]
        for kind, value in entries[0].cells.items():
            if kind in ("upstream", "downstream"):
                self.teller.label(value, tasks, down=kind == "downstream")
        for at, row in enumerate(rows):
            kind = row.kind if at else ""
            if kind in ("upstream", "downstream") and row.label is not None:
                self.teller.label(row.label[1], tasks, down=kind == "downstream")
            elif edges := drawn(row.words, self.mentions, tasks):
                self.told.add("route", edges)
            elif at or not row.words.startswith("|"):
                self._sentences(row.words, tasks, kind)
        if pattern(BRANCH).search(entries[0].words) is not None:
            said = self.told.ups(tasks[0], "label", "down", "own")
            hits = [one for row in rows for hit in self.mentions.strong(row.words) for one in hit.ids]
            chosen = {one for row in rows for one in self._chosen(row.words)} - {*tasks}
            self.told.forget([(one, tasks[0]) for one in chosen])
            taken = [one for one in dict.fromkeys(hits) if one not in tasks and (one not in said or one in chosen)]
            self.told.add("route", [(tasks[0], one) for one in taken] if len(taken) > 1 else [])

    def _chosen(self, words: str) -> list[str]:
        """What stands behind the word that says that a branch chooses."""
        found = pattern(_CHOOSES).search(words)
        hits = self.mentions.strong(words[found.end() :]) if found is not None else []
        return [one for hit in hits for one in hit.ids]

    def _sentences(self, words: str, tasks: list[str], kind: str) -> None:
        for sentence in sentences_of(words):
            label = pattern(r"([A-Za-z][A-Za-z ]{2,24}?)\s*:\s*(\S.*?)\.?").fullmatch(sentence)
            named = lexicon("outline_labels").get(label[1].lower(), "") if label is not None else ""
            if label is not None and named in ("upstream", "downstream"):
                self.teller.label(label[2], tasks, down=named == "downstream")
                continue
            self.teller.tell(sentence, tasks, "own")
            hits = [one for hit in self.mentions.strong(sentence) for one in hit.ids if one not in tasks]
            if kind == "input" and not hits:
                read = self.mentions.loose(sentence.partition(":")[2], tasks)
                self.told.add("hint", paired(read, tasks, lanes=True) if len(read) == 1 else [])
            if kind == "input" or not any(one in self.told.partners.get(task, ()) for task in tasks for one in hits):
                for one in hits:
                    self.told.add("input" if kind == "input" else "near", [(one, task) for task in tasks])
            self.teller.recent += hits

    def _section(self, section: Section) -> None:
        kind = section.kind
        if kind == "aside":
            return
        self.told.add("drawn", trees(section.rows, self.mentions))
        members = [entry.id for entry in section.members]
        self._lanes(section)
        above: Line | None = None
        for row in section.rows:
            start = self._over(above, row) if above is not None else []
            above = row
            if edges := drawn(row.words, self.mentions, start):
                self.told.add("drawn", edges)
            elif members and speaks_of_all(row.words):
                end = bisect_left(section.members, row.start, key=lambda entry: entry.row.start)
                before = [entry.id for entry in section.members[max(0, end - _WIDEST) : end]]
                for sentence in sentences_of(row.words):
                    meant = together(sentence, before, self.mentions) if speaks_of_all(sentence) else before
                    self._apart(sentence, meant or before)
                    self.teller.tell(sentence, meant or before, "own")
            else:
                self.teller.topic = ()
                for sentence in sentences_of(row.words):
                    self.teller.tell(sentence, (), "wiring", free=kind == "wiring")

    def _lanes(self, section: Section) -> None:
        """`North: a, b, c` and `East: d, e, f` where the text says that the tasks of a lane follow one another."""
        if pattern(_IN_LANES).search("\n".join(row.words for row in section.rows)) is None:
            return
        lanes = [hit_ids for row in section.rows if len(hit_ids := self._listed(row.words)) > 1]
        if len(lanes) < 2 or len({len(lane) for lane in lanes}) != 1:
            return
        for lane in lanes:
            self.told.add("drawn", list(pairwise(lane)))
        self.told.alike += list(zip(*lanes, strict=True))

    def _listed(self, words: str) -> tuple[str, ...]:
        label, colon, rest = words.partition(":")
        groups = self.mentions.groups(rest, self.mentions.strong(rest)) if colon and len(label) < _LONGEST_LABEL else []
        return groups[0].ids if len(groups) == 1 else ()

    def _over(self, above: Line, row: Line) -> list[str]:
        """The task from which a row that begins with an arrow goes on: the last one that ends left of it above."""
        if pattern(ARROW).match(row.words) is None:
            return []
        hits = self.mentions.strong(above.words, bare=True)
        left = [hit for hit in hits if above.indent + hit.end <= row.indent + 1]
        return list(left[-1].ids) if left else []

    def order(self) -> dict[str, list[str]]:
        """The tasks right before each."""
        told, below = self.told, _Below()
        ups: dict[str, list[str]] = {one: [] for one in self.ids}
        covered = {one for edge in told.edges.get("drawn", ()) for one in edge}
        whole = len(covered) >= 0.8 * len(self.ids) and len(self.ids) > 1
        labelled = bool(told.settled)
        for task in self.ids:
            found = self._said(task, whole=whole and not (labelled and task in told.settled))
            for up in found:
                if up in ups and below.add(up, task):
                    ups[task].append(up)
        self._rest(ups, below, covered if whole else set())
        at_the_ends(ups, self.catalogue.families)
        return ups

    def _said(self, task: str, *, whole: bool) -> list[str]:
        told = self.told
        if whole:
            return told.ups(task, "drawn", "route", "down")
        if task in told.settled:
            return told.ups(task, "label", "down", "route", "drawn")
        if task in self.told.roots:
            return []
        for kinds in (("down", "route", "drawn", "wiring", "own"), ("input",), ("loose",), ("hint",)):
            found = told.ups(task, *kinds)
            if found:
                return found
        if task in self.beside:
            return []
        return [up for up in told.ups(task, "near") if task not in told.ups(up, "route", "down", "drawn", "own")]

    @cached_property
    def beside(self) -> dict[str, str]:
        """For tasks that are said to stand beside another (or beside the one before them): that one."""
        found: dict[str, str] = {}
        place = {one: at for at, one in enumerate(self.ids)}
        for one, other in self.told.beside:
            at = place[one]
            beside = other or (self.ids[at - 1] if at else "")
            if beside and beside != one and found.get(beside) != one:
                found.setdefault(one, beside)
        return found

    def _rest(self, ups: dict[str, list[str]], below: _Below, covered: set[str]) -> None:
        """Tasks of which nothing is said: behind the one before them in the list, or before or behind all others."""
        self.placed = ups
        self._meeting(ups)
        root = next(iter(self.told.roots)) if len(self.told.roots) == 1 else ""
        forward = len(self.told.forward) >= _MOSTLY * len(self.ids)
        beside = self.beside
        alike = {one: group[0] for group in reversed(self.told.alike) for one in group[1:]}
        for at, entry in enumerate(self.entries):
            task = entry.id
            if ups[task] or task in covered or task in self.told.settled or task in self.told.roots:
                continue
            if forward:
                continue
            if task in beside and beside[task] != self.ids[at]:
                found = list(ups[beside[task]])
            elif task in self.told.finals:
                found = [one for one in self.ids if one != task and not below.downs.get(one)]
            elif ups.get(alike.get(task, "")):
                found = ups[alike[task]]
            elif self.sorted or at == 0:
                found = [root] if root else []
            else:
                found = self._lane(entry, self._before(at, below))
            for up in found:
                if below.add(up, task):
                    ups[task].append(up)
                    self.guessed.add((up, task))

    def _meeting(self, ups: dict[str, list[str]]) -> None:
        """Remembers which tasks are said to meet in another: none of them follows another of them."""
        for met in [set(found) for found in ups.values() if len(found) > 1]:
            for one in met:
                self.meets.setdefault(one, []).append(met)

    def _lane(self, entry: Entry, ups: list[str]) -> list[str]:
        """Of the tasks of the head before, the one that belongs to the same lane."""
        own = [self.ids[at] for at in self.heads[entry.row.start]]
        return [up for up, down in paired(ups, own, lanes=True) if down == entry.id] if len(own) > 1 else ups

    def _before(self, at: int, below: _Below) -> list[str]:
        entry = self.entries[at]
        first = self.stages[entry.stage]
        if first < at and pattern(_PARALLEL).search(self.catalogue.sections[entry.stage - 1].title):
            return self._before(first, below) if first else []
        first = self.heads[entry.row.start][0]
        if first < at:
            return self._before(first, below) if first else []
        beside = {one for found in self.meets.get(entry.id, ()) for one in found}
        last = self.entries[at - 1]
        if pattern(_JOINS).search(entry.words) and len(ends := self._arms(at)) > 1:
            return ends
        if last.id in beside and not self.told.ups(last.id, "route"):
            return self.placed.get(last.id, [])
        before = next((self.entries[one] for one in range(at - 1, -1, -1) if self.ids[one] not in beside), None)
        shared = [self.entries[one] for one in self.heads[before.row.start]] if before is not None else []
        return [one.id for one in shared if one.id not in beside and not pattern(_FAILURE).search(one.words)]

    def _arms(self, at: int) -> list[str]:
        """The ends of all that goes out from where the tasks listed before a place last parted."""
        downs: dict[str, list[str]] = {}
        listed = self.ids[max(0, at - _WIDEST) : at]
        for one in listed:
            for up in self.placed[one]:
                downs.setdefault(up, []).append(one)
        fork = self.ids[at - 1]
        while len(downs.get(fork, ())) < 2:
            if len(self.placed[fork]) != 1:
                return []
            fork = self.placed[fork][0]
        below, stack = dict[str, None](), [fork]
        while stack:
            for one in downs.get(stack.pop(), ()):
                if one not in below:
                    below[one] = None
                    stack.append(one)
        return [one for one in listed if one in below and one not in downs]


class _Below:
    """What comes behind each task, so that no edge closes a ring."""

    def __init__(self) -> None:
        self.downs: dict[str, list[str]] = {}

    def add(self, up: str, down: str) -> bool:
        """Whether the edge can be added, which is done then."""
        stack, seen = [down], {down}
        while stack:
            here = stack.pop()
            if here == up:
                return False
            for one in self.downs.get(here, ()):
                if one not in seen:
                    seen.add(one)
                    stack.append(one)
        self.downs.setdefault(up, []).append(down)
        return True


def _alias(entry: Entry) -> str:
    """What the head's own words call the task: `is the barrier`."""
    words = entry.row.words[:200]
    return " ".join(pattern(_ALIAS).findall(words[:120]))
