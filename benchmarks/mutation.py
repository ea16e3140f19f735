"""How many small changes of generated code the proof notices: each mutant is a bundle with one change.

All are loaded and compared with their spec first; those that pass are run. The survivors are listed.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.proof.mutants import Mutant, mutants

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.proof.prove import prove
from airflow_llm.readers.reading import Source
from benchmarks.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
BOUND = 95
_GOOD = -1
SPECS = ("tests/proof/fixtures/shop.yml", "tests/proof/fixtures/decisions.yml")


def measure() -> Iterator[Figure]:
    for name in SPECS:
        spec = ROOT / name
        with tempfile.TemporaryDirectory(prefix="airflow-llm-mutants-") as folder:
            survivors, count = survivors_of(spec, Path(folder))
        caught = count - len(survivors)
        note = "; ".join([f"{caught} of {count}", *(f"survived: {one.file}: {one.what}" for one in survivors)])
        yield Figure(f"mutants of {spec.name} caught", 100 * caught / count, "%", BOUND, at_least=True, note=note)


def survivors_of(spec: Path, folder: Path, most: int = 0) -> tuple[list[Mutant], int]:
    """The mutants that the proof lets pass, and how many there were."""
    compilation = compile_source(Source(spec.read_text(), spec.name, spec))
    good = write(compilation, folder / "good").dag_file
    made = mutants(good.parent, good.stem)
    if most and len(made) > most:
        made = random.Random(0).sample(made, most)
    bundles = {}
    for number, mutant in enumerate(made):
        root = folder / f"mutant_{number}"
        shutil.copytree(good.parent.parent, root)
        (root / "dags" / mutant.file).write_text(mutant.text)
        bundles[number] = root / "dags" / good.name
    left = _passing({_GOOD: good, **bundles}, runs=False)
    left = _passing({_GOOD: good, **{number: bundles[number] for number in left if number != _GOOD}}, runs=True)
    if _GOOD not in left:
        raise RuntimeError(f"the proof of the unchanged bundle of {spec.name} does not hold")
    return [made[number] for number in left if number != _GOOD], len(made)


def _passing(bundles: dict[int, Path], *, runs: bool) -> list[int]:
    paths: Sequence[Path] = list(bundles.values())
    proofs = prove(paths, rows=60, runs=runs, write=False, timeout=600.0)
    return [number for number, proof in zip(bundles, proofs, strict=True) if proof.held]
