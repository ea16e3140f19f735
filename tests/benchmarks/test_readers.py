"""What the readers that are compared hand to the measures."""

from __future__ import annotations

from benchmarks.reader.cases import of_file
from benchmarks.reader.prediction import predicted
from benchmarks.reader.readers import as_marked, predictions
from benchmarks.reader.record import score

from airflow_llm.readers.prose.tagger.decode import Marked
from airflow_llm.readers.prose.tagger.linking import GraphSaid, TaskSaid
from tests.benchmarks.perfect import FOLDER, NOTHING

(WEATHER,) = of_file(FOLDER / "descriptions.json")


def task(words: str, kind: str, sure: float = 0.98) -> TaskSaid:
    start = WEATHER.text.index(words)
    return TaskSaid(Marked("task", 0, 1, start, start + len(words), 0.99), kind, False, False, "all_success", sure)


def test_the_network_alone_names_tasks_by_the_words_that_it_marked() -> None:
    tasks = (task("fetch the weather", "api_call"), task("store it", "load", 0.91))
    said = as_marked(WEATHER.text, GraphSaid(tasks, (), frozenset({(0, 1)}), 0.95, 0.01))
    assert [(held["text"], held["kind"]) for held in said["tasks"]] == [
        ("fetch the weather", "api_call"),
        ("store it", "load"),
    ]
    assert (said["edges"], said["confidence"]) == ([["task_0", "task_1"]], 0.91)
    graph = score(WEATHER, predicted(said)).graph
    assert graph is not None
    assert graph.match.pairs == {"fetch_weather": "task_0", "store_storm": "task_1"}


def test_the_network_alone_refuses_what_it_takes_for_no_request() -> None:
    tasks = (task("store it", "load"),)
    assert "error" in as_marked(WEATHER.text, GraphSaid(tasks, (), frozenset(), 1.0, 0.7))
    assert "error" in as_marked(WEATHER.text, GraphSaid((), (), frozenset(), 1.0, 0.0))


def test_every_case_has_its_prediction_and_its_time() -> None:
    told, seconds = predictions("grammar", [WEATHER, NOTHING])
    assert told[0]["tasks"]
    assert "error" in told[1]
    assert len(seconds) == 2
    assert min(seconds) > 0.0
