"""Which task follows which in a structured description: named upstreams, handed-over data, arrows, stages, order."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_llm.readers.prose.outline.mentions.drawings import alongside, drawn
from airflow_llm.readers.prose.outline.order.beside import beside
from airflow_llm.readers.prose.outline.order.edges import Order
from airflow_llm.readers.prose.outline.order.placing import AFTER, Placer
from airflow_llm.readers.prose.outline.tasks.listed import Document
from airflow_llm.readers.prose.outline.tasks.names import Block, Names
from airflow_llm.readers.prose.spellings import pattern

_NOT_LINEAR = (
    r"\b(?:fan-?out|fan-?in|branch(?:ing|es)?|in\s+parallel|parallel|concurrent(?:ly)?|"
    r"conditional(?:ly)?\s+rout\w+|dynamic\s+task\s+mapping)\b"
)
_LINEAR = (
    r"\b(?:linear|strict(?:ly)?\s+sequential|sequential(?:ly)?|strict\s+order|"
    r"one\s+after\s+(?:the\s+)?(?:another|other)|chained)\b"
)


def order_of(document: Document, root: Block, names: Names, targets: dict[str, list[str]]) -> Order:
    """The edges of the whole description. `targets` are the tasks that each branch may take."""
    order = Order(names.nodes)
    for up, down in chains(document, names):
        order.add(up, down, said=True)
    for node in names.nodes:  # a label may name a task that is listed later
        named = [hit for line in node.item.text("upstream").splitlines() for hit in names.exact(line)]
        for hit in named:
            if hit.index > node.index:
                order.add(hit.id, node.id, said=True)
    for branch, chosen in targets.items():
        for target in chosen:
            order.add(branch, target, said=True)
    groups = [group for line in _lines(document, names) for group in alongside(line, names.mentions)]
    together = beside(names, ([names.by_id[one] for one in group] for group in groups))
    Placer(order, names, targets, together, linear=is_linear(document, root)).place(root, [])
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
    sentences = _lines(document, names)

    def takes(task: str) -> set[str]:
        return {hit.id for hit in names.mentioned(names.by_id[task].item.text("input", "upstream"))}

    drawings = ((one, drawn(one, names.mentions, takes=takes)) for one in sentences)
    return [edge for sentence, edges in drawings for edge in edges or _after(sentence, names)]


def _lines(document: Document, names: Names) -> list[str]:
    """The sentences that may tell of the order of several tasks."""
    told = [line for node in names.nodes for line in node.item.text("notes").splitlines()]
    words = [*document.words("pattern", "infrastructure", "schedule", "summary"), *dict.fromkeys(told)]
    return [sentence for line in words for sentence in pattern(r"(?<=[a-z\])])\.\s+").split(line)]


def _after(sentence: str, names: Names) -> list[tuple[str, str]]:
    match = pattern(rf"^(.{{2,80}}?)\s+(?:{AFTER})\s*(.+)$").match(sentence)
    if match is None:
        return []
    downs, ups = names.exact(match[1]), names.mentioned(match[2])
    first = pattern(r"[`'\"]?([A-Za-z]\w*_\w+)[`'\"]?\s").match(match[1])
    downs = downs or (names.exact(first[1]) if first is not None else [])
    return [(up.id, down.id) for up in ups for down in downs if up.id != down.id]
