"""The readers that are compared: the grammar alone, the network alone where one is shipped, and both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from airflow_llm.errors import AirflowLLMError
from airflow_llm.readers.predictions import prediction
from airflow_llm.readers.prose.tagger.linking import GraphSaid
from airflow_llm.readers.prose.tagger.network import network
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from benchmarks.reader.cases import Case

Predict = Callable[[Case], dict[str, Any]]
Predictions = tuple[list[dict[str, Any]], list[float]]
"""The predictions, and the seconds of processor time on one core that each took."""
GROUPS = {"network": ("graph", "errors", "time")}
"""What a reader gives, where that is not all: the network says nothing of times and slots."""
_REFUSED = 0.5


def readers() -> dict[str, Predict]:
    """The readers by name; `both` is the default of the product."""
    found: dict[str, Predict] = {"grammar": _by_rules}
    shipped = network()
    if shipped is not None:
        found["network"] = lambda case: as_marked(case.text, shipped.read(case.text))
    return {**found, "both": _by_default}


def _by_default(case: Case) -> dict[str, Any]:
    return _read(Source(case.text, case.id))


def _by_rules(case: Case) -> dict[str, Any]:
    return _read(Source(case.text, case.id, by_rules=True))


def _read(source: Source) -> dict[str, Any]:
    try:
        return prediction(read(source))
    except AirflowLLMError as error:
        return {"error": str(error)}


def as_marked(text: str, said: GraphSaid) -> dict[str, Any]:
    """Marked words as tasks, without anything that the grammar would make of them."""
    if not said.tasks or said.error >= _REFUSED:
        return {"error": "no task is marked"}
    ids = [f"task_{number}" for number in range(len(said.tasks))]
    words = [text[task.mark.start : task.mark.end] for task in said.tasks]
    return {
        "tasks": [
            {"id": name, "text": marked, "kind": task.kind}
            for name, marked, task in zip(ids, words, said.tasks, strict=True)
        ],
        "edges": [[ids[up], ids[down]] for up, down in said.edges],
        "confidence": min(said.sure, *(task.sure for task in said.tasks)),
    }


def predictions(reader: str, cases: Sequence[Case]) -> Predictions:
    """What the reader makes of each case. In a process of its own, so that none finds what another has cached."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_predictions, reader, cases).result()


def _predictions(reader: str, cases: Sequence[Case]) -> Predictions:
    predict = readers()[reader]
    with _one_core():
        for case in cases[:3]:  # files and the network are loaded once; that is measured as start-up, not here
            _answer(predict, case)
        told, seconds = [], []
        for case in cases:
            begin = time.process_time()
            told.append(_answer(predict, case))
            seconds.append(time.process_time() - begin)
    return told, seconds


def _answer(predict: Predict, case: Case) -> dict[str, Any]:
    """The prediction; a fault of the reader is no answer, and must not end the measurement."""
    try:
        return predict(case)
    except Exception as fault:
        return {"fault": type(fault).__name__}


@contextmanager
def _one_core() -> Iterator[None]:
    """Keeps the process on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
