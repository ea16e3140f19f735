"""What cannot be built, told in words: steps that wait for each other in a ring, days and hours that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.acts import told_orders
from airflow_llm.readers.prose.labels import told_labels
from airflow_llm.readers.prose.lexicon import lines_of, verbs
from airflow_llm.readers.prose.loops import refuse_loops
from airflow_llm.readers.prose.spellings import pattern, says

_MOST_RELATIONS = 500
_MOST_WORDS = 8
_COMMON = frozenset(
    {"fil", "tabl", "dat", "report", "load", "list", "export", "import", "check", "run", "mail", "stag"}
)
_RELATION = (
    r"\b(?:(?P<behind>(?:only\s+|first\s+)*(?:needs?(?:\s+the\s+output\s+of)?|requires?|presupposes?|demands?|waits?(?:\s+(?:for|on))?|depends?\s+on|"
    r"(?:is|are)\s+(?:depending\s+on|requiring|waiting\s+(?:for|on))|s\s+upstream\s+is|"
    r"(?:shall|must|should|has\s+to|have\s+to)\s+(?:take\s+place|be\s+(?:done|run|built|updated|finished))\s+(?:only\s+)?after|"
    r"(?:starts?|runs?|begins?|comes?|goes|happens?)?\s*(?:only\s+|first\s+)*after|"
    r"(?:can|must|may|should)\s+(?:only|first)\s+(?:begin|start|run)\s+(?:when|after|once)|(?:only\s+)?(?:once|when)|"
    r"(?:sits?|stands?|queues?|is|are)\s+behind|(?:consumes?|reads?|uses?|takes?)\s+what|"
    r"(?:is|are|gets?)\s+(?:made|built|computed|derived)\s+(?:out\s+of|from)|"
    r"(?:cannot|can\s+not|must\s+not|may\s+not|(?:is|are)\s+not\s+to|\w+n[\u2019']?t)\s+(?:\w+\s+){0,2}?(?:before|until|till)))"
    r"|(?P<ahead>before|submits|triggers))\b"
)
_RELATING = (
    *("need", "require", "wait", "depend", "after", "before", "submits", "triggers", "behind", "once", "when", "until"),
    *("presuppose", "demand", "till", "what", "made", "built", "computed", "derived", "upstream"),
)
_SAYING = (
    *("need", "require", "wait", "depend", "after", "before", "submits", "triggers", "behind", "once", "when", "until"),
    *("presuppose", "demand", "till", "what", " from", "out of", "->", ">>", "→", "=>", "upstream"),
)
_NO_ORDER = r"\b(?:not|never|no\s+longer|\w+n['\u2019]t|(?:is|are|do|does|must|should|wo|ca|did)nt)\s*(?:\w+ly\s*)?$"
_ARROW = r"\s*(?:-+>|=+>|>>|→|➜|⇒)\s*"
_NUMBERED = r"^\s*(?:step\s+)?(\d{1,2})[.):]\s"
_CUT = r"(?!(?<=\w)\.\w)[^\w\s`'/-]|\b(?:and|but|that|then|while)\b|\n"
_TAIL = r"(?s:\s+(?:when|if|because|since|so|first|on|at|in|with|every|each|daily)\b.*$)"
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "the an is are be been was were has have had it its of to for step steps stage task job run runs done finished "
        "ready complete completed over shall should must may can will only first output result both all also being "
        "again naturally itself s",
    )
)


def refuse_contradictions(text: str) -> None:
    """InputError for a ring of steps that wait for each other, and for a day or an hour that no calendar has."""
    _refuse_times(text)
    refuse_loops(text)
    _refuse_told([(one.late.stem, one.early.stem, one.words) for one in told_orders(text)])
    _refuse_told(list(told_labels(text)))
    if not says(text, *_SAYING):
        return
    edges: dict[frozenset[str], set[frozenset[str]]] = {}
    names: dict[frozenset[str], str] = {}
    for late, early in _relations(text):
        keys = [_key(late), _key(early)]
        if all(keys) and keys[0] != keys[1]:
            names.update(zip(keys, (late, early), strict=True))
            edges.setdefault(keys[0], set()).add(keys[1])
    ring = _ring(_merged(edges))
    if ring:
        said = " / ".join(repr(names[key].strip()[:60]) for key in ring[:4] if key in names)
        raise InputError(
            f"the order contradicts itself: {said} wait for each other", hint="say which of them comes first"
        )


def _refuse_told(told: list[tuple[str, str, str]]) -> None:
    """ContradictionError that quotes the words which tell an order of steps that no run can have."""
    edges: dict[frozenset[str], set[frozenset[str]]] = {}
    for late, early, _ in told:
        if late != early:
            edges.setdefault(frozenset({late}), set()).add(frozenset({early}))
    ring = [name for (name,) in _ring(edges)]
    if not ring:
        return
    steps = set(zip(ring, [*ring[1:], ring[0]], strict=True))
    said = list(dict.fromkeys(words[:120] for late, early, words in told if (late, early) in steps))
    raise ContradictionError(
        f"the order contradicts itself: {' / '.join(repr(words) for words in said[:4])}: these wait for each other",
        hint="say which of them comes first",
    )


def _relations(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of short phrases of which the first waits for the second."""
    yield from _numbered(text)
    yield from _arrows(text)
    if not says(text, *_RELATING):
        return
    plain = pattern(r"(?<!\s)\s*\([^()\n]{0,80}\)|[\"“”]|'s\s+(?:outputs?|results?|files?|data|lock|numbers)\b").sub(
        "", text
    )
    plain = pattern(r"\b(requires?|needs?|presupposes?|demands?)\s+that\b").sub(r"\1", plain)
    joined = pattern(r",\s*(?:in turn,\s*|(?=(?:when|once|after)\b))").sub(" ", plain)
    parts = pattern(_CUT).split(joined, _MOST_RELATIONS * 20)
    told = [
        (part, match)
        for part in parts
        if 2 < len(part) < 160
        and (match := pattern(_RELATION).search(part)) is not None
        and not _is_another(part, match.start())
    ]
    both = {(_asked(part), match.lastgroup) for part, match in told}
    for part, match in told:
        left, right = part[: match.start()].strip(" `'"), pattern(_TAIL).sub("", part[match.end() :]).strip(" `'")
        asked = _asked(part)
        if asked and {(asked, "ahead"), (asked, "behind")} <= both:
            continue  # count the rows before the load, count the rows after the load
        if 0 < len(left.split()) <= _MOST_WORDS and 0 < len(right.split()) <= _MOST_WORDS:
            yield (left, right) if match["behind"] else (right, left)


