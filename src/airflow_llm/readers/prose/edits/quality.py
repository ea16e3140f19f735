"""Changes of data-quality rules: more, fewer, and what becomes of rows that break them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, left_over, one_of, words_in
from airflow_llm.readers.prose.keys import owner_of
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.rules import Described, Expression, NotNull, Range, Rule, Unique
from airflow_llm.spec.steps import ValidateStep

_ACTIONS: tuple[tuple[str, str], ...] = (
    ("quarantine", (
r"\bquarantin(?:e|ed|ing)\b|\bset(?:ting)?\s+(?:\S+\s+){0,3}?aside\b|"
r"\bput(?:ting)?\s+(?:\S+\s+){0,3}?aside\b|\baside\b|\bskip(?:ping)?\s+(?:the\s+)?(?:bad|invalid|broken|"
r"failing)\s+(?:rows|records|lines)\b"
)),
    ("warn", (
r"\b(?:only|just)\s+(?:warn|report|log)\b|\bwarn(?:s|ing)?\b|\b(?:don't|do\s+not|not|never)\s+(?:fail|"
r"stop)\b|\bno\s+failure\b"
)),
    ("fail", r"\b(?:fail|stop|abort|break|block)(?:s|ing)?\b"),
)  # fmt: skip
_FORMER = (
    r"\s*,?\s*\b(?:instead\s+of|rather\s+than|and\s+not|but\s+not|not)\s+(?:just\s+|only\s+)?(?:fail(?:ing)?|"
    r"stop(?:ping)?|warn(?:ing)?|quarantin\w*|abort(?:ing)?)(?:\s+(?:the\s+)?(?:run|pipeline|dag|job))?"
)
_BAD = frozenset(
    [
        "bad",
        "invalid",
        "broken",
        "wrong",
        "dirty",
        "failing",
        "faulty",
        "row",
        "rows",
        "record",
        "records",
        "line",
        "lines",
        "data",
        "entries",
        "entry",
        "rule",
        "rules",
        "check",
        "checks",
        "validation",
        "valid",
        "breaks",
        "break",
        "broken",
        "violates",
        "violate",
        "violations",
        "quality",
        "the",
        "run",
        "pipeline",
        "dag",
        "job",
        "if",
        "when",
        "that",
        "which",
        "go",
        "goes",
        "into",
        "going",
        "send",
        "move",
        "put",
        "keep",
        "aside",
        "on_invalid",
        "hard",
    ]
)
_CHECK = frozenset(
    [
        "check",
        "checks",
        "checked",
        "checking",
        "verify",
        "verifies",
        "validate",
        "validates",
        "assert",
        "asserts",
        "test",
        "tests",
        "rule",
        "rules",
        "that",
        "quality",
        "data",
        "dq",
        "column",
        "columns",
        "field",
        "value",
        "values",
        "every",
        "each",
        "row",
        "rows",
        "condition",
        "constraint",
        "enforce",
        "require",
        "requires",
        "add",
        "adds",
        "includes",
        "whether",
        "expectation",
        "expect",
        "sure",
        "must",
        "always",
        "never",
    ]
)
_KINDS: dict[str, str] = {
    "unique": r"\buniq\w*|\bduplicat\w*|\bdistinct\b",
    "not_null": (
        r"\bnulls?\b|\bnot[\s-]null\b|\bnon-null\b|\bmissing\b|\bempty\b|\brequired\b|\bmandatory\b|"
        r"\bcompleteness\b"
    ),
    "range": r"\brange\b|\bbetween\b|\bpositive\b|\bnegative\b|\bbounds?\b|\bmin(?:imum)?\b|\bmax(?:imum)?\b|[<>]",
    "allowed": r"\ballowed\b|\bone\s+of\b|\bvalues\b",
    "pattern": r"\bformat\b|\bpattern\b|\bregex\b|\bvalid\s+(?:e-?mail|uuid|url|date|phone)\b",
    "row_count": r"\brow[\s-]?count\b|\bnumber\s+of\s+rows\b|\bat\s+least\s+\d+\s+rows\b",
    "freshness": r"\bfresh\w*|\bage\b|\bold(?:er)?\b",
    "foreign_key": r"\bforeign\b|\breferen\w+|\bexists?\s+in\b",
}
_TERSE = r"\b(\w+)\s+((?:not\s+(?:be\s+)?null|non-null|unique|positive|negative|not\s+empty|mandatory)\b)"
_PLACED = r"\b(?:after|before|between|step|task|in\s+front\s+of|at\s+the\s+end|in\s+parallel)\b(?!\s+(?:\d|-\d))"
_MAY_BE = (
    r"(?P<column>\w+)\s+(?:may|can|is\s+allowed\s+to)\s+(?:now\s+)?(?:be|have|contain)\s+(?P<what>null|empty|"
    r"missing|duplicates?|duplicated|negative|nulls|repeated)"
)
_NO_LONGER = (
    r"(?:(?:we\s+)?(?:don't|do\s+not|dont|no\s+longer|stop)\s+(?:check(?:ing)?|validat(?:e|ing)|test(?:ing)?|"
    r"verify(?:ing)?|need\s+to\s+check)|not\s+check)\s+(?P<what>.+?)(?:\s+any\s?more)?"
)


_UNCHECKED = r".+\b(?:not|n't|no\s+longer)\s+(?:need\s+to\s+)?(?:be\s+)?(?:checked|validated|tested|verified)\b.*"


def action_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`bad rows go to quarantine`, `only warn when the check fails`, `validate_orders should quarantine`."""
    text = pattern(_FORMER).sub(" ", clause.text)
    former = text != clause.text
    found = [(action, match) for action, form in _ACTIONS for match in pattern(form).finditer(text)]
    if not found or pattern(r"\b(?:alert|notify|e-?mail|slack|retry|ping|#\w+)\b").search(text):
        return None
    spans = [match.span() for _, match in found]
    left = " ".join(word for word in left_over(text, spans).split() if word.lower() not in _BAD)
    about = pattern(
        r"\b(?:bad|invalid|broken|wrong|dirty|failing|faulty)\b|\bquarantin|\bon_invalid\b|\bviolat|\brules?\b|"
        r"\baside\b|\bcheck\b"
    ).search(text)
    steps = revision.steps(kind="validate")
    if left:
        steps = tuple(step for step in revision.steps(revision.tasks(left)) if step.kind == "validate")
        if not steps:
            return None
    elif (
        not about
        and not former
        and not (steps and pattern(r"(?:don't|do\s+not|never|not)\s+(?:fail|stop).*|.*warn.*").fullmatch(text))
    ):
        return None
    if not steps:
        return None
    ids, action = _one(steps, revision), found[0][0]
    # `bad rows go to quarantine, don't fail`: the second half says the same in other words.
    said_before = action == "warn" and pattern(
        r"(?:don't|do\s+not|never|not|no)\s+(?:fail|stop|failure)\w*.*"
    ).fullmatch(text)
    if said_before and getattr(revision.pipeline.step(ids[0]), "on_invalid", "") == "quarantine":
        return revision
    return revision.set_steps(ids, on_invalid=action)


