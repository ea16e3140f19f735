"""One colour for each family of step kinds, the same in the terminal and in pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """A family's name, its terminal colour, and the fill and stroke of its boxes."""

    family: str
    terminal: str
    fill: str
    stroke: str


_IN = Style("read", "bright_blue", "#e3f0fc", "#2f74b5")
_OUT = Style("write", "green", "#e2f4e6", "#2f8a4b")
_CHANGE = Style("transform", "cyan", "#ddf3f3", "#1f8585")
_CHECK = Style("validate", "yellow", "#fdf3d3", "#a97c10")
_CONTROL = Style("control", "magenta", "#f3e6f7", "#8a4ba3")
_MODEL = Style("model", "bright_magenta", "#fbe5ef", "#b04078")
_WORK = Style("work", "white", "#eef0f3", "#5b6675")
_TELL = Style("notify", "bright_yellow", "#fdebdc", "#bf6a1c")

_BY_KIND = {
    **dict.fromkeys(("extract", "http"), _IN),
    **dict.fromkeys(("load", "report", "cleanup"), _OUT),
    **dict.fromkeys(("transform", "sql", "dbt", "spark"), _CHANGE),
    "validate": _CHECK,
    **dict.fromkeys(("wait", "choose", "trigger", "marker"), _CONTROL),
    **dict.fromkeys(("train", "evaluate", "promote", "deploy", "predict"), _MODEL),
    "notify": _TELL,
}


def style_of(kind: str) -> Style:
    """The style of a step kind."""
    return _BY_KIND.get(kind, _WORK)
