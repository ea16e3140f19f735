"""What the proof changes in a loaded DAG: no waiting, a task that fails, stand-ins for what cannot run here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

SENSOR_SECONDS = 20.0


class MadeToFailError(RuntimeError):
    """Raised in place of a task's work, to see what its failure sets off."""


def no_waiting(dag: Any) -> None:
    """No delay between retries or pokes, and sensors that give up after seconds."""
    for task in dag.task_dict.values():
        _set(task, "retry_delay", timedelta(0))
        _set(task, "retry_exponential_backoff", False)
        if _has(task, "poke_interval"):
            _set(task, "poke_interval", 0.0)
            if _has(task, "timeout"):
                _set(task, "timeout", min(float(_get(task, "timeout") or SENSOR_SECONDS), SENSOR_SECONDS))


def fail(dag: Any, task_id: str) -> None:
    """Make every attempt of the task fail before its work."""

    def _fail(_: Any) -> None:
        raise MadeToFailError(f"{task_id} was made to fail by the proof")

    task = dag.task_dict[task_id]
    if _is_mapped(task):
        task.partial_kwargs["pre_execute"] = _fail
    else:
        task._pre_execute_hook = _fail


def replace(dag: Any, task_id: str, value: Any, calls: list[dict[str, Any]]) -> None:
    """Let the task return the value instead of doing its work; its rendered arguments are written down.

    A value that is a dictionary with the one key `each` gives every mapped instance its own, by map index.
    """
    task = dag.task_dict[task_id]

    def _answer(index: int) -> Any:
        if isinstance(value, dict) and set(value) == {"each"}:
            return value["each"][max(index, 0) % len(value["each"])]
        return value

    if _has(task, "python_callable"):
        _set(task, "python_callable", _recorded_call(task, task_id, _answer, calls))
    else:
        _replace_execute(task, task_id, _answer, calls)


def _recorded_call(task: Any, task_id: str, answer: Callable[[int], Any], calls: list[dict[str, Any]]) -> Any:
    original = _get(task, "python_callable")
    names = set(original.__code__.co_varnames[: original.__code__.co_argcount + original.__code__.co_kwonlyargcount])

    def stand_in(*positional: Any, **arguments: Any) -> Any:
        given = {name: _shown(item) for name, item in arguments.items() if name in names}
        calls.append({"task_id": task_id, "arguments": {**given, **_numbered(positional)}})
        return answer(_current_index())

    stand_in.__name__ = original.__name__
    return stand_in


def _replace_execute(task: Any, task_id: str, answer: Callable[[int], Any], calls: list[dict[str, Any]]) -> None:
    fields = tuple(task.template_fields)

    def _record(operator: Any) -> Any:
        calls.append(
            {"task_id": task_id, "arguments": {name: _shown(getattr(operator, name, None)) for name in fields}}
        )
        return answer(_current_index())

    if not _is_mapped(task):
        task.__class__ = _recording_class(type(task), _record)
    else:
        task.operator_class = _recording_class(task.operator_class, _record)


def _recording_class(base: Any, record: Callable[[Any], Any]) -> Any:
    def execute(self: Any, context: Any) -> Any:  # noqa: ARG001  # Airflow passes the context by this name
        return record(self)

    names = {"execute": execute, "__module__": base.__module__, "__qualname__": base.__qualname__}
    return type(base.__name__, (base,), names)


def map_over(dag: Any, task_id: str, items: list[Any]) -> None:
    """Give a task that is mapped over values in the DAG file other values."""
    task = dag.task_dict[task_id]
    expand = getattr(task, "op_kwargs_expand_input", None) or task.expand_input
    for name, value in dict(expand.value).items():
        if isinstance(value, (list, tuple)):
            expand.value[name] = [_like(value, item) for item in items]


def _like(values: Any, item: Any) -> Any:
    """The item in the shape that the file's own values have (a bare value, or keyword arguments)."""
    first = values[0] if len(values) else None
    if isinstance(first, dict) and not isinstance(item, dict):
        return dict.fromkeys(first, item)
    return item


def _current_index() -> int:
    from airflow_llm.proof.worker.running import current

    return current.map_index


def _numbered(positional: tuple[Any, ...]) -> dict[str, Any]:
    return {f"#{n}": _shown(item) for n, item in enumerate(positional)}


def _shown(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _shown(item) for name, item in value.items()}
    return repr(value)[:200]


def _is_mapped(task: Any) -> bool:
    return hasattr(task, "partial_kwargs")


def _has(task: Any, name: str) -> bool:
    if _is_mapped(task):
        return name in task.partial_kwargs or hasattr(task.operator_class, name) or name in _sensor_names(task)
    return hasattr(task, name)


def _sensor_names(task: Any) -> tuple[str, ...]:
    is_sensor = any(base.__name__ == "BaseSensorOperator" for base in task.operator_class.__mro__)
    return ("poke_interval", "timeout") if is_sensor else ()


def _get(task: Any, name: str) -> Any:
    return task.partial_kwargs.get(name) if _is_mapped(task) else getattr(task, name)


def _set(task: Any, name: str, value: Any) -> None:
    if _is_mapped(task):
        task.partial_kwargs[name] = value
    else:
        setattr(task, name, value)
