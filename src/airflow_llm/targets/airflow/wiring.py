"""The lower half of the DAG: tasks are made, take each other's results, and are put in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_llm.errors import InputError, UnsupportedError
from airflow_llm.spec.steps import ForEach, Step
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.names import Names
from airflow_llm.targets.airflow.plan import Node, Plan, parallel_reads
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, call, literal


@dataclass(eq=False, repr=False)
class Wiring:
    """The statements that make the tasks and order them."""

    plan: Plan
    codes: Mapping[str, TaskCode]
    arguments: Mapping[str, Mapping[str, Expression]]
    names: Names
    needless: set[tuple[str, str]] = field(default_factory=set)
    """Edges that follow from others, so that no line says them."""
    implied: set[tuple[str, str]] = field(default_factory=set)
    uses_any: bool = False

    def __post_init__(self) -> None:
        self.taken = self._taken()

    def make(self, node: Node) -> str:
        """The statement that makes the task."""
        code = self.codes[node.id]
        source = self._operator(node, code) if code.operator else self._call(node, code)
        if code.operator:
            return f"{self.names.function(node)} = {source}"
        if node.id not in self.taken:
            return source
        note = ""
        if self.taken[node.id]:
            self.uses_any = True
            note = ": Any"
        return f"{self.variable(node)}{note} = {source}"

    def order(self) -> list[str]:
        """`a >> b` for the edges that no argument says, those that share an end together."""
        said = self.implied | self.needless
        left = [edge for edge in self.plan.edges if (edge.before, edge.after) not in said]
        ups: dict[str, list[str]] = {}
        for edge in left:
            ups.setdefault(edge.after, []).append(edge.before)
        groups: dict[tuple[str, ...], list[str]] = {}
        for node in self.plan.nodes:
            if node.id in ups:
                groups.setdefault(tuple(ups[node.id]), []).append(node.id)
        lines = []
        for before, after in groups.items():
            lines += self._ordered([self._variable(name) for name in before], [self._variable(name) for name in after])
        return lines

    def variable(self, node: Node) -> str:
        """The variable that stands for the task."""
        if self.codes[node.id].operator:
            return self.names.function(node)
        staged = self._outputs(node)
        suffix = "result" if self.taken.get(node.id) else "done"
        return self.names.variable(node, staged[0] if len(staged) == 1 else None, suffix)

    @staticmethod
    def _ordered(before: list[str], after: list[str]) -> list[str]:
        if len(before) > 1 and len(after) > 1:
            return [line for name in after for line in Wiring._ordered(before, [name])]
        left = before[0] if len(before) == 1 else f"[{', '.join(before)}]"
        right = after[0] if len(after) == 1 else f"[{', '.join(after)}]"
        line = f"{left} >> {right}"
        return [line] if len(line) <= 80 else [f"chain({left}, {right})"]

    def _variable(self, node_id: str) -> str:
        return self.variable(next(node for node in self.plan.nodes if node.id == node_id))

    def _taken(self) -> dict[str, bool]:
        """The tasks that something refers to later; True when it takes their result as a typed argument."""
        found = {name: False for edge in self.plan.edges for name in (edge.before, edge.after)}
        for node in self.plan.nodes:
            for name in self._sources(node):
                found[name] = True
        used_in_order = self._order_ends()
        return {name: typed for name, typed in found.items() if typed or name in used_in_order}

    def _order_ends(self) -> set[str]:
        argued = {(source, node.id) for node in self.plan.nodes for source in self._sources(node)}
        left = {(edge.before, edge.after) for edge in self.plan.edges} - argued - self.needless
        return {name for pair in left for name in pair}

    def _sources(self, node: Node) -> list[str]:
        """The tasks whose results the task takes as arguments."""
        code = self.codes[node.id]
        if code.operator and not code.scalars:
            return self._items_source(node)
        found = self._items_source(node)
        for name in code.parameters:
            if name in code.scalars:
                found.append(code.scalars[name][0])
            elif name in self.plan.writers:
                found += self.plan.sources(node.step, name)
        return found

    def _items_source(self, node: Node) -> list[str]:
        if node.role != "step" or node.step.for_each is None:
            return []
        return [edge.before for edge in self.plan.into(node.id) if self._gives_items(edge.before, node.step)]

    def _gives_items(self, before: str, step: Step) -> bool:
        if step.for_each is not None and step.for_each.step == before:
            return True
        return any(node.id == before and node.role == "items" for node in self.plan.nodes)

    def _outputs(self, node: Node) -> list[str]:
        if node.role != "step":
            return []
        pipeline = self.plan.pipeline
        known = {dataset.name: dataset for dataset in pipeline.datasets}
        return [name for name in node.step.writes if name in known and known[name].staged]

    def _result(self, node_id: str, name: str) -> str:
        """The XCom of one output of a task."""
        node = next(node for node in self.plan.nodes if node.id == node_id)
        variable = self.variable(node)
        if self.codes[node_id].operator:
            return f"{variable}.output"
        single = self._outputs(node) == [name] and not node.step.returns
        return variable if single else f"{variable}[{literal(name)}]"

    def _argument(self, node: Node, name: str) -> str:
        code = self.codes[node.id]
        if name in code.scalars:
            step, scalar = code.scalars[name]
            self.implied.add((step, node.id))
            return self._result(step, scalar)
        writers = self.plan.sources(node.step, name)
        self.implied |= {(writer, node.id) for writer in writers}
        if not writers:
            raise InputError(
                f"{node.id!r} reads {name!r}, which no step writes",
                hint="add a step that writes it, or name the connection that it lies in",
                place=f"steps.{node.id}.reads",
            )
        results = [self._result(writer, name) for writer in writers]
        return results[0] if len(results) == 1 else f"[{', '.join(results)}]"

    def _call(self, node: Node, code: TaskCode) -> str:
        function = self.names.function(node)
        each = node.step.for_each if node.role == "step" else None
        named = [name for name in code.parameters if each is None or name != each.name]
        arguments = {name: Expression(self._argument(node, name)) for name in named}
        if each is None:
            return call(function, arguments)
        return self._mapped(node, each, function, arguments)

    def _mapped(self, node: Node, each: ForEach, function: str, arguments: dict[str, Expression]) -> str:
        reads = parallel_reads(self.plan.pipeline, node.step, self.plan.writers)
        parallel = {name: arguments.pop(name) for name in reads if name in arguments}
        takes_item = each.name in self.codes[node.id].parameters
        partial = f"{function}.partial({_inside(arguments)})" if arguments else function
        if not parallel:
            return f"{partial}.expand({each.name}={self._items(node, each)})"
        if not takes_item and len(parallel) == 1:
            return f"{partial}.expand({_inside(parallel)})"
        names = [*([each.name] if takes_item else []), *parallel]
        lists = [*([self._items(node, each)] if takes_item else []), *parallel.values()]
        pairs = f"{lists[0]}.zip({', '.join(lists[1:])})"
        return f"{partial}.expand_kwargs({pairs}.map(lambda row: dict(zip({literal(names)}, row, strict=True))))"

    def _items(self, node: Node, each: ForEach) -> str:
        found = self._items_source(node)
        if not found:
            return literal([plain(item) if isinstance(item, str) else item for item in each.items])
        self.implied.add((found[0], node.id))
        return self._whole(next(other for other in self.plan.nodes if other.id == found[0]))

    def _whole(self, node: Node) -> str:
        variable = self.variable(node)
        return f"{variable}.output" if self.codes[node.id].operator else variable

    def _operator(self, node: Node, code: TaskCode) -> str:
        arguments = dict(self.arguments[node.id])
        each = node.step.for_each if node.role == "step" else None
        if each is None:
            return call(code.operator, arguments)
        if not code.mapped_argument:
            raise UnsupportedError(
                f"a step of kind {node.step.kind!r} cannot run once for each {each.name!r}",
                hint="use one step that takes the whole list, or a python step",
                place=f"steps.{node.id}.for_each",
            )
        items = self._items(node, each)
        if code.mapped_value != "item":
            dynamic = bool(self._items_source(node))
            value = code.mapped_value
            items = f"{items}.map(lambda item: {value})" if dynamic else f"[{value} for item in {items}]"
        return f"{call(f'{code.operator}.partial', arguments)}.expand({code.mapped_argument}={items})"


def _inside(arguments: Mapping[str, Expression]) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments.items())
