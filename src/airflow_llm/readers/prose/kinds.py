"""Which kind of step a verb with its objects means."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import frames, words
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.spellings import pattern

_PERSONS = words("persons")
_MESSAGES = words("messages")
_RUNS = {
    "validate": "test tests check checks validation validations assertions quality expectations",
    "predict": "inference scoring predictions prediction forecast forecasts",
    "train": "training retraining",
    "evaluate": "evaluation benchmark backtest",
    "sql": "query queries procedure statement sql",
    "container": "container image docker",
    "transform": "transformation transformations aggregation aggregations cleaning deduplication conversion join",
    "extract": "extract extraction ingestion import",
    "load": "export backup load upload copy sync replication",
    "report": "report reports",
    "cleanup": "cleanup vacuum",
}
_RUN_KINDS = {stem(word): kind for kind, listed in _RUNS.items() for word in listed.split()}
_INFRASTRUCTURE = frozenset(
    stem(word)
    for word in [
        "cluster",
        "instance",
        "machine",
        "vm",
        "server",
        "folder",
        "directory",
        "bucket",
        "endpoint",
        "environment",
        "session",
        "namespace",
        "topic",
        "queue",
        "user",
        "job",
        "thread",
        "ticket",
        "issue",
        "branch",
        "backup",
        "snapshot",
        "connection",
    ]
)
_MODELS = words("models")
_DOCUMENTS = words("documents")
_WORKING = frozenset(
    ["run", "trigger", "create", "take", "set", "request", "register", "pick", "reject", "refresh", "look"]
)
_NOTIFY_CHANNELS = ("chat", "mail")
_STORES = ("sql", "objects", "files", "nosql", "search", "stream")


def kind_of(phrase: Phrase) -> str:
    """The spec's step kind, or `copy` for data that one step moves from one system to another."""
    if phrase.verb is None:
        return "python"
    group = phrase.verb.group
    if group == "send":
        return _sending(phrase)
    special = _special(group, phrase)
    if special:
        return special
    kind = _framed(group, phrase)
    if kind in ("extract", "load"):
        return _movement(group, phrase)
    if kind == "" and group in _WORKING:
        return _work(group, phrase)
    return kind or "python"


def _special(group: str, phrase: Phrase) -> str:
    """What depends on more than one word among the objects; empty when nothing of it fits."""
    base = phrase.verb.base if phrase.verb else ""
    said = {token.norm for token in phrase.tokens()}
    if base == "add":
        return "load" if phrase.complement("to", "into") else "transform"
    if base in ("truncate", "merge", "insert") and (kind := _on_tables(base, phrase)):
        return kind
    if base == "poll" and phrase.statement:
        return "wait"
    if group == "take" and _taken_from(phrase):
        return "extract"
    if base == "compare":
        return "" if said & _MODELS else "transform"
    if group in ("clean", "delete") and "older" in said:
        return "cleanup"
    if group == "notify" and _calls_address(phrase):
        return "http"
    if group == "get" and phrase.voice == "active" and {token.norm for token in phrase.objects} & _MESSAGES:
        return "notify"
    if group in ("check", "look") and (_looks_for_data(phrase) or _asks_for_file(phrase)):
        return "wait"
    documents = {token.norm for token in phrase.complement("into", "in", "to")} & _DOCUMENTS
    return "report" if group in ("union", "join") and documents else ""


def _on_tables(base: str, phrase: Phrase) -> str:
    """`truncate stage.users`, `merge it into core.users`, `insert the rows of a.x into b.x`."""
    if base == "truncate":
        return "sql" if _named(phrase.objects) else ""
    into = phrase.complement("into")
    if not (_is_place(into) and _named(into)):
        return ""
    return "sql" if base == "insert" and _named(phrase.complement("of", "from")) else "load"


def _named(tokens: Sequence[Token]) -> bool:
    return any(token.tag in ("table", "name") for token in tokens)


