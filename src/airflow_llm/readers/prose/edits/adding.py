"""Adding tasks: `add a step that … after x`, `before the load check that …`, `also extract products from MySQL`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.drafts import identifier
from airflow_llm.readers.prose.edits.making import Made, make_steps, read_steps
from airflow_llm.readers.prose.edits.placing import Place, placed, positions, unsaid, with_place
from airflow_llm.readers.prose.edits.revision import Revision, validated
from airflow_llm.readers.prose.edits.rewiring import detached
from airflow_llm.readers.prose.edits.wording import Clause, one_of, plain, unquoted, words_in
from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.spellings import lexicon, pattern

_ADD = rf"(?:{one_of('add')}|there\s+(?:should|must|has\s+to)\s+be)"
_ARTICLES = r"(?:(?:an?|one|another|the|some|new|extra|further|additional|more|also|single|simple|quick)\s+)*"
_STEP = r"(?:\w+\s+)?(?:step|task|job|operator|node)"
_JUST = r"(?P<just>right|directly|immediately|just|straight|only)?\s*"
_RELATIONS = {
    "after": r"after(?:wards)?|behind|following|once|as\s+soon\s+as|when",
    "before": r"before|in\s+front\s+of|ahead\s+of|prior\s+to",
    "between": r"between|in\s+between",
    "beside": (
        r"in\s+parallel\s+(?:with|to)|parallel\s+(?:with|to)|next\s+to|alongside|beside|"
        r"at\s+the\s+same\s+time\s+as"
    ),
}
_FIRST = (
    r"before\s+(?:anything|everything|all)(?:\s+else)?|"
    r"at\s+the\s+(?:very\s+)?(?:start|beginning)|as\s+(?:the\s+|a\s+)?(?:very\s+)?first\s+(?:step|task|thing)|"
    r"in\s+the\s+beginning|to\s+begin\s+with|first(?:\s+of\s+all)?"
)
_LAST = (
    r"at\s+the\s+(?:very\s+)?end(?:\s+of\s+(?:the\s+|it\s+)?(?:pipeline|dag|all|everything|it)?)?|"
    r"in\s+the\s+end|as\s+(?:the\s+|a\s+)?(?:very\s+)?(?:last|final)\s+(?:step|task|thing)|finally|at\s+last|"
    r"when\s+(?:everything|all)\s+is\s+(?:done|through|finished)|after\s+(?:everything|all)(?:\s+else)?"
)
_DONE = (
    r"\s+(?:is|are|has|have|was)?\s*(?:been\s+)?(?:done|finished|complete[d]?|through|over|ready|loaded|"
    r"finishes)\s*$"
)
_NAMED = (
    r"\s*,?\s*\b(?:called|named|with\s+the\s+(?:name|id)|name(?:d)?\s*[:=])\s+(?P<name>\"[^\"]+\"|'[^']+'|"
    r"`[^`]+`|[A-Za-z][\w-]*)"
)
_THAT = (
    rf"^{_ARTICLES}(?:{_STEP}\s*(?:that|which|to|who|where\s+(?:we|it)|:|for|in\s+which\s+we)?\s+(?:should\s+|"
    r"shall\s+|must\s+|will\s+|we\s+)?)(?=\S)"
)
_EXCHANGED = r"(?:replace|swap|exchange|substitute)\s+(?P<old>.+?)\s+(?:by|with|for)\s+(?P<new>.+)"
_ALERT = (
    rf"{_ADD}\s+(?:an?\s+|the\s+|some\s+|another\s+)?(?:\w+\s+)?(?:alert|alarm)(?:s|ing)?(?:\s+(?:on|for|"
    r"in\s+case\s+of)\b.*)?"
)
_AWAITED = (
    r"(?:make\s+|let\s+|have\s+)?(?P<late>\S.*?)\s+(?:should\s+|must\s+|shall\s+|has\s+to\s+|have\s+to\s+|"
    r"needs\s+to\s+)?(?:also\s+|first\s+)?"
    r"waits?\s+(?:for|until)\s+(?P<thing>.*(?:\w/\w|\.\w+\b|\bdag\b|\bfile\b|\btable\b).*)"
)
_ON_DATA = (
    r"(?:delete|remove|purge|clear|drop)\s+(?:all\s+|the\s+|old\s+)*(?:rows|records|files|duplicates?|"
    r"partitions|data)\b"
)
_EARLIEST = r"(?:at\s+)?(?:first|before\s+.*|after\s+.*|then|also|we|it|please|once\s+.*|when\s+.*|between\s+.*)"
_IMPLIED = (
    r"\W*(?:and\s+|please\s+)*(?:also|additionally|furthermore|moreover|besides|then|finally|lastly|in\s+addition)\b.*"
    r"|.*\b(?:also|too|as\s+well)\W*"
)
_REFUSED = (
    rf"(?:{one_of('remove')}|rename|move|retry|set|change|switch|replace|swap|disable|enable|increase|decrease|"
    r"reduce|raise|lower|turn|make|schedule|use)\b"
)


def added(clause: Clause, revision: Revision) -> Revision | None:
    """The pipeline with the tasks that the clause asks for, at the place that it names."""
    text = clause.text
    exchanged = pattern(_EXCHANGED).fullmatch(text)
    if exchanged is not None:
        return _in_place_of(exchanged["old"], exchanged["new"], revision, text)
    awaited = pattern(_AWAITED).fullmatch(text)
    if awaited is not None and not pattern(_EARLIEST).fullmatch(awaited["late"]):
        return _awaiting(awaited["late"], awaited["thing"], revision, text)
    if (pattern(_REFUSED).match(text) and not pattern(_ON_DATA).match(text)) or pattern(_ALERT).fullmatch(text):
        return None
    explicit = pattern(rf"(?:.*?,\s*)?{_ADD}\b").match(text) is not None
    for words, relation, references in _splits(text):
        place = _place(relation, references, revision)
        if place is not None:
            return _added(words, place, revision, said=text, explicit=explicit)
    checks = pattern(r"(?:check|validate|verify|assert|test)\b").match(text) is not None
    if not explicit and not checks and not pattern(_IMPLIED).fullmatch(clause.said):
        return None
    if not explicit and _known(text, revision):
        return None
    return _added(text, None, revision, said=text, explicit=explicit)


def _awaiting(late: str, thing: str, revision: Revision, said: str) -> Revision | None:
    """`the load must wait for s3://flags/ready`: a sensor in front of the load."""
    if _known(thing, revision) or late.lower() in ("we", "it", "i"):
        return None
    place = placed("before", revision.tasks(late), (), revision)
    alone = Place((), place.before) if all(step.kind == "extract" for step in revision.steps(place.before)) else place
    return _added(f"wait for {thing}", alone, revision, said=said, explicit=True)


def _in_place_of(old: str, new: str, revision: Revision, said: str) -> Revision | None:
    """`replace the cleaning by a deduplication`: the new task right behind the old one, which then goes."""
    gone = revision.task(old)
    made = _added(new, placed("right after", (gone,), (), revision), revision, said=said, explicit=True)
    if made is None:
        return None
    return made.whole(steps=detached(made.pipeline, gone).steps)


def _known(words: str, revision: Revision) -> bool:
    """Whether the words name a task that is there: then no new one is asked for."""
    return bool({word.strip(".,") for word in words_in(words)} & {step.id for step in revision.pipeline.steps})


# --------------------------------------------------------------- the place
def _splits(text: str) -> Iterator[tuple[str, str, str]]:
    """The words of the task, the relation and the words of the tasks it relates to, likeliest reading first."""
    for relation, form in (("last", _LAST), ("first", _FIRST)):
        for match in (
            pattern(rf"^(?P<task>.+?)\s*,?\s+(?:{form})$").match(text),
            pattern(rf"^(?:{form})\s*,?\s*(?P<task>.+)$").match(text),
        ):
            if match is not None:
                yield match["task"], relation, ""
    for relation, form in _RELATIONS.items():
        whole = rf"\b{_JUST}(?:{form})\s+"
        for match in reversed(list(pattern(whole).finditer(text))):
            just = (
                "right "
                if relation == "after" and match["just"] in ("right", "directly", "immediately", "straight", "just")
                else ""
            )
            if match.start() > 0:
                yield text[: match.start()].strip(" ,"), f"{just}{relation}", text[match.end() :]
            else:
                yield from _leading(text[match.end() :], f"{just}{relation}")


def _leading(rest: str, relation: str) -> Iterator[tuple[str, str, str]]:
    """`after x, add y`, `before the load check that …`: the reference first, as long as it can be."""
    marks = [
        match.span()
        for match in pattern(rf"\s*,\s*(?:then\s+)?|\s+(?={_ADD}\b)|\s+(?=(?:we\s+need|there)\b)|\s*:\s*").finditer(
            rest
        )
    ]
    blanks = [match.span() for match in pattern(r"\s+").finditer(rest)][:6]
    for start, end in [*marks, *reversed(blanks)]:
        if start and end < len(rest):
            yield rest[end:], relation, rest[:start]


def _place(relation: str, references: str, revision: Revision) -> Place | None:
    """The place, when the words after `after` and so on name tasks."""
    if relation in ("first", "last"):
        return placed(relation, (), (), revision)
    said = pattern(_DONE).sub("", references.strip(" ,."))
    try:
        if relation == "between":
            match = pattern(r"(?P<early>.+?)\s+and\s+(?P<late>.+)").fullmatch(said)
            if match is None:
                return None
            return placed(relation, revision.tasks(match["early"]), revision.tasks(match["late"]), revision)
        return placed(relation, revision.tasks(said), (), revision)
    except InputError:
        return None


# --------------------------------------------------------------- the task
def _added(words: str, place: Place | None, revision: Revision, *, said: str, explicit: bool) -> Revision | None:
    named = pattern(_NAMED).search(words)
    name = ""
    if named is not None:
        name = identifier(
            [part.lower() for word in words_in(unquoted(named["name"])) for part in re.split(r"\W+", word) if part]
        )
        words = f"{words[: named.start()]} {words[named.end() :]}".strip()
    if name in {step.id for step in revision.pipeline.steps}:
        raise InputError(f"there is a task called {name!r} already", hint="choose another name")
    asked = read_steps(_verbal(words, name))
    # Without a word such as `add`, only what the reader knows for sure is taken for a new task.
    if not explicit and any(draft.verb.base not in verbs() or draft.kind == "python" for draft in asked.drafts):
        return None
    place = place or unsaid(asked.drafts[0], asked.words, revision)
    made = make_steps(asked, revision, place.after, name, said)
    return _inserted(made, place, revision)


def _verbal(words: str, name: str) -> str:
    """The task as the reader knows tasks: an order, not a noun."""
    said = pattern(rf"^(?:we\s+|i\s+)?(?:also\s+|then\s+)?(?:{_ADD})\s+(?:in\s+)?").sub("", plain(words)).strip(" ,:")
    said = pattern(_THAT).sub("", said)
    said = said[1:-1] if len(said) > 2 and said[0] == said[-1] and said[0] in "\"'" else said
    said = pattern(rf"^{_ARTICLES}(?=\S)").sub("", said) if _nominal(said) else said
    found = _nominal(said)
    if found is not None:
        link = "that|which|for|of" if found[1].startswith("send") else "that|which|to|for|of"
        rest = pattern(rf"^(?:{_STEP}\s*)?(?:{link})?\s*").sub("", said[len(found[0]) :].strip())
        rest = pattern(r"^(?:checks?|verifies|validates|ensures|makes\s+sure)\s+(?=that\b)").sub("", rest)
        rest = pattern(r"^(?:that\s+)?there\s+(?:are|is)\s+").sub("it has ", rest)
        said = f"{found[1]} {rest}".strip()
    empty = pattern(
        rf"^{_ARTICLES}(?P<kind>python|marker|dummy|empty|shell|bash|sql)?\s*{'(?:step|task|job|operator|node)?'}$"
    ).fullmatch(said)
    if empty is not None and name:
        return "run our function"
    return said


def _nominal(words: str) -> tuple[str, str] | None:
    """The noun in front of the words, and the verb that it stands for."""
    low = pattern(rf"^{_ARTICLES}").sub("", words).lower()
    offset = len(words) - len(low)
    for noun, verb in _nouns():
        if (
            low.startswith(noun)
            and not low[len(noun) : len(noun) + 1].isalnum()
            and low[len(noun) : len(noun) + 1] != "_"
        ):
            return words[: offset + len(noun)], verb
    return None


@lru_cache(maxsize=1)
def _nouns() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(lexicon("edit_nominals").items(), key=lambda pair: -len(pair[0])))


# --------------------------------------------------------------- into the pipeline
def _inserted(made: Made, place: Place, revision: Revision) -> Revision:
    pipeline = revision.pipeline
    data = pipeline.model_dump()
    at = positions(pipeline, place)
    first = made.steps[0]
    if place.before and first["kind"] in ("validate", "transform") and first.get("reads"):
        first["after"] = []  # it needs its data, not all that stands before what follows it
    data["steps"] = [*data["steps"][:at], *made.steps, *data["steps"][at:]]
    data["datasets"] = [held.model_dump() for held in made.flow.datasets.values()]
    known = {held.name for held in pipeline.connections}
    new = [held.model_dump() for held in made.flow.connections.values() if held.name not in known]
    data["connections"] = [*data["connections"], *new]
    ids = [str(step["id"]) for step in made.steps]
    change = f"set `after` of step {ids[0]} in tasks.yml"
    noted = [{"subject": f"steps.{ids[0]}.after", "text": place.note, "change": change}] if place.note else []
    data["assumptions"] = [*data["assumptions"], *(one.model_dump() for one in made.assumptions), *noted]
    result = with_place(validated(data), ids, place)
    return revision.whole(
        steps=result.steps, datasets=result.datasets, connections=result.connections, assumptions=result.assumptions
    ).speaking_of(ids)
