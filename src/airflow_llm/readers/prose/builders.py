"""What each kind of draft becomes in the spec: `build_<kind>` gives the step's own fields."""

from __future__ import annotations

from typing import Any

from airflow_llm.readers.prose.builders_sql import build_cleanup, build_sql
from airflow_llm.readers.prose.drafts import Draft, identifier, name_words, short, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import Flow, format_of, object_words, plain_name, system_in
from airflow_llm.readers.prose.keys import key_for, keys_said
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.models import model_said, scored
from airflow_llm.readers.prose.transforms import operations_of
from airflow_llm.readers.prose.waiting import wait_for

Fields = dict[str, Any]
_METRICS = words("metrics")
_MODEL_WORDS = words("model_words")


def build_extract(draft: Draft, flow: Flow) -> Fields:
    """Data of a system, staged."""
    source = [*draft.phrase.complement("from", "in", "out"), *draft.objects, *draft.hints]
    awaited = _awaited(draft, flow) if not system_in(source) and not object_words(draft) else []
    source = [*source, *awaited]
    connection = flow.source_of(draft, source)
    named = object_words(draft) or short(name_words(source), 3) or [connection, "data"]
    staged = flow.staged(named)
    external = flow.external(
        connection, [*draft.objects, *draft.phrase.complement("from", "in"), *awaited], named, "source"
    )
    flow.outputs[draft.number] = [staged]
    return {"kind": "extract", "reads": [external], "writes": [staged]}


def _awaited(draft: Draft, flow: Flow) -> list[Token]:
    """`wait for s3://in/a.csv, read it`: the place that was waited for."""
    waits = [flow.drafts[number] for number in sorted(draft.ups) if flow.drafts[number].kind == "wait"]
    return [
        token for wait in waits for token in wait.mentioned() if token.tag in ("uri", "path", "file", "url", "table")
    ]


def build_load(draft: Draft, flow: Flow) -> Fields:
    """Staged data into a system. Without anything staged before it is a copy from a source that the text leaves out."""
    inputs = flow.chosen(draft)
    if not inputs:
        return build_copy(draft, flow)
    target = _target_tokens(draft)
    connection = flow.target_of(draft, target)
    written = []
    for name in inputs:
        fallback = object_words(draft) if len(inputs) == 1 and object_words(draft) else [plain_name(name)]
        place = flow.external(connection, [*target, *_places(draft)] if len(inputs) == 1 else [], fallback, "target")
        written.append(place if place not in inputs else flow.staged([*fallback, "copy"]))
    flow.connections[connection] = flow.connections[connection].model_copy(update={"role": "target"})
    return {"kind": "load", "reads": inputs, "writes": written, **_mode(draft, flow)}


def build_copy(draft: Draft, flow: Flow) -> Fields:
    """Data of one system into another, in one step."""
    source = [*draft.phrase.complement("from", "of"), *draft.objects]
    target = _target_tokens(draft)
    inputs = flow.chosen(draft) if not system_in(source) else []
    awaited = _awaited(draft, flow) if not inputs and not system_in(source) and not object_words(draft) else []
    source = [*source, *awaited]
    named = object_words(draft) or short(name_words(source), 3) or ["data"]
    inside = {token.norm for token in draft.phrase.complement("within", "inside")} & {"warehouse", "database", "schema"}
    connection = flow.target_of(draft, target) if inside else ""
    origin = connection or (flow.source_of(draft, [*source, *draft.hints]) if not inputs else "")
    reads = inputs[:1] or [flow.external(origin, source, named, "source")]
    connection = connection or flow.target_of(draft, target)
    written = flow.external(connection, target, named, "target")
    if written in reads:
        written = flow.staged([*named, "copy"])
    flow.outputs[draft.number] = [written]
    return {"kind": "load", "reads": reads, "writes": [written], **_mode(draft, flow)}


