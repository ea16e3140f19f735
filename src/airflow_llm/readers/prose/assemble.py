"""The fifth stage: drafts and findings become the spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose import builders
from airflow_llm.readers.prose.alert_aims import UNSAID_ADDRESS
from airflow_llm.readers.prose.alternatives import Everything, join_arms, keep_rows
from airflow_llm.readers.prose.conditions import find_outcomes, read_condition
from airflow_llm.readers.prose.drafts import Draft, identifier, name_words, stem
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.flow import Flow, object_words
from airflow_llm.readers.prose.increments import cut_to_interval
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.measured import describe_unmeasured
from airflow_llm.readers.prose.naming import step_id, title_of
from airflow_llm.readers.prose.pipeline_of import pipeline_of
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.rings import cut_rings, keep_order
from airflow_llm.readers.prose.run_settings import CATCHUP_OFF
from airflow_llm.readers.prose.scope import Scopes
from airflow_llm.readers.prose.spellings import finds
from airflow_llm.spec.pipeline import Pipeline, Question
from airflow_llm.spec.schedule import CronSchedule

_ONCE = ("choose", "marker", "wait")
"""Kinds of steps that Airflow runs once for all items."""
_LONGEST_ORIGIN = 2000
_FARTHEST = 60
_STATES = words("states")
_OWNER = (
    r"\bowners?\s*[:=]\s*(?:the\s+)?([\w.@-]{2,60}\w)|\bowned\s+by\s+(?:the\s+)?(?:team\s+)?([\w.@-]{2,60}\w)"
    r"|\bowner\s+(?:is\s+)?(?:the\s+)?(\w{1,40}-[\w-]{1,40}\w)"
)


def assemble(
    source: str, linked: Linked, findings: Findings, slips: dict[str, str], wanted_id: str | None
) -> tuple[Pipeline, Flow]:
    """The pipeline that the drafts make. InputError when the order is contradictory."""
    flow = Flow(linked.drafts)
    cut_rings(linked.drafts, flow)
    drafts = ordered(linked.drafts)
    taken: dict[str, int] = {}
    for draft in drafts:
        draft.id = step_id(draft, taken, _inherited(draft, linked.drafts))
    steps = _steps(source, drafts, linked.drafts, findings, flow)
    for wrong, right in slips.items():
        flow.assume("text", f"{wrong!r} is read as {right!r}", "write the name as it is meant")
    data = _whole(source, findings, flow)
    join_arms(steps["steps"], flow)
    everything = Everything(source, steps["steps"], flow, data["schedule"], findings.reloads)
    cut_to_interval(steps["steps"], flow, data["schedule"], findings.increments, everything.asked)
    everything.split()
    keep_rows(steps["steps"], flow)
    data["id"] = wanted_id or _pipeline_id(drafts)
    data.update(steps)
    data["connections"] = list(flow.connections.values())
    data["datasets"] = list(flow.datasets.values())
    data["assumptions"] = flow.assumptions
    data["questions"] = flow.asked
    return pipeline_of(data), flow


def _inherited(draft: Draft, numbered: Sequence[Draft]) -> list[str]:
    """The object words of the nearest steps before, for a step that only says `it` or `them`."""
    layer = sorted(draft.ups)
    seen: set[int] = set()
    while layer and len(seen) < _FARTHEST:
        found = [
            word
            for number in layer
            if numbered[number].kind not in ("validate", "choose", "notify")
            for word in object_words(numbered[number])
            if word not in _STATES
        ]
        if found:
            return list(dict.fromkeys(found))
        seen |= set(layer)
        layer = sorted({up for number in layer for up in numbered[number].ups} - seen)
    return []


def ordered(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, each after what it needs, else as in the text; InputError that quotes the words of a cycle."""
    by_number = {draft.number: draft for draft in drafts}
    waiting = sorted(drafts, key=lambda draft: (draft.clause.start, draft.kind != "choose", draft.number))
    done: set[int] = set()
    result: list[Draft] = []
    blocked = {draft.number: len(draft.ups) for draft in drafts}
    downs: dict[int, list[int]] = {}
    for draft in drafts:
        for up in draft.ups:
            downs.setdefault(up, []).append(draft.number)
    from heapq import heapify, heappop, heappush

    place = {draft.number: position for position, draft in enumerate(waiting)}
    ready = [(place[number], number) for number, count in blocked.items() if not count]
    heapify(ready)
    while ready:
        _, number = heappop(ready)
        done.add(number)
        result.append(by_number[number])
        for down in downs.get(number, []):
            blocked[down] -= 1
            if not blocked[down]:
                heappush(ready, (place[down], down))
    if len(result) < len(drafts):
        _refuse_cycle([draft for draft in waiting if draft.number not in done])
    return result


