"""From marked words to drafts that are linked: what the grammar finds in the words, under the network's graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, system_of
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import kind_of
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.mapping import GROUPING, ItemList, each_of, listed_in
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.recognising.recognition import UNKNOWN, Recognition
from airflow_llm.readers.prose.sentences import sentences
from airflow_llm.readers.prose.tagger.choices import place_choices
from airflow_llm.readers.prose.tagger.decode import Marked
from airflow_llm.readers.prose.tagger.kinds import step_kind
from airflow_llm.readers.prose.tagger.mapped import item_of
from airflow_llm.readers.prose.tagger.one_for_each import split_each
from airflow_llm.readers.prose.tagger.rules import place_rules

_ENDS = frozenset({"if", "unless", "when", "after", "before", "while", "then", "otherwise", "meanwhile"})
_OPENING = frozenset({"if", "unless", "when", "once", "after", "before", "until", "while", "because", "whenever"})
_JOINING = frozenset({",", "and", "&", "+", "or", "then", "-", ":", "(", ")", "but", "finally", "also"})


@dataclass(frozen=True, slots=True)
class TaskSaid:
    """A task as the network says it; `kind` is one of the corpus' kinds."""

    mark: Marked
    kind: str
    conditional: bool
    mapped: bool
    rule: str
    sure: float
    chances: tuple[tuple[str, float], ...] = ()
    """How likely each thing is that it says: that it is a task, its kind, that it hangs on a condition."""


@dataclass(frozen=True, slots=True)
class GraphSaid:
    """The tasks in the order of the text, and the edges between their numbers."""

    tasks: tuple[TaskSaid, ...]
    others: tuple[Marked, ...]
    edges: frozenset[tuple[int, int]]
    sure: float
    error: float
    """How likely the text asks for nothing that can be built."""
    before: tuple[tuple[float, ...], ...] = ()
    """For each pair of tasks how likely the first comes before the second."""


def linked_by(said: GraphSaid, source: str, tokens: Sequence[Token]) -> tuple[Recognition, Linked]:
    """The drafts of the tasks with their upstreams; tasks with a condition stand behind a choice."""
    recognition = Recognition()
    regions = _regions(said, tokens)
    lists = [listed_in(sentence.tokens) for sentence in sentences(tokens)]
    for number, region in enumerate(regions):
        before = recognition.drafts[-1] if recognition.drafts else None
        draft = _draft(number, said, region, before)
        _map(draft, said, source, lists)
        recognition.drafts.append(draft)
        recognition.units.append(Unit(draft.clause, draft.phrase, "task", [draft]))
    for up, down in said.edges:
        recognition.drafts[down].ups.add(up)
    place_choices(said, recognition.drafts, source)
    split_each(said, recognition.drafts, source)
    place_rules(said, recognition.drafts, source)
    return recognition, Linked(recognition.drafts)


def _regions(said: GraphSaid, tokens: Sequence[Token]) -> list[Clause]:
    """For each task the tokens from its first word to the next task or the end of the sentence."""
    found = [Clause([], 0) for _ in said.tasks]
    for number, sentence in enumerate(sentences(tokens)):
        own = -1
        for token in sentence.tokens:
            inside = [
                n for n, task in enumerate(said.tasks) if task.mark.start < token.end and token.start < task.mark.end
            ]
            if inside:
                own = inside[-1]
            if own < 0 or _elsewhere(token, said):
                continue
            mark = said.tasks[own].mark
            if token.start >= mark.end and (token.marker in _ENDS or (token.tag == "punct" and token.raw in ".;!?")):
                own = -1
                continue
            if not token.masked or inside:
                found[own].tokens.append(token)
                found[own].sentence = number
    for clause in found:
        while clause.tokens and (clause.tokens[-1].norm in _JOINING or clause.tokens[-1].tag == "arrow"):
            clause.tokens.pop()
    return found


def _elsewhere(token: Token, said: GraphSaid) -> bool:
    return any(mark.start < token.end and token.start < mark.end for mark in said.others)


def _own(objects: list[Token], clause: Clause) -> list[Token]:
    """The objects without the words of a clause that says when or why (`merge them when both lines ended`)."""
    first = objects[0].start if objects else 0
    opened = (token.start for token in clause.tokens if token.norm in _OPENING and token.start > first)
    end = next(opened, None)
    return objects if end is None else [token for token in objects if token.start < end]


def _draft(number: int, said: GraphSaid, clause: Clause, before: Draft | None) -> Draft:
    task = said.tasks[number]
    phrase = parse(clause)
    if phrase.verb is None:
        phrase = Phrase("nominal", None, 0, [], list(clause.tokens))
        listed = before is not None and before.clause.sentence == clause.sentence and before.verb.base
        verb = before.verb if listed and before is not None else UNKNOWN
    else:
        verb = phrase.verb
    kind = step_kind(task.kind, kind_of(phrase) if phrase.verb else "", verb.group)
    objects = _own(list(phrase.objects or phrase.subject), clause)
    draft = Draft(number, verb, kind, objects, phrase, clause)
    if phrase.verb is None and before is not None and verb is before.verb:
        draft.hints = [token for token in before.mentioned() if token.system or system_of(token)]
    draft.rule = None if task.rule == "all_success" else task.rule
    draft.certainty = task.sure
    return draft


def _map(draft: Draft, said: GraphSaid, source: str, lists: list[list[ItemList]]) -> None:
    """What the task runs for each of; the list at the head of a sentence holds up to what brings its results together.

    Such a list is taken out of `lists`. A wait is for all of them: Airflow cannot run a sensor for each.
    """
    if draft.kind == "wait":
        return
    mark = said.tasks[draft.number].mark
    own = lists[draft.clause.sentence] if draft.clause.tokens else []
    governing = next((held for held in reversed(own) if held.start < mark.end), None)
    heading = governing.name if governing is not None and governing.leads and governing.start < mark.start else ""
    item = item_of(said.tasks, draft.number, source, heading)
    if heading and (not item or draft.verb.group in GROUPING):
        own.clear()
        return
    if not item:
        return
    name, items, _ = each_of(draft.clause, draft.phrase, draft.kind)
    draft.each, draft.items = name or item, items
    everywhere = [held for sentence in lists for held in sentence if held.name == draft.each]
    listed = governing or next(iter(everywhere), None)
    if not items and listed is not None:
        draft.each, draft.items = listed.name, listed.items
