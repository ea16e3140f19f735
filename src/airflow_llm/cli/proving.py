"""Runs proofs for the commands that offer them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_llm.cli.terminal import Terminal


@contextmanager
def follow(terminal: Terminal, what: str) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Says on the terminal what the worker is at; the function takes its events."""
    with terminal.working(what) as say:

        def on_event(event: Mapping[str, Any]) -> None:
            names = [str(event[key]) for key in ("bundle", "scenario", "task") if event.get(key)]
            say(": ".join([what, *names[-2:]]))

        yield on_event


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
        with follow(terminal, f"{what} in Airflow") as on_event:
            proofs = prove(
                bundles,
                rows=self.rows,
                seed=self.seed,
                airflow_python=self.airflow_python,
                timeout=self.timeout,
                on_event=on_event,
            )
        for proof in proofs:
            terminal.show(proof_view(proof))
        return not all(proof.held for proof in proofs), [proof_data(proof) for proof in proofs]
