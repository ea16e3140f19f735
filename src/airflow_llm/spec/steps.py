"""The steps of a pipeline: a closed union, told apart by `kind`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from airflow_llm.spec.conditions import Condition
from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import ColumnName, Duration, Identifier, Model, Scalar, Tagged, Text
from airflow_llm.spec.operations import Operation
from airflow_llm.spec.rules import Rule
from airflow_llm.spec.waits import WaitFor

TriggerRule = Literal[
    "all_success",
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "all_skipped",
    "one_failed",
    "one_success",
    "one_done",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "always",
]
AlertEvent = Literal["failure", "success", "retry", "deadline"]


class Origin(Model):
    """The words of the source that a part of the spec came from; `start` counts characters from 0."""

    text: Text
    start: int | None = Field(default=None, ge=0)
    line: int | None = Field(default=None, ge=1)


class Alert(Model):
    """A message that is sent on an event of the pipeline or, on a step, of that step.

    `target` is a channel, address or URL; `after` is how long after the run's start a `deadline` passes.
    """

    on: AlertEvent = "failure"
    connection: Identifier
    target: Text = ""
    message: Text = ""
    after: Duration | None = None

    @model_validator(mode="after")
    def _deadline_has_time(self) -> Self:
        if (self.on == "deadline") != (self.after is not None):
            raise ValueError("`after` belongs to a deadline alert, and a deadline alert needs it")
        return self


class ForEach(Model):
    """Run the step once for each item (dynamic task mapping). Exactly one of `items`, `step`, `parameter`.

    `name` is what one item is called; `step` is a step that returns a list.
    """

    name: Identifier
    items: tuple[Scalar, ...] = Field(default=(), max_length=100_000)
    step: Identifier | None = None
    parameter: Identifier | None = None
    max_parallel: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.step is not None) + (self.parameter is not None) + bool(self.items) != 1:
            raise ValueError("for_each takes exactly one of items, step or parameter")
        return self


class Resources(Model):
    """What one run of a step needs: `cpu` in cores, `memory` and `disk` like `8Gi`, `gpu` in devices."""

    cpu: float | None = Field(default=None, gt=0, le=4096)
    memory: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(Ki|Mi|Gi|Ti|K|M|G|T)?$")] | None = None
    disk: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(Ki|Mi|Gi|Ti|K|M|G|T)?$")] | None = None
    gpu: int | None = Field(default=None, ge=0, le=1024)


class StepBase(Tagged):
    """What any step may have.

    `reads` and `writes` name datasets: who reads what another writes runs after it. `after` adds order without
    data. `returns` names scalars that the step hands to conditions. `confidence` is the reader's, 0 to 1.
    """

    id: Identifier
    title: Text = ""
    doc: Text = ""
    reads: tuple[Identifier, ...] = ()
    writes: tuple[Identifier, ...] = ()
    after: tuple[Identifier, ...] = ()
    for_each: ForEach | None = None
    when: Condition | None = None
    trigger_rule: TriggerRule | None = None
    group: Identifier | None = None
    resources: Resources | None = None
    timeout: Duration | None = None
    retries: int | None = Field(default=None, ge=0, le=100)
    retry_delay: Duration | None = None
    backoff: bool | None = None
    pool: Text | None = None
    pool_slots: int = Field(default=1, ge=1)
    priority: int | None = None
    owner: Text | None = None
    alerts: tuple[Alert, ...] = ()
    returns: tuple[Identifier, ...] = ()
    origin: Origin | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)


class ExtractStep(StepBase):
    """Reads datasets of a system into staging; `reads` and `writes` go in pairs. No `query` means the whole dataset.

    `query` is a SELECT in the source's dialect; `incremental` is the timestamp column that the data interval cuts.
    """

    kind: Literal["extract"] = "extract"
    query: Text | None = None
    columns: tuple[ColumnName, ...] = ()
    incremental: ColumnName | None = None


class LoadStep(StepBase):
    """Writes datasets into a system; `reads` and `writes` go in pairs. A read dataset of another system is copied.

    `merge` updates by `keys`, `replace` swaps all rows, `partition` swaps the interval's rows, `append` only adds.
    `incremental` is the timestamp column by which the data interval cuts what is copied.
    """

    kind: Literal["load"] = "load"
    incremental: ColumnName | None = None
    mode: Literal["merge", "replace", "partition", "append"] = "replace"
    keys: tuple[ColumnName, ...] = ()

    @model_validator(mode="after")
    def _merge_has_keys(self) -> Self:
        if self.mode == "merge" and not self.keys:
            raise ValueError("mode 'merge' needs keys")
        return self


class TransformStep(StepBase):
    """Makes one dataset from others. No operation means that only the user's code can do it: a hook."""

    kind: Literal["transform"] = "transform"
    operations: tuple[Operation, ...] = Field(default=(), max_length=100)


class ValidateStep(StepBase):
    """Checks rules on its inputs. No rule means a hook.

    `on_invalid`: `fail` stops the run, `quarantine` sets the bad rows aside and goes on, `warn` only reports.
    """

    kind: Literal["validate"] = "validate"
    rules: tuple[Rule, ...] = Field(default=(), max_length=200)
    on_invalid: Literal["fail", "quarantine", "warn"] = "fail"


class SqlStep(StepBase):
    """SQL inside one system. Either `statement` (its dialect) or `action` on the written dataset; else a hook."""

    kind: Literal["sql"] = "sql"
    connection: Identifier
    statement: Text | None = None
    action: Literal["truncate", "refresh_view", "create_table", "drop_table"] | None = None


