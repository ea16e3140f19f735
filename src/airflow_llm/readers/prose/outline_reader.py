"""The reader of long structured descriptions: numbered steps with objective, input, output, operator, stages, arrows."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.outline_branches import choices, targets_of
from airflow_llm.readers.prose.outline_data import systems_in
from airflow_llm.readers.prose.outline_kinds import kind_of
from airflow_llm.readers.prose.outline_mapping import for_each
from airflow_llm.readers.prose.outline_names import Names, Node, layout, slug
from airflow_llm.readers.prose.outline_order import Order, is_linear, order_of
from airflow_llm.readers.prose.outline_parts import Document, parse
from airflow_llm.readers.prose.outline_rules import RULES, merges, stated
from airflow_llm.readers.prose.outline_settings import Settings, settings_of
from airflow_llm.readers.prose.outline_steps import Builder, parameters_of, retry_fields
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.pipeline import Pipeline

Fields = dict[str, Any]
_LABELLED = (
    r"(?m)^[ \t]*(?:[-*\u2022]\s*)?(?:\*\*)?(?:objective|input|output|operator(?: or mechanism)?|purpose|"
    r"integrations|docker image|key parameters)s?(?:\*\*)?\s*:"
)
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_SURE = 0.9
_LONGEST_ORIGIN = 2000


class OutlineReader:
    """Reads descriptions that list their tasks under headings or numbers, each with labelled lines."""

    name = "outline"

    def claims(self, source: Source) -> float:
        """Sure of texts with several labelled steps; anything else is left to the free-form reader."""
        return looks_structured(source.text)

    def read(self, source: Source) -> Reading:
        """The description as a pipeline. InputError when it lists no step."""
        reading = read_outline(source.text, source.pipeline_id)
        if reading is None:
            raise InputError(
                "the description lists no steps", hint="number the steps and say what each does", place=source.name
            )
        return reading


def looks_structured(text: str) -> float:
    """How surely the text is a structured description, 0 to 1."""
    if len(text) < 80 or "\n" not in text:
        return 0.0
    labels = len(pattern(_LABELLED).findall(text[:200_000]))
    if labels < 2:
        return _by_names(text)
    items = parse(normalise(text)).items
    labelled = sum(1 for item in items if item.labels)
    return _SURE if labelled >= 2 else 0.7 if labelled == 1 and labels >= 3 else 0.2


def _by_names(text: str) -> float:
    """Without labels: a section of steps whose entries are task names."""
    if pattern(r"(?m)^\W*(?:\d+[.)]|#{2,4}\s)").search(text) is None:
        return 0.0
    items = parse(normalise(text[:200_000])).items
    named = sum(
        1
        for item in items
        if pattern(r"[`*]*[A-Za-z]\w*_\w+[`*]*(?:\s*[(:\u2013-].*)?").fullmatch(item.name)
        and (item.labels or item.loose)
    )
    return 0.8 if len(items) >= 2 and named >= 0.6 * len(items) else 0.0


def read_outline(text: str, pipeline_id: str | None = None) -> Reading | None:
    """The structured description as a pipeline; None when it lists no steps."""
    document = parse(normalise(text))
    root = layout(document.items)
    nodes = list(root.nodes())
    if not nodes:
        return None
    names = Names(nodes)
    targets = targets_of(document, root, names)
    order = order_of(document, root, names, targets)
    rules = {node.id: rule for node in nodes if (rule := stated(node)) is not None}
    settings = settings_of(document, own_alarm=_has_own_alarm(nodes, rules))
    chosen = choices(document, names, targets)
    kinds = {node.id: kind_of(node) for node in nodes}
    address = pattern(_ADDRESS).search("\n".join(document.words("failure", "schedule", "infrastructure")))
    builder = Builder(order, kinds, names, chosen, address.group() if address else "")
    for merge in merges(order, chosen):
        rules.setdefault(merge, "none_failed_min_one_success")
    pipeline, confidence = _pipeline(text, document, builder, settings, rules, pipeline_id)
    confidence = min(confidence, _certainty(document, order, is_linear(document, root), builder))
    trace = {
        "systems": [system.name for system in systems_in(text[:100_000])],
        "catchup": settings.catchup,
        "order": sorted(order.said),
    }
    return Reading(pipeline.model_copy(update={"confidence": confidence}), (), confidence, trace)


def _has_own_alarm(nodes: list[Node], rules: dict[str, str]) -> bool:
    telling = r"\b(?:notif\w+|e-?mails?|alerts?|slack)\b"
    return any(
        rules.get(node.id) in ("all_done", "one_failed", "all_failed", "always")
        and pattern(telling).search(node.item.everything.replace("_", " "))
        for node in nodes
    )


def _pipeline(
    text: str, document: Document, builder: Builder, settings: Settings, rules: dict[str, str], pipeline_id: str | None
) -> tuple[Pipeline, float]:
    nodes = builder.names.nodes
    made: dict[str, Fields] = {}
    for node in sorted(nodes, key=lambda node: (builder.kinds[node.id] != "choose", node.index)):
        made[node.id] = builder.fields(node)
    flow = builder.places.flow
    fields = {node.id: _step(text, node, made[node.id], builder, rules, settings) for node in nodes}
    data: Fields = {
        "id": pipeline_id or slug(document.title) or slug(nodes[-1].id) or "pipeline",
        "title": document.title,
        "description": text,
        "schedule": settings.schedule,
        "defaults": settings.defaults,
        "alerts": _alerts(settings, builder),
        "parameters": parameters_of(fields),
        "steps": list(fields.values()),
        "connections": list(flow.connections.values()),
        "datasets": list(flow.datasets.values()),
        "origin": {"text": text[:_LONGEST_ORIGIN], "start": 0, "line": 1},
        **settings.fields,
    }
    for subject, words, change in settings.assumptions:
        flow.assume(subject, words, change)
    data["assumptions"] = flow.assumptions
    try:
        return Pipeline.model_validate(data), 1.0
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"the text asks for something that a pipeline cannot have: {first['msg']}", place=place
        ) from error


def _step(text: str, node: Node, own: Fields, builder: Builder, rules: dict[str, str], settings: Settings) -> Fields:
    """One step with what holds for any kind."""
    order, item = builder.order, node.item
    reads = set(own.get("reads", ()))
    ups = [
        up for up in order.upstream(node.id) if builder.outputs.get(up) not in reads and not _takes(builder, up, node)
    ]
    fields: Fields = {
        "id": node.id,
        "title": node.name[:200],
        "doc": item.text("objective")[:2000],
        **own,
        "after": ups,
    }
    if (
        node.id in builder.outputs
        and not fields.get("writes")
        and fields["kind"] in ("python", "http", "predict", "spark", "container")
    ):
        fields["writes"] = [builder.outputs[node.id]]
    start = item.line.start
    fields["origin"] = {
        "text": item.line.words[:_LONGEST_ORIGIN],
        "start": start,
        "line": text.count("\n", 0, start) + 1,
    }
    group = node.group
    if group and group not in {other.id for other in builder.names.nodes}:
        fields["group"] = group
    rule = rules.get(node.id) or settings.trigger_rule
    if rule in RULES and not (rule == settings.trigger_rule and not order.upstream(node.id) and False):
        fields["trigger_rule"] = rule
    mapped = for_each(node)
    if mapped is not None and fields["kind"] not in ("choose", "marker", "trigger"):
        fields["for_each"] = mapped
    for name, value in retry_fields(node).items():
        fields.setdefault(name, value)
    return fields


def _takes(builder: Builder, up: str, node: Node) -> bool:
    """Whether the edge is a branch's own choice, which the branch states."""
    choice = builder.choices.get(up)
    return builder.kinds[up] == "choose" and choice is not None and any(path.id == node.id for path, _ in choice.paths)


