"""How long the reader takes, in process."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from itertools import count

from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from benchmarks.figure import Figure, percentile, samples
from benchmarks.requests import DEMO, LONG, request

SHAPES = {
    "line ends": "\n", "words in lines": "a\n", "quotes": '"', "brackets": "(a) ", "commas": ", ", "long words": "a",
    "sentences": "Load a into b. ", "conditions": "if x then y else z, ", "pronouns": "load it. ", "blanks": " ",
    "bullets": "- load x\n", "steps": "Step 1: load a\n", "arrows": "a -> b ", "digits": "1", "table": "| a | b |\n",
}  # fmt: skip


def measure() -> Iterator[Figure]:
    number = count()
    for by_rules, name, bounds in ((True, "grammar alone", (10, 50, 100)), (False, "with the network", (15, 50, 300))):
        short = samples(lambda alone=by_rules: read(Source(request(next(number)), by_rules=alone)), repeat=300)
        words = f"read a request of {len(DEMO.split())} words, {name}"
        yield Figure(f"{words}, median", statistics.median(short) * 1e3, "ms", bounds[0])
        yield Figure(f"{words}, 99th percentile", percentile(short, 0.99) * 1e3, "ms", bounds[1])
        long = samples(lambda alone=by_rules: read(Source(f"{LONG}\n{next(number)}", by_rules=alone)), repeat=30)
        words = f"read a description of {len(LONG.split())} words, {name}"
        yield Figure(f"{words}, median", statistics.median(long) * 1e3, "ms", bounds[2])
    small, large = (DEMO + ". ") * 60, (DEMO + ". ") * 240
    times = [min(samples(lambda text=text: try_read(text), repeat=3, warm_up=1)) for text in (small, large)]
    yield Figure("reading time of four times the text", times[1] / times[0], "x", 6, note="linear would be 4")
    nested = [_nested(groups) for groups in (50, 200)]
    times = [min(samples(lambda text=text: try_read(text), repeat=3, warm_up=1)) for text in nested]
    yield Figure("the same for nested groups of tasks", times[1] / times[0], "x", 6, note="linear would be 4")
    yield from _hostile()


def _nested(groups: int) -> str:
    """A long description: bullets nested in headings, each naming others."""
    task = "- `load_{0}_{1}` (BashOperator): runs after load_{0}_{2}\n  - Upstream: load_{0}_{2}\n"
    return "".join(
        f"### Group part_{one}\n" + "".join(task.format(one, n, n - 1) for n in range(3)) for one in range(groups)
    )


def _hostile() -> Iterator[Figure]:
    """The shapes that cost most; beyond 20,000 words and signs a text is refused, so more of it costs nothing more."""
    for size in (10_000, 100_000, 1_000_000):
        worst = max((min(samples(_reading(shape, size), repeat=1, warm_up=0)), name) for name, shape in SHAPES.items())
        yield Figure(f"read {size // 1000} kB of hostile text, worst shape", worst[0], "s", 10, note=worst[1])


def _reading(shape: str, size: int) -> Callable[[], None]:
    text = f"{DEMO}. {shape * (size // len(shape))}"
    return lambda: try_read(text)


def try_read(text: str) -> None:
    """Reads, also where the answer is an error: its time counts too."""
    from airflow_llm.errors import AirflowLLMError

    try:
        read(Source(text))
    except AirflowLLMError:
        return
