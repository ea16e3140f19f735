"""The graph: every format shows every task, and text stays text."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.cli.graph.drawing import HEIGHT, drawing
from airflow_llm.cli.graph.layout import layered, positions
from airflow_llm.cli.graph.mermaid import mermaid
from airflow_llm.cli.graph.model import Picture, picture
from airflow_llm.cli.graph.svg import svg
from airflow_llm.cli.graph.text import graph_text
from airflow_llm.errors import InputError
from airflow_llm.spec.pipeline import Pipeline

from .conftest import SPEC, Run

TASKS = ("extract_customers", "extract_orders", "check_customers", "join_customers_orders", "load_customer_orders")
NASTY = "<script>\"'&--> end]) %% [b]"


def branching(label: str = "x") -> Pipeline:
    described = {"kind": "described", "text": label}
    return Pipeline.model_validate(
        {
            "id": "branching",
            "steps": [
                {"id": "start", "kind": "marker"},
                {
                    "id": "decide",
                    "kind": "choose",
                    "after": ["start"],
                    "branches": [{"when": described, "then": ["left"]}],
                    "otherwise": ["right"],
                },
                {"id": "left", "kind": "python"},
                {"id": "right", "kind": "python", "when": described},
                {"id": "end", "kind": "marker", "after": ["left", "right", "start"]},
            ],
        }
    )


def test_the_terminal_shows_every_task_and_a_narrow_one_a_list(run: Run) -> None:
    shown = run("show", SPEC).output
    assert all(name in shown for name in TASKS)
    assert "▼" in shown
    narrow = graph_text(picture(branching()), 20).plain
    assert "left  python  after decide" in narrow


@pytest.mark.parametrize(("name", "start"), [("g.svg", b"<svg"), ("g.png", b"\x89PNG"), ("g.mmd", b"flowchart")])
def test_a_file_gets_the_format_of_its_ending(run: Run, name: str, start: bytes) -> None:
    if name.endswith("png"):
        pytest.importorskip("PIL")
    assert run("show", SPEC, "--out", name).exit_code == 0
    assert Path(name).read_bytes().startswith(start)


def test_endings_and_formats_that_do_not_fit_are_refused(run: Run) -> None:
    assert run("show", SPEC, "--out", "g.gif").exit_code == 2
    assert run("show", SPEC, "--format", "png").exit_code == 2
    assert run("show", SPEC, "--format", "gif").exit_code == 2


def test_a_machine_gets_nodes_edges_and_labels(run: Run) -> None:
    data = json.loads(run("show", SPEC, "--json").stdout)
    assert set(data["nodes"]) == set(TASKS)
    assert ["join_customers_orders", "load_customer_orders"] in data["edges"]


def test_svg_is_well_formed_and_holds_hostile_text_as_text() -> None:
    text = svg(drawing(picture(branching(NASTY))))
    root = ElementTree.fromstring(text)
    assert all(not element.tag.endswith("script") for element in root.iter())
    shown = "".join(root.itertext())
    assert "<script>" in shown
    assert text == svg(drawing(picture(branching(NASTY))))


def test_mermaid_cannot_be_ended_by_a_label() -> None:
    text = mermaid(picture(branching(NASTY)))
    assert "<script" not in text
    assert "#60;script#62;" in text
    assert len(text.splitlines()) == len(mermaid(picture(branching("x"))).splitlines())


def test_a_circle_is_refused() -> None:
    looped = {"id": "a", "kind": "marker", "after": ["b"]}, {"id": "b", "kind": "marker", "after": ["a"]}
    with pytest.raises(InputError, match="circle"):
        picture(Pipeline.model_validate({"id": "p", "steps": looped}))


@st.composite
def graphs(draw: st.DrawFn) -> Picture:
    count = draw(st.integers(1, 14))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    names = [f"task_{number}" for number in range(count)]
    edges = tuple((names[a], names[b]) for a, b in chosen)
    return Picture("p", "", dict.fromkeys(names, "python"), edges, {}, {})


@settings(deadline=None, max_examples=60)
@given(graphs())
def test_any_graph_is_laid_out_without_overlap(graph: Picture) -> None:
    layers = layered(list(graph.nodes), graph.edges)
    rank = {name: index for index, layer in enumerate(layers.layers) for name in layer}
    assert all(rank[upper] + 1 == rank[lower] for upper, lower in layers.segments())
    place = positions(layers, dict.fromkeys(rank, HEIGHT), 10)
    for layer in layers.layers:
        for left, right in pairwise(layer):
            assert place[right] - place[left] >= HEIGHT + 10 - 1e-6
    drawn = graph_text(graph, 100_000).plain
    assert all(drawn.count(f" {name} ") == 1 for name in graph.nodes)
    ElementTree.fromstring(svg(drawing(graph)))


@pytest.mark.parametrize("command", ["show", "check", "explain"])
def test_a_long_text_is_a_text_and_not_a_path(run: Run, command: str) -> None:
    shown = run(command, "Every day at 6:00 UTC load orders from Postgres into Snowflake" + ", please" * 60)
    assert shown.exit_code in (0, 1), shown.output
    assert "load_orders" in shown.output or "warning" in shown.output


def test_a_spec_may_be_called_like_the_one_of_a_bundle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tasks.yml").write_text(SPEC.read_text())
    assert "extract_customers" in run("show", "tasks.yml").output