def _one(steps: Sequence[Any], revision: Revision) -> tuple[str, ...]:
    pointed = [step.id for step in steps if step.id in revision.recent]
    if len(steps) == 1 or len(pointed) == 1:
        return (pointed[0] if pointed else steps[0].id,)
    names = ", ".join(step.id for step in steps)
    raise InputError(f"several tasks check data: {names}", hint="name the one that is meant")


# --------------------------------------------------------------- fewer
def rule_removed(clause: Clause, revision: Revision) -> Revision | None:
    """`drop the uniqueness check on order_id`, `amount may be null now`, `don't check that x any more`."""
    text = clause.text
    may = pattern(_MAY_BE).fullmatch(text)
    verb = pattern(rf"{one_of('remove')}\s+(?P<what>.+)").fullmatch(text)
    no_longer = pattern(_NO_LONGER).fullmatch(text) or pattern(_UNCHECKED).fullmatch(text)
    spoken = (
        may is not None
        or no_longer is not None
        or (
            verb is not None
            and pattern(r"\b(?:checks?|rules?|tests?|constraints?|validation)\b").search(text) is not None
        )
    )
    if not spoken:
        return None
    found = _rules_of(text, revision)
    if not found:
        return None
    if len(found) > 1 and not pattern(r"\b(?:rules|checks|all|both|tests|constraints)\b").search(text):
        names = ", ".join(f"{rule.rule} {' '.join(_columns(rule))} ({step.id})" for step, rule in found)
        raise InputError(
            f"{text[:80]!r} may mean {len(found)} rules: {names}", hint="name the column and the sort of rule"
        )
    for step, rule in found:
        revision = _without(revision, step.id, rule, text)
    return revision


def _rules_of(text: str, revision: Revision) -> list[tuple[ValidateStep, Rule]]:
    """The rules that the words describe: by their sort, their columns and their step."""
    kinds = {kind for kind, words in _KINDS.items() if pattern(words).search(text)}
    said = {word.lower() for word in words_in(text)}
    steps = [step for step in revision.pipeline.steps if isinstance(step, ValidateStep)]
    named = [step for step in steps if step.id in said]
    columns = {column for step in steps for rule in step.rules for column in _columns(rule) if column.lower() in said}
    if not kinds and not columns:
        return []
    return [
        (step, rule)
        for step in named or steps
        for rule in step.rules
        if (not kinds or rule.rule in kinds) and (not columns or columns & set(_columns(rule)))
    ]