def build_transform(draft: Draft, flow: Flow) -> Fields:
    """One staged dataset from others."""
    several = draft.verb.group in ("join", "union")
    inputs = flow.chosen(draft, several)
    if not inputs:
        external = flow.external(
            flow.source_of(draft, draft.mentioned()), [], object_words(draft) or ["data"], "source"
        )
        inputs = [external]
    operations = operations_of(draft, inputs, flow)
    parts = [plain_name(name) for name in inputs[:2]] if several or not object_words(draft) else object_words(draft)
    prefix = [] if several else [draft.verb.base.replace("-", "_") or "prepared"]
    output = flow.staged([*prefix, *parts] if prefix else [plain_name(name) for name in inputs[:3]])
    flow.outputs[draft.number] = [output]
    return {"kind": "transform", "reads": inputs, "writes": [output], "operations": operations}


def build_validate(draft: Draft, flow: Flow) -> Fields:
    """Rules on the inputs; what has rules of its own goes on as a dataset that fulfils them."""
    from airflow_llm.readers.prose.checking import checked_of, rules_of, sets_aside

    inputs = flow.inputs(draft) or flow.named(draft.mentioned())
    if not inputs:
        inputs = [
            flow.external(
                flow.source_of(draft, draft.mentioned()), draft.mentioned(), object_words(draft) or ["data"], "source"
            )
        ]
    rules = rules_of(draft, inputs, flow)
    fields: Fields = {"kind": "validate", "reads": inputs, "rules": rules}
    if sets_aside(draft):
        fields["on_invalid"] = "quarantine"
    flow.read[draft.number] = set()
    checked = [name for name in checked_of(rules, inputs) if flow.datasets[name].staged]
    if not checked:
        return fields
    valid = [flow.staged([f"valid_{name.removeprefix('valid_')}"]) for name in checked]
    flow.read[draft.number] = set(inputs)
    flow.outputs[draft.number] = [dict(zip(checked, valid, strict=True)).get(name, name) for name in inputs]
    referred = [rule["references"] for rule in rules if rule.get("references") in inputs]
    reads = list(dict.fromkeys([*checked, *referred]))
    draft.ups -= _beside(draft, set(reads), flow)
    return {**fields, "reads": reads, "writes": valid}


def _beside(draft: Draft, reads: set[str], flow: Flow) -> set[int]:
    """Of `extract customers and orders, check customer_id` the orders: no rule is about them."""
    if not draft.by_default:
        return set()
    held = {number: up for up in flow.drafts if (number := up.number) in draft.ups}
    needed = [up.clause for number, up in held.items() if flow.made.get(number, set()) & reads]
    return {
        number
        for number, up in held.items()
        if any(up.clause is clause for clause in needed) and not flow.made.get(number, reads) & reads
    }


def build_dbt(draft: Draft, _flow: Flow) -> Fields:
    """A dbt command; names select models."""
    said = [token.norm for token in [*draft.objects, *draft.phrase.tokens()]]
    known = ("seed", "test", "snapshot", "build", "freshness", "docs", "run")
    command = next(
        (word for word in known if word in said), {"test": "test", "seed": "seed"}.get(draft.verb.base, "run")
    )
    select = [token.raw for token in draft.objects if token.tag == "name"]
    return {"kind": "dbt", "command": command, "select": select}


def build_spark(draft: Draft, flow: Flow) -> Fields:
    """A Spark application, when the text names its file."""
    application = next(
        (
            token.raw
            for token in draft.mentioned()
            if token.tag in ("file", "path", "uri") and token.norm.endswith((".py", ".jar", ".r"))
        ),
        None,
    )
    return {"kind": "spark", "connection": flow.connect("spark"), "application": application}


def build_train(draft: Draft, flow: Flow) -> Fields:
    """A model from data."""
    inputs = flow.inputs(draft)
    named = object_words(draft) or ["model"]
    model = flow.model([*named, "model"] if not set(named) & _MODEL_WORDS else named)
    flow.outputs[draft.number] = [model]
    told = model_said(draft, flow)
    flow.models[model] = (told.get("target", ""), inputs)
    return {"kind": "train", "reads": inputs, "writes": [model], **told}


