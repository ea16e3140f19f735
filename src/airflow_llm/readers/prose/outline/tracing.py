"""The stages of reading a structured description, as a trace: the listed steps, the labels, why each edge is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.findings import Findings, find_all
from airflow_llm.readers.prose.linking.reasons import Drawn
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.outline.order.edges import Order
from airflow_llm.readers.prose.outline.order.listed import chains
from airflow_llm.readers.prose.outline.steps.data import systems_in
from airflow_llm.readers.prose.outline.tasks.listed import Document
from airflow_llm.readers.prose.outline.tasks.names import Names, Node
from airflow_llm.readers.prose.tracing_slots import hits_of, meaning_of, slots
from airflow_llm.readers.trace import Candidate, ClauseSeen, Followed, Made, Recognised, Trace
from airflow_llm.spec.graph import branch_targets, edges
from airflow_llm.spec.pipeline import Pipeline

OUTLINE = "outline"
_LONGEST = 200
_BEFORE = ("upstream", "input", "objective", "notes", "condition")
_BEHIND = ("downstream", "output")


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages made of one description."""

    text: str
    document: Document
    names: Names
    order: Order
    targets: Mapping[str, Sequence[str]]
    pipeline: Pipeline
    doubts: tuple[str, ...]


def traced(stages: Stages) -> Trace:
    """The trace of the reading."""
    text, pipeline = normalise(stages.text), stages.pipeline
    try:
        findings = find_all(text)
    except InputError:
        findings = Findings()  # a value that cannot be, in a section that this reader does not take for a setting
    drawn = _Edges(stages)
    links = tuple(drawn.followed())
    found = Candidate(OUTLINE, pipeline.confidence or 0.0, len(pipeline.steps), len(links), stages.doubts)
    return Trace(
        text=text,
        clauses=tuple(_items(stages)),
        recognised=tuple(_recognised(text, findings)),
        links=links,
        steps=tuple(_steps(stages)),
        slots=slots(text, pipeline, findings),
        candidates=(found,),
        chosen=OUTLINE,
        why="the text lists its steps with labels or titles of their own",
    )


def _items(stages: Stages) -> Iterator[ClauseSeen]:
    """The entries of the list of steps, and what the other sections hold."""
    for node in stages.names.nodes:
        labels = tuple(node.item.labels)
        yield ClauseSeen(node.item.line.words[:_LONGEST], node.item.line.start, "step", "item", labels, (node.id,))
    for kind, lines in stages.document.sections.items():
        for line in lines:
            yield ClauseSeen(line.words[:_LONGEST], line.start, "section", "line", (kind,))


def _recognised(text: str, findings: Findings) -> Iterator[Recognised]:
    found = [
        Recognised(name.replace("_", " "), hit.text, hit.start, meaning_of(hit.value), hit.strength)
        for name, hits in hits_of(findings)
        for hit in hits
    ]
    systems = [Recognised("system", one.name, 0, f"{one.name} ({one.family})") for one in systems_in(text[:100_000])]
    yield from (*systems, *sorted(found, key=lambda one: one.start))


def _steps(stages: Stages) -> Iterator[Made]:
    nodes = {node.id: node for node in stages.names.nodes}
    for step in stages.pipeline.steps:
        words = step.origin.text if step.origin is not None else ""
        node = nodes[step.id]
        operator = " ".join(node.item.text("operator").split())[:_LONGEST]
        rule = f"its operator: {operator}" if operator else "its name and its words"
        doubts = () if node.item.labels or node.item.loose else ("nothing is said of it but its name",)
        yield Made(step.id, step.kind, words, rule, None, doubts, step.reads, step.writes)


class _Edges:
    """Looks for the words behind each edge."""

    def __init__(self, stages: Stages) -> None:
        self.stages, self.names = stages, stages.names
        self.nodes = {node.id: node for node in stages.names.nodes}
        self.written = set(chains(stages.document, stages.names))

    def followed(self) -> Iterator[Followed]:
        """Every edge of the pipeline with its rule."""
        pipeline = self.stages.pipeline
        flows = {step.id: (set(step.reads), set(step.writes)) for step in pipeline.steps}
        for up, down in edges(pipeline):
            drawn = self._drawn(up, down)
            if down in branch_targets(pipeline.step(up)) or down in self.stages.targets.get(up, ()):
                drawn = Drawn("a way of the branch", drawn.words)
            data = tuple(sorted(flows[up][1] & flows[down][0]))
            yield Followed(up, down, drawn.rule, drawn.words, data)

    def _drawn(self, up: str, down: str) -> Drawn:
        if (up, down) in self.written:
            return Drawn("the text writes the edge out", self._line_with(up, down))
        if (up, down) not in self.stages.order.said:
            return Drawn("the order of the list", "")
        named = self._naming(self.nodes[down], _BEFORE, up)
        if named is not None:
            return Drawn(f"its {named[0]} names the task before", named[1])
        named = self._naming(self.nodes[up], _BEHIND, down)
        if named is not None:
            return Drawn(f"the {named[0]} of the task before names it", named[1])
        return Drawn("one reads what the other writes", self.nodes[down].item.text("input")[:_LONGEST])

    def _naming(self, node: Node, labels: Sequence[str], other: str) -> tuple[str, str] | None:
        """The label and the line of the node that name the other task."""
        for label in labels:
            for line in node.item.text(label).splitlines():
                hits = [*self.names.mentioned(line), *self.names.numbered(line)]
                if any(hit.id == other for hit in hits):
                    return label, line.strip()[:_LONGEST]
        return None

    def _line_with(self, *tasks: str) -> str:
        """The line of the running sections that names both."""
        for line in self.stages.document.words("pattern", "infrastructure", "schedule", "summary"):
            if set(tasks) <= {hit.id for hit in self.names.mentioned(line)}:
                return line.strip()[:_LONGEST]
        return ""
