"""Changes of what a pipeline, or a step, is called and whose it is: owners, tags, title, description."""

from __future__ import annotations

import re
from collections.abc import Sequence

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, one_of, unquoted
from airflow_llm.readers.prose.spellings import pattern

_LISTS = {"owner": "owners", "tag": "tags", "label": "tags", "stakeholder": "stakeholders"}
_NOUN = r"(?P<noun>owner|tag|label|stakeholder)s?"
_OF = r"(?:\s+(?:of|for|on)\s+(?:the\s+|this\s+)?(?P<of>.+?))?"
_IS = r"\s*(?:is|are|to|should\s+be|shall\s+be|must\s+be|will\s+be|be|becomes?|=|:|->|→)?\s*(?:now\s+|to\s+|:\s*)?"
_VALUES = r"(?P<values>.+)"
_FORMS = (
    (
        r"(?P<add>(?:add|append|put|attach|include|give\s+it))\s+(?:the\s+|an?\s+|another\s+|more\s+|"
        rf"further\s+)*{_NOUN}\s*:?\s+{_VALUES}"
    ),
    rf"(?P<add>(?:add|append|put))\s+{_VALUES}\s+(?:as|to)\s+(?:an?\s+|the\s+|another\s+)*{_NOUN}",
    r"(?P<add>tag)\s+(?:it\s+|this\s+|the\s+(?:pipeline|dag)\s+)?(?:with\s+|as\s+)?(?P<values>.+)",
    rf"(?P<remove>{one_of('remove')}|untag)\s+(?:the\s+)?{_NOUN}\s+{_VALUES}",
    r"(?P<remove>untag)\s+(?P<values>.+)",
    rf"(?P<remove>{one_of('remove')})\s+{_VALUES}\s+(?:from|as)\s+(?:the\s+|an?\s+)?{_NOUN}",
    rf"(?P<remove>{one_of('remove')})\s+(?:the\s+|all\s+(?:the\s+)?)?(?P<values>)(?:the\s+)?{_NOUN}",
    rf"(?:(?:set|change|make|switch|update)\s+)?(?:the\s+|its\s+|new\s+)*{_NOUN}{_OF}{_IS}(?<=[\s:=>→]){_VALUES}",
    rf"(?:make|set)\s+{_VALUES}\s+(?:the\s+|an?\s+)?(?:new\s+)?{_NOUN}",
    r"(?P<of>\S.*?)\s+(?:is|should\s+be|must\s+be|shall\s+be)\s+(?:now\s+)?owned\s+by\s+(?:the\s+)?(?P<values>.+)",
    r"(?:now\s+)?owned\s+by\s+(?:the\s+)?(?P<values>.+)",
    (
        r"(?:the\s+)?(?P<values>[\w@.-]+(?:\s+team)?)\s+(?:now\s+)?(?:owns|takes\s+over|"
        r"is\s+(?:now\s+)?(?:the\s+)?(?:new\s+)?owner\s+of)(?:\s+(?:it|this|the\s+(?:pipeline|dag)))?(?:\s+now)?"
    ),
)
_TEXT = (
    r"(?:(?:set|change|make|update|rewrite|adjust)\s+)?(?:the\s+|its\s+|new\s+)*(?P<field>title|description|"
    rf"docs?|documentation|doc\s+text|display\s+name){_OF}"
    r"\s*(?:is|to|should\s+(?:be|say|read)|shall\s+(?:be|say)|must\s+be|=|:|becomes|says)\s*(?P<value>.+)"
)
_EXCHANGED = rf"(?:replace|change|swap)\s+(?:the\s+)?{_NOUN}\s+(?P<old>.+?)\s+(?:with|by|to|for|into)\s+(?P<new>.+)"
_UNSAID = rf"{one_of('remove')}\s+(?:the\s+|its\s+)?(?P<field>title|description)"
_OF_NOTIFY = {"message": "message", "text": "message", "subject": "subject", "channel": "target", "recipient": "target"}
_MESSAGE = (
    r"(?:(?:set|change|make|update)\s+)?(?:the\s+)?(?P<field>message|text|subject|channel|recipient)\s+(?:of|"
    r"for|in)\s+(?:the\s+)?(?P<of>.+?)"
    r"\s*(?:\bto\b|\bis\b|=|:|should\s+(?:be|say|read)|must\s+be)\s*(?P<value>.+)",
    (
        r"(?:let\s+|make\s+)?(?P<of>.+?)\s+(?:should\s+|must\s+|shall\s+)?(?:be\s+sent|goes|go|be\s+posted|posts?|"
        r"sends?)\s+(?:now\s+)?to\s+(?P<value>#\S+|\S+@\S+)"
    ),
)
_REPORT = (
    r"(?:make\s+|build\s+)?(?:the\s+)?(?P<of>.+?)\s+(?:as|to|in|format|be|is|"
    r"should\s+be)\s+(?:an?\s+)?(?:format\s+)?(?P<value>pdf|html|excel|csv|json|markdown)"
)
_CALLED = r"(?:(?:call|title|name)\s+(?:it|this|the\s+(?:pipeline|dag))\s+(?P<value>[\"'`].+[\"'`]))"
_LONGEST_TAG = 100


