"""The systems that a text names, known ones and others: `out of Murex`, `(Epic)`, `via Braze`, `kubectl apply`."""

from __future__ import annotations

from airflow_llm.readers.prose.lexicon import systems, verbs, word_lists, words
from airflow_llm.readers.prose.spellings import lexicon, pattern, spelled

_LEADING = (
    r"(?i:from|into|in|to|via|through|by|with|onto|on|against|using|over|and|or|than|of|the|our|an?|their|old|new|pull|"
    r"fetch|export|refresh|query|update|call|read|load)"
)
_PROPER = r"[A-Z][A-Za-z0-9]*(?:[&.-][A-Za-z0-9]+)*(?:[^\S\n][A-Z][A-Za-z0-9]+){0,2}"
_EVERYDAY = ("mail", "chat", "http", "files")
"""Families whose names are words of every other text: the tokens tell which of them are meant."""
_AGAIN = r"(?!\w|\s*(?i:time\b|timezone))"


def named_systems(text: str) -> list[str]:
    """The names in the order of the text, each once: products by their names or commands, then what has a name."""
    seen = dict.fromkeys(meaning for _, _, meaning in spelled("products", text))
    known = systems()
    for word in pattern(r"[A-Za-z]\w+", 0).findall(text):
        system = known.get(word.lower()) or (known.get(f"{word.lower()}^") if word[0].isupper() else None)
        if system is not None and system.family not in _EVERYDAY:
            seen[system.name] = None
    other = word_lists("no_products")["no_products"] | lexicon("weekdays").keys() | lexicon("months").keys()
    ordinary = other | verbs().keys() | words("determiners") | words("pronouns") | words("prepositions")
    for match in pattern(rf"(?:\b{_LEADING}\s+|[(,/]\s?)({_PROPER}){_AGAIN}", 0).finditer(text):
        said = match[1].lower().replace("-", " ").replace(".", " ").split()
        if said[0] not in ordinary and len(said[0]) > 1:
            seen["_".join(said)] = None
    return list(seen)