def _refuse_cycle(stuck: Sequence[Draft]) -> None:
    words = " / ".join(f"{' '.join(token.raw for token in draft.clause.tokens)[:80]!r}" for draft in stuck[:3])
    raise InputError(  # no contradiction of the text itself: the network may see an order in it
        f"the order contradicts itself: {words} wait for each other", hint="say which of them comes first"
    )


def _steps(
    source: str, drafts: Sequence[Draft], numbered: Sequence[Draft], findings: Findings, flow: Flow
) -> dict[str, Any]:
    fields = {draft.number: _fields(source, draft, numbered, flow) for draft in drafts}
    scopes = Scopes(source, drafts, findings, flow)
    for number, extra in scopes.steps.items():
        _merge(fields[number], extra)
    parameters = _parameters(drafts, fields, flow)
    keep_order(drafts, fields)
    describe_unmeasured(drafts, numbered, fields, flow)
    found: dict[str, Any] = {"steps": [fields[draft.number] for draft in drafts], "parameters": parameters}
    for name, hit in (
        ("depends_on_past", findings.depends_on_past),
        ("priority", findings.priority),
    ):
        if hit is not None:
            scopes.defaults[name] = hit.value
    if scopes.defaults:
        found["defaults"] = scopes.defaults
    if scopes.timeout is not None:
        found["timeout"] = scopes.timeout
    if scopes.alerts:
        found["alerts"] = scopes.alerts
        _told_late(scopes.alerts, flow)
    return found


def _told_late(alerts: Sequence[dict[str, Any]], flow: Flow) -> None:
    """Says how a deadline is told where Airflow has no notifier that can tell one."""
    for alert in alerts:
        connector = flow.connections[alert["connection"]].connector if alert["connection"] in flow.connections else ""
        if alert["on"] == "deadline" and connector == "email" and not alert["target"]:
            alert["target"] = UNSAID_ADDRESS
            text = f"the text names no mail address; {UNSAID_ADDRESS} is taken"
            flow.assume("alerts", text, "set `alerts` in tasks.yml")
        elif alert["on"] == "deadline" and connector not in ("slack", "email", "http"):
            flow.assume(
                "alerts",
                f"a missed deadline is told over {alert['connection']} by an HTTP request with the text",
                f"point the connection {alert['connection']} at an address that takes one (a webhook)",
            )


def _merge(fields: dict[str, Any], extra: dict[str, Any]) -> None:
    for name, value in extra.items():
        if name != "conf" or fields["kind"] == "spark":
            fields[name] = value


