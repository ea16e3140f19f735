"""A fixture: a spec in YAML (with `files` beside it), or one Python file of a bundle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from airflow_llm.spec.pipeline import Pipeline

FIXTURES = Path(__file__).parent / "fixtures"
_FINDS = re.compile(r"^# finds: (.+)$", re.MULTILINE)
_PATH = re.compile(r"^# path: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Fixture:
    code: str
    pipeline: Pipeline
    files: Mapping[str, str] | None
    finds: tuple[str, ...]


def load(path: Path) -> Fixture:
    """The fixture; `# finds: place` lines say what must be found, `# path: …` which file of the bundle it is."""
    text = path.read_text(encoding="utf-8")
    finds = tuple(_FINDS.findall(text))
    if path.suffix == ".py":
        where = _PATH.search(text)
        files = {where[1] if where else "dags/orders.py": text}
        return Fixture(path.parent.name, Pipeline.model_validate({"id": "orders"}), files, finds)
    data = YAML(typ="safe", pure=True).load(text)
    files = data.pop("files", None)
    return Fixture(path.parent.name, Pipeline.model_validate(data), files, finds)
