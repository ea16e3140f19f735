"""Requests by other hands: how many of them become a bundle that loads, and a proof that holds.

The project's own blind cases by default; `CASES=a.json,b.json TEXTS=folder` names others in the same formats.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.errors import AirflowLLMError
from airflow_llm.proof.prove import prove
from airflow_llm.readers.reading import Source
from airflow_llm.spec.pipeline import Pipeline
from benchmarks.figure import Figure

OWN = Path(__file__).parents[1] / "tests" / "readers" / "prose"


def measure() -> Iterator[Figure]:
    texts = dict(cases())
    with tempfile.TemporaryDirectory() as folder:
        built, hooks, refused = build(texts, Path(folder))
        proofs = prove(list(built.values()), timeout=600.0, write=False)
    held = sum(proof.held for proof in proofs)
    loaded = sum(proof.level is not None and not any(f.run == "load" for f in proof.failures) for proof in proofs)
    note = f"{len(texts)} texts, {len(refused)} refused"
    for name, why in refused.items():
        print(f"refused: {name}: {why}")
    for proof in proofs:
        for failure in proof.failures[:1]:
            print(f"not held: {proof.pipeline}: {failure.task} {failure.run}: {failure.cause[:200]}")
    yield Figure("bundles that load in Airflow", 100 * loaded / len(texts), "%", 100, at_least=True, note=note)
    yield Figure("bundles whose proof holds", 100 * held / len(texts), "%", 100, at_least=True, note=note)
    by_kind = ", ".join(f"{kind} {count}" for kind, count in hooks.most_common())
    yield Figure("hooks in them", hooks.total(), "steps", note=by_kind)


def cases() -> Iterator[tuple[str, str]]:
    """(id, text) of every case that no error is expected for."""
    files = [Path(name) for name in os.environ.get("CASES", "").split(",") if name]
    texts = Path(os.environ.get("TEXTS", OWN / "blind_long"))
    for path in files or [*sorted((OWN / "blind").glob("*.json")), OWN / "blind_long.json"]:
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, list):
            yield from ((case["id"], case["description"]) for case in data if not case.get("expected_error"))
        else:
            yield from ((stem, (texts / f"{stem}.txt").read_text(encoding="utf-8")) for stem in data)


def build(texts: dict[str, str], folder: Path) -> tuple[dict[str, Path], Counter[str], dict[str, str]]:
    """The bundles by case, the hooks in them by step kind, and why the others were refused."""
    built: dict[str, Path] = {}
    hooks: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for number, (name, text) in enumerate(texts.items()):
        try:
            compilation = compile_source(Source(text, pipeline_id=f"case_{number}"))
            built[name] = write(compilation, folder / str(number)).dag_file
        except AirflowLLMError as error:
            refused[name] = str(error)[:160]
        else:
            hooks.update(hook_kinds(compilation.pipeline))
    return built, hooks, refused


def hook_kinds(pipeline: Pipeline) -> Iterator[str]:
    """The kind of each step that only the user can write."""
    return (step.kind for step in pipeline.steps if hook_reason(pipeline, step))
