"""The tasks of a structured description by name, and which of them a piece of text means."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.outline.mentions.matching import Mentions, Named
from airflow_llm.readers.prose.outline.tasks.listed import Item
from airflow_llm.readers.prose.spellings import pattern

_WIDE = r"\b(?:parallel\s+(?:segment|stage|tasks?|execution|branch(?:es)?)|task\s*group|taskgroup)\b"
_NOTE = (
    r"task\s*group|taskgroup|operator|sensor|optional|width|parallel|\d+\s+\w+|branch|sequential|marker|"
    r"dummy|empty|final|initial|one|per|each|mapped|dynamic|loop|generated|created"
)
_LONGEST = 80


@dataclass
class Node:
    """One task to be. `name` is what the text calls it, `group` its task group, `mapped` whether it fans out."""

    id: str
    name: str
    item: Item
    group: str | None = None
    mapped: bool = False
    index: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The parts of its id."""
        return tuple(self.id.split("_"))


@dataclass
class Block:
    """Tasks one after another (`parallel` false) or side by side."""

    parallel: bool = False
    parts: list[Node | Block] = field(default_factory=list)
    group: str | None = None

    def nodes(self) -> Iterator[Node]:
        """Every task in it, in order."""
        for part in self.parts:
            if isinstance(part, Node):
                yield part
            else:
                yield from part.nodes()


def slug(words: str) -> str:
    """A name as an identifier: lower case, no accents, at most 80 characters; empty when nothing is left."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", words)
    plain = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain.replace("&", " and ").replace("'s", "s")).strip("_")
    if name and not name[0].isalpha():
        name = f"step_{name}"
    name = name[:_LONGEST].rstrip("_")
    return f"{name}_step" if keyword.iskeyword(name) else name


def clean_name(words: str) -> tuple[str, bool]:
    """The task's name in a heading, and whether the heading opens a group of tasks."""
    grouped = pattern(r"\btask\s?group\b").search(words) is not None
    text = pattern(r"^\[[^\]]{1,40}\]\s*(?=\S)").sub("", words.rstrip(": ").replace("`", ""))
    text = pattern(rf"\s*\((?:[^)]*\b)?(?:{_NOTE})\b[^)]*\)").sub("", text)
    text = pattern(r"\btask\s?group\b\s*[:\u2013-]?\s*").sub("", text).strip(" :-\u2013") or text
    wide = pattern(
        r"(?:parallel|sequential|branch)\s+(?:segment|stage|tasks?|section)\s*[:\u2013-]\s+(\S.*)"
    ).fullmatch(text)
    text = wide[1] if wide else text
    first = pattern(r"([A-Za-z]\w*_\w+(?:[.-]\w+)*)(?:\s+\W|\s*[-:\u2013(\u2192].*|\s*)?(?:.*)").fullmatch(text)
    if first is not None and (len(text.split()) == 1 or not text.split()[1][:1].isalpha()):
        text = first[1]
    text = pattern(r"^(?:task|step)\s*:?\s+(?=\S)").sub("", text)
    text = pattern(r"^(?:branch|path|option|case)\s+\w+\s*[:\u2013-]\s*(?=\w+_\w+$)").sub("", text)
    return text.strip(), grouped


def layout(items: Sequence[Item]) -> Block:
    """The tasks as they stand: one after another, but for stages, groups and lists that are said to be parallel."""
    root, taken = Block(), set[str]()
    children = {item.parent for item in items if item.parent}
    stage_block: tuple[str, Block] | None = None
    groups: dict[str, Block] = {}
    lanes: dict[str, Block] = {}
    for item in items:
        here = root
        outer, _, lane = item.stage.partition("\n")
        if _is_parallel_stage(outer):
            if stage_block is None or stage_block[0] != outer:
                stage_block, lanes = (outer, Block(parallel=True)), {}
                root.parts.append(stage_block[1])
            here = stage_block[1]
            if lane and lane not in lanes:
                lanes[lane] = Block()
                here.parts.append(lanes[lane])
            here = lanes.get(lane, here)
        else:
            stage_block = None
        if item.parent in groups:
            here = groups[item.parent]
        name, grouped = clean_name(item.name)
        if (
            item.line.number in children
            or item.members
            or (grouped and not item.members and item.line.number in children)
        ):
            block = _group_block(item, name, grouped=grouped or item.line.number in children, taken=taken)
            groups[item.line.number] = block
            here.parts.append(block)
        else:
            here.parts.append(_node(item, name, here.group, taken))
    for index, node in enumerate(root.nodes()):
        node.index = index
    return root


