"""The pipeline while a sentence changes it, and what the sentence has spoken of so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits import tasks
from airflow_llm.readers.prose.edits.wording import Clause, listed, words_in
from airflow_llm.spec.datasets import Connection
from airflow_llm.spec.pipeline import Assumption, Pipeline
from airflow_llm.spec.steps import Step


@dataclass(frozen=True)
class Revision:
    """The pipeline as it is by now, and what later clauses may point back to."""

    pipeline: Pipeline
    recent: tuple[str, ...] = ()
    """The tasks that were spoken of last."""
    subject: tuple[str, ...] = ()
    """The tasks that this very sentence has spoken of last."""
    facets: frozenset[str] = frozenset()
    """What of the schedule was set."""
    notes: tuple[str, ...] = ()
    """Said to the user beside the changes."""
    settled: frozenset[str] = field(default=frozenset())
    """Subjects of assumptions that the sentence has answered."""

    # --------------------------------------------------------------- asking
    def tasks(self, words: str) -> tuple[str, ...]:
        """The tasks that the words mean; UnknownTaskError when they mean none, or one of several."""
        return tasks.find(words, self.pipeline, self.recent)

    def task(self, words: str) -> str:
        """The one task that the words mean."""
        found = self.tasks(words)
        if len(found) != 1:
            names = ", ".join(found) or "nothing"
            raise tasks.UnknownTaskError(f"{words!r} means {names}", hint="name one task by its id")
        return found[0]

    def meant(self, words: str) -> tuple[str, ...]:
        """The tasks that are left in the words; none for the pipeline as a whole."""
        telling = [word for word in words_in(words) if word.lower() not in listed("whole")]
        if telling or _points_back(words, self.recent):
            return self.tasks(words)
        return ()

    def steps(self, ids: Sequence[str] = (), kind: str = "") -> tuple[Step, ...]:
        """The steps with these ids (all without), of the kind."""
        return tuple(
            step for step in self.pipeline.steps if (not ids or step.id in ids) and (not kind or step.kind == kind)
        )

    # --------------------------------------------------------------- changing
    def speaking_of(self, ids: Sequence[str]) -> Revision:
        """After a clause about these tasks."""
        return replace(self, recent=tuple(ids), subject=tuple(ids)) if ids else self

    def noting(self, *notes: str) -> Revision:
        """With something to be said to the user."""
        return replace(self, notes=(*self.notes, *notes))

    def settling(self, *subjects: str) -> Revision:
        """With assumptions answered, although what was assumed stays as it is."""
        return replace(self, settled=self.settled | set(subjects))

    def whole(self, **fields: Any) -> Revision:
        """With other fields of the pipeline."""
        return replace(self, pipeline=self.pipeline.model_copy(update=fields))

    def change_steps(self, ids: Sequence[str], change: Callable[[Step], dict[str, Any]]) -> Revision:
        """With other fields of these steps."""
        steps = tuple(step.model_copy(update=change(step)) if step.id in ids else step for step in self.pipeline.steps)
        return self.whole(steps=steps).speaking_of(ids)

    def set_steps(self, ids: Sequence[str], **fields: Any) -> Revision:
        """With the same fields in each of these steps."""
        return self.change_steps(ids, lambda _: fields)

    def change_datasets(self, names: Sequence[str], **fields: Any) -> Revision:
        """With other fields of these datasets."""
        datasets = tuple(
            dataset.model_copy(update=fields) if dataset.name in names else dataset
            for dataset in self.pipeline.datasets
        )
        return self.whole(datasets=datasets)

    def connected(self, connector: str, role: str = "") -> tuple[Revision, str]:
        """The connection to a system: the one that is there, else a new one of the system's own name."""
        known = [held for held in self.pipeline.connections if held.connector == connector]
        if len(known) > 1:
            names = ", ".join(held.name for held in known)
            raise InputError(f"{connector} may mean several connections: {names}", hint="name one of them")
        if known:
            return self, known[0].name
        taken = {held.name for held in self.pipeline.connections}
        name = connector if connector not in taken else f"{connector}_2"
        new = Connection(name=name, connector=connector, role=role)
        return self.whole(connections=(*self.pipeline.connections, new)), name

    def assuming(self, subject: str, text: str, change: str) -> Revision:
        """With one more assumption."""
        made = Assumption(subject=subject, text=text, change=change)
        if made in self.pipeline.assumptions:
            return self
        return self.whole(assumptions=(*self.pipeline.assumptions, made))

    def checked(self) -> Revision:
        """The same, with a pipeline that is valid; InputError says what would be wrong."""
        return replace(self, pipeline=validated(self.pipeline.model_dump()))


Recogniser = Callable[[Clause, Revision], "Revision | None"]
"""Makes the change that a clause asks for; None when it asks for something else. InputError when it cannot be made."""


def validated(data: dict[str, Any]) -> Pipeline:
    """The data as a pipeline; InputError for what no pipeline can have."""
    try:
        return Pipeline.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"no pipeline can be like that: {first['msg']}", place=place) from None


def _points_back(words: str, recent: Sequence[str]) -> bool:
    said = {word.lower() for word in words_in(words)}
    return bool(recent) and bool(said) and said <= listed("pronouns")
