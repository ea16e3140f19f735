"""The golden pipelines: specs, and the files written for them; `python -m tests.targets.goldens` rewrites those."""

from __future__ import annotations

from pathlib import Path

import yaml

from airflow_llm.compiler.completion import complete
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.registry import find

FOLDER = Path(__file__).parent.parent / "golden"
NAMES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/spec.yml")))
EXPECTED = "airflow"


def pipeline(name: str) -> Pipeline:
    """The golden pipeline, completed."""
    return complete(load((FOLDER / name / "spec.yml").read_text(encoding="utf-8")))


def config_text(whole: Pipeline) -> str:
    """`config.yml` as the compiler writes it: one mapping a setting."""
    return yaml.safe_dump({setting.name: dict(setting.values) for setting in whole.settings}, sort_keys=False)


def emitted(name: str) -> dict[str, str]:
    """The files that the target writes; `staging.py` is left out, its parts have tests of their own."""
    files = find("airflow").emit(pipeline(name)).files
    return {path: text for path, text in files.items() if not path.endswith("/staging.py")}


def expected(name: str) -> dict[str, str]:
    """The files beside the spec."""
    root = FOLDER / name / EXPECTED
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def regenerate() -> None:
    """Write what the target emits now over what was expected."""
    for name in NAMES:
        root = FOLDER / name / EXPECTED
        for path in sorted(root.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        for path, text in emitted(name).items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    regenerate()