def _asked(part: str) -> str:
    """The verb with which the words ask for a check or another step that a run may have twice; empty without one."""
    first = (part.split(None, 1) or [""])[0].lower()
    known = [verb for verb in verbs().get(first, ()) if verb.form == "base"]
    return first if known and known[0].group not in ("get", "put", "run") else ""


def _is_another(part: str, at: int) -> bool:
    """Whether no order is told before the words: `does not | need`, `count the rows again | after`."""
    left = part[:at].lower().strip(" `'-*")
    if pattern(_NO_ORDER).search(left) is not None:
        return True
    first = left.split(None, 1)[0] if left else ""
    again = pattern(r"\bagain\b").search(left) is not None
    return again and any(verb.form == "base" for verb in verbs().get(first, ()))


def _numbered(text: str) -> Iterator[tuple[str, str]]:
    """Numbered steps that say which number they need: `1. seal the boxes (needs 3)`."""
    lines = text.splitlines()[:_MOST_RELATIONS]
    numbers = [match[1] for line in lines if (match := pattern(_NUMBERED).match(line)) is not None]
    for line in lines if len(set(numbers)) == len(numbers) else ():
        number = pattern(_NUMBERED).match(line)
        relation = pattern(_RELATION).search(line[:500]) if number is not None else None
        if (
            number is not None
            and relation is not None
            and relation["behind"]
            and not _is_another(line, relation.start())
        ):
            said = pattern(r"\s*(?:steps?\s+)?(\d{1,2})\b(?!\s*(?:%|:\d|[a-z]{0,3}(?:min|hour|day|sec|row)))").match(
                line, relation.end()
            )
            if said is not None:
                yield number[1], said[1]


