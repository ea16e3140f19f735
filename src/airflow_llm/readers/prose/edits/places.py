"""Changes of which table, file or address a step reads or writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.drafts import system_of
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.systems import connector_of
from airflow_llm.readers.prose.edits.wording import Clause, left_over, unquoted
from airflow_llm.readers.prose.entities import Token, tokenise
from airflow_llm.readers.prose.flow import format_of
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.steps import Step

_PLACE = r"(?P<new>`[^`]+`|\"[^\"]+\"|[\w./:*@{}-]+)"
_FURTHER = r"\b(?:also|too|as\s+well|additionally|in\s+addition|another|both)\b"
_PLACES = (
    r"(?:the\s+|our\s+)?(?P<what>target|source|table|file|target\s+table|source\s+table|input(?:\s+file)?|"
    r"output(?:\s+file)?)\s+"
    r"(?:is|was|has\s+been|has|got)?\s*(?:now\s+)?(?:at|in|under|renamed\s+to|moved\s+to|called|"
    rf"named)\s+{_PLACE}(?:\s+now)?",
    (
        r"(?P<lead>read|load|extract|use|take|process|import|fetch)\s+(?:the\s+)?(?:table\s+|"
        rf"file\s+)?{_PLACE}\s+(?:instead|now)"
    ),
    (
        r"(?P<lead>(?:load|write|store|save|put|insert|export|copy|publish|read|extract|pull|fetch|get|import|"
        r"wait|poll|watch|look)\b.*?)\s+(?:into|to|from|in|at|for|on)\s+(?:the\s+)?(?:table\s+|file\s+|"
        rf"path\s+)?{_PLACE}(?:\s+(?:instead|now))?(?:\s+(?:of|rather\s+than)\s+(?P<old>\S+))?"
    ),
    (
        r"(?:change|set|switch|update|point)\s+(?:the\s+)?(?P<what>table|file|path|target|source|location|"
        r"target\s+table|source\s+table|input|output)(?:\s+(?:of|for|in)\s+(?P<about>.+?))?\s+(?:to|into|at|"
        rf"=)\s+{_PLACE}"
    ),
    (
        rf"(?:use|take)\s+(?:the\s+)?(?:table\s+|file\s+)?{_PLACE}\s+(?:instead\s+of|rather\s+than|"
        r"not)\s+(?:the\s+)?(?:table\s+|file\s+)?(?P<old>\S+)"
    ),
    (
        r"(?:replace|swap|change|rename)\s+(?:the\s+)?(?:table\s+|file\s+)?(?P<old>[\w./:*-]+)\s+(?:with|by|to|"
        rf"for|into)\s+(?:the\s+)?(?:table\s+|file\s+)?{_PLACE}"
    ),
    (
        r"(?P<lead>.+?)\s+(?:should|must|shall|has\s+to|needs\s+to|is\s+to|will)\s+(?:now\s+)?(?:read|load|write|"
        r"go|come|extract|be\s+(?:loaded|written|read)|wait)\s+(?:from|into|to|in|for)\s+(?:the\s+)?(?:table\s+|"
        rf"file\s+)?{_PLACE}(?:\s+(?:instead|now))?"
    ),
    (
        r"(?:the\s+)?(?P<what>target|source|table|file|target\s+table|source\s+table|input|output|input\s+file|"
        r"output\s+file)(?:\s+(?:of|for)\s+(?P<about>.+?))?\s+(?:is|should\s+be|must\s+be|"
        rf"becomes)\s+(?:now\s+)?(?:the\s+)?(?:table\s+|file\s+)?{_PLACE}(?:\s+now)?"
    ),
)


def place_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`load into analytics.orders_v2`, `read from /in/new.csv`, `change the table of x to y`."""
    for form in _PLACES:
        match = pattern(form).fullmatch(clause.text)
        if match is None:
            continue
        groups = match.groupdict()
        if groups.get("lead") and pattern(_FURTHER).search(clause.said):
            continue  # `also write to x` asks for more, not for another place
        token = _place_token(groups["new"], named=bool(groups.get("old") or groups.get("what")))
        if token is None or token.norm in {step.id for step in revision.pipeline.steps}:
            continue
        found = _datasets_of(revision, groups)
        if found:
            return _relocated(revision, found, token)
    return None


