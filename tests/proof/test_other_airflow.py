"""The proof where Airflow lives in another environment: each one that `scripts/test-matrix` has installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.proof.prove import prove
from airflow_llm.readers.reading import Source

FIXTURES = Path(__file__).parent / "fixtures"
ENVIRONMENTS = sorted((Path(__file__).parents[2] / ".venv-airflow").glob("3.*/bin/python"))


@pytest.mark.airflow
@pytest.mark.skipif(not ENVIRONMENTS, reason="scripts/test-matrix has installed no other Airflow")
@pytest.mark.parametrize("python", ENVIRONMENTS, ids=[path.parents[1].name for path in ENVIRONMENTS])
def test_bundles_are_proven_by_the_airflow_of_that_environment(python: Path, tmp_path: Path) -> None:
    version = python.parents[1].name
    files = []
    for spec in ("shop.yml", "decisions.yml"):
        source = Source((FIXTURES / spec).read_text(encoding="utf-8"), spec, FIXTURES / spec)
        files.append(write(compile_source(source, version=version), tmp_path / spec).dag_file)
    proofs = prove(files, rows=30, write=False, airflow_python=python)
    assert [proof.failures for proof in proofs] == [(), ()]
    assert [proof.level for proof in proofs] == ["proven on stand-ins", "partly proven"]
    assert {proof.versions["apache-airflow"].rpartition(".")[0] for proof in proofs} == {version}
