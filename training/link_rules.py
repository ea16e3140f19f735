"""How often each rule of the linker is right: ``python -m training.link_rules`` writes the shares that traces show.

The requests of the test hands are left out. A rule with few edges gets the share of all such rules together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from airflow_llm.errors import AirflowLLMError
from airflow_llm.readers.prose.clauses import split
from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.findings import find_all
from airflow_llm.readers.prose.linking.link import link
from airflow_llm.readers.prose.linking.reasons import Watcher
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.recognising.recognise import recognise
from training.corpus import load
from training.examples import Example, example
from training.splits import hands_of

CORPUS = Path(__file__).parent / "corpus"
SHARES = Path(__file__).parents[1] / "src" / "airflow_llm" / "readers" / "prose" / "lexicon" / "link_rules.txt"
FEW = 25


def judged(told: Example) -> Iterator[tuple[str, bool]]:
    """The rule of each edge of the grammar whose ends are tasks of the annotation, and whether it is annotated."""
    text = normalise(told.text)
    recognition = recognise(split(tokenise(text, find_all(text).spans()).items))
    watcher = Watcher(recognition.drafts)
    linked = link(recognition, watcher)
    tasks = {id(draft): _task(draft, told) for draft in linked.drafts if draft.kind != "choose"}
    shared = Counter(tasks.values())
    for (up, down), drawn in watcher.drawings.items():
        ends = tasks.get(up), tasks.get(down)
        if None not in ends and ends[0] != ends[1] and all(shared[end] == 1 for end in ends):
            yield drawn.rule, ends in told.edges


def _task(draft: Draft, told: Example) -> int | None:
    """The number of the annotated task that shares most of the draft's words."""
    shared = [
        (min(task.mark.end, draft.clause.end) - max(task.mark.start, draft.clause.start), number)
        for number, task in enumerate(told.tasks)
    ]
    most, number = max(shared, default=(0, 0))
    return number if most > 0 else None


def main() -> None:
    """Measures, prints and writes."""
    seen, right = Counter[str](), Counter[str]()
    for hand in (*hands_of("train"), *hands_of("development")):
        for request in load(CORPUS / f"{hand}.yml"):
            if request.data.get("error"):
                continue
            try:
                found = list(judged(example(request)))
            except AirflowLLMError:
                continue
            seen.update(rule for rule, _ in found)
            right.update(rule for rule, annotated in found if annotated)
    rare = [rule for rule, count in seen.items() if count < FEW]
    lines = ["# share of the rule's edges that are right on the corpus, and the rule; * stands for all rarer ones"]
    for rule, count in seen.most_common():
        print(f"{right[rule] / count:.2f}  {count:5}  {rule}")
        if count >= FEW:
            lines.append(f"{right[rule] / count:.2f} {rule}")
    lines.append(f"{sum(right[rule] for rule in rare) / max(1, sum(seen[rule] for rule in rare)):.2f} *")
    SHARES.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