def _fields(source: str, draft: Draft, numbered: Sequence[Draft], flow: Flow) -> dict[str, Any]:
    """One step as data for the spec."""
    made = (
        _choose(draft, numbered, flow)
        if draft.kind == "choose"
        else getattr(builders, f"build_{draft.kind}")(draft, flow)
    )
    start, end = draft.span
    fields: dict[str, Any] = {"id": draft.id, "title": title_of(draft), **made}
    fields["origin"] = {
        "text": source[start:end][:_LONGEST_ORIGIN],
        "start": start,
        "line": source.count("\n", 0, start) + 1,
    }
    if draft.rule:
        fields["trigger_rule"] = draft.rule
    flow.made[draft.number] = set(made.get("writes", ()))
    flow.used |= set(made.get("reads", ()))
    implied = {number for number in draft.ups if flow.made.get(number, set()) & set(made.get("reads", ()))}
    arms = {number for number in draft.ups if _takes(numbered[number], draft.number)}
    fields["after"] = [numbered[number].id for number in sorted(draft.ups - implied - arms)]
    return fields


def _takes(choice: Draft, number: int) -> bool:
    return any(number in taken for _, taken in choice.arms)


def _choose(draft: Draft, numbered: Sequence[Draft], flow: Flow) -> dict[str, Any]:
    """A choice between arms; the arm without words is the otherwise."""
    branches, otherwise = [], []
    for said, taken in draft.arms:
        ids = [numbered[number].id for number in taken]
        if said:
            branches.append({"when": _condition(said, draft, numbered, flow), "then": ids})
        else:
            otherwise = ids
    sorts = [branch["when"]["text"] for branch in branches if branch["when"].get("kind") == "described"]
    if len(sorts) > 1 and len({text.split()[-1].lower() for text in sorts}) == 1 and " " in sorts[0]:
        flow.ask(
            Question(
                text="Does a run hold one of them, or some of each?", quote="; ".join(sorts)[:200],
                options=("one of them", "some of each: two filters instead of a choice"), taken="one of them",
            )
        )  # fmt: skip
    return {"kind": "choose", "branches": branches, "otherwise": otherwise}


def _condition(words: str, draft: Draft, numbered: Sequence[Draft], flow: Flow) -> Any:
    negated = words.startswith("not (")
    inner = words[5:-1] if negated else words
    upstream = [numbered[number] for number in sorted(draft.ups)]
    outcome = _outcome(inner, upstream)
    if outcome is not None:
        draft.rule = "all_done"
        return {"kind": "negated", "condition": outcome} if negated else outcome
    evaluated = next((held.id for held in upstream if held.kind == "evaluate"), None)
    inputs = flow.inputs(draft)
    condition = read_condition(inner, step=evaluated, dataset=inputs[0] if inputs else None)
    data = condition.model_dump()
    return {"kind": "negated", "condition": data} if negated else data


def _outcome(words: str, upstream: Sequence[Draft]) -> dict[str, Any] | None:
    """`it's green`, `the upload fails`: how the step before ended."""
    hits = find_outcomes(f"if {words}")
    if not hits or not upstream:
        return None
    from airflow_llm.readers.prose.entities import tokenise

    subject = hits[0].value.subject
    named = resolve(tokenise(subject).items, upstream, upstream) if subject else list(upstream)
    return {"kind": "outcome", "step": named[0].id, "state": hits[0].value.state} if named else None


def _parameters(drafts: Sequence[Draft], fields: dict[int, dict[str, Any]], flow: Flow) -> list[dict[str, Any]]:
    """What mapped steps run over: the items of the text, or a parameter of the run."""
    found: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        if not draft.each or fields[draft.number]["kind"] in _ONCE:
            continue
        name = identifier([draft.each], "item")
        if draft.items:
            fields[draft.number]["for_each"] = {"name": name, "items": list(draft.items)}
            continue
        lister = _lister(draft, drafts)
        if lister is not None:
            fields[draft.number]["for_each"] = {"name": name, "step": lister.id}
            continue
        parameter = f"{name}s" if not name.endswith("y") else f"{name[:-1]}ies"
        found[parameter] = {"name": parameter, "default": [], "description": f"one run of {draft.id} for each"}
        fields[draft.number]["for_each"] = {"name": name, "parameter": parameter}
        flow.assume(
            f"parameters.{parameter}",
            f"the text does not list each {draft.each}; a run takes them as a parameter",
            f"set the default of parameter {parameter}",
        )
    return list(found.values())