def _taken_from(phrase: Phrase) -> bool:
    """`takes the clients of Oracle`, but not `take a backup of the database`."""
    made = {token.norm for token in phrase.objects} & {"backup", "snapshot", "dump", "copy", "copies"}
    held = phrase.complement("of")
    return not made and (bool(phrase.complement("from", "out")) or any(token.system for token in held))


def head(tokens: Sequence[Token]) -> str:
    """The last word of a noun phrase: what it is, in the singular."""
    for token in reversed(tokens):
        if token.tag in ("word", "name", "table", "file", "path"):
            return token.norm
    return ""


def _titles(tokens: Sequence[Token]) -> set[str]:
    """`the view mart.sales`: the word in front of a name says what it is."""
    return {before.norm for before, after in pairwise(tokens) if after.named and before.norm in words("table_nouns")}


def _framed(group: str, phrase: Phrase) -> str:
    tokens = phrase.tokens()
    mentioned = {token.norm for token in tokens} | {
        token.system.name for token in [*tokens, *phrase.subject] if token.system
    }
    mentioned |= {phrase.verb.base} if phrase.verb else set()
    mentioned |= {token.norm.split("_")[0] for token in tokens if token.tag == "name"}
    last = {
        head(phrase.objects),
        *_titles(phrase.objects),
        *(head(held) for preposition, held in phrase.complements if preposition == "of"),
    }
    for frame in frames().get(group, ()):
        if not frame.words and not frame.heads:
            return frame.kind
        if frame.words & mentioned or frame.heads & last:
            return frame.kind
    return ""


def _movement(group: str, phrase: Phrase) -> str:
    """Extract, load or copy, by where the data comes from and goes to."""
    comes_from = bool(phrase.complement("from", "out"))
    goes_to = bool(phrase.complement("into", "to", "onto")) or (group == "put" and bool(phrase.complement("in", "on")))
    if group == "get":
        return (
            "copy"
            if goes_to and _is_place(phrase.complement("into", "to", "onto")) and not phrase.complement("as")
            else "extract"
        )
    if comes_from and goes_to:
        return "copy"
    if group == "put" and comes_from and not goes_to:
        return "extract"
    if group == "copy":
        if comes_from and phrase.verb is not None and phrase.verb.base in ("dump", "export", "unload"):
            return "extract"
        return (
            "copy" if goes_to or phrase.verb is None or phrase.verb.base not in ("dump", "export", "unload") else "load"
        )
    return "load"


def _is_place(tokens: Sequence[Token]) -> bool:
    """Whether the phrase names a system, an address or a place for data."""
    places = (
        "warehouse",
        "lake",
        "bucket",
        "database",
        "storage",
        "folder",
        "table",
        "zone",
        "layer",
        "staging",
        "schema",
        "disk",
        "index",
    )
    return any(token.system or token.named or token.norm in places for token in tokens)


def _sending(phrase: Phrase) -> str:
    target = [*phrase.complement("to", "via", "on", "over", "by", "in"), *phrase.objects]
    if any(
        token.tag in ("email", "channel") or (token.system and token.system.family in _NOTIFY_CHANNELS)
        for token in target
    ):
        return "notify"
    if any(token.system and token.system.family in _STORES for token in target) or any(
        token.tag == "uri" for token in target
    ):
        return "load"
    if any(token.tag == "url" or (token.system and token.system.family == "http") for token in phrase.complement("to")):
        return "http"
    persons = {token.norm for token in target}
    return "notify" if persons & _PERSONS or persons & _MESSAGES else "load"


def _calls_address(phrase: Phrase) -> bool:
    """`ping https://...`, `post the result to the API`."""
    if any(token.tag == "url" for token in phrase.objects):
        return True
    return phrase.verb is not None and phrase.verb.base in ("post", "message", "announce") and _posts_to_http(phrase)


def _posts_to_http(phrase: Phrase) -> bool:
    target = phrase.complement("to")
    http = any(token.tag == "url" or (token.system and token.system.family == "http") for token in target)
    return http and not any(token.tag == "channel" for token in target)


