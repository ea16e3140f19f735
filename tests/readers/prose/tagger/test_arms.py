"""Conditions, rules and mapping around marked tasks; `[…]` marks a task, `[?…]` one that hangs on a condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from airflow_llm.readers.predictions import prediction
from airflow_llm.readers.prose.conditions import denied
from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.tagger.decode import Marked
from airflow_llm.readers.prose.tagger.linking import GraphSaid, TaskSaid, linked_by
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read

Edges = Sequence[tuple[int, int]]


def drafts_of(marked: str, edges: Edges, *, mapped: Sequence[int] = ()) -> list[Draft]:
    """The linked drafts for a text with its tasks in brackets."""
    text, tasks = "", list[TaskSaid]()
    for piece in re.split(r"(\[[^\]]+\])", marked):
        inner = piece.strip("[]").removeprefix("?") if piece.startswith("[") else piece
        if piece.startswith("["):
            mark = Marked("task", 0, 0, len(text), len(text) + len(inner), 1.0)
            conditional, number = piece.startswith("[?"), len(tasks)
            tasks.append(TaskSaid(mark, "transform", conditional, number in mapped, "all_success", 1.0))
        text += inner
    said = GraphSaid(tuple(tasks), (), frozenset(edges), 1.0, 0.0)
    return linked_by(said, text, tokenise(text).items)[1].drafts


def arms_of(marked: str, edges: Edges) -> list[tuple[str, list[int]]]:
    """The arms of every choice."""
    return [arm for draft in drafts_of(marked, edges) for arm in draft.arms]


FORK = ((0, 1), (0, 2))


@pytest.mark.parametrize(
    ("marked", "arms"),
    [
        ("[count seats]. If fewer than 40 are taken, [?cancel the tour]", [("fewer than 40 are taken", [1])]),
        ("[count seats]; [?cancel the tour] unless the guide insists.", [("not (the guide insists)", [1])]),
        ("[weigh it]. over 0.75 -> [?use crane]. 0.75 or less -> [?carry it]",
         [("over 0.75", [1]), ("0.75 or less", [2])]),
        ("[read gauge]\n- level above 3 m: [?open gate]\n- below: [?close gate]",
         [("level above 3 m", [1]), ("", [2])]),
        ("[read gauge]. Is the level high? [?open gate], otherwise [?close gate]",
         [("Is the level high", [1]), ("", [2])]),
        ("[ask the warden whether it rained]. if no: [?water beds], if yes: [?rake paths]",
         [("not (it rained)", [1]), ("it rained", [2])]),
        ("[read gauge], should it exceed 3 m, [?open gate], if it doesn't, [?close gate]",
         [("it exceed 3 m", [1]), ("", [2])]),
        ("[fetch list]. Empty -> nothing to do. Otherwise [?print labels]", [("not (Empty)", [1])]),
        ("[fetch list], then [?sort it] and [?print it] if it has names", [("it has names", [1, 2])]),
        ("[fetch list]. [?print labels] (only if it has names).", [("it has names", [1])]),
        ("[ask whether today is a holiday]. If it is, [?send the short list]", [("today is a holiday", [1])]),
        ("Unless three gauges are offline, [?compute levels]. When they are, [?raise a ticket].",
         [("not (three gauges are offline)", [0]), ("three gauges are offline", [1])]),
        ("[compare lists]. If none has changed the run may stop there. Otherwise [?screen them]",
         [("not (none has changed)", [1])]),
        ("[score it]. Over 0.9, [?open a case]; from 0.6 to 0.9, [ask for papers].",
         [("Over 0.9", [1]), ("from 0.6 to 0.9", [2])]),
        ("[score it]. Over 0.9, [?open a case]; below 0.6, [pay]. Whichever it was, a line is kept.",
         [("Over 0.9", [1]), ("below 0.6", [2])]),
        ("[load rows], then [?flip the view] only if everything went well", []),
        ("[load rows]. The mirror is [?refreshed] only if none of them is missing.", []),
    ],
)  # fmt: skip
def test_the_words_of_an_arm_stand_in_front_of_the_task_or_behind_it(
    marked: str, arms: list[tuple[str, list[int]]]
) -> None:
    edges = FORK if marked.count("[") > 2 else ((0, 1),) if marked.startswith("[") else ()
    assert arms_of(marked, edges) == arms


@pytest.mark.parametrize(
    "marked",
    [
        "[count seats]. In either case [?print the plan]",
        "[count seats], [?print the plan] no matter what",
        "[count seats] and then [?print the plan]",
        "[count seats]\n4. [?print the plan]",
        "[count seats]. If that crashes [?ring the bell]",
    ],
)
def test_a_task_on_which_no_condition_is_told_has_none(marked: str) -> None:
    assert arms_of(marked, ((0, 1),)) == []


@pytest.mark.parametrize(
    ("marked", "edges", "rule"),
    [
        ("[fill tank], [drive lap], [wash car], also if the lap failed", ((0, 1), (1, 2)), "all_done"),
        ("[fill tank], [drive lap], [wash car]. The wash even when the lap crashed", ((0, 1), (1, 2)), "all_done"),
        ("[fill tank], [drive lap]. If one of them fails [call the marshal]", ((0, 2), (1, 2)), "one_failed"),
        ("[fill tank], [drive lap]. When both fail [call the marshal]", ((0, 2), (1, 2)), "all_failed"),
        ("[ask Ann], [ask Bob], as soon as one of them answers [book room]", ((0, 2), (1, 2)), "one_success"),
        ("[ask Ann], [ask Bob], then [book room]", ((0, 2), (1, 2)), None),
    ],
)
def test_the_rule_of_a_task_is_what_the_text_says(marked: str, edges: Edges, rule: str | None) -> None:
    assert drafts_of(marked, edges)[2].rule == rule


def test_where_the_arms_of_a_choice_meet_one_of_them_has_to_be_through() -> None:
    marked = "[weigh it]. If over 5 kg [?use crane], otherwise [?carry it]. [sign the slip]"
    assert drafts_of(marked, (*FORK, (1, 3), (2, 3)))[3].rule == "none_failed_min_one_success"


@pytest.mark.parametrize(
    ("marked", "each"),
    [
        ("[list barns]. For each barn: [read scale], [plot weight]", ["", "barn", "barn"]),
        ("[list barns], [read_scale.py] mapped over the barns, [plot weight]", ["", "barn", ""]),
        ("[list barns], [read scale], then [print one sheet of all barns] every 5 minutes", ["", "", ""]),
        ("[list barns], [read scale], [plot for every barn in one go]", ["", "", ""]),
    ],
)
def test_a_task_is_mapped_where_the_text_says_so(marked: str, each: list[str]) -> None:
    assert [draft.each for draft in drafts_of(marked, ((0, 1), (1, 2)))][:3] == each


@pytest.mark.parametrize(
    ("marked", "each"),
    [
        ("[list barns], [read scale], [sum up weights per barn]", ""),
        ("[list barns], [read scale], [plot for every barn in one go]", ""),
        ("[list barns], [read scale], [plot weight] every 5 minutes", "item"),
        ("[list barns], [read scale], [weigh hens] per barn", "barn"),
    ],
)
def test_what_is_taken_for_mapped_is_unless_the_words_say_that_it_runs_once(marked: str, each: str) -> None:
    assert drafts_of(marked, ((0, 1), (1, 2)), mapped=(2,))[2].each == each


@pytest.mark.parametrize(
    ("words", "opposite"),
    [
        ("below 500 rows", ">= 500 rows"),
        ("more than 8% gaps", "<= 8% gaps"),
        ("14 kg or less", "> 14 kg"),
        ("the lock is not free", "the lock is free"),
        ("the lock is free", "not the lock is free"),
    ],
)
def test_the_opposite_of_a_condition_in_words(words: str, opposite: str) -> None:
    assert denied(words) == opposite


def test_what_is_done_otherwise_is_told_with_the_opposite() -> None:
    text = "Train the model and evaluate it. If accuracy is above 0.9 deploy the model, otherwise email the ML team."
    told = prediction(read(Source(text=text, by_rules=True)))
    assert [held["expr"] for held in told["conditions"]] == ["accuracy > 0.9"]
    assert [held["expr"] for held in told["otherwise"]] == ["accuracy <= 0.9"]


@pytest.mark.parametrize(
    ("marked", "edges", "ups"),
    [
        ("[fetch ships], [crews]; [load each into Oracle]. [mail us]", ((0, 2), (2, 3)),
         [set(), set(), {0}, {2, 4}, {1}]),
        ("[fetch ships], [crews]; [clean] each of them; [join both]", ((0, 2), (1, 3), (2, 3)),
         [set(), set(), {0}, {2, 4}, {1}]),
        ("[fetch ships], [crews]; [clean each]; [load each]", ((0, 2), (2, 3)), [set(), set(), {0}, {2}, {1}, {4}]),
        ("[fetch ships], [sort them]; [print each]", ((0, 1), (1, 2)), [set(), {0}, {1}]),
        ("[fetch ships], [crews]; [compare with each other]", ((0, 2), (1, 2)), [set(), set(), {0, 1}]),
    ],
)  # fmt: skip
def test_each_is_one_step_for_each_of_those_in_front(marked: str, edges: Edges, ups: list[set[int]]) -> None:
    assert [draft.ups for draft in drafts_of(marked, edges)] == ups
