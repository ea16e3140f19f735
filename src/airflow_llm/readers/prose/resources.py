"""What a step needs to run: cores, memory, disk, GPUs, executors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, says

_SIZE = r"(\d+(?:\.\d+)?)\s*([kmgt])i?(?:b|bytes?|ig|igs)?(?:ytes)?"


class Needs(NamedTuple):
    """Resources as said; `workers` are Spark executors or workers of a cluster, `conf` their Spark settings."""

    cpu: float | None = None
    memory: str | None = None
    disk: str | None = None
    gpu: int | None = None
    workers: int | None = None
    driver_memory: str | None = None
    executor_memory: str | None = None

    def conf(self) -> dict[str, str | int | float | bool]:
        """The part that is Spark configuration."""
        settings: dict[str, str | int | float | bool] = {}
        if self.workers is not None:
            settings["spark.executor.instances"] = self.workers
        if self.driver_memory is not None:
            settings["spark.driver.memory"] = self.driver_memory.lower().removesuffix("i")
        if self.executor_memory is not None:
            settings["spark.executor.memory"] = self.executor_memory.lower().removesuffix("i")
        return settings


def find_needs(text: str) -> list[Found[Needs]]:
    """Every resource that the text names, one for each place. InputError for an impossible amount."""
    hits: list[Found[Needs]] = []
    if not says(text, "mem", "ram", "disk", "storage", "scratch", "gpu", "cpu", "core", "executor", "worker", "node"):
        return hits
    hits += _sizes(text)
    count = number_words()
    gpus = rf"(?<![\w.])(?!no\b)({count})\s+(?:nvidia\s+)?(?:[ahtv]\d{{1,3}}\s+)?gpus?\b|\bgpus?\s*[:=]\s*({count})\b"
    for match in finds(gpus, text, "gpu"):
        hits.append(found(text, *match.span(), Needs(gpu=int(_amount(match.group(), match[1] or match[2])))))
    cores = rf"(?<![\w.])(?!no\b)({count})\s+(?:v?cpus?|(?:cpu\s+)?cores?)\b|\b(?:cpu|cores)\s*[:=]\s*({count})(?!\w)"
    for match in finds(cores, text, "cpu", "core"):
        hits.append(found(text, *match.span(), Needs(cpu=_amount(match.group(), match[1] or match[2]))))
    workers = rf"(?<![\w.])(?!no\b)({count})\s+(?:spark\s+)?(?:executors|workers|nodes|executor|worker)\b"
    for match in finds(workers, text, "executor", "worker", "node"):
        hits.append(found(text, *match.span(), Needs(workers=int(_amount(match.group(), match[1])))))
    return sorted(hits, key=lambda hit: hit.start)


def _sizes(text: str) -> Iterator[Found[Needs]]:
    memory = r"(?:mem(?:ory)?|memroy|memmory|ram)"
    expression = (
        rf"\b(?:(driver|executor|worker)[\s_-]+)?{memory}[\"'`*]*\s*(?:is|of|limit|[:=])?\s*[\"'`]*{_SIZE}(?!\w)"
        rf"|(?<![\w.]){_SIZE}(?:\s+of)?\s+(?:(driver|executor|worker)\s+)?{memory}\b"
    )
    for match in finds(expression, text, "mem", "ram"):
        role = (match[1] or match[6] or "").lower()
        size = f"{match[2] or match[4]}{(match[3] or match[5]).upper()}i"
        field = {"driver": "driver_memory", "executor": "executor_memory", "worker": "executor_memory"}.get(
            role, "memory"
        )
        yield found(text, *match.span(), _sized(field, size))
    beside = rf"\b(?:v?cpus?|cores?)\s*(?:and|,|/|with|\+|&)\s*{_SIZE}(?!\w)(?!\s*(?:of\s+)?(?:disk|storage|scratch))"
    for match in finds(beside, text, "cpu", "core"):
        yield found(text, match.start(1), match.end(), _sized("memory", f"{match[1]}{match[2].upper()}i"))
    disk = rf"(?<![\w.]){_SIZE}(?:\s+of)?\s+(?:disk|storage|scratch)(?:\s+space)?\b"
    for match in finds(disk, text, "disk", "storage", "scratch"):
        yield found(text, *match.span(), Needs(disk=f"{match[1]}{match[2].upper()}i"))


def together(hits: list[Found[Needs]]) -> Needs:
    """All of them as one; the first that names a resource wins."""
    whole = Needs()
    for name in ("cpu", "memory", "disk", "gpu", "workers", "driver_memory", "executor_memory"):
        value = next((getattr(hit.value, name) for hit in hits if getattr(hit.value, name) is not None), None)
        whole = whole._replace(**{name: value})
    return whole


def _sized(field: str, size: str) -> Needs:
    match field:
        case "driver_memory":
            return Needs(driver_memory=size)
        case "executor_memory":
            return Needs(executor_memory=size)
    return Needs(memory=size)


def _amount(words: str, digits: str) -> float:
    value = number(digits)
    if value <= 0 or value > 1024:
        raise InputError(f"{words.strip()!r} is no amount that a machine has", hint="name a number from 1 to 1024")
    return value
