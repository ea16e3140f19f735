"""What flows between the steps: connections, datasets, and who can read whose output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from airflow_llm.readers.prose.drafts import Draft, identifier, name_words, short, stem, system_of
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import System, words
from airflow_llm.readers.prose.unknown_systems import unknown_system
from airflow_llm.spec.datasets import Connection, Dataset
from airflow_llm.spec.pipeline import Assumption, Question

_FORMATS: dict[str, Any] = {
    "csv": "csv", "tsv": "csv", "json": "json", "jsonl": "jsonl",
    "ndjson": "jsonl", "parquet": "parquet", "xlsx": "excel",
    "xls": "excel",
    "excel": "excel", "xml": "xml", "txt": "text", "log": "text",
}  # fmt: skip
_PACKED = frozenset({"gz", "zip", "bz2"})
_BINARY = _PACKED | {
    "tar", "pkl", "jpg", "jpeg", "png", "mp4", "mp3", "wav", "pdf", "docx", "pptx", "h5", "onnx", "feather", "shp", "nc"
}  # fmt: skip
_DATA_FAMILIES = words("data_families")
_FARTHEST = 60
SOURCE = "source"
"""The connection that stands for a source of which the text says nothing."""
SOURCE_TAKEN = "a PostgreSQL connection called `source` is taken"
TARGET_TAKEN = "a PostgreSQL connection called `warehouse` is taken"
_NOT_NAMES = words("not_names")


@dataclass(slots=True, eq=False, repr=False)
class Flow:
    """The datasets and connections so far, and what each draft (by number) has written."""

    drafts: Sequence[Draft]
    datasets: dict[str, Dataset] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    outputs: dict[int, list[str]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    missing: int = 0
    noted: set[tuple[str, str]] = field(default_factory=set)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    read: dict[int, set[str]] = field(default_factory=dict)
    made: dict[int, set[str]] = field(default_factory=dict)
    """What each draft itself writes; `outputs` also holds what it only hands on."""
    used: set[str] = field(default_factory=set)
    """What the steps so far read."""
    warehouses: list[System] | None = None
    models: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """For each model the column that it predicts, and the data that it was made from."""

    # --------------------------------------------------------------- systems
    def connection(self, system: System) -> str:
        """The connection to a system, by its connector's own name."""
        return self.connect(_connector(system.name))

    def connect(self, name: str, connector: str | None = None) -> str:
        """The connection with that name."""
        self.connections.setdefault(name, Connection(name=name, connector=connector or name))
        return name

    def assume(self, subject: str, text: str, change: str) -> None:
        """Notes what was taken for granted, once."""
        if (subject, text) not in self.noted:
            self.noted.add((subject, text))
            self.assumptions.append(Assumption(subject=subject, text=text, change=change))

    def ask(self, question: Question) -> None:
        """Notes what the text leaves open, once."""
        if question not in self.asked:
            self.asked.append(question)

    def source_of(self, draft: Draft, tokens: Sequence[Token]) -> str:
        """The connection that data is read from; an assumption when the text names none."""
        filed = any(token.tag in ("path", "file") for token in tokens)
        system = system_in(tokens) or (_keeps_files(draft) if filed else system_in(_but_target(draft)))
        if system is not None:
            return self.connection(system)
        if filed:
            return self.connect("files")
        told = self._told_before(draft)
        if told is not None:
            name = self.connection(told)
            text = f"the text names no source system; {name} is taken, where the same data is read before"
            self.assume(f"steps.{draft.id}", text, "name the system in the text")
            return name
        self.missing += 1
        named = unknown_system(draft, draft.phrase.complement("from"))
        self._assume_system(draft, named, "source", SOURCE_TAKEN, SOURCE)
        return self.connect(SOURCE, "postgres")

    def _assume_system(self, draft: Draft, named: str, sort: str, taken: str, connection: str) -> None:
        """`named` says that a name is no known system; empty where the text names none at all."""
        better = "name a known system (`airflow-llm connectors` lists them)" if named else "name the system in the text"
        self.assume(
            f"steps.{draft.id}", f"{named or f'the text names no {sort} system'}; {taken}",
            f"{better}, or change `connector` of connection `{connection}` in tasks.yml",
        )  # fmt: skip

    def _told_before(self, draft: Draft) -> System | None:
        """The system that an earlier extract in another arm of a choice reads the same data from."""
        said = set(object_words(draft)[-1:])
        if draft.kind != "extract" or not said or not any(held.kind == "choose" for held in self.drafts):
            return None
        before = [held for held in self.drafts if held.kind == "extract" and held.clause.start < draft.clause.start]
        alike = (held for held in reversed(before) if said <= set(object_words(held)))
        return next((system for held in alike if (system := system_in(held.mentioned())) is not None), None)

    def target_of(self, draft: Draft, tokens: Sequence[Token]) -> str:
        """The connection that data is written to."""
        system = system_in(tokens) or system_in(draft.objects) or system_in(draft.hints) or self._inside(draft)
        if system is not None:
            return self.connection(system)
        if any(token.tag == "path" for token in tokens):
            return self.connect("files")
        inside = draft.kind in ("sql", "cleanup")
        warehouse = (self._warehouse() or self._neighbour(draft)) if inside else None
        if warehouse is not None:
            return self.connection(warehouse)
        warehouses = [held.name for held in self.connections.values() if held.role == "target" and not inside]
        if warehouses:
            return warehouses[-1]
        self.missing += 1
        named = unknown_system(draft, draft.phrase.complement("into", "to", "onto"))
        self._assume_system(draft, named, "target", TARGET_TAKEN, "warehouse")
        return self.connect("warehouse", "postgres")

    def _warehouse(self) -> System | None:
        """The SQL system of the text, when it names only one."""
        if self.warehouses is None:
            named = {
                system.name: system for draft in self.drafts for system in draft.systems() if system.family == "sql"
            }
            self.warehouses = list(named.values())
        return self.warehouses[0] if len(self.warehouses) == 1 else None

    def _neighbour(self, draft: Draft) -> System | None:
        """Of several SQL systems the one that the nearest step before works in, its target before its source."""
        layer, seen = sorted(draft.ups), {draft.number}
        while layer and len(seen) < _FARTHEST:
            seen |= set(layer)
            for held in (self.drafts[number] for number in layer):
                target = held.phrase.complement("to", "into", "onto", "in", "inside", "on")
                named = [token.system or system_of(token) for token in (*target, *held.mentioned())]
                system = next((found for found in named if found is not None and found.family == "sql"), None)
                if system is not None:
                    self.assume(
                        f"steps.{draft.id}",
                        f"the text names no system; {_connector(system.name)} is taken, where {held.id} works",
                        "name the system in the text",
                    )
                    return system
            layer = sorted({up for number in layer for up in self.drafts[number].ups} - seen)
        return None

    @staticmethod
    def _inside(draft: Draft) -> System | None:
        """`copy raw.a to mart.b in Snowflake`: where the work is done."""
        return system_in(draft.phrase.complement("in", "inside", "within", "on"))

    # --------------------------------------------------------------- datasets
    def external(self, connection: str, tokens: Sequence[Token], fallback: Sequence[str], suffix: str) -> str:
        """A dataset in a system, named after its table, path or words."""
        place = next((token for token in tokens if token.tag in ("table", "path", "uri", "url", "file")), None)
        named = place or next((token for token in tokens if token.tag == "name"), None)
        location = _location(named) if named is not None else "_".join(fallback) or "data"
        base = identifier(short(name_words([named]) if named else list(fallback), 5), "data")
        if named is not None and named.tag == "table":
            base = identifier([named.norm.split(".")[-1]], "data")
        known = self.places.get((connection, location))
        if known is not None:
            return known
        filed = named is not None and named.tag in ("path", "uri", "file")
        kind: Literal["table", "file"] = (
            "file" if filed or self.connections[connection].connector in ("s3", "files", "gcs", "sftp") else "table"
        )
        dataset = Dataset(
            name=base,
            kind=kind,
            connection=connection,
            location=location,
            format=format_of(tokens) if kind == "file" else None,
        )
        return self.add(dataset, suffix)

    def named(self, tokens: Sequence[Token]) -> list[str]:
        """The datasets so far that the words name by their table."""
        said = {token.norm.split(".")[-1] for token in tokens if token.tag in ("table", "name")}
        return [name for name, held in self.datasets.items() if held.connection and name in said][:1]

    def staged(self, parts: Sequence[str]) -> str:
        """A new dataset between two steps."""
        return self.add(Dataset(name=identifier(list(parts), "data")), "staged")

    def add(self, dataset: Dataset, suffix: str) -> str:
        """The dataset under its name, or with a suffix when that is taken."""
        name = dataset.name
        if name in self.datasets:
            name = f"{dataset.name}_{suffix}"
        while name in self.datasets:
            self.counts[dataset.name] = self.counts.get(dataset.name, 1) + 1
            name = f"{dataset.name}_{suffix}_{self.counts[dataset.name]}"
        self.datasets[name] = dataset.model_copy(update={"name": name})
        if dataset.connection is not None:
            self.places.setdefault((dataset.connection, dataset.location), name)
        return name

    def model(self, parts: Sequence[str]) -> str:
        """A new model."""
        return self.add(Dataset(name=identifier(list(parts), "model"), kind="model"), "model")

    # --------------------------------------------------------------- who reads what
    def inputs(self, draft: Draft, several: bool = False) -> list[str]:
        """The staged datasets that the step can read: those of the nearest steps before it that wrote one."""
        found: list[str] = []
        seen: set[int] = set()
        layer = sorted(draft.ups)
        used: set[str] = set()
        while layer and len(seen) < _FARTHEST:
            following: list[int] = []
            for number in layer:
                if number in seen:
                    continue
                seen.add(number)
                written = [name for name in self.outputs.get(number, []) if name not in used]
                found.extend(name for name in written if name not in found)
                if not written or several:
                    following.extend(sorted(self.drafts[number].ups))
                used |= self.read.get(number, set())
            if found and (not several or len(found) > 1):
                break
            layer = following
        return found

    def chosen(self, draft: Draft, several: bool = False) -> list[str]:
        """Of the inputs those that the step's own words name; all of them when they name none."""
        candidates = self.inputs(draft, several)
        said = {
            stem(word) for word in name_words([*draft.objects, *draft.phrase.complement("from", "of", "with", "and")])
        } - _NOT_NAMES
        named = [name for name in candidates if {stem(part) for part in name.split("_")} & said]
        taken = named if named and not (several and len(named) < 2) else candidates
        self.read[draft.number] = set(taken)
        return taken