def build_evaluate(draft: Draft, flow: Flow) -> Fields:
    """Metrics of a model."""
    said = [token.norm for token in draft.mentioned()]
    metrics = [word for word in dict.fromkeys(said) if word in _METRICS]
    inputs = flow.inputs(draft)
    return {"kind": "evaluate", **scored(inputs, flow), "metrics": metrics, "returns": metrics}


def build_promote(draft: Draft, flow: Flow) -> Fields:
    """The model that was made before becomes the current one."""
    stage = next(
        (
            token.norm
            for token in draft.phrase.complement("to", "into")
            if token.norm in ("production", "staging", "prod")
        ),
        "production",
    )
    return {"kind": "promote", "reads": flow.inputs(draft)[:1], "stage": stage}


def build_deploy(draft: Draft, flow: Flow) -> Fields:
    """A model or application in service."""
    system = next((system for system in draft.systems() if system.family in ("ml", "compute", "http")), None)
    connection = flow.connection(system) if system else None
    return {"kind": "deploy", "reads": flow.inputs(draft)[:1], "connection": connection}


def build_predict(draft: Draft, flow: Flow) -> Fields:
    """Predictions of a model."""
    inputs = flow.inputs(draft)
    output = flow.staged([*(object_words(draft) or []), "predictions"])
    flow.outputs[draft.number] = [output]
    return {"kind": "predict", "reads": inputs, "writes": [output]}


def build_wait(draft: Draft, flow: Flow) -> Fields:
    """What is waited for, as exactly as the words say."""
    tokens = [
        *draft.objects,
        *(token for _, held in draft.phrase.complements for token in held),
        *draft.phrase.statement,
    ]
    return {"kind": "wait", "wait_for": wait_for(draft, tokens, flow)}


def build_notify(draft: Draft, flow: Flow) -> Fields:
    """A message as a step of its own."""
    tokens = draft.mentioned()
    target = next((token.raw for token in tokens if token.tag in ("email", "channel")), "")
    system = next((system for system in draft.systems() if system.family in ("chat", "mail")), None)
    name = (
        system.name if system else "slack" if target.startswith("#") or draft.verb.base in ("slack", "dm") else "email"
    )
    if system is None and not target and draft.verb.base not in ("mail", "email", "e-mail", "slack"):
        flow.assume(
            f"steps.{draft.id}",
            "the text does not say how the message is sent; e-mail is taken",
            "name the channel or address in the text",
        )
    message = spoken(draft.phrase.statement) or spoken(draft.clause.tokens)
    inputs = [name for name in flow.inputs(draft) if flow.datasets[name].kind == "file" or name.endswith("report")]
    attached = (
        inputs if any(token.norm in ("it", "report", "pdf", "file", "results", "them") for token in tokens) else []
    )
    return {
        "kind": "notify",
        "connection": flow.connect(_chat(name)),
        "target": target,
        "message": message,
        "reads": attached,
        "attach": attached,
    }


def _chat(name: str) -> str:
    return "email" if name in ("email", "mail") else name


def build_report(draft: Draft, flow: Flow) -> Fields:
    """A document from the data before it."""
    said = [token.norm for token in draft.mentioned()]
    formats = {
        "pdf": "pdf",
        "excel": "excel",
        "xlsx": "excel",
        "csv": "csv",
        "html": "html",
        "markdown": "markdown",
        "json": "json",
    }
    form = next((formats[word] for word in said if word in formats), "html")
    output = flow.staged([*[word for word in object_words(draft) if word != "report"], "report"])
    flow.outputs[draft.number] = [output]
    return {"kind": "report", "reads": flow.inputs(draft), "writes": [output], "format": form}


