"""Which task follows which in a structured description: named upstreams, handed-over data, arrows, stages, order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.outline.arrows import drawn
from airflow_llm.readers.prose.outline.names import Block, Names, Node
from airflow_llm.readers.prose.outline.parts import Document
from airflow_llm.readers.prose.outline.rules import stated
from airflow_llm.readers.prose.spellings import lexicon, pattern

_ALL = (
    r"\b(?:all|every|each|both)\b[^,.;\n]{0,50}?\b(?:parallel|branch(?:es)?|upstream|previous|preceding|"
    r"prior|paths?|(?:\w+\s+)?tasks|stages|sources|streams)\b"
    r"|\ball\s+(?:upstream|previous|preceding)\b|\beither\s+(?:branch|path)\b"
)
_AFTER = (
    r"\b(?:runs?|executes?|starts?|begins?)\s+(?:only\s+)?after\b|\bdepends?\s+on\b|\bwaits?\s+for\b|"
    r"\bdownstream\s+of\b|\bupstream\s*:"
)
_NOTHING = r"\W*?(?:none|nothing|no\s+(?:upstream|dependenc)\w*|n/a|[-\u2013\u2014])\W*(?:\([^)]*\))?"
_BESIDE = (
    r"\b(?:(?:in\s+)?parallel\s+(?:with|to)|(?:concurrent(?:ly)?|simultaneous(?:ly)?)\s+(?:with|to)|concurrently|simultaneously"
    r"|alongside(?:\s+(?:with|of))?|side\s+by\s+side\s+with|overlap(?:s|ping)?\s+(?:with\s+)?|at\s+the\s+same\s+time\s+as)"
)
_NO_UPSTREAM = (
    r"\b(?:no|without(?:\s+an?y?)?)\s+(?:upstream|predecessors?)(?:\s+(?:tasks?|dependenc\w+))?\b"
    r"|^\W*root\b[\w\s]{0,20}\W*$"
)
_DENIED = (
    r"\b(?:(?:does|do|did|need|is|are|has|have)\s*(?:not|n't)|cannot|never|neither"
    r"|independent(?:ly)?\s+(?:of|from))\b[^.;,()\n]*"
)
_ALIKE = r"\b(?:the\s+)?same\b[^.;()\n]{0,60}\bas\b[^.;,()\n]*"
_COUNTED = r"\b(both|two|three|four|five|six|seven|eight|nine|ten|[2-9]|1\d)\s+((?:[a-z][\w-]*\s+){0,2}[a-z][\w-]*s)\b"
_NOT_LINEAR = (
    r"\b(?:fan-?out|fan-?in|branch(?:ing|es)?|in\s+parallel|parallel|concurrent(?:ly)?|"
    r"conditional(?:ly)?\s+rout\w+|dynamic\s+task\s+mapping)\b"
)
_LINEAR = (
    r"\b(?:linear|strict(?:ly)?\s+sequential|sequential(?:ly)?|strict\s+order|"
    r"one\s+after\s+(?:the\s+)?(?:another|other)|chained)\b"
)


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


def order_of(document: Document, root: Block, names: Names, targets: dict[str, list[str]]) -> Order:
    """The edges of the whole description. `targets` are the tasks that each branch may take."""
    order = Order(names.nodes)
    for up, down in chains(document, names):
        order.add(up, down, said=True)
    for branch, chosen in targets.items():
        for target in chosen:
            order.add(branch, target, said=True)
    _Placer(order, names, targets, linear=is_linear(document, root)).place(root, [])
    order.reduce()
    return order


def is_linear(document: Document, root: Block) -> bool:
    """Whether the text calls the whole a straight line, and nothing in it is parallel."""
    if any(isinstance(part, Block) and part.parallel for part in _blocks(root)):
        return False
    words = "\n".join(document.words("summary", "pattern"))
    claimed = pattern(_LINEAR).search(words) is not None
    denied = pattern(
        r"\b(?:no|without(?:\s+any)?|not)\s+(?:\w+\s+){0,2}(?:parallel\w*|branch\w*|"
        r"fan-?\w+)(?:\s+\w+)?(?:\s+or\s+branch\w*)?"
    ).sub("", words)
    return claimed and pattern(_NOT_LINEAR).search(denied) is None


def _blocks(block: Block) -> Iterable[Block]:
    for part in block.parts:
        if isinstance(part, Block):
            yield part
            yield from _blocks(part)


def chains(document: Document, names: Names) -> list[tuple[str, str]]:
    """The edges of lines such as `a -> b -> [c, d]` and `c runs after a and b`, where every part is a task."""
    edges: list[tuple[str, str]] = []
    told = [line for node in names.nodes for line in node.item.text("notes").splitlines()]
    for words in [*document.words("pattern", "infrastructure", "schedule", "summary"), *dict.fromkeys(told)]:
        for sentence in pattern(r"(?<=[a-z\])])\.\s+").split(words):
            edges += drawn(sentence, names) or _after(sentence, names)
    return edges


def _after(sentence: str, names: Names) -> list[tuple[str, str]]:
    match = pattern(rf"^(.{{2,80}}?)\s+(?:{_AFTER})\s*(.+)$").match(sentence)
    if match is None:
        return []
    downs, ups = names.exact(match[1]), names.mentioned(match[2])
    first = pattern(r"[`'\"]?([A-Za-z]\w*_\w+)[`'\"]?\s").match(match[1])
    downs = downs or (names.exact(first[1]) if first is not None else [])
    return [(up.id, down.id) for up in ups for down in downs if up.id != down.id]


class _Placer:
    """Walks the layout from top to bottom; `front` are the tasks that nothing follows yet."""

    def __init__(self, order: Order, names: Names, targets: dict[str, list[str]], *, linear: bool) -> None:
        self.order, self.names, self.linear = order, names, linear
        self.targets = targets
        self.entries: dict[str, list[str]] = {}
        self.placed: set[str] = set()
        self.writers: dict[str, list[Node]] = {}
        self.sent: dict[str, list[Node]] = {}
        self.roots = _roots(names)
        # What only runs after a failure is followed by nothing that does not name it.
        self.alarms = {node.id for node in names.nodes if stated(node) in ("one_failed", "all_failed")}

    def place(self, block: Block, front: Sequence[str]) -> list[str]:
        """The front after the block."""
        entry = list(front)
        current = list(front)
        for part in block.parts:
            inside: Sequence[str] = entry if block.parallel else current
            if isinstance(part, Node):
                inside = entry if _stands_alone(part) else self._own(part, inside) if block.parallel else inside
                after = self._node(part, inside)
            else:
                after = self.place(part, inside)
            current = self._open([*current, *after])
        return current

    def _own(self, node: Node, front: Sequence[str]) -> Sequence[str]:
        """Of what stands before parallel tasks, that which this one names; all when it names none."""
        said = {hit.id for hit in self.names.mentioned(node.item.text("objective"))}
        return [one for one in front if one in said] or front

    def _node(self, node: Node, front: Sequence[str]) -> list[str]:
        if node.id in self.roots or _stands_first(node):
            front = []
        named = [up for up in self._named(node) if up != node.id and up in self.placed]
        siblings = self._siblings(node)
        said_before = self.order.upstream(node.id)
        if siblings and not named and not said_before:
            front = self.entries[siblings[0]]
        counted = self._counted(node, front)
        widely = not counted and pattern(_ALL).search(node.item.text("input", "upstream")) is not None
        named += [up for up in counted if up not in named]
        ups = list(named)
        if self.linear or widely or (not named and not said_before):
            ups += [one for one in front if not self._exclusive(one, node, named)]
        for up in dict.fromkeys(ups):
            self.order.add(up, node.id, said=up in named)
        self.entries[node.id] = list(dict.fromkeys([*ups, *said_before]))
        self.placed.add(node.id)
        self._remember(node)
        return [] if node.id in self.alarms else [node.id]

    def _counted(self, node: Node, front: Sequence[str]) -> list[str]:
        """`both sensors`, `the three ward readers`: of what nothing follows yet, as many as are of that sort."""
        found: list[str] = []
        for match in pattern(_COUNTED).finditer(node.item.text("input", "upstream")):
            count = 2 if match[1].lower() == "both" else int(number(match[1]))
            said = [
                word for word in pattern(r"[a-z]{3,}").findall(match[2].lower()) if word not in lexicon("generic_names")
            ]
            parts = {node.id: (*node.words, *(node.group or "").split("_")) for node in self.names.nodes}
            sorts = ([one for one in front if any(_alike(part, word) for part in parts[one])] for word in said)
            found += next((sort for sort in sorts if len(sort) == count), front if len(front) == count > 1 else ())
        return found

    def _exclusive(self, up: str, node: Node, named: Sequence[str]) -> bool:
        """Whether both are targets of one branch, so that neither follows the other."""
        return not named and any(up in chosen and node.id in chosen for chosen in self.targets.values())

    def _named(self, node: Node) -> list[str]:
        """The tasks that the node's own words, or the words of an earlier one, put right before it."""
        item = node.item
        if item.settled:
            return [other.id for other in self.names.exact(item.text("upstream"))]
        words = pattern(r"(?s)[;,.]?\s*\bdownstream\b.*$").sub("", _told(item.text("input", "upstream")))
        ups = [other.id for other in self._mentioned(node, words, last=True)]
        for line in item.text("upstream").splitlines():
            ups += [other.id for other in self.names.numbered(line) if other.id in self.placed]
        for line in _told(item.text("objective", "notes")).splitlines():
            match = pattern(rf"(?:{_AFTER}|\bfollowing\b|\bafter\b(?=\s+(?:step|task)s?\s+\d))(.*)").search(
                _before_siblings(line)
            )
            if match is not None:
                ups += [other.id for other in self._mentioned(node, match[1], last=True)]
                first = pattern(r"[.;,]\s+(?=[A-Z])|\s*[.;(]\s*$|\s+[(\u2013]", 0).split(match[1])[0]
                ups += [other.id for other in self.names.numbered(first) if other.id in self.placed]
        ups += [other.id for other in self.sent.get(node.id, ()) if self._sends_to(other, node)]
        ups += [other.id for other in self._handed(node) if other.id not in ups]
        return list(dict.fromkeys(ups))

    def _mentioned(self, node: Node, text: str, *, last: bool) -> list[Node]:
        hits = [other for other in self.names.mentioned(text) if other.id != node.id and other.id in self.placed]
        groups: dict[str, list[Node]] = {}
        for hit in hits:
            if hit.group and hit.group != node.group:
                groups.setdefault(hit.group, []).append(hit)
        # A group that is named as a whole is left by its last tasks.
        dropped: set[str] = set()
        for members in groups.values():
            inside = {one.id for one in members}
            dropped |= {one.id for one in members if last and inside & set(self.order.downstream(one.id))}
        return [hit for hit in hits if hit.id not in dropped]

    def _sends_to(self, other: Node, node: Node) -> bool:
        if (other.id, node.id) in self.order.edges:
            return False
        # What goes to a group goes to its first tasks.
        hits = self.names.mentioned(other.item.text("output", "downstream"))
        inside = [hit.id for hit in hits if hit.group == node.group and hit.group and hit.group != other.group]
        return not (len(inside) > 1 and any(up in inside for up in self.order.upstream(node.id)))

    def _siblings(self, node: Node) -> list[str]:
        if node.item.settled:
            return []
        match = pattern(rf"{_BESIDE}\s+([^;\n]+)").search(node.item.everything)
        if match is None:
            return []
        return [
            other.id
            for other in [*self.names.mentioned(match[1]), *self.names.numbered(match[1])]
            if other.id in self.entries and other.id != node.id
        ]

    def _remember(self, node: Node) -> None:
        words = node.item.text("output", "downstream")
        if not pattern(r"\bparallel\b").search(words) or pattern(r"\b(?:to|triggers?)\b").search(words):
            for other in self.names.mentioned(words):
                self.sent.setdefault(other.id, []).append(node)
        for artifact in _artifacts(node.item.text("output"), self.names):
            self.writers.setdefault(artifact, []).append(node)

    def _handed(self, node: Node) -> list[Node]:
        """The last task that wrote each thing that this one reads."""
        return [self.writers[one][-1] for one in _artifacts(node.item.text("input"), self.names) if one in self.writers]

    def _open(self, front: Sequence[str]) -> list[str]:
        unique = list(dict.fromkeys(front))
        return [one for one in unique if not self.order.below(one) & set(unique)]