class DbtStep(StepBase):
    """A dbt command on a project that is deployed beside the DAGs."""

    kind: Literal["dbt"] = "dbt"
    command: Literal["run", "test", "build", "seed", "snapshot", "freshness", "docs"] = "build"
    select: tuple[Text, ...] = ()
    full_refresh: bool = False


class SparkStep(StepBase):
    """A Spark application; no `application` means a hook."""

    kind: Literal["spark"] = "spark"
    connection: Identifier | None = None
    application: Text | None = None
    java_class: Text | None = None
    arguments: tuple[Text, ...] = ()
    conf: dict[str, str | int | float | bool] = Field(default_factory=dict)


class TrainStep(StepBase):
    """Fits a model. With `algorithm` and `target` it is scikit-learn code, else a hook."""

    kind: Literal["train"] = "train"
    algorithm: Text | None = None
    target: ColumnName | None = None
    features: tuple[ColumnName, ...] = ()
    parameters: dict[str, Scalar] = Field(default_factory=dict)


class EvaluateStep(StepBase):
    """Scores a model on data and returns `metrics` (names as in scikit-learn: accuracy, f1, rmse, mape, auc…)."""

    kind: Literal["evaluate"] = "evaluate"
    metrics: tuple[Identifier, ...] = ()
    target: ColumnName | None = None


class PromoteStep(StepBase):
    """Makes a candidate model the current one at `stage`."""

    kind: Literal["promote"] = "promote"
    stage: Text = "production"


class DeployStep(StepBase):
    """Puts a model or application into service at an endpoint."""

    kind: Literal["deploy"] = "deploy"
    connection: Identifier | None = None
    endpoint: Text = ""


class PredictStep(StepBase):
    """Applies a model to a dataset."""

    kind: Literal["predict"] = "predict"
    output: ColumnName = "prediction"


class WaitStep(StepBase):
    """A sensor. It always has a time-out; `soft_fail` skips instead of failing when it passes."""

    kind: Literal["wait"] = "wait"
    wait_for: WaitFor
    poke_interval: Duration | None = None
    soft_fail: bool = False


class Branch(Model):
    """The steps to take when the condition holds."""

    when: Condition
    then: tuple[Identifier, ...] = Field(min_length=1)


class ChooseStep(StepBase):
    """Takes the first branch whose condition holds, else `otherwise` (empty: everything after is skipped)."""

    kind: Literal["choose"] = "choose"
    branches: tuple[Branch, ...] = Field(min_length=1, max_length=50)
    otherwise: tuple[Identifier, ...] = ()


class TriggerStep(StepBase):
    """Starts another DAG."""

    kind: Literal["trigger"] = "trigger"
    dag_id: Text = Field(min_length=1, max_length=250)
    conf: dict[str, Scalar] = Field(default_factory=dict)
    wait: bool = False


class MarkerStep(StepBase):
    """A named point in the graph that does nothing (start, end, join)."""

    kind: Literal["marker"] = "marker"


class PythonStep(StepBase):
    """The user's own code: `callable` is a dotted path to it, None is a hook that is still to be written."""

    kind: Literal["python"] = "python"
    callable: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")] | None = None
    arguments: dict[str, Scalar] = Field(default_factory=dict)


class ShellStep(StepBase):
    """A command that the user quoted, verbatim; values reach it by environment only. `connection`: over SSH."""

    kind: Literal["shell"] = "shell"
    command: Text = Field(min_length=1)
    connection: Identifier | None = None
    environment: dict[str, str] = Field(default_factory=dict)


class ContainerStep(StepBase):
    """An image that is run to completion; `command` is the user's, verbatim."""

    kind: Literal["container"] = "container"
    image: Text = Field(min_length=1, max_length=500)
    command: tuple[Text, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)


class HttpStep(StepBase):
    """One request; a written dataset receives the answer's JSON records."""

    kind: Literal["http"] = "http"
    connection: Identifier
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    path: Text = "/"
    headers: dict[str, str] = Field(default_factory=dict)
    body: Text | None = None


class NotifyStep(StepBase):
    """A message as a step of its own (not an alert): to a channel, address or URL."""

    kind: Literal["notify"] = "notify"
    connection: Identifier
    target: Text = ""
    subject: Text = ""
    message: Text = ""
    attach: tuple[Identifier, ...] = ()


class ReportStep(StepBase):
    """A document made from datasets."""

    kind: Literal["report"] = "report"
    format: Literal["csv", "html", "excel", "json", "markdown", "pdf"] = "html"


class CleanupStep(StepBase):
    """Removes data: the pipeline's own staging, or files or rows of `reads` that are older than `older_than`.

    Without either it is a hook; `column` is the timestamp that decides the age of a row.
    """

    kind: Literal["cleanup"] = "cleanup"
    staging: bool = False
    dataset: Identifier | None = None
    older_than: Duration | None = None
    column: ColumnName | None = None


Step = Annotated[
    ExtractStep
    | LoadStep
    | TransformStep
    | ValidateStep
    | SqlStep
    | DbtStep
    | SparkStep
    | TrainStep
    | EvaluateStep
    | PromoteStep
    | DeployStep
    | PredictStep
    | WaitStep
    | ChooseStep
    | TriggerStep
    | MarkerStep
    | PythonStep
    | ShellStep
    | ContainerStep
    | HttpStep
    | NotifyStep
    | ReportStep
    | CleanupStep,
    Deferred("kind"),
]
