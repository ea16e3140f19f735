"""The tasks of a structured description by name, and which of them a piece of text means."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.outline.parts import Item
from airflow_llm.readers.prose.spellings import lexicon, pattern

_WIDE = r"\b(?:parallel\s+(?:segment|stage|tasks?|execution|branch(?:es)?)|task\s*group|taskgroup)\b"
_NOTE = (
    r"task\s*group|taskgroup|operator|sensor|optional|width|parallel|\d+\s+\w+|branch|sequential|marker|"
    r"dummy|empty|final|initial|one|per|each|mapped|dynamic|loop|generated|created"
)
_NUMBER = r"#?\d{1,3}(?:\.\d{1,3})*[a-z]?"
_JOINT = r"\s*(?:,\s*(?:and|or)\b|,|&|\+|-|\u2013|\bto\b|\band\b|\bor\b)\s*"
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
    told = item.labels.get("input", "")
    own = any(pattern(rf"\b{re.escape(member.name)}\b").search(told) for member in item.members)
    for member in item.members:
        for kind in ("operator", "parameters", "systems") if own else ("input", "operator", "parameters", "systems"):
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
    """Finds the tasks that a text means."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = list(nodes)
        self.by_name: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in (node.id, node.name.lower(), node.name.lower().replace(" ", "_")):
                self.by_name.setdefault(name, []).append(node)
            if node.group:
                self.by_name.setdefault(node.group, []).append(node)
        self.by_name = {name: list({node.id: node for node in found}.values()) for name, found in self.by_name.items()}
        self.titles = [node for node in self.nodes if " " in node.name]
        self.numbers: dict[str, list[Node]] = {}
        for node in self.nodes:
            self.numbers.setdefault(node.item.line.number, []).append(node)

    def exact(self, words: str) -> list[Node]:
        """The tasks that are called exactly so: one name, or a list of names; empty when any part is no task."""
        text = pattern(r"\s*\([^()]*\)\s*$").sub("", words.strip())
        text = text.strip("[](){}`'\"*.: ").strip()
        text = pattern(r"^(?:all\s+|the\s+|task\s+|both\s+)+|\s+(?:tasks?|group|step|steps)$").sub("", text).strip()
        found = self.by_name.get(text.lower().rpartition(".")[2]) or self._several(text)
        if found:
            return found
        pieces = [piece for piece in pattern(r"\s*(?:,\s*and\b|,|\band\b|&|\||/|\+)\s*").split(text) if piece.strip()]
        if len(pieces) < 2:
            return []
        parts = [self.exact(piece) for piece in pieces]
        return [node for part in parts for node in part] if all(parts) else []

    def mentioned(self, text: str) -> list[Node]:
        """Every task that the text names, in order of the text."""
        hits: dict[str, Node] = {}
        for match in pattern(r"(?<![\w./-])[A-Za-z]\w*(?:-\w+)*(?:\.[A-Za-z]\w+)?(?![\w/])").finditer(text):
            for node in self._word(text, match):
                hits.setdefault(node.id, node)
        lowered = text.lower()
        for node in self.titles:
            if node.name.lower() in lowered:
                hits.setdefault(node.id, node)
        for match in pattern(rf"\b(?:step|task)s?\s+({_NUMBER}(?:{_JOINT}{_NUMBER})*)(?![\w.]*\w)").finditer(text):
            hits.update((node.id, node) for node in self.numbered(match[1]) if node.id not in hits)
        for match in pattern(r"(?<![\w.])\d{1,3}[a-z](?!\w)").finditer(text):
            hits.update((node.id, node) for node in self.numbers.get(match.group().lower(), ()) if node.id not in hits)
        return list(hits.values())

    def numbered(self, words: str) -> list[Node]:
        """The tasks with these numbers: `2`, `1, 2a and 4`, `3-5`; empty when the words are no numbers."""
        if pattern(rf"\W*{_NUMBER}(?:{_JOINT}{_NUMBER})*\W*").fullmatch(words) is None:
            return []
        found: list[Node] = []
        for match in pattern(rf"({_NUMBER})(?:\s*(?:-|\u2013|to)\s*({_NUMBER}))?").finditer(words):
            first, last = match[1].lower(), (match[2] or "").lower()
            found += self.numbers.get(first, [])
            if first.isdigit() and last.isdigit():
                between = range(int(first) + 1, min(int(last), int(first) + 200) + 1)
                found += [node for number in between for node in self.numbers.get(str(number), [])]
            elif last:
                found += self.numbers.get(last, [])
        return found

    def _word(self, text: str, match: re.Match[str]) -> list[Node]:
        word = match.group().lower()
        found = self.by_name.get(word) or self.by_name.get(word.rpartition(".")[2])
        if found:
            return found if self._is_meant(text, match, word) else []
        if "_" not in word:
            return []
        parts = tuple(slug(word).split("_"))
        near = [node for node in self.nodes if _contains(node.words, parts)]
        if len(near) == 1 and len(parts) >= 2:
            return near
        plural = pattern(r"\s*(?:\*|tasks|steps|operators|branches)\b").match(text, match.end()) is not None
        return [node for node in near if node.words[: len(parts)] == parts] if plural else []

    def _several(self, text: str) -> list[Node]:
        """`convert_currency` or `copy` in `all copy tasks`: the tasks whose names begin so."""
        parts = tuple(slug(text).split("_"))
        near = [node for node in self.nodes if node.words[: len(parts)] == parts]
        return near if len(near) > 1 and parts != ("",) else []

    def _is_meant(self, text: str, match: re.Match[str], word: str) -> bool:
        if word not in lexicon("generic_names"):
            return True
        quoted = text[match.start() - 1 : match.start()] in ("'", '"', "`") if match.start() else False
        after = pattern(r"['\"`]?\s+(?:task|step|output|sensor|completion|operator|result|stage)s?\b").match(
            text, match.end()
        )
        before = pattern(r"\b(?:task|step|to|triggers?)\s+['\"`]?$").search(
            text[max(0, match.start() - 12) : match.start()]
        )
        alone = text.strip(" .").lower() == word
        return quoted or after is not None or (before is not None and "task" in before.group().lower()) or alone


def _contains(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))
