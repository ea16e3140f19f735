"""Changes of whether a step runs: trigger rules, conditions, thresholds, a choice between two steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.columns import quantity
from airflow_llm.readers.prose.conditions import find_comparisons, find_outcomes, read_condition
from airflow_llm.readers.prose.drafts import identifier
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import free_name, reaches
from airflow_llm.readers.prose.edits.wording import Clause, left_over, one_of, words_in
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.conditions import Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.graph import ancestors, upstream
from airflow_llm.spec.steps import Branch, ChooseStep, Step

_RULES: tuple[tuple[str | None, str], ...] = (
    (
        "all_done",
        r"\b(?:whatever\s+happens|no\s+matter\s+(?:what|how|whether)(?:\s+[^,;]*?)?(?=$|[,;])|come\s+what\s+may|"
        r"in\s+any\s+case|in\s+every\s+case|regardless(?:\s+of\s+[^,;]*)?|"
        r"even\s+(?:if|when|though)\s+[^,;]*?\b(?:fail(?:s|ed|ing)?|break(?:s)?|broke|goes\s+wrong|went\s+wrong|"
        r"errors?|crash(?:es|ed)?|red|not\s+successful)\b(?:\s+before)?|"
        r"(?:both\s+)?(?:on|in\s+case\s+of)\s+success\s+(?:and|or)\s+failure|always|all_done)\b",
    ),
    (
        "one_failed",
        (
            r"\b(?:only\s+)?(?:if|when|in\s+case)\s+(?:anything|something|any\s+(?:of\s+(?:them|the\s+\w+)|task|"
            r"step)?|one\s+of\s+(?:them|the\s+\w+)|(?:one|a)\s+(?:task|step))\s*(?:before\s+(?:it\s+)?)?(?:fails?|"
            r"failed|has\s+failed|breaks?|goes\s+wrong|went\s+wrong)(?:\s+before)?\b|"
            r"\b(?:only\s+)?on\s+failure\s+only\b|\bone_failed\b|\bonly\s+(?:on|after)\s+(?:a\s+)?failures?\b"
        ),
    ),
    (
        "one_success",
        (
            r"\b(?:as\s+soon\s+as|if|when|once)\s+(?:at\s+least\s+)?(?:one|any)(?:\s+of\s+(?:them|"
            r"the\s+\w+))?\s+(?:is\s+)?(?:succeeds?|succeeded|successful|green|worked|done)\b|\bone_success\b"
        ),
    ),
    (
        "none_failed",
        (
            r"\b(?:also\s+|even\s+)?(?:if|when)\s+(?:something|some|one|any|others|steps|tasks|"
            r"a\s+\w+)(?:\s+of\s+\w+)?(?:\s+\w+)?\s+(?:is|are|was|were|got)\s+skipped\b|\b(?:unless|if\s+nothing|"
            r"when\s+nothing)\s+(?:something\s+)?(?:fails|failed|has\s+failed)\b|\bnone_failed\b"
        ),
    ),
    (
        None,
        (
            r"\b(?:only\s+)?(?:if|when|once|after)\s+(?:all|everything|every\s+(?:task|step))(?:\s+(?:of\s+them|"
            r"the\s+\w+|before(?:\s+it)?|tasks|steps|others|else))*\s+(?:has\s+|have\s+|was\s+|were\s+|is\s+|"
            r"are\s+)?(?:succeed(?:s|ed)?|successful|went\s+well|worked|green|ok|passed|been\s+successful)\b|"
            r"\ball_success\b"
        ),
    ),
)
_ONLY = (
    (
        r"(?:run|do|execute|start|let|perform)?\s*(?P<what>\S.*?)\s+(?:should\s+|must\s+|shall\s+|may\s+|"
        r"is\s+to\s+|has\s+to\s+)?(?:be\s+)?(?:run\s+|runs\s+|done\s+|executed\s+|happen\s+|happens\s+|"
        r"start\s+)?(?:only|just)\s+(?:run\s+|be\s+run\s+)?(?P<word>if|when|whenever|in\s+case|"
        r"provided(?:\s+that)?|on|for|while|as\s+long\s+as|above|below)\s+(?P<condition>.+)"
    ),
    (
        r"only\s+(?:run|do|execute|start|perform|let)\s+(?P<what>.+?)\s+(?P<word>if|when|whenever|in\s+case|"
        r"provided(?:\s+that)?|on|for)\s+(?P<condition>.+)"
    ),
    r"only\s+(?P<what>\S.*?)\s+(?P<word>if|when|whenever|in\s+case|provided(?:\s+that)?)\s+(?P<condition>.+)",
    (
        r"(?P<skip>skip|leave\s+out|don't\s+run|do\s+not\s+run|never\s+run)\s+(?P<what>.+?)\s+(?P<word>if|when|"
        r"whenever|in\s+case|unless|on|except\s+(?:on|when|if))\s+(?P<condition>.+)"
    ),
    (
        r"(?:add\s+(?:a\s+|the\s+)?)condition\s+(?:to|for|on)\s+(?P<what>.+?)\s*(?::|that|,)\s*(?P<word>only\s+if|"
        r"only\s+when|if|when)?\s*(?P<condition>.+)"
    ),
    (
        r"(?P<word>only\s+if|only\s+when|if|when|whenever|in\s+case|"
        r"unless)\s+(?P<condition>.+?)\s*,?\s+(?:then\s+)?(?P<skip>skip|don't\s+run|do\s+not\s+run|"
        r"leave\s+out)\s+(?P<what>.+)"
    ),
    r"(?P<what>\S.*?)\s+(?P<word>unless|except\s+(?:on|when|if))\s+(?P<condition>.+)",
    r"(?:run|do|execute|start|perform)\s+(?P<what>\S.*?)\s+(?P<word>if|when|in\s+case)\s+(?P<condition>.+)",
)
_EITHER = (
    r"(?:if|when)\s+(?P<condition>.+?)\s*,?\s+(?:then\s+)?(?:run|do|take|go\s+to|continue\s+with|"
    r"go\s+on\s+with|execute)\s+(?P<then>.+?)\s*,?\s+(?:otherwise|else|if\s+not)\s*,?\s*(?:run|do|take|"
    r"go\s+to|continue\s+with|go\s+on\s+with|execute)?\s+(?P<other>.+)"
)
_DROPPED = (
    rf"(?:{one_of('remove')})\s+(?:the\s+)?(?:condition|when|trigger\s+rule|if)\s+(?:of|on|from|"
    r"for)\s+(?P<what>.+)|(?:run|do)\s+(?P<each>.+?)\s+(?:every\s+time|unconditionally|without\s+(?:a\s+|"
    r"any\s+)?condition)"
)
_THRESHOLD = (
    r"(?:(?:set|change|raise|bump|increase|lower|reduce|decrease|move|put|adjust|make|update)\s+)?(?:the\s+|"
    r"its\s+)?(?:(?P<name>\w+)\s+)?(?:threshold|limit|cut-?off|bar|minimum|bound|condition)(?:\s+(?:of|for|"
    r"on)\s+(?P<of>.+?))?\s*(?:to|is|=|:|at|should\s+be|"
    r"must\s+be)\s*(?P<value>-?\d+(?:[.,]\d+)*\s*%?)(?:\s+instead(?:\s+of\s+\S+)?)?"
)


def trigger_rule_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`run cleanup whatever happens`, `notify always`, `report only if all succeeded`."""
    for rule, words in _RULES:
        found = list(pattern(words).finditer(clause.text))
        if not found:
            continue
        left = left_over(clause.text, [match.span() for match in found], "schedule")
        left = pattern(r"\b(?:always|trigger_rule|trigger\s+rule)\b").sub(" ", left).strip()
        if not left and not revision.recent:
            return None
        return revision.set_steps(revision.tasks(left or "it"), trigger_rule=rule)
    match = pattern(
        r"(?:set\s+)?(?:the\s+)?trigger[_\s]rule\s+(?:of|for)\s+(?P<what>.+?)\s*(?:to|=|is)\s*(?P<rule>\w+)"
    ).fullmatch(clause.text)
    if match is not None:
        return revision.set_steps(revision.tasks(match["what"]), trigger_rule=match["rule"].lower())
    return None


