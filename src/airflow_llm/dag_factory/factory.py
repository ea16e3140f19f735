"""Builds bundles from configuration objects, with the settings of the organisation's environments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import Compilation, compile_pipeline, compile_reading, read_source
from airflow_llm.compiler.folder import file_source
from airflow_llm.dag_factory.configs import DAGConfig, TaskConfig
from airflow_llm.dag_factory.operators import step_of
from airflow_llm.errors import CheckError, InputError, NotFoundError
from airflow_llm.readers.reading import Source
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import DEFAULT_ENVIRONMENTS, Assumption, Pipeline, Setting


class EnterpriseDAGFactory:
    """Writes pipelines into one folder.

    `environment_config` is a file in the format of `config.yml` (`setting: {prod: …, dev: …}`) whose settings every
    pipeline receives; a pipeline's own settings win.
    """

    def __init__(self, output_dir: str | Path = "generated_dags", environment_config: str | Path | None = None) -> None:
        self.output_dir = Path(output_dir)
        self.environment_config = Path(environment_config) if environment_config is not None else None
        self.settings = self._read_settings()

    def create_dag(
        self, dag_config: DAGConfig, tasks: Sequence[TaskConfig], *, force: bool = False, keep_edits: bool = False
    ) -> Path:
        """The path of the DAG file, with its resources beside it. CheckError when the checks find an error."""
        return self._write(compile_pipeline(self.pipeline(dag_config, tasks)), force, keep_edits)

    def create_from_source(
        self, source: Source, *, owners: Iterable[str] = (), stakeholders: Iterable[str] = (), force: bool = False
    ) -> Path:
        """The same from a description or a spec."""
        reading = read_source(source)
        extra = {"owners": tuple(owners), "stakeholders": tuple(stakeholders)}
        pipeline = reading.pipeline.model_copy(update={name: value for name, value in extra.items() if value})
        reading = replace(reading, pipeline=_with_settings(pipeline, self.settings))
        return self._write(compile_reading(reading, source=source), force, False, strict=False)

    def pipeline(self, dag_config: DAGConfig, tasks: Sequence[TaskConfig]) -> Pipeline:
        """The spec that the configuration means."""
        _refuse_unknown(tasks)
        found = [step_of(task, self._sql(task)) for task in tasks]
        connectors = {connector.name: connector for _, connector in found if connector is not None}
        data = {
            **_pipeline_data(dag_config),
            "connections": [{"name": name, "connector": name} for name in sorted(connectors)],
            "steps": [_step_data(task, step) for task, (step, _) in zip(tasks, found, strict=True)],
        }
        try:
            pipeline = Pipeline.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(first["msg"], place=f"{dag_config.dag_id}.{place}") from error
        own = tuple(Setting(name=name, values=values) for name, values in dag_config.environment_configs.items())
        return _with_settings(pipeline, (*own, *self.settings))

    def _write(self, compilation: Compilation, force: bool, keep_edits: bool, *, strict: bool = True) -> Path:
        if strict and compilation.errors:
            first = compilation.errors[0]
            raise CheckError(first.message, hint=first.hint, place=str(first.place))
        return write(compilation, self.output_dir, force, keep_edits).dag_file

    def _sql(self, task: TaskConfig) -> str | None:
        script = task.sql_script
        if script is None or not script.endswith(".sql") or any(c.isspace() for c in script.strip()):
            return script
        folders = [Path(), self.output_dir]
        if self.environment_config is not None:
            folders.insert(0, self.environment_config.parent)
        for folder in folders:
            if (folder / script).is_file():
                return file_source(folder / script).text
        places = ", ".join(dict.fromkeys(str(folder.resolve()) for folder in folders))
        raise NotFoundError(
            f"{task.name}: there is no SQL script {script!r}", hint=f"looked in {places}; sql_script may be a statement"
        )

    def _read_settings(self) -> tuple[Setting, ...]:
        path = self.environment_config
        if path is None:
            return ()
        if not path.is_file():
            raise NotFoundError(f"there is no environment configuration {str(path)!r}", place=str(path))
        return load("id: settings\n", file_source(path).text, config_name=str(path)).settings


def _pipeline_data(config: DAGConfig) -> dict[str, Any]:
    defaults = config.default_args
    owners = config.owners or ((defaults.owner,) if defaults.owner else ())
    return {
        "id": config.dag_id,
        "description": config.description,
        "owners": owners,
        "stakeholders": config.stakeholders,
        "tags": config.tags,
        "timeout": config.dagrun_timeout,
        "schedule": _schedule(config),
        "parameters": [{"name": name, "default": value} for name, value in config.params.items()],
        "defaults": {
            "retries": defaults.retries,
            "retry_delay": defaults.retry_delay,
            "backoff": defaults.retry_exponential_backoff,
            "max_retry_delay": defaults.max_retry_delay,
            "timeout": defaults.execution_timeout,
            "depends_on_past": defaults.depends_on_past,
            "pool": defaults.pool,
            "priority": defaults.priority_weight,
        },
    }


def _schedule(config: DAGConfig) -> dict[str, Any]:
    base = {
        "timezone": config.timezone,
        "start": config.start_date,
        "end": config.end_date,
        "catchup": config.catchup,
        "max_active_runs": config.max_active_runs,
    }
    match config.schedule:
        case None | "None" | "":
            return {"kind": "manual", **base}
        case "@once":
            return {"kind": "once", **base}
        case timedelta() as every:
            return {"kind": "interval", "every": every, **base}
        case expression:
            return {"kind": "cron", "expressions": [expression], **base}


def _step_data(task: TaskConfig, step: dict[str, Any]) -> dict[str, Any]:
    return {
        **step,
        "id": task.name,
        "doc": task.description,
        "after": task.depends_on,
        "resources": task.resources,
        "timeout": task.timeout,
        "retries": task.retries,
        "retry_delay": task.retry_delay,
        "trigger_rule": task.trigger_rule,
        "pool": task.pool,
        "owner": task.owner,
    }


def _refuse_unknown(tasks: Sequence[TaskConfig]) -> None:
    names = [task.name for task in tasks]
    for task in tasks:
        for name in task.depends_on:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"the tasks are {', '.join(names)}"
                raise NotFoundError(f"{task.name} depends on {name!r}, which is no task", hint=hint)


def _with_settings(pipeline: Pipeline, settings: Iterable[Setting]) -> Pipeline:
    """The pipeline with these settings too; an environment that a setting leaves out is an assumption of nothing."""
    known = {setting.name: setting for setting in pipeline.settings}
    assumptions = list(pipeline.assumptions)
    for setting in settings:
        if setting.name in known:
            continue
        missing = [name for name in DEFAULT_ENVIRONMENTS if name not in setting.values]
        known[setting.name] = Setting(name=setting.name, values={**setting.values, **dict.fromkeys(missing)})
        if missing:
            change = f"set {setting.name} in config.yml"
            text = f"no value was given for {', '.join(missing)}"
            assumptions.append(Assumption(subject=f"config.{setting.name}", text=text, change=change))
    return pipeline.model_copy(update={"settings": tuple(known.values()), "assumptions": tuple(assumptions)})
