"""The long descriptions that the reader was made with: every graph is right, and every one can be built."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.reader.cases import Case, of_file
from benchmarks.reader.prediction import predicted
from benchmarks.reader.record import score

from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.predictions import prediction
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read

TRAINING = Path(__file__).parents[4] / "training"
DESCRIBED, LAYOUTS = (of_file(TRAINING / f"{name}.json") for name in ("described", "layouts"))


@pytest.mark.parametrize("case", DESCRIBED, ids=lambda case: case.id)
def test_every_described_graph_is_right(case: Case) -> None:
    assert score(case, predicted(prediction(read(Source(case.text, pipeline_id="described"))))).is_exact


@pytest.mark.parametrize("case", [*DESCRIBED, *LAYOUTS], ids=lambda case: case.id)
def test_every_description_can_be_built(case: Case) -> None:
    emission = compile_source(Source(case.text, pipeline_id="described")).emission
    assert any(name.endswith("dags/described.py") for name in emission.files)
