"""What a step needs to run: cores, memory, disk, GPUs, executors."""

from __future__ import annotations

from dataclasses import dataclass, replace

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import pattern

_SIZE = r"(\d+(?:\.\d+)?)\s*([kmgt])i?(?:b|bytes?|ig|igs)?(?:ytes)?"


@dataclass(frozen=True, slots=True)
class Needs:
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
    count = number_words()
    hits: list[Found[Needs]] = []
    memory = r"(?:mem(?:ory)?|memroy|memmory|ram)"
    for match in pattern(
        rf"\b(?:(driver|executor|worker)[\s_-]+)?{memory}[\"'`*]*\s*(?:is|of|limit|[:=])?\s*[\"'`]*{_SIZE}(?!\w)"
        rf"|(?<![\w.]){_SIZE}(?:\s+of)?\s+(?:(driver|executor|worker)\s+)?{memory}\b"
    ).finditer(text):
        role = (match[1] or match[6] or "").lower()
        size = f"{match[2] or match[4]}{(match[3] or match[5]).upper()}i"
        field = {"driver": "driver_memory", "executor": "executor_memory", "worker": "executor_memory"}.get(
            role, "memory"
        )
        hits.append(found(text, *match.span(), _sized(field, size)))
    for match in pattern(rf"(?<![\w.]){_SIZE}(?:\s+of)?\s+(?:disk|storage|scratch)(?:\s+space)?\b").finditer(text):
        hits.append(found(text, *match.span(), Needs(disk=f"{match[1]}{match[2].upper()}i")))
    for match in pattern(
        rf"(?<![\w.])({count})\s+(?:nvidia\s+)?(?:[ahtv]\d{{1,3}}\s+)?gpus?\b|\bgpus?\s*[:=]\s*({count})\b"
    ).finditer(text):
        hits.append(found(text, *match.span(), Needs(gpu=int(_amount(match.group(), match[1] or match[2])))))
    for match in pattern(
        rf"(?<![\w.])({count})\s+(?:v?cpus?|(?:cpu\s+)?cores?)\b|\b(?:cpu|cores)\s*[:=]\s*({count})(?!\w)"
    ).finditer(text):
        hits.append(found(text, *match.span(), Needs(cpu=_amount(match.group(), match[1] or match[2]))))
    for match in pattern(rf"(?<![\w.])({count})\s+(?:spark\s+)?(?:executors|workers|nodes|executor|worker)\b").finditer(
        text
    ):
        hits.append(found(text, *match.span(), Needs(workers=int(_amount(match.group(), match[1])))))
    return sorted(hits, key=lambda hit: hit.start)


def together(hits: list[Found[Needs]]) -> Needs:
    """All of them as one; the first that names a resource wins."""
    whole = Needs()
    for name in ("cpu", "memory", "disk", "gpu", "workers", "driver_memory", "executor_memory"):
        value = next((getattr(hit.value, name) for hit in hits if getattr(hit.value, name) is not None), None)
        whole = replace(whole, **{name: value})
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