def _alike(part: str, word: str) -> bool:
    """Whether a part of a name and a word are of one stem: `read` and `readers`."""
    return len(part) > 2 and (word.startswith(part) or part.startswith(word[: max(4, len(word) - 3)]))


def _stands_first(node: Node) -> bool:
    """Whether the text says that nothing comes before the task."""
    labelled = pattern(_NOTHING).fullmatch(node.item.labels.get("upstream", "?")) is not None
    return labelled or any(pattern(_NO_UPSTREAM).search(line) for line in node.item.text("notes").splitlines())


def _roots(names: Names) -> set[str]:
    """The tasks at the head of the list that take nothing, when each hands something to a later one that does."""
    head = list(takewhile(lambda node: pattern(_NOTHING).fullmatch(node.item.labels.get("input", "?")), names.nodes))
    later = [node.item.text("input", "upstream") for node in names.nodes[len(head) :]]
    taken = {hit.id for words in later for hit in names.mentioned(words)}
    read = {one for words in later for one in _artifacts(words, names)}
    used = [node.id in taken or bool(read & set(_artifacts(node.item.text("output"), names))) for node in head]
    return {node.id for node in head} if len(head) > 1 and all(used) else set()


def _told(words: str) -> str:
    """The words without what they deny or compare with: `does not wait for x`, `the same as y`."""
    return pattern(rf"{_DENIED}|{_ALIKE}").sub("", words)


