"""Which identifiers, or names such as `Fetch Feed`, of running text are tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.outline.lines import Line, lines_of
from airflow_llm.readers.prose.outline.mentions.matching import Named
from airflow_llm.readers.prose.outline.sentences import sentences_of
from airflow_llm.readers.prose.outline.tasks.catalogue import Section
from airflow_llm.readers.prose.outline.tasks.identifiers import dags_in, is_task_name
from airflow_llm.readers.prose.outline.tasks.names import slug
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

_NAME = r"(?<![\w./@#$%{=-])[`'\"]?([A-Za-z]\w*_\w+)[`'\"]?(?![\w/{]|\.(?!expand\b|partial\b)\w|\s*=)"
_CALLED = r"(?:\.expand\(|\.partial\()"
_BETWEEN = r"[\s`'\"\])(]*(?:,|\band\b|\bor\b|\bas\s+well\s+as\b|\bthe\b|[\s`'\"(\[]){1,6}"
_HOW = r"(?:[A-Z]\w*(?:Operator|Sensor)s?|@task\b)"
_ASIDE = r"(?:\s*\([^()]{0,160}\))?(?:,\s+(?:which|an?|the|in|on|as|by)\s[^,.;]{3,160},)?"
_VERB = (
    r"\s+(?:(?:then|also|next|now|merely|in\s+turn|only|finally|itself|simply|afterwards|later|thereupon|first)\s+){0,2}"
    r"(?:is|are|was|has|have|does|do|can|may|must|will|comes?|[a-z]{2,}s)\b(?!\s+of\b)"
)
_LED = (
    r"(?:\btask(?:s)?(?:\s+(?:id|ids|called|named|with\s+the\s+id))?|\bidentifier|\bnamely|\bdoes|\bdo|\bstands?|\bcomes?|\bcome|"
    r"\bfollows|\bthen|\botherwise|\belse|\bby|\bafter|\bonce|\bbehind|\bstep|\bcalled|"
    r"\b(?:first|last|final|next|second|third)\s+(?:step|task|one|job)(?:,|\s+is)|"
    r"\b(?:is|are|was|were)\s+(?:\w+\s+)?\w+(?:ed|en|ne|nt|ught)\s+in)"
    r"\s*[:=]?\s*[`'\"(]*$"
)
_FOLLOWED = r"[`'\"]?(?:\s*,\s+(?:whose|which|where|who|an?\s)|\s+(?:allowed|permitted|able|free|ready)\s+to\b)"
_SETTING = (
    r"[`'\"]?\s+(?:is|are|has\s+been|was|stays|equals)\s+(?:left\s+|deliberately\s+)?"
    r"(?:set|off|on|true|false|switched|enabled|disabled|declared|\d|one|two|three|zero|none)\b"
)
PLAN = (
    r"\b(?:would\s+like|later\s+on\s+we|in\s+(?:the\s+)?future|some\s*day|one\s+day|no\s+longer|used\s+to|earlier\s+versions?|"
    r"was\s+(?:considered|rejected|removed|dropped)|had\s+been)\b"
)
_INVERTED = r"\b(?:comes?|follows?|then|runs?)\s+([A-Z][a-z]+(?:\s+[A-Z][\w-]+){1,4})"
_FEWEST_TITLED, _AROUND = 3, 400


def paragraphs_of(text: str) -> list[tuple[Line, str]]:
    """The blocks of running text outside of sections that speak of other things, with their first rows."""
    blocks: list[tuple[Line, str]] = []
    over = ""
    for row in lines_of(text):
        if row.level:
            over = Section(row.words).kind
            continue
        if row.fenced or row.mark == "y" or row.words.startswith("|") or over == "aside":
            continue
        if blocks and not row.gap and not row.mark and not row.number:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {row.words}")
        else:
            blocks.append((row, row.words))
    return blocks


def told_names(text: str, blocks: Sequence[tuple[Line, str]]) -> dict[str, Named]:
    """The identifiers that can only be tasks, in the order of the text."""
    dags = dags_in(text, lines_of(text)[:3]) | _wholes(blocks)
    good: dict[str, int] = {}
    bad: set[str] = set()
    for _, words in blocks:
        for sentence in sentences_of(words):
            if pattern(PLAN).search(sentence) is not None:
                continue
            for name, says in _judged(sentence, dags):
                good[name] = good.get(name, 0) + (says > 0)
                if says < 0:
                    bad.add(name)
    kept = [name for name, count in good.items() if count > (name in bad)]
    return {slug(name): Named(slug(name), name.replace("_", " ")) for name in kept}


def _wholes(blocks: Sequence[tuple[Line, str]]) -> set[str]:
    """Names of which the text says that they are the pipeline."""
    whole = r"(?:dag|pipeline|workflow)"
    said = rf"{_NAME}(?:,|\s+is|\s+was)\s+(?:the|a|an)\s+(?:[\w-]+\s+){{0,3}}{whole}\b"
    named = rf"\b{whole}\b[^.;:]{{0,80}}?\b(?:called|named)\s+{_NAME}"
    found = {match[1].lower() for _, words in blocks for match in pattern(said).finditer(words)}
    found |= {match[1].lower() for _, words in blocks for match in pattern(named).finditer(words)}
    opening = (
        pattern(rf"{_NAME}\s+(?:is|was)\s+(?:triggered|scheduled|started|run)\b").match(blocks[0][1])
        if blocks
        else None
    )
    return found | ({opening[1].lower()} if opening is not None else set())


def _judged(sentence: str, dags: frozenset[str] | set[str]) -> Iterator[tuple[str, int]]:
    """Each identifier with 1 when the sentence shows that it is a task, -1 when it is something else, else 0."""
    hits = [one for one in pattern(_NAME).finditer(sentence) if is_task_name(one[1], frozenset(dags))]
    groups: list[list[re.Match[str]]] = []
    for match in hits:
        if groups and pattern(_BETWEEN).fullmatch(sentence[groups[-1][-1].end() : match.start()]):
            groups[-1].append(match)
        else:
            groups.append([match])
    for group in groups:
        start, end = group[0].start(), group[-1].end()
        before, after = sentence[max(0, start - _AROUND) : start], sentence[end : end + _AROUND]
        kind = _thing(before, after, alone=len(group) == 1)
        for one in group:
            other = kind == "all" or (kind == "one" and one is group[0])
            yield one[1], -1 if other else _shown(sentence, one)


def _thing(before: str, after: str, *, alone: bool) -> str:
    """Whether it is a table, a setting, or the like: `one` (the first of a list), `all` of them, or none."""
    things = any_of("told_things")
    led = pattern(rf"\b({things})\s+(?:(?:(?:is|are)\s+)?(?:called|named|of|include|is|are)\s+|:\s*)?[`'\"(]*$").search(
        before
    )
    if led is not None:
        return "all" if led[1].endswith("s") else "one"
    if pattern(r"\b(?:its|their|whose|our)\s+[`'\"(]*$").search(before):
        return "one"
    behind = alone and pattern(rf"[`'\"]?\s+{things}\b").match(after) is not None
    return "all" if behind or pattern(_SETTING).match(after) is not None else ""


def _shown(sentence: str, match: re.Match[str]) -> int:
    start, end = match.span()
    before, after = sentence[max(0, start - _AROUND) : start], sentence[end : end + _AROUND]
    cued = rf"\b{any_of('told_cues')}\s+(?:the\s+|both\s+|either\s+)?[`'\"(]*$"
    if pattern(cued).search(before[-60:]) is not None:
        return 1
    if pattern(_LED).search(before) or pattern(_CALLED).match(after) or pattern(_FOLLOWED).match(after):
        return 1
    if pattern(rf"\s*(?:[,(]\s*)(?:an?\s+|the\s+)?(?:[\w-]+\s+){{0,2}}{_HOW}", 0).match(after):
        return 1
    if pattern(rf"{_HOW}[,:]?\s*(?:(?:called|named|namely)\s+)?[`'\"(]*$", 0).search(before):
        return 1
    governed = (
        pattern(r"\b(?:of|in|to|from|on|at|into|with|for|via|through|or|the|an?)\s+[`'\"]?$").search(before) is not None
    )
    if not governed and pattern(rf"{_ASIDE}{_VERB}").match(after):
        return 1
    if pattern(r"\(\s*[`'\"]?$").search(before) and pattern(r"[`'\"]?\s*\)").match(after):
        return 1
    first = slug(match[1]).split("_")[0]
    return 1 if lexicon("step_verbs").get(first) and not governed else 0


def titled_names(blocks: Sequence[tuple[Line, str]]) -> dict[str, Named]:
    """Names such as `Fetch Feed` that act in sentences: a verb and its object in capitals, before a finite verb."""
    found: dict[str, Named] = {}
    others: dict[str, Named] = {}
    for _, words in blocks:
        for match in pattern(rf"\b([A-Z][a-z]+(?:\s+[A-Z][\w-]+){{0,4}})(?=,?{_VERB})", 0).finditer(words):
            before = words[: match.start()]
            forms = verbs().get(match[1].split()[0].lower(), ())
            acts = any(verb.form == "base" for verb in forms) or match[1].split()[0].lower() in lexicon("step_verbs")
            inside = " " in match[1] and pattern(r"[\w,;]\s+$").search(before) is not None
            if (acts or inside) and pattern(r"\b(?:the|a|an)\s+$").search(before) is None:
                known = found if acts else others
                known.setdefault(slug(match[1]), Named(slug(match[1]), match[1]))
        for match in pattern(_INVERTED, 0).finditer(words):
            if match[1].split()[0].lower() in lexicon("step_verbs"):
                found.setdefault(slug(match[1]), Named(slug(match[1]), match[1]))
    if len([name for name in found if "_" in name]) < _FEWEST_TITLED:
        return {}
    return {**found, **others}
