"""Reading grows with the text and no faster, whatever its shape; beyond forty pages it is refused at once."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import pytest
from ruamel.yaml import YAML

from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read

CASES = YAML(typ="safe").load(Path(__file__).with_name("growth.yml").read_text(encoding="utf-8"))
SMALL = 1_500
TIMES = 4
"""How much longer the second text is: linear work grows as much, quadratic work 16-fold."""
MOST = 7.0
LARGE = 20_000
LARGER = 8
"""Linear time grows 8-fold, quadratic time 64-fold; what lies between them is noise of the machine."""
MOST_TIME = 28.0


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many functions were called, and generators resumed, in the block."""
    calls = [0]

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def read_or_refuse(text: str) -> None:
    with suppress(InputError):
        read(Source(text=text))


def filled(shape: str, size: int, start: str) -> str:
    return start + (shape * (size // len(shape) + 1))[:size]


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    read_or_refuse(CASES["after"])


@pytest.mark.parametrize("shape", CASES["shapes"].values(), ids=CASES["shapes"])
def test_work_grows_with_the_text(shape: str) -> None:
    counts = []
    for size in (SMALL, SMALL * TIMES):
        text = filled(shape, size, CASES["after"])
        with counted() as calls:
            read_or_refuse(text)
        counts.append(calls[0])
    assert counts[1] <= counts[0] * MOST


@pytest.mark.parametrize("shape", CASES["unbroken"].values(), ids=CASES["unbroken"])
def test_patterns_do_not_look_back_over_an_unbroken_text(shape: str) -> None:
    spent = []
    for size in (LARGE, LARGE * LARGER):
        begun = time.process_time()
        read_or_refuse(filled(shape, size, CASES["after"]))
        spent.append(time.process_time() - begun)
    assert spent[1] <= max(spent[0], 0.02) * MOST_TIME


def test_a_book_is_refused() -> None:
    with pytest.raises(InputError, match="more than 20,000 words and signs"):
        read(Source(text="Load orders into Postgres. " * 6_000))


def test_what_surrounds_a_request_does_not_hide_it() -> None:
    request = "Every day extract orders from Postgres and load them into Snowflake."
    text = "\n" * 300_000 + request + " " * 300_000 + "=" * 300_000
    assert [step.kind for step in read(Source(text=text)).pipeline.steps] == ["extract", "load"]