def _lister(draft: Draft, drafts: Sequence[Draft]) -> Draft | None:
    """The step before that lists what the mapped step runs over (`list the shops, then for each shop ...`)."""
    numbers = {held.number: held for held in drafts}
    for other in reversed(drafts):
        told = {stem(word) for word in name_words(other.objects)}
        lists = other.verb.base in words("listing") and other.kind == "python" and other.number != draft.number
        if (
            lists
            and stem(draft.each) in told
            and other.number in draft.ups | {up for n in draft.ups for up in numbers[n].ups}
        ):
            return other
    return None


def _whole(source: str, findings: Findings, flow: Flow) -> dict[str, Any]:
    """What is said of the pipeline as a whole."""
    data: dict[str, Any] = {"description": source}
    data["origin"] = {"text": source[:_LONGEST_ORIGIN], "start": 0, "line": 1}
    data["schedule"] = _schedule(findings, flow)
    data["owners"] = _owners(source)
    return data


def _owners(source: str) -> list[str]:
    """The team that the text names as owner; nobody is taken for granted."""
    match = next(finds(_OWNER, source, "owner", "owned"), None)
    return [next(name for name in match.groups() if name)] if match is not None else []


def _schedule(findings: Findings, flow: Flow) -> dict[str, Any]:
    if findings.schedule is None:
        flow.assume(
            "schedule",
            "the text names no schedule; the pipeline only runs when it is started",
            "say when, or set `schedule` in tasks.yml",
        )
        data: dict[str, Any] = {"kind": "manual"}
    else:
        data = findings.schedule.value.model_dump()
        zones = {hit.value.timezone for hit in findings.deadlines} - {""}
        data["timezone"] = data["timezone"] or (zones.pop() if len(zones) == 1 else None)
        if findings.schedule.assumption:
            flow.assume("schedule", findings.schedule.assumption, "say it in the text, or set `schedule` in tasks.yml")
        if isinstance(findings.schedule.value, CronSchedule):
            _clocked(data, findings, flow)
    for name, hit in (
        ("catchup", findings.catchup),
        ("max_active_runs", findings.max_active_runs),
        ("start", findings.start),
        ("end", findings.end),
    ):
        if hit is not None:
            data[name] = hit.value
    if data.get("catchup") and data["kind"] in ("manual", "asset"):
        data["catchup"] = False
        flow.assume("schedule.catchup", CATCHUP_OFF, "say when the pipeline runs")
    return data


def _clocked(data: dict[str, Any], findings: Findings, flow: Flow) -> None:
    if not data.get("timezone"):
        flow.assume(
            "schedule.timezone",
            "the text names no time zone; UTC is taken",
            "name it in the text, or set `schedule.timezone` in tasks.yml",
        )
    if findings.start is None:
        flow.assume(
            "schedule.start",
            f"the text names no first day; {data['start']} is taken",
            "set `schedule.start` in tasks.yml",
        )


def _pipeline_id(drafts: Sequence[Draft]) -> str:
    """Named after what it makes: its last written table or file, else its main object."""
    made = [draft for draft in drafts if draft.kind in ("load", "copy")]
    for draft in reversed(made):
        target = [*draft.phrase.complement("into", "to", "onto", "in", "as"), *draft.objects]
        named = [token for token in target if token.tag in ("table", "name") and not token.system]
        if named:
            return identifier([named[0].norm.split(".")[-1]], "pipeline")
    telling = [
        draft for draft in drafts if draft.kind not in ("wait", "notify", "choose", "validate", "cleanup")
    ] or list(drafts)
    words = next((said for said in map(object_words, reversed(telling)) if said), [])
    return identifier(words, "pipeline") if words else identifier([telling[-1].id] if telling else [], "pipeline")
