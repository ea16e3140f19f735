"""Names: short verb_object ids of the steps, and the pipeline's own."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft, identifier, name_words, short
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words

_SAID = {
    "e-mail": "email",
    "make_sure": "check",
    "triggerdagrun": "trigger",
    "spark-submit": "run",
    "kick": "trigger",
    "fine-tune": "finetune",
}
_STATES = words("states")
_JOINERS = frozenset(["if", "when", "only", "unless", "case", "so", "today"])
_COUNTED = frozenset(["two", "three", "four", "five", "both", "one", "ones"])
_LONGEST_TITLE = 120
_TARGETED = frozenset({"load", "copy"})


def step_id(draft: Draft, taken: dict[str, int], inherited: Sequence[str] = ()) -> str:
    """A free id for the step; `inherited` are the words of what `it` or `them` points to."""
    base = identifier(_parts(draft, inherited))
    name = base
    while name in taken:
        taken[base] += 1
        name = f"{base}_{taken[base]}"
    taken[name] = 1
    return name


def title_of(draft: Draft) -> str:
    """The step in a few words of the text."""
    said = [draft.verb.base.replace("make_sure", "check"), *(token.raw for token in draft.objects)]
    for preposition, tokens in draft.phrase.complements:
        if tokens and preposition not in ("each", "after", "before"):
            said += [preposition, *(token.raw for token in tokens)]
    said += [token.raw for token in draft.phrase.statement]
    text = " ".join(word for word in said if word)[:_LONGEST_TITLE].strip()
    return text[:1].upper() + text[1:]


def _parts(draft: Draft, inherited: Sequence[str]) -> list[str]:
    if draft.kind == "choose":
        return ["check", *short([word for word in _telling(name_words(draft.objects)) if word not in _JOINERS], 5)]
    if draft.kind == "wait":
        return ["wait_for", *(_waited(draft) or [*list(inherited)[:3], *_states(draft)] or ["upstream"])]
    objects = _telling(name_words([*draft.objects, *_heads(draft)]))
    if not draft.verb.base:
        given = name_words(draft.objects)
        return given if len(draft.objects) == 1 and len(given) > 1 else objects or ["task", *given]
    verb = _SAID.get(draft.verb.base, draft.verb.base).replace("-", "_")
    if draft.kind == "validate" and verb in ("run", "look", "check"):
        verb = "check"
    if draft.kind == "notify" and draft.verb.group == "get":
        return ["notify", *short(_telling(name_words(draft.phrase.subject)))]
    if draft.kind in ("notify",) and verb not in ("send",):
        return [verb, *short(_addressed(draft))]
    objects = [word for word in objects if word not in _COUNTED] or (
        list(inherited)[:3] if _points_back(draft) and draft.kind not in _TARGETED else []
    )
    named = short(objects) if objects else short(_fallback(draft)) or list(inherited)[:3]
    if not [word for word in named if word not in words("fillers")]:
        named = [*named, *short(_fallback(draft), 3)]
    parts = [verb, *(word for word in named if word != verb)]
    if draft.kind == "copy":
        target = [word for word in _target(draft) if word not in parts]
        parts += ["to", *target] if target else []
    return list(dict.fromkeys(parts))


def _points_back(draft: Draft) -> bool:
    """Whether the object is `it`, `them` and the like, and nothing else says what the step is about."""
    telling = [token for _, tokens in draft.phrase.complements for token in tokens if token.named or token.system]
    return not telling and not _telling(name_words(draft.phrase.complement("into", "to", "as", "for", "of")))


def _heads(draft: Draft) -> list[Token]:
    """The head of a list that a member leaves out (`the two jobs: a and b`)."""
    return [
        token
        for token in draft.hints
        if not token.norm.isdigit() and token.norm not in ("two", "three", "both", "four")
    ]


def _telling(found: Sequence[str]) -> list[str]:
    dropped = words("determiners") | words("modals") | words("be") | {"not", "t", "s"}
    return [word for word in found if word not in dropped or word.isdigit()]


def _waited(draft: Draft) -> list[str]:
    phrase = draft.phrase
    tokens = [*draft.objects, *(token for _, held in phrase.complements for token in held), *phrase.statement]
    found = [
        word
        for word in _telling(name_words(tokens))
        if word not in _STATES and word not in ("wait", "dag", "job", "ds")
    ]
    return short(found)


def _states(draft: Draft) -> list[str]:
    return [
        token.norm
        for token in draft.phrase.statement
        if token.norm in _STATES and token.norm not in ("has", "have", "there", "up")
    ][:1]


def _addressed(draft: Draft) -> list[str]:
    """Whom a message goes to, or what it is about."""
    tokens = [*draft.objects, *draft.phrase.complement("to", "in", "on", "via")]
    said = _telling(name_words(tokens))
    return (
        said
        or _telling(name_words(draft.phrase.statement))
        or _telling(name_words(draft.phrase.complement("about", "with", "that")))
        or ["team"]
    )


def _fallback(draft: Draft) -> list[str]:
    """The words of a step that names no object: where it goes, what it is about."""
    phrase = draft.phrase
    for tokens in (
        phrase.complement("of", "for", "into", "to", "in", "on", "from", "with", "as", "against", "using"),
        phrase.statement,
    ):
        said = _telling(name_words(tokens))
        if said:
            return said
    said = [word for system in draft.systems() for word in system.name.split("_")]
    return said or [word for token in draft.hints for word in name_words([token])]


def _target(draft: Draft) -> list[str]:
    target = draft.phrase.complement("to", "into", "onto", "in")
    system = next((token.system for token in target if token.system), None)
    said = system.name.split("_") if system else name_words([token for token in target if token.named])
    return said[:2]
