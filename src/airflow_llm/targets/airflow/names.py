"""Names in the DAG file: functions of tasks and variables, none of which hides another, a built-in or an import."""

from __future__ import annotations

import builtins
import keyword

from airflow_llm.targets.airflow.plan import Node, Plan

_IMPORTED = {
    "chain", "dag", "datetime", "file", "k8s", "literal", "os", "pendulum", "resources", "task", "timedelta", "yaml",
}  # fmt: skip
_TAKEN = frozenset({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *_IMPORTED})


class Names:
    """The names of one DAG file."""

    def __init__(self, plan: Plan) -> None:
        ids = {node.id for node in plan.nodes}
        self._used = set(_TAKEN)
        self.functions: dict[str, str] = {}
        for node in plan.nodes:
            self.functions[node.id] = node.id if node.id not in _TAKEN else self._free(f"{node.id}_task", ids)
        self._used |= set(self.functions.values()) | ids
        self.variables: dict[str, str] = {}

    def function(self, node: Node) -> str:
        """The name of the task's function, or of the variable that holds its operator."""
        return self.functions[node.id]

    def variable(self, node: Node, wanted: str | None, suffix: str) -> str:
        """The variable that holds a call of the task's function: the dataset that it makes, when that name is free."""
        if node.id not in self.variables:
            base = wanted if wanted is not None and wanted not in self._used else f"{node.id}_{suffix}"
            self.variables[node.id] = self._free(base, self._used)
            self._used.add(self.variables[node.id])
        return self.variables[node.id]

    def other(self, wanted: str) -> str:
        """A free name like the wanted one."""
        name = self._free(wanted, self._used)
        self._used.add(name)
        return name

    @staticmethod
    def _free(name: str, taken: set[str]) -> str:
        while name in taken:
            name += "_"
        return name
