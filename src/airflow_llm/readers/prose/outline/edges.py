"""The edges between the tasks of a structured description, and where each task comes in."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_llm.readers.prose.outline.names import Node


@dataclass
class Order:
    """Edges as (upstream, downstream) ids; `said` are those that words said, not the order of the list."""

    nodes: list[Node]
    edges: dict[tuple[str, str], None] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)
    _downs: dict[str, list[str]] = field(default_factory=dict)
    _ups: dict[str, list[str]] = field(default_factory=dict)

    def add(self, up: str, down: str, *, said: bool = False) -> None:
        """One more edge, unless it would close a cycle."""
        if up == down or (up, down) in self.edges or up in self.below(down):
            return
        self.edges[up, down] = None
        self._downs.setdefault(up, []).append(down)
        self._ups.setdefault(down, []).append(up)
        if said:
            self.said.add((up, down))

    def below(self, start: str) -> set[str]:
        """Everything downstream of a task."""
        seen: set[str] = set()
        stack = [start]
        while stack:
            for other in self._downs.get(stack.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen

    def upstream(self, node: str) -> list[str]:
        """The tasks right before one."""
        return list(self._ups.get(node, ()))

    def downstream(self, node: str) -> list[str]:
        """The tasks right after one."""
        return list(self._downs.get(node, ()))

    def reduce(self) -> None:
        """Without the edges that longer ways say already."""
        for up, down in list(self.edges):
            if len(self._downs[up]) < 2 or len(self._ups[down]) < 2:
                continue
            self._downs[up].remove(down)
            if down in self.below(up):
                self._ups[down].remove(up)
                del self.edges[up, down]
            else:
                self._downs[up].append(down)
        position = {node.id: node.index for node in self.nodes}
        for neighbours in (*self._downs.values(), *self._ups.values()):
            neighbours.sort(key=position.__getitem__)
        self.edges = dict.fromkeys(sorted(self.edges, key=lambda edge: (position[edge[0]], position[edge[1]])))
