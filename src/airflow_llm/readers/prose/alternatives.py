"""Steps of which a run takes one: what they write is one dataset, and what loads it keeps the rows of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.increments import cuttable
from airflow_llm.readers.prose.keys import singular
from airflow_llm.readers.prose.reloads import Reload
from airflow_llm.readers.prose.span import Found
from airflow_llm.spec.pipeline import Question

_DEEPEST = 8  # choices within one another
Fields = dict[str, Any]


def join_arms(steps: Sequence[Fields], flow: Flow) -> None:
    """What the arms of a choice hand to one step behind them is one dataset: only one of them has written it."""
    takers = [step for step in steps if len(step.get("reads", ())) > 1]
    if not takers or not any(step["kind"] == "choose" for step in steps):
        return
    sides = _sides(steps)
    writers = {name: step["id"] for step in steps if step["kind"] != "load" for name in step.get("writes", ())}
    for step in takers:
        within = {name: sides[writers[name]] for name in step["reads"] if name in writers}
        for choice in dict.fromkeys(choice for held in within.values() for choice in held):
            reads = [name for name in step["reads"] if choice in within.get(name, {})]
            if len(reads) > 1 and len({within[name][choice] for name in reads}) == len(reads):
                _one(steps, step, reads, flow)


def _sides(steps: Sequence[Fields]) -> dict[str, dict[str, int]]:
    """For each step the choices that lead to it alone, with the number of the arm; a step of two ways has none."""
    opens = {
        first: (step["id"], number)
        for step in steps
        if step["kind"] == "choose"
        for number, arm in enumerate([*(branch["then"] for branch in step["branches"]), step["otherwise"]])
        for first in arm
    }
    writers = {name: step["id"] for step in steps for name in step.get("writes", ())}
    found: dict[str, dict[str, int]] = {}
    for step in steps:  # in order: what a step waits for stands before it
        before = {*step.get("after", ()), *(writers[name] for name in step.get("reads", ()) if name in writers)}
        opened = opens.get(step["id"])
        way = opened[0] if opened is not None else next(iter(before)) if len(before) == 1 else ""
        held = dict(list(found.get(way, {}).items())[-_DEEPEST:])
        found[step["id"]] = {**held, opened[0]: opened[1]} if opened is not None else held
    return found


def _one(steps: Sequence[Fields], taker: Fields, names: Sequence[str], flow: Flow) -> None:
    kept, dropped = names[0], set(names[1:])
    if any(flow.datasets[name].connection or flow.datasets[name].kind == "model" for name in names):
        return
    if taker["kind"] == "load" and len(taker.get("writes", ())) == len(taker["reads"]):
        pairs = [pair for pair in zip(taker["reads"], taker["writes"], strict=True) if pair[0] not in dropped]
        gone = set(taker["writes"]) - {target for _, target in pairs}
        taker["writes"] = [target for _, target in pairs]
        if not gone & {name for step in steps for name in step.get("reads", ())}:
            for name in gone:
                flow.datasets.pop(name, None)
    for step in steps:
        for side in ("reads", "writes"):
            if dropped & set(step.get(side, ())):
                step[side] = list(dict.fromkeys(kept if name in dropped else name for name in step[side]))
        for rule in step.get("rules", ()):
            rule |= {key: kept for key in ("dataset", "references") if rule.get(key) in dropped}
    for name in dropped:
        flow.datasets.pop(name, None)


class Everything:
    """The extracts of which the text says on which days they take everything; `asked` names the steps."""

    def __init__(
        self, source: str, steps: list[Fields], flow: Flow, schedule: Fields, reloads: Sequence[Found[Reload]]
    ) -> None:
        self.source, self.steps, self.flow = source, steps, flow
        self.columns = [hit.value.column for hit in reloads if hit.value.column]
        self.asked: dict[str, Found[Reload]] = {}
        for hit in {hit.value.when: hit for hit in reversed(reloads)}.values():
            taken = self._meant(hit) if schedule["kind"] in ("cron", "interval") else []
            self.asked |= dict.fromkeys((step["id"] for step in taken), hit)
            if not taken:
                self._leave_out(hit)

    def split(self) -> None:
        """Puts a choice between two extracts, or two loads that copy, in the place of each of the steps."""
        for step in [step for step in self.steps if step["id"] in self.asked]:
            hit = self.asked[step["id"]]
            if self.columns:
                step["incremental"] = self.columns[0]
                about = f"steps.{step['id']}.incremental"
                self.flow.assumptions[:] = [known for known in self.flow.assumptions if known.subject != about]
            _split(self.steps, step, hit)

    def _meant(self, hit: Found[Reload]) -> list[Fields]:
        """The extract before the words in their sentence or line, else every one."""
        known = [step for step in self.steps if cuttable(step, self.flow) and not step.get("for_each")]
        near = [step for step in known if step["origin"]["start"] <= hit.end][-1:]
        between = self.source[near[0]["origin"]["start"] : hit.start] if near else "\n"
        return known if "\n" in between or ". " in between else near

    def _leave_out(self, hit: Found[Reload]) -> None:
        quote = " ".join(hit.text.split())
        self.flow.assume(
            "extracts",
            f"{quote!r} is left out: the text names no extract from a database that runs on a schedule",
            "say what is extracted from where, and how often",
        )
        self.flow.ask(Question(text="What is taken in full on those days?", quote=quote, taken="nothing is changed"))


def _split(steps: list[Fields], step: Fields, hit: Found[Reload]) -> None:
    place = steps.index(step)
    full = {**step, "id": f"{step['id'][:75]}_full", "title": f"{step['title']} (everything)"}
    del full["incremental"]
    choice: Fields = {
        "kind": "choose",
        "id": f"choose_{step['id'][:70]}",
        "title": f"Everything, or what is new: {step['title']}"[:120],
        "branches": [{"when": hit.value.when.model_dump(), "then": [full["id"]]}],
        "otherwise": [step["id"]],
        "after": list(step.get("after", ())),
        "confidence": step.get("confidence"),
        "origin": {"text": hit.text, "start": hit.start, "line": step["origin"]["line"]},
    }
    for arm in (step, full):
        arm["after"] = []
    if step["kind"] == "load" and step.get("mode") in ("partition", "merge"):
        full |= {"mode": "replace", "keys": []}
    for other in steps:
        if step["id"] in other.get("after", ()):
            other["after"] = [*other["after"], full["id"]]
        elif not set(step["writes"]) & set(other.get("reads", ())):
            continue
        other.setdefault("trigger_rule", "none_failed_min_one_success")
    steps[place : place + 1] = [choice, full, step]


def keep_rows(steps: Sequence[Fields], flow: Flow) -> None:
    """A load behind extracts of which one takes all and one takes what is new merges: it meets rows again."""
    for step in steps:
        if step["kind"] != "load" or step.get("mode") != "partition":
            continue
        sources = list(_extracts(steps, step))
        if len({bool(source.get("incremental")) for source in sources}) < 2:
            continue
        read = sources[0]["reads"][0]
        rows = read.removesuffix("_source")
        key = f"{singular(rows.split('_')[-1])}_id"
        step |= {"mode": "merge", "keys": [key]}
        subject = f"steps.{step['id']}.mode"
        flow.assumptions[:] = [known for known in flow.assumptions if known.subject != subject]
        flow.assume(
            subject,
            f"rows are merged by `{key}`, because some runs take all rows again; rows that the source deleted stay",
            f"set `keys` of step {step['id']} in tasks.yml",
        )
        quote = str(step["origin"]["text"])[:200]
        flow.ask(Question(text=f"Which columns tell the rows of {rows} apart?", quote=quote, taken=key))


def _extracts(steps: Sequence[Fields], step: Fields) -> Iterator[Fields]:
    """The extracts that the step's data comes from, as far as they read the same place."""
    waiting, seen = [step], {step["id"]}
    while waiting:
        read = set(waiting.pop().get("reads", ()))
        for other in steps:
            if other["id"] not in seen and read & set(other.get("writes", ())):
                seen.add(other["id"])
                if other["kind"] == "extract":
                    yield other
                else:
                    waiting.append(other)