def build_trigger(draft: Draft, _flow: Flow) -> Fields:
    """Another DAG to be started."""
    tokens = [*draft.objects, *draft.phrase.tokens()]
    dag = next((token.raw for token in tokens if token.tag == "name"), "")
    said = [
        word for word in name_words(tokens) if word not in ("dag", "pipeline", "workflow", "job", "run", "downstream")
    ]
    return {"kind": "trigger", "dag_id": dag or "_".join(said[:5]) or "downstream"}


def build_http(draft: Draft, flow: Flow) -> Fields:
    """One request."""
    url = next((token.raw for token in draft.mentioned() if token.tag == "url"), "")
    path = "/" + url.split("://", 1)[1].partition("/")[2] if url else "/"
    return {
        "kind": "http",
        "connection": flow.connect("http"),
        "method": "GET" if draft.verb.group == "get" else "POST",
        "path": path,
    }


def build_shell(draft: Draft, _flow: Flow) -> Fields:
    """A command that the user quoted."""
    quoted = next((token.raw[1:-1] for token in draft.mentioned() if token.tag == "quoted"), "")
    return {"kind": "shell", "command": quoted} if quoted else {"kind": "python"}


def build_container(draft: Draft, _flow: Flow) -> Fields:
    """An image that is run."""
    image = next(
        (token.raw.strip("`\"'") for token in draft.mentioned() if token.tag in ("quoted", "path", "table", "name")), ""
    )
    return {"kind": "container", "image": image} if image else {"kind": "python"}


def build_python(draft: Draft, flow: Flow) -> Fields:
    """Work that only the user's code can do."""
    return {
        "kind": "python",
        "reads": flow.inputs(draft) if draft.verb.base and draft.verb.group not in ("create", "trigger") else [],
    }


def _target_tokens(draft: Draft) -> list[Token]:
    if draft.kind == "copy" or draft.verb.group != "put":
        return draft.phrase.complement("into", "to", "onto", "as", "in")
    return draft.phrase.complement("into", "to", "onto", "in", "on", "at", "as")


def _places(draft: Draft) -> list[Token]:
    return [token for token in draft.objects if token.tag in ("table", "path", "uri")]


def _plain_key(draft: Draft) -> str:
    """`load it into finance.rates by currency`: one plain word behind a named table."""
    by = [token for token in draft.phrase.complement("by") if token.norm not in words("articles")]
    named = any(token.tag == "table" for token in _target_tokens(draft))
    plain = named and len(by) == 1 and by[0].tag == "word" and not by[0].verbs and not by[0].marker
    return by[0].norm if plain and by[0].norm not in words("no_columns") | words("persons") else ""


def _mode(draft: Draft, flow: Flow) -> Fields:
    """Merge by keys that are said, else replace; appending only when asked for."""
    keys = keys_said(draft)
    said = {token.norm for token in draft.mentioned()} | {draft.verb.base}
    if keys:
        return {"mode": "merge", "keys": keys}
    if draft.verb.base == "upsert" or "merge" in said:
        guess = key_for(draft, flow)
        flow.assume(
            f"steps.{draft.id}.keys",
            f"the text names no key to merge by; `{guess}` is taken",
            f"set `keys` of step {draft.id} in tasks.yml",
        )
        return {"mode": "merge", "keys": [guess]}
    column = _plain_key(draft) if flow.datasets and draft.verb.group in ("put", "union") else ""
    if column:
        flow.assume(
            f"steps.{draft.id}.keys", f"rows are merged by the column `{column}`",
            f"change `keys` of step {draft.id} in tasks.yml",
        )  # fmt: skip
        return {"mode": "merge", "keys": [column]}
    if draft.verb.base == "append" or said & {"append", "appending"}:
        return {"mode": "append"}
    flow.assume(
        f"steps.{draft.id}.mode", "each run replaces the whole target, because the text names no key",
        f"set `mode: merge` with `keys`, `partition` or `append` for step {draft.id} in tasks.yml",
    )  # fmt: skip
    return {"mode": "replace"}


__all__ = ["Fields", "build_cleanup", "build_sql", "format_of", "identifier", "words"]
