"""When a marked task runs: whatever happened before, only after a failure, as soon as one is through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.drafts import Draft, stem
from airflow_llm.readers.prose.spellings import pattern, says

if TYPE_CHECKING:
    from airflow_llm.readers.prose.tagger.linking import GraphSaid

MERGED, BYPASSED = "none_failed_min_one_success", "none_failed"
_END = r"(?<=[.;!?])\s+|\s*\n\s*"
_FAIL = (
    r"(?:fail\w*|crash\w*|explod\w*|bl(?:ow|ew)s?\s+up|br(?:eak|oke)s?|broken|went\s+(?:wrong|down|bad)|goes\s+(?:wrong|down)|go\s+wrong"
    r"|died|dies|die|errors?|red|refus(?:e|es|ed)|g(?:ive|ives|ave)\s+up|times?\s+out|timed\s+out|chok(?:e|es|ed)|bail(?:s|ed)(?:\s+out)?"
    r"|(?:is|are|was|were)\s+(?:down|unreachable|unavailable)|cannot\s+be\s+reached"
    r"|did(?:n['\u2019]?t|\s+not)\s+(?:work|come|finish))"
)
_EVEN = r"(?:even|also|too)\s*,?\s+(?:if|when|though|after|where)"
_LATE = (
    rf"\b(?:{_EVEN}\b[^.;\n]*?\b{_FAIL}|{_FAIL}\b[^.;\n]{{0,40}}\bor\s+not|whether\b[^.;\n]*?\bor\s+not|regardless|irrespective"
    r"|no\s+matter|what(?:so)?ever\s+(?:happen\w*|the|became|went|comes)|which(?:so)?ever\s+way|in\s+(?:any|every|each|both|either|all)"
    r"\s+(?:case|event|situation)s?|either\s+way|both\s+ways|under\s+all\s+circumstances|come\s+what\s+may|always|anyway"
    r"|it\s+does(?:n['\u2019]?t|\s+not)\s+matter|even\s+with\s+(?:an\s+)?errors?)\b"
)
_FAILED = (
    rf"\b(?:if|when|whenever|should|once|in\s+case|in\s+the\s+event)\b(?P<what>(?:(?!\b(?:not|none|no|never|n['\u2019]t)\b)[^.;:\n]){{0,80}}?)"
    rf"\b{_FAIL}\b"
)
_SUCCESS = (
    r"^(?:(?:all|both|each|every|everything|they|it|that|this|these|those|which|the|of|them|two|three|four|five|\d+|one|ones|runs?|tasks?|steps?"
    r"|loads?|jobs?|parts?|has|have|is|are|was|were|went|go|goes|ran|runs|been|a|did)\s+)*"
    r"(?:well|ok|okay|green|fine|through|successful(?:ly)?|succe\w+|good|pass(?:ed|es)?|all\s+right|done|finished|complete[ds]?)$"
    r"|^(?:none|nothing|neither|no\s+\w+)(?:\s+of\s+(?:them|the\s+\w+(?:\s+\w+)?|these|those))?\s+(?:is|are|was|were|has|have|did|does|went)?\s*"
    r"(?:missing|failed|fails|fail|broke|broken|went\s+wrong|red|crashed)$"
)
_FIRST = (
    r"\b(?:as\s+soon\s+as\s+(?:at\s+least\s+)?(?:one|any|either|the\s+first)|when(?:ever)?\s+(?:at\s+least\s+)?(?:1|one|any|either)\s+(?:of|out\s+of)"
    r"|after\s+whichever\s+(?:one\s+)?succ?e\w+|whichever\s+(?:of\s+\w+\s+\w+\s+)?(?:is|comes|arrives|delivers|finishes|succe\w+)(?:\s+first)?"
    r"|(?:the\s+)?first\s+(?:one\s+)?(?:that|to)\s+(?:arrive|deliver|finish|answer|succeed)\w*)\b"
)
_WELL = (
    r"\b(?:only|just)\s+(?:if|when|after|once)\b[^.;\n]*\b(?:ok|okay|well|worked|works|green|succe\w+|fine|pass\w*)\b"
)
_ALL = r"\b(?:all|both|every)\b"
_MEETING = ("even", "also", "too", "or not", "regardless", "matter", "ever", "case", "always", "anyway", "event")


def place_rules(said: GraphSaid, drafts: Sequence[Draft], source: str) -> None:
    """The rule of each task: what the text says, then what the arms before it make needful, then the network's."""
    windows = list(_windows(said, source))
    loose = dict(_loose(said, source)) if says(source, *_MEETING) else {}
    for number, around in enumerate(windows):
        draft = drafts[number]
        words = f"{around} ; {loose[number]}" if number in loose else around
        draft.rule = _rule(words, draft, drafts)