def _before_siblings(line: str) -> str:
    """The line up to `parallel to ...`: what runs beside a task is not before it."""
    return pattern(rf"[,;]?\s*(?:and\s+)?{_BESIDE}\b.*$").sub("", line)


def _stands_alone(part: Node | Block) -> bool:
    """Whether the task is said to depend on nothing that stands before it in its list."""
    alone = r"\bindependent(?:ly)?\s+(?:of|from)\b|\bboth\s+\w+\s+start\s+together\b"
    return isinstance(part, Node) and pattern(alone).search(part.item.text("objective", "notes")) is not None


def _artifacts(text: str, names: Names) -> list[str]:
    """The files, tables and variables that a line of data names, in lower case."""
    hits = pattern(
        r"[\"'`]([\w./{}$*-]{3,120})[\"'`]|((?:[a-z0-9]+://)?[\w./{}*-]*\w\.(?:csv|json|jsonl|parquet|"
        r"html?|xml|xlsx?|txt|obo|tsv|gz|zip|pkl|avro|orc|pdf|sql|db))\b"
        r"|(?<![\w.])([A-Za-z]\w*_\w+(?:-\w+)*)(?![\w.(])|(?<![\w./@])([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+)(?![\w(@])"
    ).findall(text)
    found = []
    for groups in hits:
        word = next(group for group in groups if group).lower().rstrip(".")
        if word not in names.by_name and len(word) > 3:
            found.append(word.rpartition("/")[2] or word)
    return list(dict.fromkeys(found))
