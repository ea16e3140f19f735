"""Runs proofs for the commands that offer them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_llm.cli.terminal import Terminal


@dataclass(frozen=True)
class Proving:
    """How a proof is to be run."""

    rows: int
    seed: int
    airflow_python: Path | None
    timeout: float

    def show(self, terminal: Terminal, bundles: list[Path]) -> tuple[bool, list[dict[str, Any]]]:
        """Proves the bundles and shows each proof. Whether one did not hold, and all of them for a machine."""
        from airflow_llm.cli.views.proof import proof_data, proof_view
        from airflow_llm.proof.prove import prove

        what = f"proving {bundles[0].stem}" if len(bundles) == 1 else f"proving {len(bundles)} bundles"
        with terminal.working(f"{what} in Airflow"):
            proofs = prove(
                bundles, rows=self.rows, seed=self.seed, airflow_python=self.airflow_python, timeout=self.timeout
            )
        for proof in proofs:
            terminal.show(proof_view(proof))
        return not all(proof.held for proof in proofs), [proof_data(proof) for proof in proofs]