def is_failure(words: str) -> bool:
    """Whether a condition only says that what ran before failed."""
    return pattern(_FAILED).search(f"if {words}") is not None


def is_success(words: str) -> bool:
    """Whether a condition only says that what ran before went well."""
    return pattern(_SUCCESS).match(words.strip()) is not None


def _windows(said: GraphSaid, source: str) -> Iterator[str]:
    """For each task the words of its sentence that belong to no other task."""
    marks = [task.mark for task in said.tasks]
    for number, mark in enumerate(marks):
        start = marks[number - 1].end if number else 0
        end = marks[number + 1].start if number + 1 < len(marks) else len(source)
        before = pattern(_END).split(source[start : mark.start])[-1]
        after = pattern(_END).split(source[mark.end : end])[0]
        # what trails the task before it does not lead this one
        trails = (
            number
            and start + len(before) == mark.start
            and pattern(rf"^\W*(?:{_EVEN}|regardless|no\s+matter)").match(before)
        )
        yield f"{'' if trails else before} {source[mark.start : mark.end]} {after}"


def _loose(said: GraphSaid, source: str) -> Iterator[tuple[int, str]]:
    """Sentences without a task that say of one what happens even after a failure (`the start also if x fails`)."""
    place = 0
    for sentence in pattern(_END).split(source):
        start = source.find(sentence, place)
        place = start + len(sentence)
        held = any(task.mark.start < place and start < task.mark.end for task in said.tasks)
        late = None if held else pattern(_LATE).search(sentence)
        if late is not None and pattern(_FAIL).search(sentence):
            lead = {stem(word) for word in pattern(r"[a-z]{3,}").findall(sentence[: late.start()].lower())}
            meant = [n for n, task in enumerate(said.tasks) if lead & _stems(source[task.mark.start : task.mark.end])]
            if meant:
                yield meant[-1], sentence


def _stems(words: str) -> set[str]:
    return {stem(word) for word in pattern(r"[a-z]{3,}").findall(words.lower().replace("_", " "))}


def _rule(words: str, draft: Draft, drafts: Sequence[Draft]) -> str | None:
    meeting, passed = _arms_before(draft, drafts)
    if len(draft.ups) > 1 and pattern(_FIRST).search(words):
        return "one_success"
    failing = pattern(_FAIL).search(words) is not None
    if pattern(_LATE).search(words):
        if failing or not passed:
            return "all_done" if draft.ups else None
        return MERGED if meeting else BYPASSED
    failed = pattern(_FAILED).search(words) if failing and draft.ups else None
    if failed is not None and not any(drafts[up].kind == "choose" for up in draft.ups):
        return "all_failed" if pattern(_ALL).search(failed["what"]) else "one_failed"
    if meeting:
        return draft.rule if draft.rule == "one_success" else MERGED
    well = draft.rule == "all_done" and pattern(_WELL).search(words) is not None
    return None if well else draft.rule


def _arms_before(draft: Draft, drafts: Sequence[Draft]) -> tuple[bool, bool]:
    """Whether arms of one choice meet in the step, and whether it comes behind an arm at all."""
    passed = False
    for choice in (held for held in drafts if held.arms):
        arms = [_reached(taken, drafts) for _, taken in choice.arms]
        sides = [{number for number, arm in enumerate(arms) if up in arm} for up in draft.ups]
        alone = {next(iter(side)) for side in sides if len(side) == 1}
        if len(alone) > 1:
            return True, True
        passed = passed or bool(alone) or choice.number in draft.ups
    return False, passed


def _reached(first: Sequence[int], drafts: Sequence[Draft]) -> set[int]:
    """The steps of an arm: the first ones, and what comes behind them."""
    found = set(first)
    while True:
        more = {held.number for held in drafts if held.ups & found} - found
        if not more:
            return found
        found |= more
