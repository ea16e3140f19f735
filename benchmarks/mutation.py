"""How many small changes of generated code the proof notices: `python benchmarks/mutation.py [SPEC…] [--most N]`.

Each mutant is a bundle with one change. All are loaded and compared with their spec first; those that pass are run.
Prints what was caught and lists the survivors; the exit code is 1 below the bound.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.proof.mutants import Mutant, mutants  # noqa: E402  # as above

from airflow_llm.compiler.bundle import write  # noqa: E402  # after the repository is on the path
from airflow_llm.compiler.compile import compile_source  # noqa: E402  # as above
from airflow_llm.proof.prove import prove  # noqa: E402  # as above
from airflow_llm.readers.reading import Source  # noqa: E402  # as above

BOUND = 0.95
SPECS = ("tests/proof/fixtures/shop.yml", "tests/proof/fixtures/decisions.yml")


def main() -> int:
    """Make the mutants, prove them, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", type=Path, default=[ROOT / spec for spec in SPECS])
    parser.add_argument("--most", type=int, default=0, help="take a seeded sample of that many mutants of each spec")
    options = parser.parse_args()
    caught = total = 0
    for spec in options.specs:
        with tempfile.TemporaryDirectory(prefix="airflow-llm-mutants-") as folder:
            survivors, count = survivors_of(spec, Path(folder), options.most)
        caught += count - len(survivors)
        total += count
        print(f"{spec.name}: {count - len(survivors)} of {count} mutants caught")
        for mutant in survivors:
            print(f"  survived: {mutant.file}: {mutant.what}")
    share = caught / total if total else 0.0
    print(f"caught: {caught} of {total} ({share:.1%}), bound {BOUND:.0%}")
    return 0 if share >= BOUND else 1


def survivors_of(spec: Path, folder: Path, most: int) -> tuple[list[Mutant], int]:
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
    left = _passing(bundles, runs=False)
    left = _passing({number: bundles[number] for number in left}, runs=True)
    return [made[number] for number in left], len(made)


def _passing(bundles: dict[int, Path], *, runs: bool) -> list[int]:
    if not bundles:
        return []
    paths: Sequence[Path] = list(bundles.values())
    proofs = prove(paths, rows=60, runs=runs, write=False, timeout=120.0)
    return [number for number, proof in zip(bundles, proofs, strict=True) if proof.held]


if __name__ == "__main__":
    sys.exit(main())
