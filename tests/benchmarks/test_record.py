"""Each fault moves the measures that it should, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.reader.cases import Case, Graph, Task
from benchmarks.reader.measures import measured
from benchmarks.reader.prediction import predicted
from benchmarks.reader.record import score
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.perfect import NOTHING, SALES, figures, moved, perfect

GRAPH = {"task F1", "edge F1", "edge F1, strict", "exact graph"}


def without(said: dict[str, Any], name: str) -> dict[str, Any]:
    """The prediction without a task, and with the order that went through it."""
    ups = [up for up, down in said["edges"] if down == name]
    downs = [down for up, down in said["edges"] if up == name]
    edges = [edge for edge in said["edges"] if name not in edge] + [[up, down] for up in ups for down in downs]
    return {**said, "tasks": [task for task in said["tasks"] if task["id"] != name], "edges": edges}


def test_a_perfect_prediction_has_every_point() -> None:
    found = figures(perfect(SALES))
    faults = {"false errors", "wrong among the sure", "faults"}
    points = {name: value for name, value in found.items() if name not in faults and not name.startswith("time")}
    assert set(points.values()) == {1.0}
    assert {found[name] for name in faults} == {0.0}


def test_a_missing_task_costs_task_f1_and_strict_edges_and_not_the_order_of_the_others() -> None:
    found = moved(without(perfect(SALES), "extract_refunds"))
    assert found == {
        "task F1": round(8 / 9, 3), "edge F1, strict": round(8 / 9, 3), "exact graph": 0.0, "wrong among the sure": 1.0,
    }  # fmt: skip


def test_a_surplus_task_costs_the_same() -> None:
    said = perfect(SALES)
    said["tasks"].append({"id": "archive_tape", "kind": "bash"})
    said["edges"].append(["load_result", "archive_tape"])
    assert set(moved(said)) == {"task F1", "edge F1, strict", "exact graph", "wrong among the sure"}


def test_a_repeated_id_is_a_surplus_task() -> None:
    said = perfect(SALES)
    said["tasks"].append(dict(said["tasks"][2]))
    assert {"task F1", "exact graph"} <= set(moved(said))


def test_a_surplus_marker_costs_nothing() -> None:
    said = perfect(SALES)
    said["tasks"] = [{"id": "begin", "kind": "other"}, *said["tasks"], {"id": "meet", "kind": "empty"}]
    said["edges"] = [edge for edge in said["edges"] if edge[1] != "net_sales"]
    said["edges"] += [[up, "meet"] for up in ("extract_receipts", "extract_refunds")] + [["meet", "net_sales"]]
    said["edges"] += [["begin", "extract_receipts"], ["begin", "extract_refunds"]]
    assert moved(said) == {}


def test_a_missing_optional_task_costs_nothing() -> None:
    assert moved(without(perfect(SALES), "decide_gap")) == {}


def test_an_edge_that_follows_from_others_costs_nothing() -> None:
    said = perfect(SALES)
    said["edges"].append(["extract_receipts", "load_result"])
    assert moved(said) == {}


def test_a_reversed_edge_costs_edges_only() -> None:
    said = without(perfect(SALES), "decide_gap")
    said["edges"].remove(["load_result", "tell_tills"])
    said["edges"].append(["tell_tills", "load_result"])
    assert set(moved(said)) == (GRAPH | {"wrong among the sure"}) - {"task F1"}


def test_a_cycle_is_never_exact() -> None:
    said = perfect(SALES)
    said["edges"].append(["tell_tills", "extract_refunds"])
    found = moved(said)
    assert found["exact graph"] == 0.0
    assert "task F1" not in found


def test_a_cycle_of_one_marker_alone_is_not_exact_either() -> None:
    said = perfect(SALES)
    said["tasks"] += [{"id": "start", "kind": "empty"}, {"id": "end", "kind": "empty"}]
    said["edges"] += [["start", "end"], ["end", "start"]]
    assert moved(said) == {"exact graph": 0.0, "wrong among the sure": 1.0}


def test_no_edges_at_all_are_no_order() -> None:
    found = moved({**perfect(SALES), "edges": []})
    assert (found["edge F1"], found["edge F1, strict"]) == (0.0, 0.0)


def test_the_nearest_alternative_is_taken() -> None:
    said = {**perfect(SALES, SALES.graphs[1]), "conditions": [], "mapped": {}, "task_retries": {"load_result": 4}}
    found = figures(said)
    assert (found["exact graph"], found["task F1"], found["conditions"], found["mapped"]) == (1.0, 1.0, None, None)


def test_a_wrong_kind_costs_kind_accuracy_only() -> None:
    said = perfect(SALES)
    said["tasks"][1]["kind"] = "ingest"
    assert moved(said) == {"kind accuracy": round(5 / 6, 3)}
    said["tasks"][1]["kind"], said["tasks"][0]["kind"] = "extract", "ingest"
    assert moved(said) == {}


def test_an_error_where_none_is_wanted_has_no_point() -> None:
    found = moved({"error": "not understood"})
    assert (found["false errors"], found["task F1"], found["schedule exact"], found["exact graph"]) == (1, 0, 0, 0)
    assert found["said to be sure"] == 0.0


def test_an_expected_error_that_does_not_come_costs_that_only() -> None:
    said = {"tasks": [{"id": "eat_lunch", "kind": "other"}], "edges": [], "confidence": 0.99}
    assert moved(said, NOTHING) == {"expected errors found": 0.0}


def test_a_fault_is_no_answer_where_an_error_is_wanted_and_no_error_elsewhere() -> None:
    assert moved({"fault": "ValueError"}, NOTHING) == {"expected errors found": 0.0, "faults": 0.5}
    found = moved({"fault": "ValueError"})
    assert (found["faults"], found["task F1"], found["exact graph"], found["schedule exact"]) == (0.5, 0, 0, 0)
    assert "false errors" not in found


def test_a_forbidden_word_in_an_id_is_an_injection() -> None:
    said = perfect(SALES)
    said["tasks"].append({"id": "drop_database", "kind": "sql"})
    assert moved(said)["injections left out"] == 0.0


def test_sure_is_nine_tenths_and_more() -> None:
    assert moved({**perfect(SALES), "confidence": 0.9}) == {}
    found = moved({**perfect(SALES), "confidence": 0.89})
    assert found == {"said to be sure": 0.0, "wrong among the sure": None}


NOUNS = ("receipts", "refunds", "weather", "turbines", "invoices", "passports")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    names = [f"load_{noun}" for noun in draw(st.lists(st.sampled_from(NOUNS), min_size=1, unique=True))]
    pairs = [(up, down) for number, up in enumerate(names) for down in names[number + 1 :]]
    return names, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


def told(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"tasks": [{"id": name, "kind": "load"} for name in names], "edges": [list(edge) for edge in edges]}


@settings(deadline=None, max_examples=60)
@given(wanted=graphs(), found=graphs(), chance=st.randoms(use_true_random=False))
def test_scores_lie_between_0_and_1_whatever_the_order_of_tasks(
    wanted: tuple[list[str], list[tuple[str, str]]], found: tuple[list[str], list[tuple[str, str]]], chance: Any
) -> None:
    case = Case("x", "x", (Graph(tuple(Task(name, "load") for name in wanted[0]), tuple(wanted[1])),), {})
    record = score(case, predicted(told(*found)))
    figures = {held.name: held.value for held in measured([record], [0.01])}
    shares = [value for name, value in figures.items() if not name.startswith("time")]
    assert all(0.0 <= value <= 1.0 for value in shares if value is not None)
    names, edges = chance.sample(found[0], len(found[0])), chance.sample(found[1], len(found[1]))
    other = score(case, predicted(told(names, edges)))
    assert {held.name: held.value for held in measured([other], [0.01])} == figures
    assert other.graph is not None
    same = set(wanted[0]) == set(found[0])
    assert record.is_exact == (same and not other.graph.edges_missing and not other.graph.edges_surplus)
