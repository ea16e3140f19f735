"""`proof.json` on the disk: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.errors import MachineError
from airflow_llm.proof.evidence import Proof, read_proof

FULL = Path("/dev/full")


def test_a_proof_is_read_as_it_was_written(tmp_path: Path) -> None:
    proof = Proof(pipeline="p", level="proven on stand-ins", held=True)
    proof.write(tmp_path)
    assert read_proof(tmp_path) == proof
    assert [path.name for path in tmp_path.iterdir()] == ["proof.json"]


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_a_full_disk_keeps_the_earlier_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = Proof(pipeline="p", level="proven on stand-ins", held=True)
    proof.write(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", lambda _, content: FULL.open("wb", buffering=0).write(content))
    with pytest.raises(MachineError, match="No space left on device"):
        Proof(pipeline="p", level="not loaded", held=False).write(tmp_path)
    assert read_proof(tmp_path) == proof
    assert [path.name for path in tmp_path.iterdir()] == ["proof.json"]
