"""The mutants of golden bundles: nearly all turn the proof red. A sample here, all in `benchmarks/mutation.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.mutation import survivors_of

from tests.proof.mutants import dag_mutants, sql_mutants

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLE = 8


def test_mutants_are_made_of_everything_that_matters() -> None:
    source = 'with DAG("a", schedule="0 6 * * *", catchup=False):\n    @task(retries=2)\n    def f(): ...\n    a >> b\n'
    found = [mutant.what for mutant in dag_mutants("a.py", source)]
    assert "DAG(schedule=) removed" in found
    assert "DAG(catchup=) altered to True" in found
    assert "task(retries=) altered to 3" in found
    assert "dependency removed: a >> b" in found
    queries = [mutant.what for mutant in sql_mutants("a.sql", "SELECT * FROM a JOIN b USING (k) WHERE x > 1")]
    assert queries == [
        "statement 1: filter dropped",
        "statement 1: join key changed",
        "statement 1: kind of join changed",
        "statement 1: GT turned round",
    ]


@pytest.mark.airflow
def test_a_sample_of_mutants_is_caught(tmp_path: Path) -> None:
    survivors, count = survivors_of(FIXTURES / "shop.yml", tmp_path, SAMPLE)
    assert count == SAMPLE
    # One known survivor may be in the sample: a unique count that also compares rows without a key.
    assert len(survivors) <= 1, [f"{mutant.file}: {mutant.what}" for mutant in survivors]
