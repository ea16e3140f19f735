"""The form of the shipped network: quick to load, and silent about where it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.readers.prose.tagger.network import FOLDER

GRAPHS = sorted(FOLDER.glob("*.onnx"))


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda path: path.name)
def test_a_graph_names_its_weights_and_no_place_of_a_machine(graph: Path) -> None:
    data = graph.read_bytes()
    assert len(data) < 200_000
    assert graph.with_suffix(".weights").name.encode() in data
    assert not [trace for trace in (b'File "', b".py", b"/tmp/", b"/home/") if trace in data]


def test_both_networks_are_there_with_their_weights() -> None:
    assert [graph.stem for graph in GRAPHS] == ["encoder", "structure"]
    assert all(graph.with_suffix(".weights").stat().st_size > 1_000_000 for graph in GRAPHS)
