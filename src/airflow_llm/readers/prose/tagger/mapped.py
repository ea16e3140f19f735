"""What a marked task runs once for each of: in its own words, or in those that head its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.lexicon import words as words_of
from airflow_llm.readers.prose.spellings import pattern, says

if TYPE_CHECKING:
    from airflow_llm.readers.prose.tagger.linking import TaskSaid

_END = r"(?<=[.;!?])\s+|\s*\n\s*\n\s*"
_LEAD = (
    r"\b(?P<how>for\s+each|for\s+every|for\s+all|(?:dynamically\s+)?mapp?(?:ed|ing)?\s+(?:it\s+|this\s+)?over|(?:loop|expand)\w*\s+over|once\s+(?:per|for\s+(?:each|every))"
    r"|one\s+(?:\w+\s+)?(?:per|for\s+(?:each|every))|each|every|per)\s+(?:one\s+)?(?:of\s+)?(?:the\s+|our\s+|these\s+|those\s+|its\s+|single\s+)*"
    r"(?:\d+\s+|two\s+|three\s+|four\s+|five\s+|six\s+|seven\s+|eight\s+|nine\s+|ten\s+|eleven\s+|twelve\s+)?"
    r"(?P<item>[a-z][\w-]*)(?:\s+(?P<more>[a-z][\w-]*))?"
)
_TIMES = (
    r"^(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|full|half|mon|tues?|wed|thu|thurs?|fri|sat|sun|weekdays?|weekends?|months?|quarters?|years?|mornings?|evenings?|nights?|midnight|noon"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|time|times|run|runs|other|others|one|only|two|three|both|cent|case|step|steps|task|tasks|page|request|event"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|of|is|are|has|gets?|chat|our|agreed|usual)$"
)
_TOGETHER = (
    r"\b(?:in\s+one\s+(?:\w+\s+)?(?:step|go|query|task|file|table|pass|sql)|one\s+(?:table|report|file|summary|list)\s+(?:out\s+)?of"
    r"|out\s+of\s+all|over\s+all|all\s+of\s+them|when\s+all|once\s+all|after\s+all|of\s+all\s+\w+|everything)\b"
)
_GROUPING = (
    r"^\W*(?:\w+\s+)?(?:aggregat\w*|sum\w*|count\w*|averag\w*|total\w*|roll\w*|group\w*|rank\w*|summari[sz]e\w*|comput\w*|calculat\w*"
    r"|report\w*|statistics|means?|chart\w*|plot\w*)\b"
)
_PLAIN = ("for each", "for every", "map", "loop", "dynam", "once", "one", "expand")
_UNLIKELY = 0.1
"""How likely a task must be mapped where the words say so: below that they speak of another one, or of a group."""
_UNNAMED = "item"
_NAMELESS = _LEAD.replace("(?P<how>", "(?:").replace("(?P<item>", "(?:").replace("(?P<more>", "(?:")
_HEADS = rf"^\W*(?:\w+\s+){{0,2}}{_NAMELESS}|{_NAMELESS}[^.;]{{0,30}}:"
_OVER = r"\b(?:when|once|after|then\s+one|as\s+soon\s+as|until)\b"


def item_of(tasks: Sequence[TaskSaid], number: int, source: str, heading: str = "") -> str:
    """What the task is mapped over, empty for a task that runs once; `heading` names it at the head of its sentence."""
    task = tasks[number]
    if dict(task.chances).get("mapped", 1.0) < _UNLIKELY:
        return ""
    found = _named(tasks, number, source, heading)
    return _UNNAMED if found is None and task.mapped else found or ""


def _named(tasks: Sequence[TaskSaid], number: int, source: str, heading: str) -> str | None:
    """What the words around the task say that it goes over; empty where it runs once, None where they say nothing."""
    task = tasks[number]
    if not heading and not says(
        source, "each", "every", "for all", "per", "mapp", "map it", "map over", "loop", "expand"
    ):
        return None
    start = tasks[number - 1].mark.end if number else 0
    end = tasks[number + 1].mark.start if number + 1 < len(tasks) else len(source)
    before = pattern(_END).split(source[start : task.mark.start])[-1]
    before = pattern(rf"^\s*{_NAMELESS}[^:]*?[,;]").sub("", before) if number else before  # it trails the task before
    mark = source[task.mark.start : task.mark.end]
    after = pattern(rf"{_END}|[,;:→(]|\bthen\b|->").split(source[task.mark.end : end])[0]
    if pattern(_TOGETHER).search(before + mark):
        return ""
    if heading:
        return "" if pattern(_OVER).search(before) else heading
    around = f"{before}{mark}{after}"
    own = _items(around)
    head = _items(lead := pattern(_END).split(source[: task.mark.start])[-1])
    if not task.mapped:
        headed = pattern(_HEADS).search(lead)
        if headed is not None and head and not pattern(_OVER).search(lead[headed.end() :]):
            return head[-1][1]
        plainly = [name for how, name in own if how.startswith(_PLAIN)]
        return plainly[0] if plainly else None
    if own and own[0][0] == "per" and pattern(_GROUPING).match(mark):
        return ""
    found = own or head[::-1] or _items(source)
    return found[0][1] if found else None


def _items(text: str) -> list[tuple[str, str]]:
    """How the text leads to what is gone over, and the name of one of it."""
    found = []
    for match in pattern(_LEAD).finditer(text):
        item, more = match["item"].lower(), (match["more"] or "").lower()
        nameless = pattern(r"(?:each|every)\s+one\s+(?!of\b)").match(match.group())  # what follows is a verb
        if nameless or pattern(_TIMES).match(item) or item in words_of("empty") | words_of("prepositions"):
            continue
        ends = not more or more in words_of("prepositions") | words_of("empty") | words_of("be") | words_of("modals")
        name = (
            item
            if ends or not match["how"].lower().startswith(("for", "map")) or not more.endswith("s")
            else f"{item}_{more}"
        )
        found.append((" ".join(match["how"].lower().split()), _singular(name)))
    return found


def _singular(name: str) -> str:
    return (
        f"{name[:-3]}y"
        if name.endswith("ies")
        else name[:-1]
        if name.endswith("s") and not name.endswith("ss")
        else name
    )