def _arrows(text: str) -> Iterator[tuple[str, str]]:
    """A chain of arrows that ends in the step that it begins with."""
    for line in text.splitlines()[:_MOST_RELATIONS] if says(text, "->", ">>", "→", "=>", "⇒", "➜") else ():
        steps = pattern(_ARROW).split(pattern(r"[.;,(].*$").sub("", line[:2_000]).strip())
        if len(steps) > 2 and all(steps) and steps[0].lower().split()[-1] == steps[-1].lower().split()[0]:
            yield steps[0], steps[1]
            yield steps[1], steps[0]


def _key(phrase: str) -> frozenset[str]:
    """The words of a phrase that name a step, without endings."""
    words = [word.lower() for word in pattern(r"\w+").findall(phrase)]
    said = [word for word in words if word not in _SMALL]
    said = [word for word in said[:-1] if word != "a"] + said[-1:]
    if not said and words:
        said = words[-1:] if words[-1] not in _SMALL else []
    return frozenset(_stem(word) for word in said)


def _stem(word: str) -> str:
    base = _irregular().get(word, word)
    cut = pattern(r"(?:ing|ed|es|s|e)$").sub("", base) if len(base) > 3 else base
    return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] else cut


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in lines_of("irregular"):
        base, _, forms = line.partition(":")
        table.update({form: base.strip() for form in forms.replace("/", " ").split()})
    return table


def _merged(edges: dict[frozenset[str], set[frozenset[str]]]) -> dict[frozenset[str], set[frozenset[str]]]:
    """The relations with a phrase that says more (`the file be produced`) taken for the shorter one (`the file`)."""
    keys = sorted({*edges, *(key for held in edges.values() for key in held)}, key=lambda key: (len(key), sorted(key)))
    if len(keys) > _MOST_RELATIONS:
        return edges
    named = {
        key
        for key in keys
        if len(key) > 1 or any("_" in word or len(word) < 3 or _is_in_one(key, keys) for word in key)
    }
    shortest = {key: next(other for other in keys if other <= key and (other in named or other == key)) for key in keys}
    merged: dict[frozenset[str], set[frozenset[str]]] = {}
    for key, held in edges.items():
        merged.setdefault(shortest[key], set()).update(shortest[other] for other in held)
    return {key: held - {key} for key, held in merged.items()}


def _is_in_one(key: frozenset[str], keys: list[frozenset[str]]) -> bool:
    """Whether a single word can only mean one of the longer phrases."""
    return not key & _COMMON and sum(key < other for other in keys) == 1


def _ring(edges: dict[frozenset[str], set[frozenset[str]]]) -> list[frozenset[str]]:
    """A ring of the relations, empty when there is none."""
    done: set[frozenset[str]] = set()
    for root in edges:
        path: dict[frozenset[str], None] = {}
        stack = [(root, False)]
        while stack:
            node, left = stack.pop()
            if left:
                done.add(path.popitem()[0])
            elif node in path:
                ring = list(path)
                return ring[ring.index(node) :]
            elif node not in done:
                path[node] = None
                stack.append((node, True))
                stack.extend((other, False) for other in sorted(edges.get(node, ()), key=sorted))
    return []


_SHORT_MONTHS = (
    r"\b(?:30(?:th)?|31(?:st)?|thirtieth|thirty[\s-]first)\s+(?:of\s+)?feb(?:ruary)?\b"
    r"|\bfeb(?:ruary)?\s+(?:30|31)(?:th|st)?\b(?!\s*[:.]\d)"
    r"|\b(?:31(?:st)?|thirty[\s-]first)\s+(?:of\s+)?(?:april|june|september|november)\b"
)
_NO_HOUR = r"\b(?:2[5-9]|[3-9]\d)\s*o'?\s?clock\b|\bo'clock\s+(?:[6-9]\d)\b(?!\s*(?:%|(?a:[a-z])))"
_BACKWARDS = r"\bevery\s+-\s?\d+\s*(?:s|m|h|d|sec|min|hour|day|week)\w*|\binterval\s+(?:of\s+)?minus\s+\d+"


def _refuse_times(text: str) -> None:
    for expression, words in (
        (_SHORT_MONTHS, ("feb", "31", "thirty")),
        (_NO_HOUR, ("clock",)),
        (_BACKWARDS, ("every -", "every\n-", "minus")),
    ):
        match = pattern(expression).search(text) if says(text, *words) else None
        if match is not None:
            raise InputError(
                f"{match.group().strip()!r} does not exist in any calendar or clock",
                hint="write the schedule like: every Monday at 06:00",
            )
