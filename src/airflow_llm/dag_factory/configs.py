"""What a pipeline and its tasks are configured with; the spellings of older Airflow releases are understood."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from airflow_llm.spec.model import Duration, Identifier, Scalar, Text
from airflow_llm.spec.schedule import TimeZone
from airflow_llm.spec.steps import Resources, TriggerRule


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DefaultArgs(_Config):
    """Airflow's `default_args`, as far as they are about every task."""

    owner: Text | None = None
    retries: int | None = Field(default=None, ge=0, le=100)
    retry_delay: Duration | None = None
    retry_exponential_backoff: bool | None = None
    max_retry_delay: Duration | None = None
    execution_timeout: Duration | None = None
    depends_on_past: bool = False
    pool: Text | None = None
    priority_weight: int | None = None


class DAGConfig(_Config):
    """One pipeline. `schedule` is a cron expression, a preset, a length of time or None (only when started).

    `environment_configs` maps a setting to its value in each environment; never a credential.
    """

    dag_id: Identifier
    description: Text = ""
    schedule: str | timedelta | None = Field(
        default=None, validation_alias=AliasChoices("schedule", "schedule_interval", "timetable")
    )
    timezone: TimeZone | None = None
    start_date: date = date(2026, 1, 1)
    end_date: date | None = None
    catchup: bool = False
    max_active_runs: int = Field(default=1, ge=1, le=1000)
    dagrun_timeout: Duration | None = None
    owners: tuple[Text, ...] = ()
    stakeholders: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    default_args: DefaultArgs = DefaultArgs()
    params: dict[Identifier, Scalar] = Field(default_factory=dict)
    environment_configs: dict[Identifier, dict[Identifier, Scalar]] = Field(default_factory=dict)

    @property
    def schedule_interval(self) -> str | timedelta | None:
        """The schedule under its name of Airflow 2."""
        return self.schedule

    @field_validator("start_date", "end_date", mode="before")
    @classmethod
    def _day(cls, value: Any) -> Any:
        """Airflow takes a moment; the schedule counts days."""
        return value.date() if isinstance(value, datetime) else value


class TaskConfig(_Config):
    """One task. `operator` names a system (`postgresql`), a kind of work (`python`) or an operator (`BashOperator`).

    `sql_script` is a file (`….sql`) or a statement; `timeout` is in seconds, or written like `1h30m`.
    """

    name: Identifier = Field(validation_alias=AliasChoices("name", "task_id"))
    operator: str = Field(min_length=1, max_length=200)
    depends_on: tuple[Identifier, ...] = ()
    description: Text = ""
    sql_script: Text | None = Field(default=None, validation_alias=AliasChoices("sql_script", "sql"))
    python_callable: str | None = None
    bash_command: Text | None = None
    image: Text | None = None
    application: Text | None = None
    endpoint: Text = "/"
    method: str = "GET"
    to: Text = Field(default="", validation_alias=AliasChoices("to", "channel", "recipient"))
    subject: Text = ""
    message: Text = ""
    trigger_dag_id: Text | None = None
    parameters: dict[str, Scalar] = Field(
        default_factory=dict, validation_alias=AliasChoices("parameters", "op_kwargs", "env", "conf")
    )
    resources: Resources | None = None
    timeout: Duration | None = Field(default=None, validation_alias=AliasChoices("timeout", "execution_timeout"))
    retries: int | None = Field(default=None, ge=0, le=100)
    retry_delay: Duration | None = None
    trigger_rule: TriggerRule | None = None
    pool: Text | None = None
    owner: Text | None = None