def _place_token(words: str, *, named: bool) -> Token | None:
    """The table, file or address that the words are; a plain word only where the sentence says that it is one."""
    tokens = tokenise(unquoted(words)).items
    if len(tokens) != 1:
        return None
    tags = {"table", "path", "uri", "url", "file", "name"} | ({"word"} if named else set())
    return tokens[0] if tokens[0].tag in tags else None


def _datasets_of(revision: Revision, groups: dict[str, Any]) -> list[Dataset]:
    if groups.get("old"):
        old = unquoted(groups["old"])
        token = _place_token(old, named=True)
        place = _location(token) if token is not None else old
        found = [held for held in revision.pipeline.datasets if held.connection and (held.location in (old, place))]
        if not found and (not _place_like(old) or any(held.system for held in tokenise(old.title()).items)):
            return []
        if not found:
            raise InputError(f"the pipeline knows no table or file {old!r}", hint=f"it works on {_known(revision)}")
        return found
    lead, what = groups.get("lead") or "", (groups.get("what") or "").lower()
    about = groups.get("about") or left_over(lead, (), "schedule")
    about = pattern(
        r"^(?:load|write|store|save|put|insert|read|extract|pull|fetch|get|result|results|the\s+result|data|"
        r"output|everything|wait|file)(?:\s+(?:result|results|data|output|everything|file))?$"
    ).sub("", about.strip())
    writes = what.startswith(("target", "output")) or pattern(
        r"^(?:load|write|store|save|put|insert|export|publish|copy)\b"
    ).match(lead)
    reads = what.startswith(("source", "input")) or pattern(
        r"^(?:read|extract|pull|fetch|get|import|wait|poll|watch|look)\b"
    ).match(lead)
    if about:
        steps = revision.steps(revision.tasks(about))
    else:
        steps = revision.steps(kind="load") if writes else revision.steps(kind="extract")
    held = [one for step in steps for one in _of_step(revision, step, bool(reads), bool(writes))]
    found = list({one.name: one for one in held}.values())
    if len(found) != 1:
        names = ", ".join(f"{one.location or one.name} ({one.name})" for one in found) or "none"
        raise InputError(
            f"it is not clear which table or file is meant: {names}", hint="name the task, or the old table"
        )
    return found


def _of_step(revision: Revision, step: Step, reads: bool, writes: bool) -> list[Dataset]:
    names = (
        step.reads
        if step.kind == "extract" or (reads and not writes)
        else step.writes
        if step.kind == "load" or writes
        else (*step.reads, *step.writes)
    )
    awaited = getattr(getattr(step, "wait_for", None), "dataset", None)
    wanted = {*names, *([awaited] if awaited else [])}
    return [held for held in revision.pipeline.datasets if held.name in wanted and held.connection]


def _place_like(words: str) -> bool:
    return pattern(r".*[./:].*").fullmatch(words) is not None


def _known(revision: Revision) -> str:
    return ", ".join(held.location or held.name for held in revision.pipeline.datasets if held.connection) or "none"


def _location(token: Token) -> str:
    if token.tag == "uri":
        scheme, rest = token.raw.split("://", 1)
        return f"s3://{rest}" if scheme in ("s3", "s3a", "s3n") else rest
    if token.tag == "url":
        return "/" + token.raw.split("://", 1)[1].partition("/")[2]
    return unquoted(token.raw)


def _relocated(revision: Revision, found: Sequence[Dataset], token: Token) -> Revision:
    fields: dict[str, Any] = {"location": _location(token)}
    system = token.system or system_of(token)
    if system is not None and token.tag in ("uri", "url"):
        revision, fields["connection"] = revision.connected(connector_of(system))
    if token.tag in ("path", "uri", "file"):
        fields["kind"] = "file"
        made = format_of([token])
        if made is not None:
            fields["format"] = made
    elif token.tag == "table" and found[0].kind == "file":
        fields |= {"kind": "table", "format": None}
    names = [held.name for held in found]
    users = [step.id for step in revision.pipeline.steps if {*step.reads, *step.writes} & set(names)]
    return revision.change_datasets(names, **fields).speaking_of(users if len(users) == 1 else ())
