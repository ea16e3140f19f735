"""Where a clause begins or ends by what its words say: definitions, edges of a graph, frames around the work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.said import Said

_LONGEST_NODE = 8
_WHOLES = words("wholes")
_NEEDED = frozenset({"needed", "required", "necessary", "important"})
_SOMETHING = frozenset({"something", "smth", "sth", "thing"})
_LONGEST_ARM = 7
_FARTHEST = 60
REST = frozenset({"else", "otherwise", "rest", "others", "other", "remaining", "default"})
_YES, _NO = frozenset({"yes", "true", "y"}), frozenset({"no", "false", "n", "not"})
_COMPARING = frozenset({"above", "below", "over", "under", "than", "least", "most", "<", ">", "≥", "≤", "="})
_ARM_LEADS = frozenset({"on", "if", "when"})
_DECIDING = frozenset({"depending", "type", "kind", "route", "branch", "switch", "decide", "case", "which", "whether"})
_BEGINNING = frozenset({"begins", "starts", "begin", "start", "opens"})
ENDING = frozenset({"ends", "finishes", "concludes", "closes"})
_FARTHEST_ITEM = 5


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


def each_leads(flat: Sequence[Token], index: int) -> bool:
    """Whether `for each customer` is followed by what is done for it, not by the end of what stands before."""
    if not flat[index].norm.startswith("for"):
        return False
    for place in range(index + 2, min(index + _FARTHEST_ITEM, len(flat))):
        token = flat[place]
        if token.tag == "punct" and token.raw != ",":
            return False
        told = any(verb.form == "base" for verb in token.verbs)
        plain = not any(verb.noun for verb in token.verbs) or place + 1 == len(flat)
        if told and (plain or flat[place + 1].norm in words("determiners") | words("pronouns")):
            return True
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


def answer(tokens: Sequence[Token]) -> str:
    """`yes` or `no` when the words are one; empty for any others."""
    said = {token.norm for token in tokens} - {"if", "when"}
    return "yes" if said and said <= _YES else "no" if said and said <= _NO else ""


def opens_arm(tokens: Sequence[Token]) -> bool:
    """Whether the words in front of an arrow say when: `on a weekday`, `score > 0.9`, `anything else`, `yes`."""
    said = [token.norm for token in tokens]
    if not said or len(said) > _LONGEST_ARM:
        return False
    if tokens[-1].tag == "number" and (_COMPARING & set(said) or tokens[0].tag == "number"):
        return True
    if any(verb.form == "base" and not verb.noun for verb in tokens[0].verbs):
        return False
    return (
        said[-1] in words("arm_states")
        or said[0] in _ARM_LEADS
        or bool(REST & {*said[:2], said[-1]})
        or bool(answer(tokens))
    )


def arm_ahead(flat: Sequence[Token], index: int) -> bool:
    """Whether another arm of a choice follows the comma (`csv → a, xml → b, anything else → c`)."""
    ahead = flat[index + 1 : index + 2 + _LONGEST_ARM]
    arrow = next((place for place, token in enumerate(ahead) if token.tag == "arrow"), 0)
    left = ahead[:arrow]
    if not arrow or any(token.tag == "punct" and token.raw in ",:;" for token in left):
        return False
    before = flat[max(0, index - _FARTHEST) : index]
    first = next((place for place, token in enumerate(before) if token.tag == "arrow"), 0)
    if not first or any(verb.form == "base" and not verb.noun for verb in left[0].verbs):
        return False
    opening = {token.norm for token in before[:first]}
    decides = bool(opening & (_DECIDING | _ARM_LEADS)) or bool(answer(before[first - 1 : first]))
    decides = decides or any(
        token.norm in REST and after.tag == "arrow" for token, after in pairwise(flat[index : index + _FARTHEST])
    )
    return decides or opens_arm(left) or denied(left, before[max(0, first - len(left) + 1) : first])


def denied(tokens: Sequence[Token], told: Sequence[Token]) -> bool:
    """Whether the words say no to others: `no match` behind `match`, `checks not ok` behind `checks ok`."""
    said, known = [token.norm for token in tokens], {token.norm for token in told}
    rest = [word for word in said if word not in _NO]
    return bool(rest) and len(rest) < len(said) and all(word in known for word in rest)
