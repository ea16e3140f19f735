"""Long structured descriptions: listed steps with objective, input, output, operator, stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.contradictions import refuse_contradictions
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.lateness import Lateness
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.outline.documents import (
    catalogue_document,
    declared,
    declares_more,
    tells_tasks,
    told_document,
)
from airflow_llm.readers.prose.outline.order.branches import choices, targets_of
from airflow_llm.readers.prose.outline.order.edges import Order
from airflow_llm.readers.prose.outline.order.listed import is_linear, order_of
from airflow_llm.readers.prose.outline.settings.rules import RULES, merges, note_rules, stated
from airflow_llm.readers.prose.outline.settings.whole import Settings, settings_of
from airflow_llm.readers.prose.outline.steps.building import Builder, retry_fields
from airflow_llm.readers.prose.outline.steps.data import slips_in, systems_in
from airflow_llm.readers.prose.outline.steps.kinds import kind_of
from airflow_llm.readers.prose.outline.steps.mapping import for_each, parameters_of
from airflow_llm.readers.prose.outline.tasks.catalogue import Catalogue
from airflow_llm.readers.prose.outline.tasks.generated import spread
from airflow_llm.readers.prose.outline.tasks.listed import Document, Item, parse
from airflow_llm.readers.prose.outline.tasks.names import Names, Node, layout, slug
from airflow_llm.readers.prose.pipeline_of import pipeline_of
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.reading import Reading
from airflow_llm.spec.pipeline import Pipeline

Fields = dict[str, Any]
_LABELLED = (
    r"(?m)^[ \t]*(?:[-*\u2022]\s*)?(?:\*\*)?(?:objective|input|output|operator(?: or mechanism)?|purpose|"
    r"integrations|docker image|key parameters)s?(?:\*\*)?[ \t]*:"
)
_LISTED = (
    r"(?im)^[^\w\n]{0,12}(?:\d+[.)]|#{2,4}\s|step\s+\d)|^[ \t]*\|.{0,400}\b(?:task|step)\b.{0,400}\||"
    r"^[ \t]*[-*\u2022]\s*[`*]*[A-Za-z]\w*_\w+[`*]*\s*\([^)\n]*(?:Operator|Sensor)\)\s*:"
)
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_SURE = 0.9
_NAMED = 0.75
_TOLD = 0.85
_DECLARED = 0.85
_UNLISTED = 0.2
_LONGEST_ORIGIN = 2000
_MOST_STEPS = 5000
_READ_FOR_SYSTEMS = 100_000
_WRITERS = frozenset({"python", "http", "predict", "spark", "container"})


def looks_structured(text: str) -> float:
    """How surely the text is a structured description, 0 to 1."""
    sample = normalise(text[:200_000])
    items = parse(sample).items
    sure = _listed(sample, items)
    if _declared(text[:200_000], items, sure) is not None:
        return max(sure, _DECLARED)
    if sure > _UNLISTED:
        return sure
    return _NAMED if tells_tasks(text[:200_000]) else sure


def _declared(text: str, items: list[Item], sure: float) -> Catalogue | None:
    """The catalogue of tasks, when the text has one and not the list of steps that was found."""
    if items and sum(1 for item in items if len(item.labels) > 1) > 0.5 * len(items) and sure > _UNLISTED:
        if sum(1 for item in items if {"objective", "operator", "input"} <= item.labels.keys()) > 0.5 * len(items):
            return None  # what is said of each step like this is the whole list
        gaps = any(pattern(r"[{<*]").search(item.name) for item in items)  # `load_{region}` is spelt out later on
        return None if gaps else declares_more(text, [node.id for node in layout(items).nodes()])
    return declared(text, [node.id for node in layout(items).nodes()] if sure > _UNLISTED else ())


def _listed(sample: str, items: list[Item]) -> float:
    """How surely the text lists its steps, 0 to 1."""
    labels = len(pattern(_LABELLED).findall(sample))
    if labels < 2 and pattern(_LISTED).search(sample) is None:
        return 0.0
    labelled = sum(1 for item in items if item.labels)
    if labelled >= 2 and (labels >= 2 or labelled == len(items)):
        return _SURE
    if labelled == 1 and labels >= 3:
        return 0.7
    return 0.8 if _titled(items) else _UNLISTED


def _titled(items: list[Item]) -> bool:
    """Without labels: most entries are task names or short titles, each with its own words below."""
    name = pattern(r"[`*]*[A-Za-z]\w*_\w+[`*]*(?:\s*[(:\u2013-].*)?")
    named = [item for item in items if name.fullmatch(item.name) and (item.labels or item.loose)]
    short = [
        item for item in items if item.loose and len(item.name.split()) <= 7 and not item.name.endswith((".", ";"))
    ]
    enough = 0.6 * len(items)
    return (len(items) >= 2 and len(named) >= enough) or (len(items) >= 3 and len(short) >= 0.9 * len(items))


def read_outline(text: str, pipeline_id: str | None = None, *, traced: bool = False) -> Reading | None:
    """The structured description as a pipeline; None when it lists no steps."""
    refuse_contradictions(normalise(text))
    document = _document(normalise(text), text)
    if len(document.items) > _MOST_STEPS:
        raise InputError(
            f"the description lists {len(document.items)} steps; {_MOST_STEPS} is the most",
            hint="split it into several pipelines",
        )
    for item in document.items:
        if item.loose:
            item.labels.setdefault("objective", "\n".join(item.loose))
    document.items = [spread(item, text) for item in document.items]
    root = layout(document.items)
    names = Names(root.nodes())
    if not names.nodes:
        return None
    note_rules(document, names)
    targets = targets_of(document, names)
    order = order_of(document, root, names, targets)
    order.said -= document.guessed
    chosen = choices(document, names, targets)
    rules = {node.id: rule for node in names.nodes if (rule := stated(node)) is not None}
    settings = settings_of(document, own_alarm=_has_own_alarm(names.nodes, rules))
    for merge in merges(order, chosen):
        rules.setdefault(merge, settings.trigger_rule or "none_failed_min_one_success")
    address = pattern(_ADDRESS).search("\n".join(document.words("failure", "schedule", "infrastructure")))
    kinds = {node.id: kind_of(node) for node in names.nodes}
    builder = Builder(order, kinds, names, chosen, address.group() if address else "")
    pipeline = _Assembly(text, document, builder, settings, rules).pipeline(pipeline_id)
    certainty = _certainty(order, linear=is_linear(document, root), told=document.told)
    pipeline = pipeline.model_copy(update={"confidence": certainty.value})
    trace = None
    if traced:
        from airflow_llm.readers.prose.outline import tracing

        stages = tracing.Stages(text, document, names, order, targets, pipeline, certainty.doubts)
        trace = tracing.traced(stages)
    systems = dict.fromkeys(system.name for system in systems_in(text[:_READ_FOR_SYSTEMS]))
    facts = {"systems": list(systems), "catchup": settings.catchup}
    return Reading(pipeline, (), certainty.value, facts, trace)


def _document(text: str, source: str) -> Document:
    """The listed steps, or those that a catalogue declares; without a list, the tasks that running text names."""
    document = parse(text)
    catalogue = _declared(source, document.items, _listed(text, document.items))
    if catalogue is not None:
        return catalogue_document(source, catalogue)
    if _listed(text, document.items) > _UNLISTED:
        return document
    return told_document(source) or document


def _has_own_alarm(nodes: list[Node], rules: dict[str, str]) -> bool:
    telling = pattern(r"\b(?:notif\w+|e-?mails?|alerts?|slack)\b")
    alarming = ("all_done", "one_failed", "all_failed", "always")
    return any(
        rules.get(node.id) in alarming and telling.search(node.item.everything.replace("_", " ")) for node in nodes
    )


@dataclass
class _Assembly:
    """Everything that was read, put together as the spec."""

    text: str
    document: Document
    builder: Builder
    settings: Settings
    rules: dict[str, str]

    def pipeline(self, pipeline_id: str | None) -> Pipeline:
        """The pipeline. InputError when the text asks for something that none can have."""
        builder, settings, nodes = self.builder, self.settings, self.builder.names.nodes
        made: dict[str, Fields] = {}
        for node in sorted(nodes, key=lambda node: (builder.kinds[node.id] != "choose", node.index)):
            made[node.id] = builder.fields(node)
        fields = {node.id: self._step(node, made[node.id]) for node in nodes}
        flow = builder.places.flow
        for subject, words, change in settings.assumptions:
            flow.assume(subject, words, change)
        for wrong, right in slips_in(self.text[:_READ_FOR_SYSTEMS]).items():
            flow.assume("text", f"{wrong!r} is read as {right!r}", "write the name as it is meant")
        data: Fields = {
            "id": pipeline_id or slug(self.document.title) or slug(nodes[-1].id) or "pipeline",
            "title": self.document.title,
            "description": self.text,
            "schedule": settings.schedule,
            "defaults": settings.defaults,
            "alerts": self._alerts(),
            "questions": flow.asked,
            "parameters": parameters_of(fields),
            "steps": list(fields.values()),
            "connections": list(flow.connections.values()),
            "datasets": list(flow.datasets.values()),
            "assumptions": flow.assumptions,
            "origin": {"text": self.text[:_LONGEST_ORIGIN], "start": 0, "line": 1},
            **settings.fields,
        }
        return pipeline_of(data)

    def _step(self, node: Node, own: Fields) -> Fields:
        """One step with what holds for any kind."""
        builder, item = self.builder, node.item
        reads = set(own.get("reads", ()))
        ups = [up for up in builder.order.upstream(node.id) if builder.outputs.get(up) not in reads]
        fields: Fields = {"id": node.id, "title": node.name[:200], "doc": item.text("objective")[:2000], **own}
        fields["after"] = [up for up in ups if not _takes(builder, up, node)]
        if node.id in builder.outputs and not fields.get("writes") and fields["kind"] in _WRITERS:
            fields["writes"] = [builder.outputs[node.id]]
        start = item.line.start
        line = self.text.count("\n", 0, start) + 1
        fields["origin"] = {"text": item.line.words[:_LONGEST_ORIGIN], "start": start, "line": line}
        if node.group and node.group not in {other.id for other in builder.names.nodes}:
            fields["group"] = node.group
        rule = self.rules.get(node.id) or self.settings.trigger_rule
        if rule in RULES:
            fields["trigger_rule"] = rule
        mapped = for_each(node, self.text)
        if mapped is not None and fields["kind"] not in ("choose", "marker", "trigger"):
            fields["for_each"] = mapped
        return {**retry_fields(node), **fields}

    def _alerts(self) -> list[Fields]:
        flow, alerts = self.builder.places.flow, []
        for alert in self.settings.alerts:
            connection = flow.connect(alert.channel or "email")
            target = alert.target or (self.builder.recipient("alerts") if connection == "email" else "")
            alerts.append({"on": alert.on, "connection": connection, "target": target})
        schedule = Found(self.settings.schedule, 0, 0, "")
        findings = Findings(schedule=schedule, deadlines=self.settings.deadlines)
        return [*alerts, *Lateness([], findings, flow).alerts(alerts)]


def _takes(builder: Builder, up: str, node: Node) -> bool:
    """Whether the edge is a branch's own choice, which the branch states."""
    choice = builder.choices.get(up)
    return builder.kinds[up] == "choose" and choice is not None and any(path.id == node.id for path, _ in choice.paths)