def _is_parallel_stage(stage: str) -> bool:
    if not stage or pattern(r"\b(?:before|after|post|pre|prior|join|synchroni[sz]ation|merge|fan-?in|not?)\b").search(
        stage
    ):
        return False
    return pattern(r"\b(?:parallel|fan-?out|concurrent)\b").search(stage) is not None


def _group_block(item: Item, name: str, *, grouped: bool, taken: set[str]) -> Block:
    parallel = pattern(
        r"\b(?:in\s+parallel|parallel|concurrent(?:ly)?|simultaneously|fan-?out|independent\s+of\s+(?:one\s+another|each\s+other)"
        r"|not\s+depend\s+on\s+(?:one\s+another|each\s+other)|independent\s+(?:\w+\s+){0,2}tasks|no\s+order|side\s+by\s+side)\b"
    ).search("\n".join([item.name, item.text("objective", "parameters", "notes", "operator")]))
    named = pattern(r"\btask\s?group\b").search(item.everything) is not None or ("_" in name and not item.members)
    group = slug(name) or None if named else None
    among = group is None and "\n" not in item.stage and _is_parallel_stage(item.stage)
    beside = item.spread or parallel is not None or among
    block = Block(parallel=beside, group=group)
    told = set(pattern(r"\w+").findall(item.labels.get("input", "").lower()))
    own = any(member.name.lower() in told for member in item.members)
    for place, member in enumerate(item.members):
        taking = not own and (block.parallel or not place)  # in a chain the first one takes what the group takes
        for kind in ("input", "operator", "parameters", "systems")[not taking :]:
            if kind in item.labels and kind not in member.labels and not (kind == "operator" and grouped):
                member.labels[kind] = item.labels[kind]
        block.parts.append(_node(member, clean_name(member.name)[0], group, taken))
    return block


def _node(item: Item, name: str, group: str | None, taken: set[str]) -> Node:
    dotted = pattern(r"([A-Za-z]\w*)\.([A-Za-z]\w*)").fullmatch(name)
    if dotted is not None and group in (None, slug(dotted[1])):
        group, name = slug(dotted[1]) or None, dotted[2]
    base = slug(name) or f"step_{item.line.number.replace('.', '_') or len(taken) + 1}"
    candidate, count = base, 2
    while candidate in taken:
        candidate = f"{base[: _LONGEST - 4]}_{count}"
        count += 1
    taken.add(candidate)
    wide = pattern(_WIDE).search(item.name) is not None and not item.members
    # `load (TaskGroup: warehouse)` is one task in a group, not a group of unnamed ones.
    inside = pattern(r"\(\s*(?:in\s+)?(?:the\s+)?task\s?group\s*[:=]?\s+[`'\"]?([A-Za-z]\w*)[`'\"]?\s*\)").search(
        item.name
    )
    if inside is not None or dotted is not None:
        wide, group = False, group or (slug(inside[1]) if inside is not None else None)
    return Node(candidate, name, item, group, mapped=wide)


class Names:
    """The tasks by what they are called, and those that a text means."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = list(nodes)
        self.by_id = {node.id: node for node in self.nodes}
        self.known: dict[str, list[Node]] = {}
        groups: dict[str, list[str]] = {}
        for node in self.nodes:
            groups.setdefault(node.group or "", []).append(node.id)
        families = {name: tuple(ids) for name, ids in groups.items() if name}
        self.mentions = Mentions((Named(node.id, node.name, node.item.line.number) for node in self.nodes), families)

    def __contains__(self, name: str) -> bool:
        return name in self.mentions.by_id or name in self.mentions.families

    def exact(self, words: str) -> list[Node]:
        """The tasks that are called exactly so: one name, or a list of names; empty when any part is no task."""
        return [self.by_id[one] for one in self.mentions.exact(words)]

    def mentioned(self, text: str) -> list[Node]:
        """Every task that the text names, in order of the text."""
        if text not in self.known:
            hits = self.mentions.strong(text, bare=True)
            self.known[text] = [self.by_id[one] for one in dict.fromkeys(one for hit in hits for one in hit.ids)]
        return self.known[text]

    def numbered(self, words: str) -> list[Node]:
        """The tasks with these numbers: `2`, `1, 2a and 4`, `3-5`; empty when the words are no numbers."""
        return [self.by_id[one] for one in self.mentions.numbered(words)]
