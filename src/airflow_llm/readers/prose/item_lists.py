"""Listed items behind `for each`, put into the one form that the grammar reads: `for each region (eu, us, asia),`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from airflow_llm.readers.prose.lexicon import words

if TYPE_CHECKING:
    from airflow_llm.readers.prose.entities import Token

_SKIPPED = frozenset({"of", "the", "our", "these", "those", "following", "all", "both", "its", "their"})
COUNTS = frozenset({"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"})
_LEADS_IN = frozenset({"of", "in", "among", "namely", ":"})
_SEPARATING = frozenset({",", "/", "&", "and", "or"})
_MOST_ITEMS = 100
LONGEST_ITEM = 3
"""Words of one item."""
_MOVING = frozenset({"to", "into", "from"})
_PASSED = frozenset({",", "and", "And"})
_NOT_ITEMS = words("not_items")
_PEOPLE = words("persons") | {"department", "reader", "reviewer", "dashboard"}
_FUNCTION = words("prepositions") | words("pronouns") | words("be") | words("modals") | words("negation")


class _Listed(NamedTuple):
    """`noun` is what one item is called, None for items of no sort; `end` is the place behind the last item."""

    noun: Token | None
    items: list[list[Token]]
    end: int


def gathered(tokens: list[Token]) -> list[Token]:
    """The tokens with every list of items in brackets behind the word for one item."""
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        opened = _opened(tokens, index)
        listed = _listed(tokens, opened, tokens[index]) if opened else None
        if listed is None or not _fits(tokens, index, listed):
            found.append(tokens[index])
            index += 1
            continue
        found.extend(_bracketed(tokens, index, listed))
        index = listed.end
    return found


def _opened(tokens: Sequence[Token], index: int) -> int:
    """Where the words behind `for each`, `for every` or a leading `for the` begin; 0 when none of them stands here."""
    token = tokens[index]
    if token.masked or token.depth:
        return 0
    if token.marker == "each":
        return index + 1
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    plain = token.norm == "for" and following is not None and following.norm in ("the", "these", "our")
    return index + 2 if plain and leads(tokens, index) else 0


def leads(tokens: Sequence[Token], index: int) -> bool:
    """Whether nothing but order words and what another grammar has read stands before the words in their sentence."""
    while index and (tokens[index - 1].masked or tokens[index - 1].marker or tokens[index - 1].raw in _PASSED):
        index -= 1
    return index == 0 or tokens[index - 1].tag == "line" or tokens[index - 1].raw in ".!?;:)-*•"


def _fits(tokens: Sequence[Token], index: int, listed: _Listed) -> bool:
    """`for the regions a and b` opens what is done for each of them only where an imperative follows at once."""
    marker = tokens[index]
    if marker.marker == "each" and marker.norm not in ("per", "one per", "for all"):
        return True
    people = listed.noun is None or listed.noun.norm in _PEOPLE or listed.noun.norm.removesuffix("s") in _PEOPLE
    return not people and leads(tokens, index) and _asks(tokens, listed.end + _comma(tokens, listed.end))


def _comma(tokens: Sequence[Token], index: int) -> int:
    return int(index < len(tokens) and tokens[index].raw in (",", ":"))


def _listed(tokens: Sequence[Token], index: int, marker: Token) -> _Listed | None:
    """The list that begins here; None where the words only name the sort of the items."""
    start = index
    while index < len(tokens) and not tokens[index].named and _introduces(tokens[index]):
        index += 1
    if any(_is_count(token) for token in tokens[start:index]) and _counted(tokens, index):
        return None
    several = start < index or marker.norm.endswith((" of", " of the")) or marker.norm in ("for", "for all")
    noun, place = _led_in(tokens, index)
    items, end = _items(tokens, place)
    if noun is None:
        noun, items = _sort_named(items, several=several)
    if len(items) < 2 or (noun is not None and (noun.norm in _NOT_ITEMS or noun.norm in _FUNCTION)):
        return None
    if any(not _is_one(part) for part in items):
        return None
    over = place > index and tokens[place - 1].norm == "in"
    if (noun is None and not several) or (over and any(part[0].system is not None for part in items)):
        return None
    return _Listed(noun, items, end)


def _introduces(token: Token) -> bool:
    return token.norm in _SKIPPED or _is_count(token)


def _is_count(token: Token) -> bool:
    return token.norm in COUNTS or (token.tag == "number" and len(token.raw) < 3)


def _counted(tokens: Sequence[Token], index: int) -> bool:
    """`each of the 9 stations, …`: what is counted names the sort, and no items follow."""
    own = tokens[index : index + 2]
    return len(own) == 2 and not _proper(own[0]) and own[0].norm.endswith("s") and own[1].raw == ","


def _led_in(tokens: Sequence[Token], index: int) -> tuple[Token | None, int]:
    """`region in …`, `shop of …`, `region: …`: the word for one item, and where the items begin."""
    if index + 2 >= len(tokens) or not _is_item_word(tokens[index]) or tokens[index + 1].norm not in _LEADS_IN:
        return None, index
    place = index + 2
    while place < len(tokens) and (tokens[place].raw == ":" or tokens[place].norm in ("the", "our")):
        place += 1
    return tokens[index], place


def _items(tokens: Sequence[Token], index: int) -> tuple[list[list[Token]], int]:
    """The members between commas, `and` and `or`, up to the words that ask for something or join on."""
    items: list[list[Token]] = [[]]
    end = index
    while index < len(tokens) and len(items) <= _MOST_ITEMS:
        token = tokens[index]
        if token.norm in _SEPARATING and not token.named and not token.masked:
            if items[-1]:
                items.append([])
        elif _ends(tokens, index, len(items[-1])):
            break
        else:
            items[-1].append(token)
            end = index + 1
        index += 1
    return [part for part in items if part], end


def _is_item_word(token: Token) -> bool:
    """Whether the token may be (part of) an item: a name, a number or a word, `us` among them."""
    if token.masked or token.marker or token.depth:
        return False
    if token.named or token.tag == "number":
        return True
    return token.tag == "word" and (token.norm not in _FUNCTION) and token.norm not in words("determiners")


def _is_one(part: Sequence[Token]) -> bool:
    """Whether the words are one item: a name by itself, or words of which none tells what is done."""
    tells = any(verb.form == "s" and not verb.noun for token in part for verb in token.verbs)
    return not tells and (len(part) == 1 or not any(token.named for token in part))


def _ends(tokens: Sequence[Token], index: int, held: int) -> bool:
    """Whether the list is over before the word, of whose item so many words are known."""
    if _is_code(tokens, index):
        return False
    if not _is_item_word(tokens[index]) or _asks(tokens, index) or held == LONGEST_ITEM:
        return True
    return _imperative(tokens[index]) and tokens[index - 1].raw == ","


def _is_code(tokens: Sequence[Token], index: int) -> bool:
    """`fr, it and de`: two letters that stand by themselves are no pronoun."""
    around = [*tokens[index - 1 : index], *tokens[index + 1 : index + 2]]
    alone = len(around) == 2 and all(token.norm in _SEPARATING for token in around)
    return alone and tokens[index].tag == "word" and len(tokens[index].raw) == 2 and not tokens[index].masked


def _imperative(token: Token) -> bool:
    return token.raw.islower() and any(verb.form == "base" for verb in token.verbs)


def _asks(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word is the verb of what is asked for, which ends the list."""
    if index >= len(tokens) or tokens[index].named or not any(verb.form == "base" for verb in tokens[index].verbs):
        return False
    if not all(verb.noun for verb in tokens[index].verbs if verb.form == "base") or index + 1 == len(tokens):
        return True
    after = tokens[index + 1]
    if after.norm in _MOVING or after.norm in words("pronouns"):
        return True
    return after.tag != "punct" and after.norm not in _SEPARATING and after.norm not in _FUNCTION and not after.marker


