"""To which steps words refer: `it`, `both`, `the load`, `once the export is done`, a step's own name."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft, name_words, stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import verbs, words
from airflow_llm.readers.prose.lists import parts

_ALL = words("all")
_IT = words("it")
_WEAK = frozenset(
    stem(word)
    for word in [
        "data",
        "table",
        "file",
        "job",
        "task",
        "step",
        "dag",
        "pipeline",
        "run",
        "new",
        "daily",
        "all",
        "day",
        "one",
        "last",
        "latest",
        "row",
        "record",
        "dataset",
        "is",
        "are",
        "be",
        "been",
        "done",
        "finished",
        "finish",
        "complete",
        "completed",
        "ready",
        "available",
        "success",
        "successful",
        "there",
        "has",
        "have",
        "had",
        "must",
        "should",
        "can",
        "will",
        "over",
        "through",
        "in",
        "result",
    ]
)
_SAME_VERBS = {
    stem(verb): stem(meaning)
    for meaning, listed in {
        "extract": "extract pull fetch download grab export dump get read ingest collect",
        "load": "load insert upload write import upsert ingest store save",
        "validate": "validate check verify test",
        "clean": "clean cleanse cleanup cleaning",
        "notify": "notify email mail alert message",
        "copy": "copy sync replicate",
        "transform": "transform process",
        "train": "train retrain",
        "deduplicate": "deduplicate dedup dedupe",
    }.items()
    for verb in listed.split()
}
_WINDOW = 120
_ENOUGH = 0.5
_ALL_WORDS = 0.59


def words_of(draft: Draft) -> set[str]:
    """The stems by which a step may be called; asked for often, so kept until the draft changes."""
    state = (len(draft.objects), len(draft.hints), len(draft.labels), len(draft.phrase.complements), draft.id)
    if draft.words is None or draft.words[0] != state:
        draft.words = (state, _words_of(draft))
    return draft.words[1]


def _words_of(draft: Draft) -> set[str]:
    found = {stem(word) for word in name_words([*draft.objects, *draft.hints, *_told(draft)])}
    if draft.verb.base:
        found.add(stem(draft.verb.base))
        found.add(_SAME_VERBS.get(stem(draft.verb.base), ""))
    found |= {stem(word) for word in name_words(draft.labels)}
    found |= {system.name for system in draft.systems()}
    found |= {part for part in draft.id.split("_") if part}
    return found - {""}


def _told(draft: Draft) -> list[Token]:
    """Objects and complements; a statement only where it is what the step is about."""
    tokens = draft.phrase.tokens()
    left_out = {id(token) for token in draft.phrase.statement} if draft.kind not in ("validate", "wait") else set()
    return [token for token in tokens if id(token) not in left_out]


def resolve(
    tokens: Sequence[Token], drafts: Sequence[Draft], nearest: Sequence[Draft], strict: bool = False
) -> list[Draft]:
    """The drafts that the words mean; empty when they mean none. `nearest` are those of the last clause.

    `strict` asks for every telling word, not only for most of them.
    """
    listed = [token for token in tokens if not token.marker or token.marker == "each"]
    if not listed:
        return []
    pronouns = _pronouns(listed, drafts, nearest)
    if pronouns is not None:
        return pronouns
    found: dict[int, Draft] = {}
    for part in parts(listed):
        for draft in _by_words(part, drafts, _ALL_WORDS if strict else _ENOUGH):
            found[draft.number] = draft
    return list(found.values())


def _pronouns(tokens: Sequence[Token], drafts: Sequence[Draft], nearest: Sequence[Draft]) -> list[Draft] | None:
    if any(token.named for token in tokens):
        return None
    said = [token.norm for token in tokens]
    telling = [
        word
        for word in said
        if stem(word) not in _WEAK and word not in _ALL and word not in _IT and word not in words("be")
    ]
    telling = [
        word
        for word in telling
        if word not in words("determiners") and word not in words("pronouns") and word not in ("and", "not")
    ]
    if telling:
        return None
    counts = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5}
    wanted = next((counts[word] for word in said if word in counts), 0)
    if wanted and len(nearest) != wanted:
        return list(drafts[-wanted:])
    if any(word in _ALL or word in _IT for word in said):
        return list(nearest)
    return [] if said else None


def _by_words(tokens: Sequence[Token], drafts: Sequence[Draft], least: float) -> list[Draft]:
    """The drafts that share most of the telling words."""
    wanted = {stem(word) for word in name_words(tokens)}
    bases = {stem(verb.base) for token in tokens for verb in token.verbs}
    acts = bases | {_SAME_VERBS.get(base, base) for base in bases}
    telling = {word for word in wanted if word not in _WEAK} - {stem(token.norm) for token in tokens if token.verbs}
    telling -= {stem(word) for word in words("be") | words("modals") | words("determiners")}
    named = [token for token in tokens if token.tag in ("name", "table")]
    exact = [draft for draft in drafts[-_WINDOW:] if named and _called(draft) == {token.norm for token in named}]
    if exact:
        return exact[-1:]
    scored: list[tuple[float, Draft]] = []
    for draft in drafts[-_WINDOW:]:
        if not _may_be_called(named, draft):
            continue
        own = words_of(draft)
        shared = telling & own
        act = bool(acts & own)
        if not shared and not (act and not telling):
            continue
        if least > _ENOUGH and telling - own:
            continue
        score = (len(shared) / len(telling) if telling else 0.6) + (0.3 if act else 0.0)
        score += 0.01 * len(shared)
        if any(token.named and draft.id and set(name_words([token])) == set(draft.id.split("_")) for token in tokens):
            score += 1
        scored.append((score, draft))
    best = max((score for score, _ in scored), default=0.0)
    return [draft for score, draft in scored if score >= best - 0.001] if best >= least else []


def _called(draft: Draft) -> set[str]:
    """The identifiers that are the step's own name."""
    own = {token.norm for token in draft.labels if token.named}
    objects = [token for token in draft.objects if token.named or token.norm not in words("determiners")]
    return own or ({token.norm for token in objects} if objects and all(token.named for token in objects) else set())


def _may_be_called(named: Sequence[Token], draft: Draft) -> bool:
    """Whether an identifier in the words can mean the step: the step's own identifier, or one that it does not have."""
    if not named:
        return True
    own = [token.norm for token in [*draft.labels, *draft.mentioned()] if token.tag in ("name", "table")]
    said = {part for token in named for part in token.norm.split(".")}
    if own:
        return any(part in said for name in own for part in name.split("."))
    return all(stem(word) in words_of(draft) for word in name_words(named))


def acts_in(tokens: Sequence[Token]) -> bool:
    """Whether the words hold a verb or a noun made from one."""
    return any(token.verbs or token.norm in verbs() for token in tokens)
