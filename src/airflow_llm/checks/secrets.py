"""Recognising credentials in text, without ever repeating them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from math import log2

HIDDEN = "•••"
_SHORTEST_RANDOM = 24
_LEAST_ENTROPY = 3.8
_LEAST_CHANGES = 0.45

_PLAIN = "a password or token"
_WORDS = r"(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key)"
# Repeats are bounded, so that the time grows with the length of the text only.
_KNOWN = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})",
    "a GitLab token": r"\bglpat-[\w-]{20,}",
    "a Slack token": r"\bxox[abeprs]-[\w-]{10,}",
    "a Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows)/\w+/[\w/]+",
    "a Google API key": r"\bAIza[\w-]{35}\b",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "an OpenAI or Anthropic key": r"\bsk-(?:ant-|proj-)?[\w-]{20,}",
    "a Databricks token": r"\bdapi[0-9a-f]{32}\b",
    "a private key": r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----",
    "a JSON web token": r"\beyJ[\w-]{8,200}\.eyJ[\w-]{8,}\.[\w-]+",
    "an Azure storage key": r"\b(?:AccountKey|SharedAccessKey)=[\w+/=]{20,}",
    "a URI with a password": r"\b(?a:[a-z][a-z0-9+.-]{0,20})://[^\s:/@'\"]{0,100}:(?P<uri>[^\s/@'\"]{1,200})@",
    "an Authorization header": r"\b(?:Bearer|Basic)\s+(?P<header>[\w+/.=~-]{16,})",
    "a user and password for curl": (
        r"\bcurl\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?['\"]?[^\s:'\"]{1,100}:(?P<curl>[^\s'\"]+)"
    ),
    "a password in SQL": r"\b(?:identified\s+by|password)\s+'(?P<sql>[^']+)'",
    _PLAIN: (
        rf"{_WORDS}['\"]?\s*"
        r"(?:=\s*['\"]?(?P<set>[^\s'\",;)&]{4,})|(?::|\bis\b)\s*['\"]?(?P<told>[^\s'\",;)]{6,}))"
    ),
}
_IN_CODE = rf"{_WORDS}['\"]?\s*[:=]\s*[rbf]?['\"](?P<set>[^'\"]{{4,}})['\"]"
_CASED = frozenset({"an AWS access key", "a Google API key", "a private key"})
# What stands in every text that the pattern finds, in lower case.
_HINTS = {
    "an AWS access key": ("akia", "asia"),
    "a GitHub token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat"),
    "a GitLab token": ("glpat",),
    "a Slack token": ("xox",),
    "a Slack webhook": ("hooks.slack",),
    "a Google API key": ("aiza",),
    "a Stripe key": ("k_live_", "k_test_"),
    "an OpenAI or Anthropic key": ("sk-",),
    "a Databricks token": ("dapi",),
    "a private key": ("private key",),
    "a JSON web token": ("eyj",),
    "an Azure storage key": ("accountkey", "accesskey"),
    "a URI with a password": ("://",),
    "an Authorization header": ("bearer", "basic"),
    "a user and password for curl": ("curl",),
    "a password in SQL": ("identified", "passw"),
    _PLAIN: (
        *("passw", "pwd", "secret", "token", "apikey", "api_key", "api-key"),
        *("accesskey", "access_key", "access-key"),
    ),
}
_ALL_HINTS = tuple(dict.fromkeys(hint for hints in _HINTS.values() for hint in hints))
_SECRET_NAME = re.compile(
    r"(?:password|passwd|(?:^|[_\W])(?:pwd|secret|token|api_?key|access_?key|secret_?key|private_?key|credentials?))$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{\{|\{%|\$\{|\$\(|^\$\w+$|^%\(?\w+\)?s?$|^[<\[`]|^(.)\1*$|^\{\w*\}$|^your[-_]|^(?:none|null|true|false|str)$",
    re.I,
)
_UNLIKE_A_WORD = re.compile(r"[0-9!@#$%^&*+]")
_WORD = re.compile(rf"(?<![\w/+=-])[A-Za-z0-9+/]{{{_SHORTEST_RANDOM},}}={{0,2}}(?![\w/-])")


@cache
def _pattern(title: str, *, code: bool = False) -> re.Pattern[str]:
    """The pattern of that title, compiled when a text may hold one."""
    expression = _IN_CODE if code and title == _PLAIN else _KNOWN[title]
    return re.compile(expression, 0 if title in _CASED else re.IGNORECASE)


@lru_cache(maxsize=512)
def secret(text: str, key: str = "", *, code: bool = False) -> str:
    """What kind of credential the text holds, such as `an AWS access key`; empty when it holds none.

    `key` is the name that the text is the value of, such as `api_key`. In `code` a password is a quoted text: names and
    calls, as in `password=connection.password`, are none.
    """
    if key and _names_a_secret(key) and text.strip() and not _PLACEHOLDER.search(text.strip()):
        return f"the value of {key!r}"
    for line in _telling_lines(text):
        lowered = _lowered(line)
        for title, hints in _HINTS.items():
            told = any(hint in lowered for hint in hints)
            if told and any(_is_real(match) for match in _pattern(title, code=code).finditer(line)):
                return title
    if any(_is_random(match[0]) for match in _WORD.finditer(text)):
        return "a random key"
    return ""


@lru_cache(maxsize=512)
def _names_a_secret(key: str) -> bool:
    return _SECRET_NAME.search(key.replace("-", "_")) is not None


def redact(text: str) -> str:
    """The text with everything that looks like a credential hidden."""
    for title in _KNOWN:
        text = _pattern(title).sub(lambda match: HIDDEN if _is_real(match) else match[0], text)
    return _WORD.sub(lambda match: HIDDEN if _is_random(match[0]) else match[0], text)


def _telling_lines(text: str) -> Iterator[str]:
    """The lines with a word that stands beside credentials: few, so that the costly patterns see little text."""
    lowered = _lowered(text)
    lines: dict[int, int] = {}
    for word in (word for word in _ALL_HINTS if word in lowered):
        place = lowered.find(word)
        while place >= 0:
            start, end = lowered.rfind("\n", 0, place) + 1, lowered.find("\n", place)
            lines[start] = len(text) if end < 0 else end
            place = lowered.find(word, lines[start])
    yield from (text[start:end] for start, end in sorted(lines.items()))


def _lowered(text: str) -> str:
    """The text in lower case, at the same places."""
    return text.casefold() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)


def _is_real(match: re.Match[str]) -> bool:
    """Whether the secret part is a value, not a placeholder such as `{{ conn.x.password }}` or a word of a sentence."""
    groups = match.groupdict()
    told, header = groups.get("told"), groups.get("header")
    if told is not None and (not _UNLIKE_A_WORD.search(told) or "://" in told):
        return False
    if header is not None and header.isalpha():
        return False
    value = next((group for group in match.groups() if group is not None), None)
    return value is None or not _PLACEHOLDER.search(value)


def _is_random(word: str) -> bool:
    """Many kinds of characters in no order: high entropy, and upper case, lower case and digits change often."""
    if not (re.search(r"[a-z]", word) and re.search(r"[A-Z]", word) and re.search(r"[0-9]", word)):
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "s" for c in word]
    changes = sum(a != b for a, b in pairwise(kinds)) / (len(word) - 1)
    counts = Counter(word).values()
    entropy = -sum(n / len(word) * log2(n / len(word)) for n in counts)
    return entropy >= _LEAST_ENTROPY and changes >= _LEAST_CHANGES