def condition_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`run x only on Mondays`, `skip x if there are no rows`, `if a > 1 run x, otherwise y`, `threshold 0.95`."""
    text = clause.text
    dropped = pattern(_DROPPED).fullmatch(text)
    if dropped is not None:
        return _dropped(revision, dropped["what"] or dropped["each"])
    either = pattern(_EITHER).fullmatch(text)
    if either is not None:
        return _choice(revision, either["condition"], revision.tasks(either["then"]), revision.tasks(either["other"]))
    threshold = _threshold(text, revision)
    if threshold is not None:
        return threshold
    for form in _ONLY:
        match = pattern(form).fullmatch(text)
        if match is None:
            continue
        what = match["what"]
        telling = [
            word for word in words_in(what) if word.lower() not in ("it", "this", "pipeline", "dag", "the", "run")
        ]
        if not telling and not revision.recent:
            return None
        return _conditional(revision, revision.tasks(what if telling else "it"), match)
    return None


def _conditional(revision: Revision, ids: Sequence[str], match: re.Match[str]) -> Revision:
    word = (match["word"] or "").lower()
    condition_words = match["condition"].strip(" ,")
    negated = ("skip" in match.groupdict() and match["skip"] is not None) != word.startswith(("unless", "except"))
    lead = "on" if word in ("on", "for", "except on") else "if"
    for one in ids:
        condition, outcome = _condition(revision, one, f"{lead} {condition_words}" if lead == "on" else condition_words)
        if negated:
            condition = _opposite(condition)
        revision = _with_condition(revision, one, condition, outcome=outcome)
    return revision.speaking_of(ids)


def _opposite(condition: Condition) -> Condition:
    from airflow_llm.readers.prose.conditions import opposite

    return opposite(condition) if isinstance(condition, Comparison) else Negated(condition=condition)


def _condition(revision: Revision, step_id: str, words: str) -> tuple[Condition, bool]:
    """What the words mean for the step: the metric of a step before it, the rows that it reads, how another ended."""
    outcomes = find_outcomes(f"if {words}")
    if outcomes and not find_comparisons(words):
        subject = outcomes[0].value.subject
        if subject:
            return Outcome(step=revision.task(subject), state=outcomes[0].value.state), True
    step = revision.pipeline.step(step_id)
    before = ancestors(revision.pipeline, step_id)
    metrics = [held.id for held in revision.pipeline.steps if held.id in before and held.returns]
    reads = (
        list(step.reads) or [name for held in revision.pipeline.steps if held.id in before for name in held.writes][-1:]
    )
    condition = read_condition(words, step=metrics[-1] if metrics else None, dataset=reads[0] if reads else None)
    if isinstance(condition, Described):
        dated = read_condition(f"if {words}")
        condition = dated if isinstance(dated, Comparison) and dated.source == "calendar" else condition
    if isinstance(condition, Comparison) and condition.source == "metric" and not metrics:
        condition = read_condition(words)
    return condition, False


def _with_condition(revision: Revision, step_id: str, condition: Condition, *, outcome: bool) -> Revision:
    """The step's own condition; that of its branch where a choice decides about it already."""
    for step in revision.pipeline.steps:
        if isinstance(step, ChooseStep):
            alone = [place for place, branch in enumerate(step.branches) if branch.then == (step_id,)]
            if len(alone) == 1:
                branches = tuple(
                    branch.model_copy(update={"when": condition}) if place == alone[0] else branch
                    for place, branch in enumerate(step.branches)
                )
                return revision.set_steps((step.id,), branches=branches)
    fields: dict[str, Any] = {"when": condition}
    if outcome:
        fields["trigger_rule"] = "all_done"
    return revision.set_steps((step_id,), **fields)


