"""Models: where they lie, and the functions that fit, measure, promote and apply them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_llm.connectors.algorithms import Algorithm, algorithm
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import DeployStep, EvaluateStep, PredictStep, PromoteStep, StepBase, TrainStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import STAGING, Parts
from airflow_llm.targets.airflow.data.sinks import written
from airflow_llm.targets.airflow.data.sources import input_uris
from airflow_llm.targets.airflow.layout import statement
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, call, literal

_SUFFIX = ".joblib"
_REQUIREMENTS = frozenset({"joblib", "pandas", "scikit-learn"})
_REGRESSION_METRICS = frozenset({"mae", "mape", "mse", "r2", "rmse"})
_SEED = 0


def emit_train(pipeline: Pipeline, step: TrainStep) -> TaskCode:
    """`fit_model` with the estimator of the step's function file."""
    reason = hook_reason(pipeline, step)
    found = algorithm(step.algorithm or "", regression=_is_regression(pipeline, step))
    if reason is not None or found is None or not step.reads:
        return hook_code(pipeline, step, reason or "it does not say which data it reads")
    parts = _parts(pipeline, step, "fit_model")
    parts.requirements.add(found.requirement)
    name = step.writes[0] if step.writes else step.id
    data = input_uris(parts, _data(pipeline, step)[0])
    arguments = ["estimator()", data, _model_target(parts, name), f"label={literal(step.target)}"]
    if step.features:
        arguments.append(f"features={literal(step.features)}")
    parts.files[f"{step.id}_function.py"] = _estimator_file(step, found)
    lines, note = returned(parts, {name: f"fit_model({', '.join(arguments)})"})
    imported = f"from resources.{pipeline.id}.{step.id}_function import estimator"
    code = parts.code(lines, note)
    return _with_import(code, imported)


def emit_evaluate(pipeline: Pipeline, step: EvaluateStep) -> TaskCode:
    """`evaluate_model`; the metrics are returned, and one row of the written dataset."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = _parts(pipeline, step, "evaluate_model")
    metrics = step.metrics or tuple(name for name in step.returns if name in _METRICS)
    arguments = [_model(parts), input_uris(parts, _data(pipeline, step)[0]), f"label={literal(step.target)}"]
    if metrics:
        arguments.append(f"metrics={literal(metrics)}")
    lines = [f"metrics = evaluate_model({', '.join(arguments)})"]
    outputs = {}
    for name in step.writes:
        parts.use("write_metrics")
        dataset = pipeline.dataset(name)
        row = f"write_metrics(metrics, {parts.staged(name if dataset.staged else f'{step.id}-{name}')})"
        if dataset.staged:
            outputs[name] = Expression(row)
        else:
            lines.append(written(parts, dataset, row))
    values = {name: Expression(f"metrics[{literal(_metric(step, name, metrics))}]") for name in step.returns}
    if len(outputs) == 1 and not values:
        return parts.code([*lines, f"return {next(iter(outputs.values()))}"], "str")
    if not outputs and not values:
        return parts.code([lines[0].removeprefix("metrics = "), *lines[1:]] if len(lines) == 1 else lines, "None")
    return parts.code([*lines, f"return {literal(outputs | values)}"], "dict[str, Any]")


def emit_promote(pipeline: Pipeline, step: PromoteStep) -> TaskCode:
    """`promote_model` to the place of the stage."""
    reason = hook_reason(pipeline, step)
    candidates = [name for name in step.reads if pipeline.dataset(name).kind == "model"] or list(step.reads)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = _parts(pipeline, step, "promote_model")
    candidate = _model_uri(parts, pipeline.dataset(candidates[0]))
    current = _current(parts, candidates[0], step.stage)
    external = [name for name in step.writes if not pipeline.dataset(name).staged]
    staged = [name for name in step.writes if pipeline.dataset(name).staged]
    if external:
        current = _model_target(parts, external[0])
    lines, note = returned(parts, dict.fromkeys(staged, f"promote_model({candidate}, {current})"))
    return parts.code(lines or [f"promote_model({candidate}, {current})"], note)


def emit_predict(pipeline: Pipeline, step: PredictStep) -> TaskCode:
    """`predict` into staging; rows for a system are loaded from there."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = _parts(pipeline, step, "predict")
    staged = [name for name in step.writes if pipeline.dataset(name).staged]
    external = [name for name in step.writes if name not in staged]
    target = parts.staged(staged[0] if staged else f"{step.id}-result")
    data = input_uris(parts, _data(pipeline, step)[0])
    made = f"predict({_model(parts)}, {data}, {target}, output={literal(step.output)})"
    if not external:
        return parts.code(*returned(parts, {staged[0] if staged else step.id: made}))
    lines = [f"result = {made}", *(written(parts, pipeline.dataset(name), "result") for name in external)]
    more, note = returned(parts, dict.fromkeys(staged, "result"))
    return parts.code([*lines, *more], note)


