"""The tasks of a structured description as steps of the spec: `_build_<kind>` gives a kind's own fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow_llm.readers.prose.alert_aims import UNSAID_ADDRESS
from airflow_llm.readers.prose.conditions import find_comparisons, read_condition
from airflow_llm.readers.prose.durations import amount, duration
from airflow_llm.readers.prose.outline.order.branches import Choice
from airflow_llm.readers.prose.outline.order.edges import Order
from airflow_llm.readers.prose.outline.steps.data import Places, systems_in, tables_in
from airflow_llm.readers.prose.outline.steps.kinds import COMMAND
from airflow_llm.readers.prose.outline.steps.waits import wait_fields
from airflow_llm.readers.prose.outline.tasks.names import Names, Node, slug
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.readers.prose.spellings import pattern

Fields = dict[str, Any]
_MAKERS = frozenset({"extract", "transform", "python", "predict", "http", "spark", "container"})
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_ACTIONS = (
    ("create_table", r"\bcreat\w+\b"),
    ("truncate", r"\btruncat\w+\b"),
    ("refresh_view", r"\brefresh\w*\b"),
    ("drop_table", r"\bdrop\w*\b"),
)
_MEASURING = ("python", "extract", "transform", "evaluate", "validate", "report")


class Builder:
    """Makes each step's own fields; data flows along the edges."""

    def __init__(
        self, order: Order, kinds: dict[str, str], names: Names, choices: Sequence[Choice], address: str
    ) -> None:
        self.order, self.kinds, self.names = order, kinds, names
        self.choices = {choice.node.id: choice for choice in choices}
        self.places = Places(names)
        self.by_id = {node.id: node for node in names.nodes}
        self.made: dict[str, list[str]] = {}
        self.returns: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.reached: list[list[set[str]]] | None = None
        self.address = address

    def fields(self, node: Node) -> Fields:
        """The kind's own fields of one step."""
        kind = self.kinds[node.id]
        build = getattr(self, f"_build_{kind}", None)
        return build(node) if build is not None else {"kind": kind}

    def inputs(self, node: Node) -> list[str]:
        """The staged datasets of the nearest tasks before it that make data."""
        makers = self._makers(node.id)
        return [] if self._exclusive(makers) else list(dict.fromkeys(self._output(maker) for maker in makers))

    def _makers(self, task: str) -> list[str]:
        way = [task]
        while way[-1] not in self.made and len(ups := self.order.upstream(way[-1])) == 1:
            if self.kinds[ups[0]] in _MAKERS:
                break
            way.append(ups[0])
        makers = self.made.get(way[-1], [])
        layer, seen = self.order.upstream(way[-1]) if way[-1] not in self.made else [], set[str]()
        while layer and not makers:
            makers = [up for up in layer if self.kinds[up] in _MAKERS]
            seen |= set(layer)
            layer = [one for up in layer for one in self.order.upstream(up) if one not in seen]
        self.made |= dict.fromkeys(way, makers)
        return makers

    def _exclusive(self, makers: Sequence[str]) -> bool:
        """Whether they stand on paths of a branch of which only one is taken."""
        if len(makers) < 2:
            return False
        if self.reached is None:
            ways = [[path.id for path, _ in choice.paths] for choice in self.choices.values()]
            self.reached = [[{path, *self.order.below(path)} for path in paths] for paths in ways]
        return any(sum(any(maker in one for maker in makers) for one in reached) > 1 for reached in self.reached)

    def _output(self, node_id: str) -> str:
        if node_id not in self.outputs:
            self.outputs[node_id] = self.places.staged(self.by_id[node_id])
        return self.outputs[node_id]

    # ------------------------------------------------------------------ data
    def _build_extract(self, node: Node) -> Fields:
        source = self.places.source(node)
        if source is None:
            return {"kind": "python"}
        return {"kind": "extract", "reads": [source], "writes": [self._output(node.id)]}

    def _build_load(self, node: Node) -> Fields:
        inputs = self.inputs(node)
        if not inputs and not pattern(r"\b(?:into|to)\b|database|warehouse|\btable\b").search(
            node.item.text("output", "objective")
        ):
            self.kinds[node.id] = "extract"
            return self._build_extract(node)
        tables = tables_in(node.item.text("output"), self.names)
        several = len(tables) > 1 or pattern(r"\btables\s*\([^)]*,").search(node.item.text("output")) is not None
        target = None if several else self.places.target(node)
        if target is None:
            return {"kind": "python", "reads": inputs}
        if not inputs:
            source = self.places.source(node)
            inputs = [source] if source is not None and source != target else []
        if not inputs:
            return {"kind": "python"}
        self.places.flow.connections[self.places.flow.datasets[target].connection or ""] = self.places.flow.connections[
            self.places.flow.datasets[target].connection or ""
        ].model_copy(update={"role": "target"})
        if len(inputs) > 1:
            return {"kind": "python", "reads": inputs}
        self._same_columns(inputs[0], target)
        self.places.flow.assume(
            f"steps.{node.id}.mode",
            f"the text does not say how {node.id} meets rows that are already there; all rows are replaced",
            f"set `mode` of step {node.id} in tasks.yml (merge with `keys`, partition or append)",
        )
        return {"kind": "load", "reads": inputs, "writes": [target]}

    def _same_columns(self, read: str, written: str) -> None:
        """What is loaded has the columns that the text gives the table."""
        datasets = self.places.flow.datasets
        if datasets[written].columns and not datasets[read].columns:
            datasets[read] = datasets[read].model_copy(update={"columns": datasets[written].columns})

    def _build_transform(self, node: Node) -> Fields:
        inputs = self.inputs(node)
        objective = node.item.text("objective")
        united = pattern(r"^\s*(?:combine|union|merge|consolidate|concatenate|append)\b").match(objective)
        operations: list[Fields] = [{"op": "union"}] if united and len(inputs) > 1 else []
        deduplicated = pattern(r"^\s*(?:de-?duplicate|remove\s+duplicates?)\b").match(objective)
        operations += [{"op": "deduplicate"}] if deduplicated else []
        return {"kind": "transform", "reads": inputs, "writes": [self._output(node.id)], "operations": operations}

    def _build_validate(self, node: Node) -> Fields:
        inputs = self.inputs(node)
        words = node.item.text("objective", "parameters", "notes", "condition")
        rules = [hit.value.model_dump() for hit in find_rules(words)] if inputs else []
        known = [rule for rule in rules if rule.get("references", inputs[0]) in inputs]
        if len(known) < len(rules):
            text = "a rule about a table that is not read before is left out"
            self.places.flow.assume(f"steps.{node.id}.rules", text, "add it to `rules` in tasks.yml")
        return {"kind": "validate", "reads": inputs, "rules": known[:200]}

    def _build_report(self, node: Node) -> Fields:
        inputs = self.inputs(node)
        words = node.item.everything.lower()
        formats = ("pdf", "excel", "html", "csv", "json", "markdown")
        chosen = next((one for one in formats if one in words), "html")
        return {"kind": "report", "reads": inputs, "format": chosen} if inputs else {"kind": "python"}

    def _build_evaluate(self, node: Node) -> Fields:
        return {"kind": "evaluate", "reads": self.inputs(node)}

    def _build_python(self, node: Node) -> Fields:
        metric = self.returns.get(node.id)
        return {"kind": "python", "returns": [metric] if metric else []}

    def _build_train(self, node: Node) -> Fields:
        return {"kind": "train", "reads": self.inputs(node)}

    def _build_predict(self, node: Node) -> Fields:
        return {"kind": "predict", "reads": self.inputs(node)}

    # ------------------------------------------------------------------ systems
    def _build_sql(self, node: Node) -> Fields:
        words = node.item.everything
        system = next((one for one in systems_in(words) if one.family == "sql"), None)
        connection = (
            self.places.flow.connection(system) if system else self.places.flow.connect("warehouse", "postgres")
        )
        tables = [*pattern(r"\btable\s+[`'\"](\w[\w.]*)[`'\"]").findall(words), *tables_in(words, self.names)]
        said = f"{node.name} {node.item.text('objective')}".replace("_", " ")
        action = next((name for name, verb in _ACTIONS if pattern(verb).search(said)), None)
        statement = pattern(
            r"\bsql\s*[=:]\s*(['\"`])((?:select|insert|update|delete|merge|create|call|truncate)\b.{5,2000}?)\1"
        ).search(words)
        fields: Fields = {"kind": "sql", "connection": connection}
        if statement is not None:
            return {**fields, "statement": statement[2]}
        if action is None or not tables:
            return fields
        written = self._written_table(node, tables[0], connection)
        return {**fields, "action": action, "writes": [written]}

    def _written_table(self, node: Node, table: str, connection: str) -> str:
        from airflow_llm.spec.datasets import Column, Dataset

        said = pattern(
            r"\bcolumns?\s+(?:for\s+|named\s+|:\s*)?((?:\w+\s*,\s*(?:and\s+)?){1,40}\w+|\w+\s+and\s+\w+)"
        ).search(node.item.everything)
        columns = pattern(r"\w+").findall(said[1]) if said else []
        known = [Column(name=name) for name in dict.fromkeys(columns) if name != "and"]
        name = slug(table.rpartition(".")[2]) or "table_made"
        for held_name, held in self.places.flow.datasets.items():
            if (held.connection, held.location) == (connection, table):
                self.places.flow.datasets[held_name] = held.model_copy(update={"columns": held.columns or tuple(known)})
                return held_name
        return self.places.flow.add(
            Dataset(name=name, connection=connection, location=table, columns=tuple(known)), "table"
        )

    def _build_http(self, node: Node) -> Fields:
        words = node.item.everything
        method = pattern(r"\bmethod\s*[=:]\s*['\"]?(GET|POST|PUT|PATCH|DELETE|HEAD)\b").search(words)
        method = method or pattern(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(?:request|to|call)\b").search(words)
        path = pattern(r"\bendpoint\s*[=:]?\s*['\"`]([^'\"`\s]{1,300})['\"`]|https?://[\w.-]+(/[\w./?=&%-]*)").search(
            words
        )
        location = next((group for group in path.groups() if group), "/") if path else f"/{node.id}"
        connection = self.places.flow.connect(self._connection_id(words, "http") or "http", "http")
        if path is None:
            self.places.flow.assume(
                f"steps.{node.id}.path",
                f"the text names no address for {node.id}; {location!r} is taken",
                f"set `path` of step {node.id} in tasks.yml",
            )
        verb = method[1].upper() if method else "GET"
        return {
            "kind": "http",
            "connection": connection,
            "method": verb,
            "path": location if location.startswith("/") else f"/{location}",
        }

    def recipient(self, subject: str) -> str:
        """The mail address that the text names anywhere; else one that reaches nobody, as an assumption."""
        if not self.address:
            self.places.flow.assume(
                subject, f"the text names no mail address; {UNSAID_ADDRESS} is taken", f"set `{subject}` in tasks.yml"
            )
        return self.address or UNSAID_ADDRESS

    @staticmethod
    def _connection_id(words: str, kind: str) -> str | None:
        said = pattern(rf"\b{kind}_conn_id\s*[=:]\s*['\"`]?(\w+)").search(words)
        return slug(said[1]) or None if said else None

    def _build_notify(self, node: Node) -> Fields:
        words = node.item.everything
        chat = pattern(r"\bslack\b|(?<!\w)#[a-z][\w-]+").search(words.replace("_", " "))
        address = pattern(_ADDRESS).search(words)
        channel = pattern(r"(?<![\w&])#[A-Za-z][\w-]{1,79}").search(words)
        connection = "slack" if chat and not address else "email"
        self.places.flow.connect(connection)
        target = address.group() if address else channel.group() if channel else ""
        if not target and connection == "email":
            target = self.recipient(f"steps.{node.id}.target")
        return {
            "kind": "notify",
            "connection": connection,
            "target": target,
            "message": node.item.text("objective")[:500],
        }

    def _build_wait(self, node: Node) -> Fields:
        return wait_fields(node, self.places)

    def _build_trigger(self, node: Node) -> Fields:
        words = node.item.everything
        said = pattern(
            r"\btrigger_dag_id\s*[=:]\s*['\"`]?([\w.-]+)|\b(?:external\s+)?dag\s+['\"`]([\w.-]+)['\"`]"
        ).search(words)
        fallback = pattern(r"^(?:run|trigger|launch|start)_").sub("", node.id)
        dag_id = next(group for group in said.groups() if group) if said else fallback
        waits = (
            pattern(r"\bwait_for_completion\s*[=:]\s*true|\bwaits?\s+for\s+(?:its\s+)?completion").search(words)
            is not None
        )
        return {"kind": "trigger", "dag_id": dag_id, "wait": waits}

    def _build_container(self, node: Node) -> Fields:
        image = node.item.text("image") or ""
        said = pattern(r"\bimage\s*[=:]\s*['\"`]?([\w./:@-]{2,300})").search(node.item.everything)
        name = pattern(r"[\w][\w./:@-]{1,300}").search(image)
        if said is None and name is None:
            return {"kind": "python"}
        chosen = said[1] if said and name is None else name.group() if name else ""
        pairs = pattern(r"^\s*([A-Z][A-Z0-9_]{1,60})\s*[=:]\s*(.+?)\s*$").findall
        found = [pair for line in node.item.text("parameters").splitlines() for pair in pairs(line)]
        secret = pattern(r"TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL")
        environment = {key: value for key, value in found if not secret.search(key)}
        for key, _ in found:
            if secret.search(key):
                self.places.flow.assume(
                    f"steps.{node.id}.environment",
                    f"{key} is a secret and stays out of the spec",
                    f"give {key} to the container from an Airflow connection or variable",
                )
        return {"kind": "container", "image": chosen, "environment": environment}

    def _build_shell(self, node: Node) -> Fields:
        said = pattern(COMMAND).search(node.item.text("parameters", "notes", "objective"))
        if said is None:
            return {"kind": "python"}
        return {"kind": "shell", "command": said[2] or said[3]}

    def _build_spark(self, node: Node) -> Fields:
        words = node.item.everything
        application = pattern(r"(?<![\w.])((?:[\w:/{}$-]+/)?[\w-]+\.(?:py|jar))\b").search(words)
        java = pattern(
            r"\bspark[_ ]class\s*[=:(]?\s*\(?['\"`]?([\w.]{3,200})|\bclass\s*[=:(]\s*['\"`]?([\w.]{3,200})"
        ).search(words)
        fields: Fields = {"kind": "spark"}
        if application is not None:
            fields["application"] = application[1]
        if java is not None:
            fields["java_class"] = (java[1] or java[2]).rstrip(".")
        return fields

    def _build_choose(self, node: Node) -> Fields:
        choice = self.choices.get(node.id)
        paths = choice.paths if choice else tuple((self.by_id[down], None) for down in self.order.downstream(node.id))
        branches: list[Fields] = []
        otherwise: list[str] = []
        for path, condition in paths:
            if condition is None:
                otherwise.append(path.id)
            else:
                branches.append({"when": self._with_step(condition.model_dump(), node), "then": [path.id]})
        if not branches:
            if not otherwise:
                return {"kind": "python"}
            words = node.item.text("condition", "objective", "notes")
            when = read_condition(words).model_dump() if find_comparisons(words) else {"kind": "described"}
            when = when if when["kind"] == "comparison" else {"kind": "described", "text": _plain(node)}
            branches, otherwise = [{"when": self._with_step(when, node), "then": otherwise}], []
        return {"kind": "choose", "branches": branches, "otherwise": otherwise}

    def _tells(self, node_id: str, metric: str) -> bool:
        """Whether the task's own words speak of the metric."""
        words = self.by_id[node_id].item.everything.lower().replace("_", " ")
        return all(part in words for part in metric.split("_"))

    def _with_step(self, condition: Fields, node: Node) -> Fields:
        """A metric is returned by the task before the branch, which only the user can write; rows it stages."""
        if condition.get("kind") == "comparison" and condition.get("source") == "rows":
            staged = [self.outputs[up] for up in self.order.upstream(node.id) if up in self.outputs]
            if not staged or not self.places.flow.datasets[staged[0]].staged:
                return {"kind": "described", "text": f"rows {condition['operator']} {condition['right']}"}
            return {**condition, "name": staged[0]}
        if condition.get("kind") == "comparison" and condition.get("source") == "metric":
            ups = [up for up in self.order.upstream(node.id) if self.kinds[up] in _MEASURING]
            if not ups or not self._tells(ups[0], condition["name"]):
                return {
                    "kind": "described",
                    "text": f"{condition['name']} {condition['operator']} {condition['right']}",
                }
            if self.kinds[ups[0]] != "evaluate":
                self.kinds[ups[0]] = "python"
            self.returns[ups[0]] = condition["name"]
            condition["step"] = ups[0]
        return condition


def _plain(node: Node) -> str:
    return " ".join(node.item.text("objective").split())[:500] or node.name


def retry_fields(node: Node) -> Fields:
    """Retries, time-out, pool and the like that the task's own words state."""
    from airflow_llm.readers.prose.policies import find_timeouts
    from airflow_llm.readers.prose.pools import find_pools
    from airflow_llm.readers.prose.retries import find_retries

    words = node.item.text("parameters", "retries", "timeout", "notes", "operator")
    fields: Fields = {}
    retries = [
        hit.value for hit in find_retries(node.item.text("parameters", "retries")) if hit.value.count is not None
    ]
    if retries:
        fields["retries"], delay = retries[0].count, retries[0].delay
        if delay is not None:
            fields["retry_delay"] = delay
    limits = [hit.value.length for hit in find_timeouts(words) if hit.value.scope in ("step", "task")]
    length = limits[0] if limits else _bare_length(node.item.text("timeout"))
    if length is not None and length > timedelta(0):
        fields["timeout"] = length
    for pool in find_pools(words)[:1]:
        fields |= {"pool": pool.value.name, "pool_slots": pool.value.slots}
    return fields


def _bare_length(words: str) -> timedelta | None:
    match = pattern(amount()).search(words)
    return duration(match.group()) if match else None