def _dropped(revision: Revision, words: str) -> Revision | None:
    ids = revision.tasks(words)
    for step in revision.steps(ids):
        if step.when is None and step.trigger_rule is None:
            raise InputError(f"{step.id} has no condition", hint="look at it with `airflow-llm explain`")
    return revision.set_steps(ids, when=None, trigger_rule=None)


# --------------------------------------------------------------- a choice between two
def _choice(revision: Revision, words: str, then: Sequence[str], other: Sequence[str]) -> Revision:
    before = upstream(revision.pipeline)
    ids = {step.id for step in revision.pipeline.steps}
    ends = (*then, *other)
    ups = {
        up for one in ends for up in before[one]
        if up not in ends and not any(reaches(revision.pipeline, end, up) for end in ends)
    }  # fmt: skip
    condition, outcome = _condition(revision, then[0], words)
    name = free_name(identifier(["check", *words_in(words.lower())[:5]], "check"), ids)
    places = {step.id: place for place, step in enumerate(revision.pipeline.steps)}
    choice = ChooseStep(
        id=name, title=f"Decide if {words}"[:120], after=tuple(sorted(ups, key=places.__getitem__)),
        branches=(Branch(when=condition, then=tuple(then)),), otherwise=tuple(other),
        trigger_rule="all_done" if outcome else None,
    )  # fmt: skip
    first = min(places[one] for one in (*then, *other))
    freed = [
        step.model_copy(update={"after": tuple(one for one in step.after if one not in ups)})
        if step.id in (*then, *other)
        else step
        for step in revision.pipeline.steps
    ]
    return revision.whole(steps=(*freed[:first], choice, *freed[first:])).speaking_of((name,))