def _alerts(settings: Settings, builder: Builder) -> list[Fields]:
    alerts = []
    for alert in settings.alerts:
        connection = builder.places.flow.connect(alert.channel or "email")
        target = alert.target or (builder.address if connection == "email" else "")
        if not target:
            builder.places.flow.assume(
                "alerts",
                f"the text names no recipient for the {connection} alerts",
                "set `target` of the alert in tasks.yml",
            )
        alerts.append({"on": alert.on, "connection": connection, "target": target})
    return alerts


def _certainty(document: Document, order: Order, linear: bool, builder: Builder) -> float:
    """How sure the graph is: edges that words say count more than edges from the order of the list."""
    later = [node for node in order.nodes if node.index > 0]
    said = sum(1 for node in later if linear or any((up, node.id) in order.said for up in order.upstream(node.id)))
    share = said / len(later) if later else 1.0
    bare = sum(1 for node in order.nodes if not node.item.labels and not node.item.loose)
    penalty = 0.3 * bare / max(len(order.nodes), 1) + (0.1 if any(node.mapped for node in order.nodes) else 0.0)
    roots = sum(1 for node in order.nodes if not order.upstream(node.id))
    return round(max(0.3, min(0.97, 0.6 + 0.37 * share - penalty - 0.03 * max(roots - 1, 0))), 3)


READER = OutlineReader()