def _columns(rule: Rule) -> tuple[str, ...]:
    one = getattr(rule, "column", None)
    return (one,) if one else tuple(getattr(rule, "columns", ()))


def _without(revision: Revision, step_id: str, rule: Rule, text: str) -> Revision:
    """The step without the rule, or without the one column of it that is named."""
    said = {word.lower() for word in words_in(text)}
    step = revision.pipeline.step(step_id)
    assert isinstance(step, ValidateStep)
    left = tuple(column for column in _columns(rule) if column.lower() not in said)
    if isinstance(rule, NotNull) and left and len(left) < len(rule.columns):
        kept = tuple(held.model_copy(update={"columns": left}) if held == rule else held for held in step.rules)
    else:
        kept = tuple(held for held in step.rules if held != rule)
    if not kept:
        raise InputError(f"{step_id} would check nothing any more", hint=f"say: remove {step_id}")
    return revision.set_steps((step_id,), rules=kept)


# --------------------------------------------------------------- more
def rule_added(clause: Clause, revision: Revision) -> Revision | None:
    """`also check that amount is positive`: in the step that checks data; None where a new one is asked for."""
    text = clause.text
    steps = [step for step in revision.pipeline.steps if isinstance(step, ValidateStep)]
    named = [step for step in steps if pattern(rf"\b{re.escape(step.id)}\b").search(text)]
    for step in named:
        text = pattern(
            rf"\b(?:in|to|of|for)?\s*(?:the\s+)?(?:step\s+|task\s+)?{re.escape(step.id)}\b\s*(?:step|"
            r"task)?\s*(?:should|must|shall)?"
        ).sub(" ", text)
    if not steps or (pattern(_PLACED).search(text) and not named):
        return None
    hits = find_rules(text)
    if not hits:
        text = pattern(_TERSE).sub(r"\1 is \2", text)
        hits = find_rules(text)
    if not hits:
        return None
    left = " ".join(
        word for word in left_over(text, [(hit.start, hit.end) for hit in hits]).split() if word.lower() not in _CHECK
    )
    chosen = named or ([step for step in steps if step.id in revision.tasks(left)] if left else steps)
    if left and not chosen:
        return None
    step = chosen[0] if len(chosen) == 1 else _of_columns([hit.value for hit in hits], chosen, revision)
    rules = step.rules
    for hit in hits:
        rules = _with_rule(rules, _about(hit.value, step))
    settled = [rule for rule in rules if rule.rule != "described" or len(step.rules) > 1]
    return revision.set_steps((step.id,), rules=tuple(settled))


def _of_columns(rules: Sequence[Rule], steps: Sequence[ValidateStep], revision: Revision) -> ValidateStep:
    """The step that checks the columns already."""
    columns = {column for rule in rules for column in _columns(rule)}
    found = [step for step in steps if columns & {column for rule in step.rules for column in _columns(rule)}]
    by_data = [step for step in steps for column in columns if owner_of(column, list(step.reads))]
    for candidates in (found, by_data, steps):
        if len({step.id for step in candidates}) == 1:
            return candidates[0]
    return next(step for step in steps if step.id == _one(steps, revision)[0])


def _about(rule: Rule, step: ValidateStep) -> Rule:
    """The rule with its dataset, when the step reads several."""
    if len(step.reads) < 2 or rule.dataset is not None:
        return rule
    checked = [held.dataset for held in step.rules if held.dataset]
    owner = next((name for column in _columns(rule) if (name := owner_of(column, list(step.reads)))), None)
    return rule.model_copy(update={"dataset": owner or (checked[0] if checked else step.reads[0])})


def _bounded(old: Rule, new: Range) -> Rule:
    """The range with the bound that the new words say; the other one stays."""
    if not isinstance(old, Range) or old.exclusive != new.exclusive:
        return new
    low = old.minimum if new.minimum is None else new.minimum
    high = old.maximum if new.maximum is None else new.maximum
    return (
        new
        if low is not None and high is not None and low > high
        else old.model_copy(update={"minimum": low, "maximum": high})
    )


def _with_rule(rules: tuple[Rule, ...], new: Rule) -> tuple[Rule, ...]:
    """The rules with one more; a bound, list or format of a column takes the place of the one that was there."""
    if isinstance(new, (NotNull, Unique, Expression, Described)):
        return rules if new in rules else (*rules, new)
    same = [
        place for place, held in enumerate(rules)
        if held.rule == new.rule and _columns(held) == _columns(new) and held.dataset == new.dataset
    ]  # fmt: skip
    if not same:
        return (*rules, new)
    if isinstance(new, Range):
        new = _bounded(rules[same[0]], new)
    return tuple(new if place == same[0] else held for place, held in enumerate(rules))
