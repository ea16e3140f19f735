"""From marked words to drafts that are linked: what the grammar finds in the words, under the network's graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, system_of
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import kind_of
from airflow_llm.readers.prose.lexicon import Verb
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.mapping import each_of
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.recognising.recognition import UNKNOWN, Recognition
from airflow_llm.readers.prose.sentences import sentences
from airflow_llm.readers.prose.tagger.decode import Marked
from airflow_llm.readers.prose.tagger.kinds import step_kind

_EACH = re.compile(
    r"\b(?:for\s+each|for\s+every|for\s+all|each|every|per)\s+(?:of\s+)?(?:the\s+|our\s+)?(?:\d+\s+)?([a-z]\w+)", re.I
)
_IF = re.compile(
    r"\b(if|when|whenever|unless|in\s+case|once|where|provided(?:\s+that)?|as\s+long\s+as)\b(.*)$", re.I | re.S
)
_ONLY = re.compile(r"^\W*(?:(?:but\s+)?only\s+)?", re.I)
_ELSE = re.compile(r"\b(?:otherwise|else|if\s+not|in\s+the\s+other\s+case|all\s+others?|the\s+rest)\b", re.I)
_ENDS = frozenset({"if", "unless", "when", "after", "before", "while", "then", "otherwise", "meanwhile"})
_JOINING = frozenset({",", "and", "&", "+", "or", "then", "-", ":", "(", ")", "but", "finally", "also"})
_LOOSE = " ,:;()-\u2013>\u2192=\n"
_CHOOSING = Verb("decide", "pick", "base")


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
    for number, (task, region) in enumerate(zip(said.tasks, regions, strict=True)):
        before = recognition.drafts[-1] if recognition.drafts else None
        draft = _draft(number, task, region, before, source)
        recognition.drafts.append(draft)
        recognition.units.append(Unit(draft.clause, draft.phrase, "task", [draft]))
    for up, down in said.edges:
        recognition.drafts[down].ups.add(up)
    _place_choices(said, recognition.drafts, source)
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


def _draft(number: int, task: TaskSaid, clause: Clause, before: Draft | None, source: str) -> Draft:
    phrase = parse(clause)
    if phrase.verb is None:
        phrase = Phrase("nominal", None, 0, [], list(clause.tokens))
        listed = before is not None and before.clause.sentence == clause.sentence and before.verb.base
        verb = before.verb if listed and before is not None else UNKNOWN
    else:
        verb = phrase.verb
    kind = step_kind(task.kind, kind_of(phrase) if phrase.verb else "", verb.group)
    objects = list(phrase.objects or phrase.subject)
    draft = Draft(number, verb, kind, objects, phrase, clause)
    if phrase.verb is None and before is not None and verb is before.verb:
        draft.hints = [token for token in before.mentioned() if token.system or system_of(token)]
    if task.mapped:
        name, items, _ = each_of(clause, phrase, kind)
        draft.each, draft.items = name or _each_before(source, task.mark), items
    draft.rule = None if task.rule == "all_success" else task.rule
    draft.certainty = task.sure
    return draft


def _each_before(source: str, mark: Marked) -> str:
    """What a mapped task goes over: the nearest `each x` or `per x` around its words."""
    around = source[max(0, mark.start - 200) : mark.end + 80]
    names = [match.group(1).lower() for match in _EACH.finditer(around)]
    return names[-1].rstrip("s") if names else "item"


def _place_choices(said: GraphSaid, drafts: list[Draft], source: str) -> None:
    groups: dict[frozenset[int], list[int]] = {}
    for number, task in enumerate(said.tasks):
        if task.conditional:
            groups.setdefault(frozenset(drafts[number].ups), []).append(number)
    for ups, members in groups.items():
        choice = _choice(drafts, ups, members)
        arms: dict[str, list[int]] = {}
        for number in members:
            arms.setdefault(_condition_words(said, number, source), []).append(number)
            drafts[number].ups = {choice.number}
        if set(arms) == {""}:  # an otherwise without its if
            first = said.tasks[members[0]].mark
            arms = {f"{source[first.start : first.end]} is needed": members}
        choice.arms = [
            *((words, held) for words, held in arms.items() if words),
            *([("", arms[""])] if "" in arms else []),
        ]
    for draft in drafts:
        if draft.kind == "choose" and not any(words for words, _ in draft.arms):
            draft.kind, draft.arms = "validate", []


def _choice(drafts: list[Draft], ups: frozenset[int], members: list[int]) -> Draft:
    if len(ups) == 1 and drafts[next(iter(ups))].kind == "choose":
        return drafts[next(iter(ups))]
    first = drafts[members[0]]
    choice = Draft(len(drafts), _CHOOSING, "choose", list(first.objects), Phrase(), first.clause)
    choice.ups = set(ups)
    drafts.append(choice)
    return choice


def _condition_words(said: GraphSaid, number: int, source: str) -> str:
    """The words on which a task depends; empty for what is done otherwise."""
    mark = said.tasks[number].mark
    last = said.tasks[number - 1].mark.end if number else 0
    following = said.tasks[number + 1].mark.start if number + 1 < len(said.tasks) else len(source)
    before, after = source[last : mark.start], source[mark.end : following]
    if _ELSE.search(before):
        return ""
    stated = _IF.search(re.split(r"[.;\n]", before)[-1])
    asked = re.search(r"([^.?;\n]{2,120})\?\W*$", before)
    trailing = _IF.match(_ONLY.sub("", re.split(r"[.;\n]", after)[0]))
    for found in (stated, trailing):
        if found is not None:
            words = found.group(2).strip(_LOOSE)
            if words:
                return f"not ({words})" if found.group(1).lower() == "unless" else words
    if asked is not None:
        return asked.group(1).strip()
    told = re.split(r"[.;\n]", before)[-1].strip(_LOOSE)
    return told or f"{source[mark.start : mark.end]} is needed"
