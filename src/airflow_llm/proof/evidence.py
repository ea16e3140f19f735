"""What a proof says, exactly: written to `proof.json` beside the code that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from airflow_llm.compiler.saving import save

Level = Literal["not loaded", "loaded", "partly proven", "proven on stand-ins"]

NOTES = (
    "retry_delay, back-off and poke_interval were set to zero on the loaded DAG, and sensors give up after seconds.",
    "dag.test() lets a task use the metadata database; a worker refuses it. The checks look for that, not the proof.",
)


class Evidence(BaseModel):
    """Frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Failure(Evidence):
    """What did not hold: in which run, at which task, why, and the last lines of its log."""

    cause: str
    run: str = ""
    task: str = ""
    log: str = ""

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"task {self.task}" if self.task else "", self.run) if part)
        return f"{place}: {self.cause}" if place else self.cause


class TaskEvidence(Evidence):
    """One task in the run on good data. `reason` says why the step itself is not proven, when it is not."""

    task: str
    state: str
    seconds: float
    rows_in: int | None = None
    rows_out: int | None = None
    stand_in: str = ""
    proven: bool = True
    reason: str = ""


class RuleEvidence(Evidence):
    """Whether a data-quality rule fired on data that breaks it."""

    step: str
    rule: str
    fired: bool
    reason: str = ""


class BranchEvidence(Evidence):
    """Whether an outcome of a condition was taken. `forced` lists what was set so that it would be."""

    step: str
    outcome: str
    taken: bool
    forced: tuple[str, ...] = ()
    reason: str = ""


class AlertEvidence(Evidence):
    """Whether a failing task (or the event) set off the alert at the stand-in, with the right recipient."""

    task: str
    on: str
    connection: str
    target: str
    sent: bool
    reason: str = ""


class MappingEvidence(Evidence):
    """A mapped step with that many items."""

    step: str
    items: int
    held: bool


class ResultEvidence(Evidence):
    """Whether a step's output is what the spec says of its actual input, worked out in another way."""

    step: str
    what: str
    held: bool


class Proof(Evidence):
    """The evidence about one bundle.

    `appends` are the steps that add their rows again when the interval runs again, as the spec declares: what
    `replay_same` says is then about everything else.
    """

    pipeline: str
    level: Level
    held: bool
    failures: tuple[Failure, ...] = ()
    tasks: tuple[TaskEvidence, ...] = ()
    rules: tuple[RuleEvidence, ...] = ()
    branches: tuple[BranchEvidence, ...] = ()
    alerts: tuple[AlertEvidence, ...] = ()
    mappings: tuple[MappingEvidence, ...] = ()
    results: tuple[ResultEvidence, ...] = ()
    replay_same: bool | None = None
    kill_replay_same: bool | None = None
    appends: tuple[str, ...] = ()
    not_proven: tuple[str, ...] = ()
    rows: int = 0
    seed: int = 0
    logical_date: str = ""
    versions: dict[str, str] = {}
    sandbox: tuple[str, ...] = ()
    limits: dict[str, float] = {}
    seconds: dict[str, float] = {}
    notes: tuple[str, ...] = NOTES

    def to_json(self) -> str:
        """As it is written to disk."""
        return self.model_dump_json(indent=2, exclude_none=True) + "\n"

    def write(self, resources: Path) -> Path:
        """Put it beside the bundle's other files, whole or not at all. MachineError when it cannot be written."""
        path = resources / "proof.json"
        save(path, self.to_json())
        return path


def read_proof(resources: Path) -> Proof | None:
    """The proof that lies there; None when there is none, or one of another version."""
    path = resources / "proof.json"
    try:
        data: Any = path.read_text(encoding="utf-8")
        return Proof.model_validate_json(data)
    except (OSError, ValueError):
        return None