def _looks_for_data(phrase: Phrase) -> bool:
    """`check the bucket for the file`: whether something is there, not whether it is right."""
    wanted = phrase.complement("for")
    if not wanted:
        return False
    place = [*phrase.objects, *phrase.tokens()]
    named = any(token.tag in ("file", "path", "uri") for token in wanted)
    new = any(token.norm in ("new", "file", "files", "partition", "flag", "arrival") for token in wanted)
    stored = any(token.system and token.system.family in ("objects", "files") for token in place)
    return named or new or (stored and not any(token.norm in ("duplicates", "nulls", "errors") for token in wanted))


def _asks_for_file(phrase: Phrase) -> bool:
    """`check whether orders.csv is in S3`, `see if the file has arrived`: whether something is there."""
    opened = [token.norm for token in [*phrase.objects, *phrase.statement][:1]]
    if opened not in (["whether"], ["if"]):
        return False
    tokens = [*phrase.tokens(), *phrase.statement]
    said = {token.norm for token in tokens} | {name for name, _ in phrase.complements}
    filed = any(token.tag in ("file", "path", "uri") or token.norm in ("file", "files") for token in tokens)
    stored = any(token.system and token.system.family in ("objects", "files") for token in tokens)
    there = bool({"there", "exists", "exist", "arrived", "available", "present", "landed"} & said)
    return filed and (there or (stored and bool({"in", "on", "at"} & said)))


def _work(group: str, phrase: Phrase) -> str:
    """What running, starting or creating something means, by what it is."""
    tokens = phrase.tokens()
    stems = [stem(token.norm) for token in phrase.objects]
    if quoted_statement(tokens):
        return "sql"
    if any(token.tag == "quoted" and (token.raw.startswith("`") or _is_command(token)) for token in tokens):
        return "shell"
    if any(token.tag in ("file", "path") and token.norm.endswith(".sql") for token in tokens):
        return "sql"
    if group == "create":
        return "python" if stem(head(phrase.objects)) in _INFRASTRUCTURE else "transform"
    if group == "run" and stems:
        for word in reversed(stems):
            if word in _RUN_KINDS:
                return _RUN_KINDS[word]
        if any(token.system and token.system.family in ("sql",) for token in tokens):
            return "sql"
    if group == "look":
        return "validate"
    return "python"


def _is_command(token: Token) -> bool:
    """A quoted text that begins with a program that people run."""
    first, _, rest = token.norm[1:-1].strip().partition(" ")
    return bool(rest) and first in words("programs")


def quoted_statement(tokens: Sequence[Token]) -> str:
    """The SQL statement that the text quotes, verbatim; empty without one."""
    quoted = (token.raw[1:-1].strip() for token in tokens if token.tag == "quoted")
    return next((text for text in quoted if pattern(_STATEMENT).match(text)), "")


_STATEMENT = (
    r"(?:select\s.+\sfrom|select\s+[\d'(*]|insert\s+(?:into|overwrite)|update\s+\S+\s+set|delete\s+from|merge\s+into"
    r"|with\s+\w+\s+as\s*\(|(?:create|drop|alter)\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|materialized\s+|external\s+"
    r"|table|view|schema|index)|truncate\s+(?:table\s+)?[\w.]+\s*;?$|refresh\s+materialized\s+view|vacuum\b|analyze\b"
    r"|call\s+\w[\w.]*\s*\(|copy\s+into|grant\s+\w+.*\son\s)"
)


def is_noop(phrase: Phrase) -> bool:
    """Whether the words mean that nothing is to be done (`keep the old model`, `stop`, `do nothing`)."""
    if phrase.verb is None:
        listed = [token.norm for token in phrase.subject]
        return bool(listed) and listed[0] in ("nothing", "stop", "end", "done", "finish", "stay")
    base, objects = phrase.verb.base, [token.norm for token in phrase.objects]
    if base == "keep" and phrase.voice == "imperative":
        return not {"only", "rows", "records", "columns", "lines"} & set(objects[:3])
    if base == "skip":
        return True
    return base == "do" and (not objects or objects[0] == "nothing" or objects[0] in words("pronouns"))
