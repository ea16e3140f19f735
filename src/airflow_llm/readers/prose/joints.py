"""Where a clause begins or ends by what its words say: definitions, edges of a graph, frames around the work."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.said import Said

_LONGEST_NODE = 8
_WHOLES = words("wholes")
_NEEDED = frozenset({"needed", "required", "necessary", "important"})
_SOMETHING = frozenset({"something", "smth", "sth", "thing"})
_BEGINNING = frozenset({"begins", "starts", "begin", "start", "opens"})
ENDING = frozenset({"ends", "finishes", "concludes", "closes"})


def defines(flat: Sequence[Token], index: int) -> bool:
    """Whether `A = download the feed` begins here."""
    return (
        flat[index].tag == "name"
        and index + 2 < len(flat)
        and flat[index + 1].raw == "="
        and bool(flat[index + 2].verbs)
    )


def edge_ahead(flat: Sequence[Token], index: int) -> bool:
    """Whether another edge of the graph follows the comma (`a -> b, a -> c`)."""
    following = flat[index + 1 : index + _LONGEST_NODE]
    if not any(token.tag == "arrow" for token in following):
        return False
    before = {token.norm for token in flat[:index]}
    for token in following:
        if token.tag == "arrow":
            return any(held.tag == "arrow" for held in flat[:index])
        if token.tag != "name" and token.norm not in before and token.norm not in ("+", "&", "and"):
            return False
    return False


def names_whole(current: Sequence[Token]) -> bool:
    """`set up a job`, `something`, `one task` in front of `that`: what follows is the work itself."""
    tokens = [token for token in current if token.raw != ","]
    if not tokens or tokens[-1].norm in _WHOLES | _NEEDED:
        return bool(tokens)
    before = tokens[-2].norm if len(tokens) > 1 else ""
    return tokens[-1].norm in _SOMETHING or (tokens[-1].norm in ("task", "step") and before in ("a", "one", "another"))


def begins_with(tokens: Sequence[Token]) -> int:
    """How many tokens `everything begins with` and the like cover at the front of a clause."""
    for place in range(1, min(4, len(tokens) - 2)):
        if tokens[place].norm in _BEGINNING | ENDING and tokens[place + 1].norm in ("with", "by"):
            subject = [token.norm for token in tokens[:place] if token.norm not in words("determiners")]
            whole = subject[-1:] in (["it"], ["everything"]) or bool(set(subject) & _WHOLES) or subject == []
            return place + 2 if whole else 0
    return 0


def tells(token: Token) -> bool:
    """Whether the word tells something about the name before it."""
    return token.norm in ("comes", "goes") or any(verb.form == "s" for verb in token.verbs)


def reduced_passive(flat: Sequence[Token], index: int, place: int) -> bool:
    """`the differences written to a file`: a passive that leaves its `are` out."""
    past = any(verb.form == "past" for verb in flat[place].verbs)
    following = flat[place + 1].norm if place + 1 < len(flat) else ""
    return past and flat[index].norm in words("determiners") and following in ("to", "into", "in", "from", "by", "with")


def lists_items(flat: Sequence[Token], index: int, said: Said) -> bool:
    """`for each of PL, CZ and SK`: whether the comma stands between items."""
    listed = said.leading is not None and said.leading.norm.endswith(" of")
    following = flat[index + 1] if index + 1 < len(flat) else None
    plain = following is not None and not following.verbs and not following.marker
    return listed and not said.verbal and following is not None and plain and following.raw[:1].isupper()