def emit_deploy(pipeline: Pipeline, step: DeployStep) -> TaskCode:
    """Always the user's own: nothing general puts a model into service."""
    return hook_code(
        pipeline, step, hook_reason(pipeline, step) or "how a model is put into service is only known to you"
    )


def _parts(pipeline: Pipeline, step: StepBase, function: str) -> Parts:
    parts = Parts(pipeline, step)
    parts.use(function)
    parts.requirements |= _REQUIREMENTS
    return parts


def _data(pipeline: Pipeline, step: StepBase) -> Sequence[str]:
    return [name for name in step.reads if pipeline.dataset(name).kind != "model"] or step.reads


def _model(parts: Parts) -> str:
    models = [name for name in parts.step.reads if parts.pipeline.dataset(name).kind == "model"]
    return _model_uri(parts, parts.pipeline.dataset(models[0]))


def _model_uri(parts: Parts, dataset: Dataset) -> str:
    """Where a model is read: what an earlier task published, else what was promoted."""
    made_here = any(dataset.name in step.writes for step in parts.pipeline.steps)
    if dataset.staged and made_here:
        return parts.parameter(dataset.name)
    return _current(parts, dataset.name, "production") if dataset.staged else _model_target(parts, dataset.name)


def _model_target(parts: Parts, name: str) -> str:
    known = {dataset.name: dataset for dataset in parts.pipeline.datasets}
    if name not in known or known[name].staged:
        parts.use("staged")
        return f"staged({STAGING}, {literal(name)}, {literal(_SUFFIX)})"
    dataset = known[name]
    connector = parts.connector(dataset)
    if connector.family not in ("objects", "files"):
        raise UnsupportedError(
            f"a model cannot be kept in {connector.title}",
            hint="keep it in a folder or an object store",
            place=f"steps.{parts.step.id}",
        )
    parts.use("place")
    parts.requirements.add(connector.requirement)
    return f'place(CONFIG["{dataset.connection}_url"], {parts.path(dataset)})'


def _current(parts: Parts, name: str, stage: str) -> str:
    parts.use("place")
    folder = f"{parts.pipeline.id}/models/{name}"
    safe = "".join(char if char.isalnum() or char in "-_" else "_" for char in stage) or "production"
    return f"place({STAGING}, {literal(folder)}, {literal(safe + _SUFFIX)})"


def _is_regression(pipeline: Pipeline, step: TrainStep) -> bool:
    metrics = {name for other in pipeline.steps if isinstance(other, EvaluateStep) for name in other.metrics}
    if metrics:
        return bool(metrics & _REGRESSION_METRICS)
    types = {column.type for dataset in pipeline.datasets for column in dataset.columns if column.name == step.target}
    return types == {"number"}


def _metric(step: EvaluateStep, name: str, metrics: Sequence[str]) -> str:
    """The metric that a returned scalar means: its own, one that its name holds, or the only one."""
    found = [known for known in metrics if known == name or known in name.split("_")] or list(metrics)
    if len(found) == 1 or name in found:
        return name if name in found else found[0]
    raise UnsupportedError(
        f"{step.id!r} returns {name!r}, which is none of its metrics",
        hint=f"name it after one of them: {', '.join(metrics) or ', '.join(sorted(_METRICS))}",
        place=f"steps.{step.id}.returns",
    )


def _estimator_file(step: TrainStep, found: Algorithm) -> str:
    options = dict(step.parameters)
    if found.seeded:
        options = {"random_state": _SEED, **options}
    named = all(name.isidentifier() for name in options)
    made = call(found.name, options) if named else f"{found.name}(**{literal(options)})"
    lines = [
        '"""The model that this pipeline fits."""',
        "",
        "from __future__ import annotations",
        "",
        f"from {found.module} import {found.name}",
        "",
        "",
        f"def estimator() -> {found.name}:",
        '    """The estimator before it is fitted; the same seed gives the same model."""',
        *statement(f"return {made}", 1),
    ]
    return "\n".join(lines) + "\n"


def _with_import(code: TaskCode, line: str) -> TaskCode:
    first, *rest = code.body
    return replace(code, body=(*sorted((first, line)), *rest))


_METRICS = frozenset(
    {*_REGRESSION_METRICS, "accuracy", "auc", "balanced_accuracy", "f1", "precision", "recall", "roc_auc"}
)