class _Certainty(NamedTuple):
    """How sure the graph is, and what makes it less sure."""

    value: float
    doubts: tuple[str, ...]


def _certainty(order: Order, *, linear: bool, told: bool) -> _Certainty:
    """How sure the graph is: edges that words say count more than edges from the order of the list.

    `told`: the layout is the text's own; then words may be taken for tasks that are none, and nobody can be sure.
    """
    later = [node for node in order.nodes if node.index > 0]
    said = sum(1 for node in later if linear or any((up, node.id) in order.said for up in order.upstream(node.id)))
    share = said / len(later) if later else 1.0
    bare = sum(1 for node in order.nodes if not node.item.labels and not node.item.loose)
    mapped = any(node.mapped for node in order.nodes)
    penalty = 0.3 * bare / max(len(order.nodes), 1) + (0.1 if mapped else 0.0)
    roots = sum(1 for node in order.nodes if not order.upstream(node.id))
    doubts = {
        f"{len(later) - said} of {len(later)} places from the order of the list": said < len(later),
        f"{bare} tasks of which only the name is said": bare > 0,
        "mapped tasks": mapped,
        "a layout of its own": told,
        f"{roots} tasks that nothing comes before": roots > 1,
    }
    value = round(max(0.3, min(_TOLD if told else 0.97, 0.6 + 0.37 * share - penalty - 0.03 * max(roots - 1, 0))), 3)
    return _Certainty(value, tuple(why for why, holds in doubts.items() if holds))