def _sort_named(items: list[list[Token]], *, several: bool) -> tuple[Token | None, list[list[Token]]]:
    """`regions eu, us and asia` and `eu, us and asia regions`: the word for their sort, and the items without it."""
    if len(items) < 2:
        return None, items
    first, last = items[0], items[-1]
    if len(first) == 2 and all(len(part) == 1 for part in items[1:]):
        named = all(_proper(part[-1]) for part in items)
        if (several and first[0].norm.endswith("s") and not _proper(first[0])) or named:
            return first[0], [first[1:], *items[1:]]
    if several and len(last) == 2 and last[1].norm.endswith("s") and all(len(part) == 1 for part in items[:-1]):
        return last[1], [*items[:-1], last[:1]]
    return None, items


def _proper(token: Token) -> bool:
    return token.named or token.tag == "number" or token.raw[:1].isupper()


def _bracketed(tokens: Sequence[Token], index: int, listed: _Listed) -> list[Token]:
    """The marker, the word for one item and the items in brackets, with a comma before what is asked for."""
    marker = tokens[index]
    if marker.marker != "each" or marker.norm.endswith((" of", " of the")):
        marker = replace(marker, marker="each", norm="for each")
    word = listed.noun or replace(marker, tag="word", marker="", norm="item", raw="item", start=marker.end)
    first, last = listed.items[0][0].start, listed.items[-1][-1].end
    if word.start > first:
        word = replace(word, start=marker.end, end=marker.end)
    held = [marker, replace(word, verbs=(), system=None), _sign(marker, "(", first)]
    for number, part in enumerate(listed.items):
        if number:
            held.append(_sign(marker, ",", part[0].start, depth=1))
        held.extend(replace(token, verbs=(), depth=1) for token in part)
    held.append(_sign(marker, ")", last))
    if _asks(tokens, listed.end) and leads(tokens, index):
        held.append(_sign(marker, ",", last))
    return held


def _sign(like: Token, sign: str, place: int, depth: int = 0) -> Token:
    """A sign that the text leaves out."""
    return replace(like, tag="punct", raw=sign, norm=sign, start=place, end=place, marker="", depth=depth, verbs=())