# --------------------------------------------------------------- thresholds
def _threshold(text: str, revision: Revision) -> Revision | None:
    """`raise the accuracy threshold to 0.95`, `accuracy must be above 0.95`: a comparison that is there already."""
    match = pattern(_THRESHOLD).fullmatch(text)
    known = list(_comparisons(revision))
    if match is not None:
        about = [word for word in (match["name"], match["of"]) if word]
        chosen = [held for held in known if not about or _named(held, " ".join(about))]
        if not chosen:
            return None
        if len(chosen) > 1:
            names = ", ".join(f"{held.name} {held.operator} {held.right} ({step.id})" for step, held in chosen)
            raise InputError(f"{text[:80]!r} may mean several thresholds: {names}", hint="name the metric")
        value = quantity(match["value"].replace(" ", ""))
        step, old = chosen[0]
        return _exchanged(
            revision, step, old, old.model_copy(update={"right": int(value) if value == int(value) else value})
        )
    plain = pattern(r"\b(?:must|should|shall|has\s+to|needs\s+to|have\s+to)\s+be\b").sub("is", text)
    said = [hit for hit in find_comparisons(plain) if not left_over(plain, [(hit.start, hit.end)], "schedule")]
    if len(said) == 1:
        chosen = [held for held in known if held[1].name == said[0].value.name]
        if len(chosen) == 1:
            step, old = chosen[0]
            new = old.model_copy(update={"operator": said[0].value.operator, "right": said[0].value.right})
            return _exchanged(revision, step, old, new)
    return None


def _named(held: tuple[Step, Comparison], words: str) -> bool:
    said = {word.lower() for word in words_in(words)}
    return bool(said & {held[1].name, *held[1].name.split("_"), held[0].id, *held[0].id.split("_")})


def _comparisons(revision: Revision) -> Iterator[tuple[Step, Comparison]]:
    for step in revision.pipeline.steps:
        for condition in (step.when, *(branch.when for branch in getattr(step, "branches", ()))):
            if (
                isinstance(condition, Comparison)
                and isinstance(condition.right, (int, float))
                and condition.source != "calendar"
            ):
                yield step, condition


def _exchanged(revision: Revision, step: Step, old: Comparison, new: Comparison) -> Revision:
    def changed(held: Step) -> dict[str, Any]:
        fields: dict[str, Any] = {"when": new} if held.when == old else {}
        if isinstance(held, ChooseStep):
            fields["branches"] = tuple(
                branch.model_copy(update={"when": new}) if branch.when == old else branch for branch in held.branches
            )
        return fields

    return revision.change_steps((step.id,), changed)
