"""Changes a pipeline as a sentence asks: cut it into changes, recognise each, make them, say what became other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import ValidationError

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.edits.cutting import Piece, asks_nothing, ends, gives_reason, pieces, sentences_of
from airflow_llm.readers.prose.edits.revision import Recogniser, Revision
from airflow_llm.readers.prose.edits.rewiring import refuse_cycle
from airflow_llm.readers.prose.edits.tidying import clocked, tidied
from airflow_llm.readers.prose.edits.wording import clause, plain
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.difference import difference
from airflow_llm.spec.pipeline import Pipeline

_LONGEST = 4_000
_SIGNED = (
    r"(?<=[.!?,\n])\s*(?:(?:best|kind|warm)\s+)?(?:best|regards|cheers|br|greetings|thx|thanks|"
    r"thank\s+you)\s*[,!]?\s*\w+\s*\.?\s*$"
)
_POOLED = ("assumptions", "alerts", "schedule")
"""Where a later part of the text may go on with what an earlier one has begun."""
_MOST_PIECES = 60
_MOST_TRIES = 600
_HINT = (
    "say it like: run it at 7, retry load_orders 5 times, remove the Slack alert, add a check that id is "
    "unique after extract"
)


@dataclass(frozen=True)
class Change:
    """One place of the spec that the words changed; None where there was, or is, nothing."""

    words: str
    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Edited:
    """The changed pipeline, what became other and by which words, and what is worth knowing."""

    pipeline: Pipeline
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def edit(pipeline: Pipeline, text: str) -> Edited:
    """The pipeline with what the text asks for; whatever it does not speak of stays.

    InputError says what was not understood, which task is unknown or meant in two ways, what contradicts itself,
    makes a cycle, or changes nothing.
    """
    _refuse_length(text)
    plain_text = pattern(_SIGNED).sub("", normalise(text))
    if pattern(r"\s*1\.\s").match(plain_text):
        plain_text = pattern(r"(?<=\s)\d{1,2}\.\s+(?=[A-Za-z])").sub("; ", plain_text)
    said = list(sentences_of(plain_text))
    if not said:
        raise InputError(
            f"nothing is asked for in {_short(text)!r}" if text.strip() else "the text is empty", hint=_HINT
        )
    work = _Work(Revision(pipeline))
    for sentence in said:
        work.read(sentence)
    if not work.changes and not work.idle:
        raise InputError(f"nothing is asked for in {_short(text)!r}", hint=_HINT)
    if not work.changes:
        raise InputError(
            "nothing changes: the pipeline is like that already", hint="look at it with `airflow-llm show`"
        )
    return Edited(work.revision.pipeline, _net(pipeline, work), work.revision.notes)


def _refuse_length(text: str) -> None:
    if len(text) > _LONGEST:
        raise InputError(
            f"the text has {len(text):,} characters; a change takes a few sentences",
            hint="describe a whole pipeline with `airflow-llm generate`",
        )


def _net(pipeline: Pipeline, work: _Work) -> tuple[Change, ...]:
    """What is other in the end, each with the words that touched it last, in the order of the words."""
    words = {change.path: change.words for change in work.changes}
    last = work.changes[-1].words
    found = [
        Change(_words_of(one.path, words, last), one.path, one.old, one.new)
        for one in difference(pipeline, work.revision.pipeline)
    ]
    spoken = list(dict.fromkeys(change.words for change in work.changes))
    return tuple(sorted(found, key=lambda change: spoken.index(change.words)))


def _words_of(path: str, words: dict[str, str], last: str) -> str:
    """The words that changed a path, or something inside it, or what it is part of."""
    if path in words:
        return words[path]
    near = [said for other, said in words.items() if other.startswith(f"{path}.") or path.startswith(f"{other}.")]
    head = path.split(".", maxsplit=1)[0]
    return next(iter(near), next((said for other, said in words.items() if other.split(".")[0] == head), last))


_State = tuple[Revision, list[Change], list[str], str]


@dataclass
class _Work:
    """The sentence by sentence progress."""

    revision: Revision
    changes: list[Change] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    """Clauses that ask for what is so already."""
    tries: int = 0
    verb: str = ""

    def read(self, sentence: str) -> None:
        """Makes every change of the sentence, or raises what hinders the first that cannot be made."""
        parts = pieces(sentence)
        self.revision = replace(self.revision, subject=())
        if len(parts) > _MOST_PIECES:
            raise InputError(f"{_short(sentence)!r} asks for too many things at once", hint="say them in sentences")
        place = 0
        before: tuple[int, _State] | None = None
        while place < len(parts):
            state = self._state()
            try:
                following = self._step(sentence, parts, place, place + 1)
            except ContradictionError:
                raise
            except InputError:
                if before is None:
                    words = sentence[parts[place].start : parts[place].end]
                    if not gives_reason(words):
                        raise
                    self.revision = self.revision.noting(f"not read as a change: {_short(words)!r}")
                    place += 1
                    continue
                # What stands here may belong to the change before.
                following = self._longer(sentence, parts, before, place)
                place, state = before
            before, place = (place, state), following

    def _state(self) -> _State:
        return self.revision, list(self.changes), list(self.idle), self.verb

    def _longer(self, sentence: str, parts: Sequence[Piece], before: tuple[int, _State], place: int) -> int:
        """The change before once more, with the part that is not understood by itself."""
        kept = self._state()
        try:
            self.revision, self.changes, self.idle, self.verb = before[1]
            return self._step(sentence, parts, before[0], place + 1)
        except InputError as error:
            self.revision, self.changes, self.idle, self.verb = kept
            words = sentence[parts[place].start : parts[place].end]
            if gives_reason(words):
                self.revision = self.revision.noting(f"not read as a change: {_short(words)!r}")
                return place + 1
            # What is said about the part alone tells more than what is said about both.
            self._step(sentence, parts, place, place + 1)
            raise error from None

    def _step(self, sentence: str, parts: Sequence[Piece], first: int, least: int) -> int:
        """Makes the change that begins with a part and has at least the others; where the next one begins."""
        hindrance: InputError | None = None
        for last in [end for end in ends(parts, first) if end >= least]:
            words = sentence[parts[first].start : parts[last - 1].end]
            if asks_nothing(words):
                return last
            self.tries += 1
            if self.tries > _MOST_TRIES:
                break
            try:
                if self._made(words):
                    return last
            except ContradictionError:
                raise
            except InputError as error:
                hindrance = hindrance or error
        words = sentence[parts[first].start : parts[first].end]
        raise hindrance or InputError(f"it is not understood what {_short(words)!r} is to change", hint=_HINT)

    def _made(self, words: str) -> bool:
        hindrance: InputError | None = None
        plainly = pattern(r"\s*(?:->|→|=>)\s*").sub(" to ", words)
        for spoken in dict.fromkeys([words, plainly, f"{self.verb} {words}".strip()]):
            try:
                made = _recognised(clause(spoken), self.revision)
            except ContradictionError:
                raise
            except InputError as error:
                hindrance = hindrance or error
                continue
            if made is not None:
                self._take(words, made)
                self.verb = plain(spoken).split()[0]
                return True
        if hindrance is not None:
            raise hindrance
        return False

    def _take(self, words: str, made: Revision) -> None:
        before = self.revision.pipeline
        for assumed in clocked(before, made.pipeline):
            made = made.assuming(*assumed)
        after = made.checked()
        refuse_cycle(after.pipeline)
        after = replace(after, pipeline=tidied(before, after.pipeline, after.settled), settled=frozenset())
        found = [
            Change(" ".join(words.split()), one.path, one.old, one.new) for one in difference(before, after.pipeline)
        ]
        self._refuse_twice(found)
        self.changes += found
        if not found:
            self.idle.append(words)
        self.revision = after

    def _refuse_twice(self, found: Sequence[Change]) -> None:
        """Two parts of one text that set the same place to different values contradict each other."""
        known = {change.path: change for change in self.changes}
        for change in found:
            before = known.get(change.path)
            plain_value = not isinstance(change.new, (list, dict)) and not isinstance(change.old, (list, dict))
            listed = change.path.split(".")[0] in _POOLED
            if (
                before is not None
                and plain_value
                and not listed
                and before.new != change.new
                and before.words != change.words
            ):
                raise ContradictionError(
                    f"{_short(before.words)!r} and {_short(change.words)!r} contradict each other about {change.path}",
                    hint="say it once",
                )


def _recognised(said: Any, revision: Revision) -> Revision | None:
    hindrance: InputError | None = None
    for recogniser in _recognisers():
        try:
            made = recogniser(said, revision)
        except ContradictionError:
            raise
        except InputError as error:
            hindrance = hindrance or error
            continue
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            hindrance = hindrance or InputError(f"{_short(said.text)!r} cannot be: {reason}", hint=_HINT)
            continue
        if made is not None:
            return made
    if hindrance is not None:
        raise hindrance
    return None


@cache
def _recognisers() -> tuple[Recogniser, ...]:
    """Who is asked for a clause, in order."""
    from airflow_llm.readers.prose.edits import (
        adding,
        alerting,
        conditions,
        labels,
        loading,
        order,
        places,
        policies,
        quality,
        removing,
        renaming,
        settings,
        systems,
        when,
    )

    return (
        labels.label_changed,
        settings.setting_changed,
        renaming.renamed,
        alerting.alert_changed,
        quality.action_changed,
        quality.rule_removed,
        quality.rule_added,
        loading.mode_changed,
        systems.system_changed,
        places.place_changed,
        order.made_parallel,
        order.made_sequential,
        conditions.trigger_rule_changed,
        order.reordered,
        conditions.condition_changed,
        when.schedule_changed,
        policies.policy_changed,
        removing.removed,
        adding.added,
    )


def _short(words: str) -> str:
    said = " ".join(words.split())
    return said if len(said) <= 80 else said[:79] + "…"
