"""The edges between the tasks of a structured description, and where each task comes in."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_llm.readers.prose.outline.tasks.names import Node


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

    def is_last(self, node: str) -> bool:
        """Whether nothing follows the task."""
        return not self._downs.get(node)

    def upstream(self, node: str) -> list[str]:
        """The tasks right before one."""
        return list(self._ups.get(node, ()))

    def downstream(self, node: str) -> list[str]:
        """The tasks right after one."""
        return list(self._downs.get(node, ()))

    def _depths(self) -> dict[str, int]:
        """How many tasks stand before each at most, one behind another."""
        depth = {node.id: 0 for node in self.nodes}
        waiting = {node: len(ups) for node, ups in self._ups.items()}
        stack = [node for node in depth if not waiting.get(node)]
        while stack:
            here = stack.pop()
            for down in self._downs.get(here, ()):
                depth[down] = max(depth[down], depth[here] + 1)
                waiting[down] -= 1
                if not waiting[down]:
                    stack.append(down)
        return depth

    def _reaches(self, start: str, end: str, depth: dict[str, int]) -> bool:
        """Whether a way leads from one task to another; what stands deeper than its end is on none."""
        seen, stack = set[str](), [start]
        while stack:
            for one in self._downs.get(stack.pop(), ()):
                if one == end:
                    return True
                if one not in seen and depth[one] < depth[end]:
                    seen.add(one)
                    stack.append(one)
        return False

    def reduce(self) -> None:
        """Without the edges that longer ways say already."""
        depth = self._depths()
        for up, down in list(self.edges):
            if len(self._downs[up]) < 2 or len(self._ups[down]) < 2:
                continue
            self._downs[up].remove(down)
            if self._reaches(up, down, depth):
                self._ups[down].remove(up)
                del self.edges[up, down]
            else:
                self._downs[up].append(down)
        position = {node.id: node.index for node in self.nodes}
        for neighbours in (*self._downs.values(), *self._ups.values()):
            neighbours.sort(key=position.__getitem__)
        self.edges = dict.fromkeys(sorted(self.edges, key=lambda edge: (position[edge[0]], position[edge[1]])))
