"""Changes of `config.yml`: what a setting is in one environment or in all of them."""

from __future__ import annotations

import re

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, unquoted
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.model import Scalar
from airflow_llm.spec.pipeline import Setting

_NAME = r"[\"'`]?(?P<name>[a-z]\w*)[\"'`]?"
_VALUE = r"(?P<value>[\"'`][^\"'`]*[\"'`]|\S+)"
_WHERE = r"(?:\s+(?:in|for|on)\s+(?:the\s+)?(?P<where>.+?)(?:\s+environments?)?)?"
_FORMS = (
    rf"(?:set|change|put|update|switch)\s+(?:the\s+)?(?:setting\s+)?{_NAME}{_WHERE}\s+(?:to|as|=)\s+{_VALUE}",
    rf"(?:set|change|put|update|switch)\s+(?:the\s+)?(?:setting\s+)?{_NAME}\s*(?:to|as|=)\s*{_VALUE}{_WHERE}",
    (
        r"(?:in|for|on)\s+(?P<where>[\w\s,]+?)(?:\s+environments?)?,?\s+(?:set\s+|use\s+|"
        rf"the\s+)*(?:setting\s+)?{_NAME}\s*(?:is|to|should\s+be|=|:)\s*{_VALUE}"
    ),
    rf"(?:the\s+)?(?:setting\s+)?{_NAME}\s*(?:is|should\s+be|must\s+be|=|:)\s*{_VALUE}{_WHERE}",
    rf"(?:use|take)\s+{_VALUE}\s+(?:as|for)\s+(?:the\s+)?{_NAME}{_WHERE}",
)
_SECRET = r"passw|secret|token|credential|api_?key|private_?key"  # noqa: S105 - words that name secrets, not one
_SPOKEN = {
    "production": "prod",
    "development": "dev",
    "stage": "staging",
    "test": "staging",
    "local": "dev",
    "embedded": "dev",
}


def setting_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`set staging_url to s3://x in prod`, `in dev, sql_pool is default_pool`."""
    for form in _FORMS:
        match = pattern(form).fullmatch(clause.text)
        if match is None:
            continue
        name = match["name"].lower()
        known = {setting.name: setting for setting in revision.pipeline.settings}
        environments = _environments(match["where"], revision)
        if name in known or (environments and "_" in name):
            return _set(
                revision,
                name,
                unquoted(match["value"]),
                environments or revision.pipeline.environments,
                known.get(name),
            )
    return None


def _environments(where: str | None, revision: Revision) -> tuple[str, ...]:
    if not where:
        return ()
    parts = [unquoted(part).lower() for part in re.split(r"\s*,\s*|\s+and\s+", where) if part.strip()]
    if parts in (["all"], ["every"], ["each"]):
        return revision.pipeline.environments
    found = tuple(_SPOKEN.get(part, part) if part not in revision.pipeline.environments else part for part in parts)
    return found if set(found) <= set(revision.pipeline.environments) else ()


def _set(revision: Revision, name: str, value: str, environments: tuple[str, ...], old: Setting | None) -> Revision:
    if pattern(_SECRET).search(name):
        raise InputError(
            f"{name!r} looks like a credential; those do not stand in a bundle",
            hint="keep it in an Airflow connection or a secrets backend",
        )
    values: dict[str, Scalar] = dict(old.values) if old is not None else {}
    values |= dict.fromkeys(environments, _scalar(value))
    new = Setting(name=name, values=values)
    settings = revision.pipeline.settings
    changed = tuple(new if held.name == name else held for held in settings) if old else (*settings, new)
    return revision.whole(settings=changed).settling(f"config.{name}")


def _scalar(value: str) -> Scalar:
    if pattern(r"true|false").fullmatch(value):
        return value.lower() == "true"
    return int(value) if re.fullmatch(r"-?\d{1,15}", value, re.ASCII) else value