def label_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`owner is ada`, `add the tags finance and daily`, `remove tag x`, `change the title to "…"`."""
    exchanged = pattern(_EXCHANGED).fullmatch(clause.text)
    if exchanged is not None:
        return _exchanged(revision, *(exchanged[name] for name in ("noun", "old", "new")))
    for form in _FORMS:
        match = pattern(form).fullmatch(clause.text)
        if match is not None:
            return _listed(match, revision)
    made = _of_messages(clause.text, revision)
    if made is not None:
        return made
    match = pattern(_TEXT, re.IGNORECASE | re.DOTALL).fullmatch(clause.text) or pattern(_CALLED).fullmatch(clause.text)
    return _text(match, revision) if match is not None else None


def _of_messages(text: str, revision: Revision) -> Revision | None:
    """What a message says and where it goes, and the format of a report."""
    unsaid = pattern(_UNSAID).fullmatch(text)
    if unsaid is not None:
        return revision.whole(**{unsaid["field"].lower(): ""})
    forms = [(form, "notify", "target") for form in _MESSAGE] + [(_REPORT, "report", "format")]
    for form, kind, field in forms:
        match = pattern(form).fullmatch(text)
        if match is None:
            continue
        steps = [step for step in revision.steps(revision.tasks(match["of"])) if step.kind == kind]
        if steps:
            name = _OF_NOTIFY.get((match.groupdict().get("field") or "").lower(), field)
            value = unquoted(match["value"])
            return revision.set_steps(
                [step.id for step in steps], **{name: value.lower() if kind == "report" else value}
            )
    return None


def _exchanged(revision: Revision, noun: str, old: str, new: str) -> Revision:
    """`replace tag a with b`: in the place of the old one."""
    field = _LISTS[noun.lower()]
    held: tuple[str, ...] = getattr(revision.pipeline, field)
    left = _without(held, _values(old), noun.lower())
    place = next((number for number, one in enumerate(held) if one not in left), len(left))
    return revision.whole(**{field: tuple(dict.fromkeys([*left[:place], *_values(new), *left[place:]]))})


def _listed(match: re.Match[str], revision: Revision) -> Revision | None:
    groups = match.groupdict()
    spoken = groups.get("add") or (groups.get("remove") or "").lower() == "untag"
    noun = (groups.get("noun") or ("tag" if spoken else "owner")).lower()
    values = _values(groups.get("values") or "")
    step = groups.get("of")
    if step and not pattern(r"(?:pipeline|dag|it|job|workflow|whole\s+thing)").fullmatch(step):
        if noun != "owner" or len(values) != 1:
            raise InputError(f"a task has no {noun}s of its own", hint="only the pipeline has; a task has one owner")
        return revision.set_steps(revision.tasks(step), owner=values[0])
    behind = (
        pattern(r"(?P<value>.+?)\s+(?:for|of|on)\s+(?:the\s+)?(?P<of>.+)").fullmatch(values[-1]) if values else None
    )
    if behind is not None and noun == "owner" and not step:
        return revision.set_steps(revision.tasks(behind["of"]), owner=behind["value"])
    field = _LISTS[noun]
    old: tuple[str, ...] = getattr(revision.pipeline, field)
    if groups.get("remove"):
        return revision.whole(**{field: _without(old, values, noun)})
    if not values:
        return None
    if groups.get("add") or noun == "tag":
        return revision.whole(**{field: tuple(dict.fromkeys([*old, *values]))})
    return revision.whole(**{field: values})


def _without(old: Sequence[str], values: Sequence[str], noun: str) -> tuple[str, ...]:
    for value in values:
        if value.lower() not in [held.lower() for held in old]:
            listed = ", ".join(old) or "none"
            raise InputError(f"there is no {noun} {value!r}", hint=f"the {noun}s are: {listed}")
    dropped = {value.lower() for value in values} or {held.lower() for held in old}
    return tuple(held for held in old if held.lower() not in dropped)


def _values(words: str) -> tuple[str, ...]:
    parts = pattern(r"\s*(?:,\s*and\b|,|;|\band\b|&|\+)\s*").split(words)
    said = [_plain(unquoted(part)) for part in parts]
    values = tuple(dict.fromkeys(unquoted(value) for value in said if unquoted(value)))
    long = next((one for one in values if len(one) > _LONGEST_TAG or len(one.split()) > 4 or ":" in one), None)
    if long is not None:
        raise InputError(f"{long[:60]!r} is no name", hint="separate names by commas")
    return values


def _plain(value: str) -> str:
    """The name without `the … team` around it."""
    value = pattern(r"^(?:the|a|now|both)\s+|\s+(?:now|instead)$").sub("", value)
    return value.removesuffix(" team").removeprefix("team ")


def _text(match: re.Match[str], revision: Revision) -> Revision:
    groups = match.groupdict()
    value = unquoted(groups["value"])
    field = (groups.get("field") or "title").lower()
    step = groups.get("of")
    whole = not step or pattern(r"(?:pipeline|dag|it|job|workflow|whole\s+thing)").fullmatch(step)
    if not value:
        raise InputError("no text is given", hint='write it in quotation marks: title "Orders of our customers"')
    if whole:
        return revision.whole(**{"title" if field in ("title", "display name") else "description": value})
    return revision.set_steps(
        (revision.task(step or ""),), **{"title" if field in ("title", "display name") else "doc": value}
    )
