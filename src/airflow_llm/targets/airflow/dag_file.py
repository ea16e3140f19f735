"""The DAG file: header, DAG object, functions, wiring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_llm.targets.airflow import functions
from airflow_llm.targets.airflow.alerts import Alerts
from airflow_llm.targets.airflow.arguments import default_arguments, task_arguments
from airflow_llm.targets.airflow.docs import module_lines, step_doc
from airflow_llm.targets.airflow.formatting import formatted
from airflow_llm.targets.airflow.imports import import_block
from airflow_llm.targets.airflow.layout import statement
from airflow_llm.targets.airflow.names import Names
from airflow_llm.targets.airflow.needless import needless_edges
from airflow_llm.targets.airflow.params import param_arguments
from airflow_llm.targets.airflow.plan import Node, Plan
from airflow_llm.targets.airflow.resources import FUNCTION
from airflow_llm.targets.airflow.schedule import schedule_arguments
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.airflow.trigger_rules import trigger_rules
from airflow_llm.targets.airflow.versions import Features
from airflow_llm.targets.airflow.wiring import Wiring
from airflow_llm.targets.python import Expression, call, literal


@dataclass(eq=False, repr=False)
class DagFile:
    """Writes the DAG file of one plan."""

    plan: Plan
    codes: Mapping[str, TaskCode]
    features: Features
    alerts: Alerts
    imports: set[str] = field(default_factory=set)

    def text(self) -> str:
        """The source."""
        names = Names(self.plan)
        rules = trigger_rules(self.plan)
        arguments = {node.id: self._arguments(node, names, rules) for node in self.plan.nodes}
        wiring = Wiring(self.plan, self.codes, arguments, names, needless_edges(self.plan, rules))
        body = self._functions(names, arguments) + self._tasks(wiring, names)
        dag = statement(f"with {call('DAG', self._dag_arguments())}:")
        head = self._header([*dag, *body])
        if wiring.uses_any or any(functions.uses_any(self.plan, node, self.codes[node.id]) for node in self._flows()):
            self.imports.add("from typing import Any")
        self._late_imports([*head, *dag, *body])
        # Airflow evaluates the annotations of every task: as texts they would cost a compilation each.
        imports = import_block(self.imports, future=False)
        lines = [*module_lines(self.plan.pipeline), "", *imports, "", *head, *dag, *body]
        return formatted("\n".join(lines) + "\n", [*head, *dag, *body])

    def _flows(self) -> list[Node]:
        return [node for node in self.plan.nodes if not self.codes[node.id].operator]

    def _late_imports(self, lines: list[str]) -> None:
        """What the text turned out to use."""
        text = "\n".join(lines)
        self.imports.add("from airflow.sdk import DAG")
        for code in self.codes.values():
            self.imports.update(code.imports)
        self.imports |= self.alerts.imports
        if any(not code.operator for code in self.codes.values()):
            self.imports.add("from airflow.sdk import task")
        for mark, line in _MARKS.items():
            if mark in text:
                self.imports.add(line)

    def _header(self, body: list[str]) -> list[str]:
        """Constants and functions before the DAG."""
        constants = [line for source in self.alerts.constants() for line in statement(source)]
        text = "\n".join([*constants, *body])
        config = "CONFIG[" in text
        lines: list[str] = []
        if config:
            self.imports |= {"import os", "import yaml"}
            lines.append('ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")')
        if config or "RESOURCES" in text:
            self.imports.add("from pathlib import Path")
            place = f"RESOURCES = Path(__file__).parent / {literal(f'resources/{self.plan.pipeline.id}')}"
            lines += statement(place)
        if config:
            lines += _CONFIG
        if self.alerts.files:
            lines += ["", "", *self.alerts.classes()]
        lines += constants
        if "pod(" in text and "executor_config=pod(" in text:
            self.imports |= {f"from {self.features.conf} import conf", "from typing import Any"}
            lines += ["", "", *FUNCTION.rstrip("\n").split("\n"), "", ""]
        if lines and lines[-1]:
            lines.append("")
        return _squeezed(lines)

    def _dag_arguments(self) -> dict[str, Expression]:
        pipeline = self.plan.pipeline
        schedule, imports = schedule_arguments(pipeline, self.features)
        self.imports |= imports
        arguments: dict[str, Expression] = {"dag_id": literal(pipeline.id)}
        if pipeline.title.strip():
            arguments["dag_display_name"] = literal(pipeline.title.strip())
        arguments |= schedule
        if pipeline.timeout is not None:
            arguments["dagrun_timeout"] = literal(pipeline.timeout)
        defaults = default_arguments(pipeline, self.features) | self.alerts.of_pipeline()
        if defaults:
            arguments["default_args"] = literal(defaults)
        params = param_arguments(pipeline)
        if params:
            arguments["params"] = literal(params)
        arguments |= self.alerts.of_dag()
        if any(name.endswith(".sql") for code in self.codes.values() if code.operator for name in code.files):
            arguments["template_searchpath"] = Expression("str(RESOURCES)")
        if pipeline.tags:
            arguments["tags"] = literal(list(dict.fromkeys(pipeline.tags)))
        arguments["doc_md"] = Expression("__doc__")
        return arguments

    def _arguments(self, node: Node, names: Names, rules: Mapping[str, str]) -> dict[str, Expression]:
        code = self.codes[node.id]
        arguments: dict[str, Expression] = {}
        if code.operator or names.function(node) != node.id:
            arguments["task_id"] = literal(node.id)
        arguments |= code.arguments
        if not code.operator and self._returns_many(node) and "multiple_outputs" not in arguments:
            arguments["multiple_outputs"] = literal(True)
        if node.id in rules:
            arguments["trigger_rule"] = literal(rules[node.id])
        if node.role == "step":
            arguments |= task_arguments(self.plan.pipeline, node.step, code, self.features)
            arguments |= self.alerts.of_step(node.step)
            if code.operator and (node.step.title.strip() or node.step.doc.strip()):
                arguments["doc_md"] = literal(step_doc(node.step))
        return arguments

    def _returns_many(self, node: Node) -> bool:
        return node.role == "step" and self.codes[node.id].returns.startswith("dict")

    def _functions(self, names: Names, arguments: Mapping[str, Mapping[str, Expression]]) -> list[str]:
        lines: list[str] = []
        for node in self._flows():
            lines.append("")
            lines += functions.function_lines(
                self.plan, node, self.codes[node.id], names.function(node), arguments[node.id]
            )
        return lines

    def _tasks(self, wiring: Wiring, names: Names) -> list[str]:
        """The statements that make the tasks, those of a group inside of it, then their order."""
        lines: list[str] = [""] if self._flows() else []
        groups: dict[str, str] = {}
        inside: str | None = None
        for node in self.plan.nodes:
            group = node.step.group
            if group != inside and group is not None:
                lines += self._group(group, groups, names)
            inside = group
            lines += statement(wiring.make(node), 2 if group else 1)
        order = [line for source in wiring.order() for line in statement(source, 1)]
        return lines + (["", *order] if order else [])

    def _group(self, group: str, groups: dict[str, str], names: Names) -> list[str]:
        if group in groups:
            return statement(f"with {groups[group]}:", 1)
        ids = {node.id for node in self.plan.nodes}
        groups[group] = names.other(group if group not in ids else f"{group}_group")
        title = literal(groups[group])
        return statement(f"with TaskGroup({title}, prefix_group_id=False) as {groups[group]}:", 1)


_CONFIG = [
    'SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)',
    "CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}",
]
_MARKS = {
    "timedelta(": "from datetime import timedelta",
    "Asset(": "from airflow.sdk import Asset",
    "Param(": "from airflow.sdk import Param",
    " TaskGroup(": "from airflow.sdk import TaskGroup",
    " chain(": "from airflow.sdk import chain",
}


def _squeezed(lines: list[str]) -> list[str]:
    """At most two blank lines together."""
    result: list[str] = []
    for line in lines:
        if line == "" and result[-2:] == ["", ""]:
            continue
        result.append(line)
    return result
