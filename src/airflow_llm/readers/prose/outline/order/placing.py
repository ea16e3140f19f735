"""Where each listed task comes in: what its words name, what it is given, what stands beside it, else its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.outline.mentions.matching import paired
from airflow_llm.readers.prose.outline.order.beside import BESIDE, DENIED, Beside
from airflow_llm.readers.prose.outline.order.edges import Order
from airflow_llm.readers.prose.outline.settings.rules import stated
from airflow_llm.readers.prose.outline.tasks.names import Block, Names, Node
from airflow_llm.readers.prose.spellings import lexicon, pattern

AFTER = (
    r"\b(?:runs?|executes?|starts?|begins?)\s+(?:only\s+)?after\b|\bdepends?\s+on\b|\bwaits?\s+for\b|"
    r"\bdownstream\s+of\b|\bupstream\s*:"
)
_ALL = (
    r"\b(?:all|every|each|both)\b[^,.;\n]{0,50}?\b(?:parallel|branch(?:es)?|upstream|previous|preceding|"
    r"prior|paths?|(?:\w+\s+)?tasks|stages|sources|streams)\b"
    r"|\ball\s+(?:upstream|previous|preceding)\b|\beither\s+(?:branch|path)\b"
)
_NOTHING = r"\W*?(?:none|nothing|no\s+(?:upstream|dependenc)\w*|n/a|[-\u2013\u2014])\W*(?:\([^)]*\))?"
_NO_UPSTREAM = (
    r"\b(?:no|without(?:\s+an?y?)?)\s+(?:upstream|predecessors?)(?:\s+(?:tasks?|dependenc\w+))?\b"
    r"|^\W*root\b[\w\s]{0,20}\W*$"
)
_ID = r"[`'\"]?[A-Za-z]\w*[._]\w+"
_ALIKE = r"\b(?:the\s+)?same\b[^.;()\n]{0,60}\bas\b[^.;,()\n]*"
_COUNTED = r"\b(both|two|three|four|five|six|seven|eight|nine|ten|[2-9]|1\d)\s+((?:[a-z][\w-]*\s+){0,2}[a-z][\w-]*s)\b"


class Placer:
    """Walks the layout from top to bottom; `front` are the tasks that nothing follows yet."""

    def __init__(
        self,
        order: Order,
        names: Names,
        targets: dict[str, list[str]],
        together: Beside,
        *,
        linear: bool,
    ) -> None:
        self.order, self.names, self.linear = order, names, linear
        self.targets = targets
        self.entries: dict[str, list[str]] = {}
        self.placed: dict[str, None] = {}
        self.sorts: dict[str, set[str]] = {}
        self.writers: dict[str, list[Node]] = {}
        self.sent: dict[str, list[Node]] = {}
        self.beside = together
        self.roots = _roots(names)
        # What only runs after a failure is followed by nothing that does not name it.
        self.alarms = {node.id for node in names.nodes if stated(node) in ("one_failed", "all_failed")}

    def place(self, block: Block, front: Sequence[str]) -> list[str]:
        """The front after the block."""
        entry = list(front)
        current = list(front)
        before: Node | Block | None = None
        for part in block.parts:
            inside: Sequence[str] = entry if block.parallel else current
            if isinstance(part, Node):
                inside = entry if _stands_alone(part) else self._own(part, inside) if block.parallel else inside
                after = self._node(part, inside)
            else:
                self._in_lanes(before, part)
                after = self.place(part, inside)
            before = part
            current = [*current, *after] if block.parallel else self._open([*current, *after])
        return self._open(current)

    def _in_lanes(self, before: Node | Block | None, part: Block) -> None:
        """`clean_a, clean_b` right behind `count_a, count_b`: each follows its own."""
        if isinstance(before, Block) and before.parallel and part.parallel:
            ups, downs = ([node.id for node in block.nodes()] for block in (before, part))
            pairs = paired(ups, downs, lanes=True)
            for up, down in pairs if len(pairs) == len(ups) == len(downs) > 1 else ():
                self.order.add(up, down, said=True)

    def _own(self, node: Node, front: Sequence[str]) -> Sequence[str]:
        """Of what stands before parallel tasks, that which this one names; all when it names none."""
        said = {hit.id for hit in self.names.mentioned(node.item.text("objective"))}
        return [one for one in front if one in said] or front

    def _node(self, node: Node, front: Sequence[str]) -> list[str]:
        if node.id in self.roots or _stands_first(node):
            front = []
        named = [up for up in self._named(node) if up != node.id and up in self.placed]
        sibling = min(self.beside.told[node.id] & self.entries.keys(), key=self._place, default="")
        said_before = self.order.upstream(node.id)
        if not named and not said_before:
            front = self.entries[sibling] if sibling else self._without_joined(node, front)
        counted = self._counted(node, front)
        widely = not counted and pattern(_ALL).search(node.item.text("input", "upstream")) is not None
        named += [up for up in counted if up not in named]
        ups = list(named)
        if self.linear or widely or (not named and not said_before):
            ups += [one for one in front if not self._exclusive(one, node, named)]
        for up in dict.fromkeys(ups):
            self.order.add(up, node.id, said=up in named)
        self.entries[node.id] = list(dict.fromkeys([*ups, *said_before]))
        self.placed[node.id] = None
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
            sorts = (sorted(self._sort(word) & self.placed.keys(), key=self._place) for word in said)
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
            match = pattern(rf"(?:{AFTER}|\bfollowing\b|\bafter\b(?=\s+(?:(?:step|task)s?\s+\d|{_ID})))(.*)").search(
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

    def _place(self, task: str) -> int:
        return self.names.by_id[task].index

    def _sort(self, word: str) -> set[str]:
        """The tasks whose names, or groups, say the word."""
        if word not in self.sorts:
            parts = ((node.id, (*node.words, *(node.group or "").split("_"))) for node in self.names.nodes)
            self.sorts[word] = {task for task, known in parts if any(_alike(part, word) for part in known)}
        return self.sorts[word]

    def _without_joined(self, node: Node, front: Sequence[str]) -> list[str]:
        """What stands before: instead of a task that a later one takes together with this one, what is before that."""
        beside = self.beside.joined[node.id]
        return list(dict.fromkeys(up for one in front for up in (self.entries[one] if one in beside else [one])))

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
        unique = dict.fromkeys(front)
        return [one for one in unique if self.order.is_last(one) or unique.keys().isdisjoint(self.order.below(one))]


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
    return pattern(rf"{DENIED}|{_ALIKE}").sub("", words)


def _before_siblings(line: str) -> str:
    """The line up to `parallel to ...`: what runs beside a task is not before it."""
    return pattern(rf"[,;]?\s*(?:and\s+)?{BESIDE}\b.*$").sub("", line)


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
        if word not in names and len(word) > 3:
            found.append(word.rpartition("/")[2] or word)
    return list(dict.fromkeys(found))
