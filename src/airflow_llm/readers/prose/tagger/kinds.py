"""The corpus' kinds of tasks as the reader's own step kinds."""

from __future__ import annotations

_DEFAULTS = {
    "extract": "extract", "ingest": "copy", "sensor": "wait", "branch": "choose", "transform": "transform",
    "validate": "validate", "load": "load", "sql": "sql", "api_call": "http", "notify": "notify", "train": "train",
    "evaluate": "evaluate", "deploy": "deploy", "predict": "predict", "spark": "spark", "docker": "container",
    "bash": "shell", "trigger_dag": "trigger", "cleanup": "cleanup", "report": "report", "dbt": "dbt",
    "empty": "python", "other": "python",
}  # fmt: skip
_AS_GOOD = {
    "extract": {"extract", "http"},
    "ingest": {"copy", "load", "extract"},
    "load": {"load", "copy"},
    "deploy": {"deploy", "promote"},
    "other": {"python", "shell", "sql", "http", "container", "transform"},
    "transform": {"transform", "sql"},
    "sql": {"sql", "transform", "cleanup"},
    "cleanup": {"cleanup", "sql"},
}


def step_kind(told: str, grammar: str, verb_group: str) -> str:
    """The step kind for what the network told; the grammar's own finding where it says the same more exactly."""
    if grammar and grammar in _AS_GOOD.get(told, {_DEFAULTS[told]}):
        return grammar
    if told == "deploy" and verb_group == "promote":
        return "promote"
    return _DEFAULTS[told]