def plain_name(name: str) -> str:
    """The dataset's name without what validating put in front of it."""
    return name.removeprefix("valid_")


def system_in(tokens: Iterable[Token]) -> System | None:
    """The first system that holds data among the tokens."""
    for token in tokens:
        system = token.system or system_of(token)
        if system is not None and system.family in _DATA_FAMILIES:
            return system
    return None


def _but_target(draft: Draft) -> list[Token]:
    """What the step mentions without where a load or a copy goes: no data is read from there."""
    target = draft.phrase.complement("to", "into", "onto") if draft.kind in ("load", "copy") else []
    return [token for token in draft.mentioned() if token not in target]


def _keeps_files(draft: Draft) -> System | None:
    """The system that the words place a file in (`orders.csv by SFTP`), not the one that it is loaded into."""
    systems = ((token.system or system_of(token)) for token in _but_target(draft))
    return next((s for s in systems if s is not None and s.family in _DATA_FAMILIES and s.family != "sql"), None)


def format_of(tokens: Iterable[Token]) -> Any:
    """The file format that a name's ending or a word says."""
    for token in tokens:
        *_, inner, ending = ["", *token.norm.split(".")]
        ending = inner if ending in _PACKED and inner in _FORMATS else ending
        if token.tag in ("file", "path", "uri", "url") and (ending in _FORMATS or ending in _BINARY):
            return _FORMATS.get(ending, "binary")
        if token.tag == "word" and token.norm in _FORMATS:
            return _FORMATS[token.norm]
    return None


def object_words(draft: Draft) -> list[str]:
    """The words that name the data a step is about."""
    tokens = [token for token in draft.objects if token.norm not in words("fillers") or token.named]
    dropped = words("determiners") | words("pronouns") | words("increments") | _NOT_NAMES
    return short([word for word in name_words(tokens) if word not in dropped], 4)


def _location(token: Token) -> str:
    if token.tag == "url":
        rest = token.raw.split("://", 1)[1]
        return "/" + rest.split("/", 1)[1] if "/" in rest else "/"
    if token.tag == "uri":
        scheme, rest = token.raw.split("://", 1)
        return f"s3://{rest}" if scheme in ("s3", "s3a", "s3n") else rest
    return token.raw


def _connector(name: str) -> str:
    from airflow_llm.connectors.registry import get

    connector = get(name)
    return connector.name if connector is not None else name


__all__ = ["Flow", "format_of", "object_words", "plain_name", "system_in"]
