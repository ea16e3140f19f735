"""The pipeline: the one value that every reader produces and every target consumes."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import Field, model_validator

from airflow_llm.spec.datasets import Connection, Dataset
from airflow_llm.spec.model import Duration, Identifier, Model, Scalar, Text
from airflow_llm.spec.schedule import ManualSchedule, Schedule
from airflow_llm.spec.steps import Alert, Origin, Step

DEFAULT_ENVIRONMENTS = ("prod", "staging", "dev")


class Defaults(Model):
    """What holds for every step that does not say otherwise. None leaves it to the deployment's own setting."""

    retries: int | None = Field(default=None, ge=0, le=100)
    retry_delay: Duration | None = None
    backoff: bool | None = None
    max_retry_delay: Duration | None = None
    timeout: Duration | None = None
    depends_on_past: bool = False
    pool: Text | None = None
    priority: int | None = None


class Parameter(Model):
    """A value that a run may be given; `values` are the only ones allowed."""

    name: Identifier
    default: Scalar | tuple[Scalar, ...] = None
    description: Text = ""
    values: tuple[Scalar, ...] = ()


class Setting(Model):
    """One line of `config.yml`: a value for each environment. Never a credential."""

    name: Identifier
    values: dict[Identifier, Scalar] = Field(min_length=1)


class Assumption(Model):
    """Something that the text did not say: what was taken instead, and how to change it."""

    subject: Text
    text: Text
    change: Text = ""


class Question(Model):
    """Something ambiguous that matters: the words, the possible readings, and the one that was taken.

    `answered`: somebody was asked, and chose it.
    """

    id: Text = ""
    text: Text
    quote: Text = ""
    options: tuple[Text, ...] = ()
    taken: Text = ""
    answered: bool = False


class Pipeline(Model):
    """A whole pipeline. Names are unique; whether references resolve is for the checks to say."""

    id: Identifier
    title: Text = ""
    description: Text = ""
    owners: tuple[Text, ...] = ()
    stakeholders: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    schedule: Schedule = ManualSchedule()
    timeout: Duration | None = None
    defaults: Defaults = Defaults()
    alerts: tuple[Alert, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    environments: tuple[Identifier, ...] = DEFAULT_ENVIRONMENTS
    settings: tuple[Setting, ...] = ()
    connections: tuple[Connection, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    steps: tuple[Step, ...] = Field(default=(), max_length=20_000)
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[Question, ...] = ()
    origin: Origin | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        _refuse_twins("step", (step.id for step in self.steps))
        _refuse_twins("dataset", (dataset.name for dataset in self.datasets))
        _refuse_twins("connection", (connection.name for connection in self.connections))
        _refuse_twins("parameter", (parameter.name for parameter in self.parameters))
        _refuse_twins("setting", (setting.name for setting in self.settings))
        return self

    def step(self, step_id: str) -> Step:
        """The step with that id; KeyError if there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def dataset(self, name: str) -> Dataset:
        """The dataset with that name; KeyError if there is none."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)

    def connection(self, name: str) -> Connection:
        """The connection with that name; KeyError if there is none."""
        for connection in self.connections:
            if connection.name == name:
                return connection
        raise KeyError(name)


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    twins = [name for name, count in Counter(names).items() if count > 1]
    if twins:
        raise ValueError(f"two {what}s are called {twins[0]!r}; names are unique")
