"""Conditions as Python: pure expressions over what steps returned, parameters, row counts and the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_llm.errors import InputError
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.hook_file import Hook, hook_file
from airflow_llm.targets.airflow.imports import local_imports
from airflow_llm.targets.airflow.plan import outcomes, returning_step, rows_writer
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import literal

_CALENDAR = {"weekday": "moment.isoweekday() % 7", "day": "moment.day", "month": "moment.month", "hour": "moment.hour"}
_FAILED = '{"failed", "upstream_failed"}'


@dataclass(eq=False, repr=False)
class Predicates:
    """The conditions of one task: what their expressions need, gathered while they are compiled."""

    pipeline: Pipeline
    step: Step
    task_id: str
    scalars: dict[str, tuple[str, str]] = field(default_factory=dict)
    datasets: dict[str, None] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    described: int = 0

    def compile(self, condition: Condition) -> str:
        """The Python expression of the condition."""
        match condition:
            case Comparison():
                return self._comparison(condition)
            case Outcome(step=step, state=state):
                self.needs.add("states")
                value = f"states.get({literal(step)})"
                return f"{value} in {_FAILED}" if state == "failed" else f"{value} == {literal(state)}"
            case Described(text=text):
                return self._described(text)
            case Negated(condition=part):
                return (
                    f"not ({self.compile(part)})"
                    if isinstance(part, (Comparison, Combined, Outcome))
                    else (f"not {self.compile(part)}")
                )
            case Combined(match=match, conditions=parts):
                return self._combined(match, [self.compile(part) for part in parts], parts)

    def lines(self) -> list[str]:
        """The statements that come before the expressions are used."""
        module = f"resources.{self.pipeline.id}"
        found = [f"from {module}.{self.task_id}_function import {hook.name}" for hook in self.hooks]
        if "rows" in self.needs:
            found.append(f"from {module}.staging import row_count")
        return [*local_imports(found), *self._context_lines()]

    def code(self, body: list[str], decorator: str, returns: str) -> TaskCode:
        """The task that the conditions decide in."""
        imports = set()
        if self.needs & {"params", "states", "calendar"}:
            imports.add("from airflow.sdk import get_current_context")
        if "calendar" in self.needs:
            imports.add("from zoneinfo import ZoneInfo")
        file_name = f"{self.task_id}_function.py"
        return TaskCode(
            imports=tuple(sorted(imports)),
            decorator=decorator,
            parameters=(*self.datasets, *self.scalars),
            body=(*self.lines(), *body),
            returns=returns,
            files={file_name: hook_file(self.pipeline.id, file_name, tuple(self.hooks))} if self.hooks else {},
            support=frozenset({"row_count"} if "rows" in self.needs else ()),
            scalars=self.scalars,
            annotations=self.annotations,
        )

    def _context_lines(self) -> list[str]:
        if not self.needs & {"params", "states", "calendar"}:
            return []
        lines = ["context = get_current_context()"]
        if "params" in self.needs:
            lines.append('params = context["params"]')
        if "states" in self.needs:
            looked_at = sorted({outcome.step for outcome in self._outcomes()})
            lines += [
                'run_id = context["run_id"]',
                f'found = context["ti"].get_task_states(dag_id={literal(self.pipeline.id)}, '
                f"task_ids={literal(looked_at)}, run_ids=[run_id])",
                "states = found[run_id]",
            ]
        if "calendar" in self.needs:
            zone = self.pipeline.schedule.timezone or "UTC"
            lines += [
                'moment = context.get("data_interval_end") or context["dag_run"].run_after',
                f"moment = moment.astimezone(ZoneInfo({literal(zone)}))",
            ]
        return lines

    def _outcomes(self) -> list[Outcome]:
        branches = getattr(self.step, "branches", ())
        conditions = [self.step.when, *(branch.when for branch in branches)]
        return [outcome for condition in conditions for outcome in outcomes(condition)]

    def _comparison(self, comparison: Comparison) -> str:
        value = self._value(comparison)
        operator: str = comparison.operator
        right = comparison.right
        if isinstance(right, tuple) and len(right) == 1:
            operator, right = ("==" if operator == "in" else "!="), right[0]
        if right is None or isinstance(right, bool):
            operator = {"==": "is", "!=": "is not"}[operator]
        if isinstance(right, tuple):
            return f"{value} {operator} {{{', '.join(literal(item) for item in dict.fromkeys(right))}}}"
        return f"{value} {operator} {literal(right)}"

    def _value(self, comparison: Comparison) -> str:
        name = comparison.name
        if comparison.source == "parameter":
            self.needs.add("params")
            return f"params[{literal(name)}]"
        if comparison.source == "calendar":
            if name not in _CALENDAR:
                raise InputError(f"{name!r} is no part of the calendar", hint=f"known: {', '.join(_CALENDAR)}")
            self.needs.add("calendar")
            return _CALENDAR[name]
        if comparison.source == "rows":
            return self._rows(name)
        step = returning_step(self.pipeline, comparison, self.step)
        parameter = name if self.scalars.get(name, (step, name)) == (step, name) else f"{step}_{name}"
        self.scalars[parameter] = (step, name)
        right = comparison.right if isinstance(comparison.right, tuple) else (comparison.right,)
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in right)
        texts = all(isinstance(value, str) for value in right)
        self.annotations[parameter] = "float" if numbers else "str" if texts else "Any"
        return parameter

    def _rows(self, name: str) -> str:
        staged = rows_writer(self.pipeline, name)
        if staged is None:
            raise InputError(
                f"the rows of {name!r} are not known when {self.step.id!r} runs",
                hint="extract the dataset first, or return its count from a sql step",
            )
        self.needs.add("rows")
        self.datasets[staged] = None
        return f"row_count({staged})"

    def _described(self, text: str) -> str:
        self.described += 1
        name = self.task_id if self.described == 1 else f"{self.task_id}_{self.described}"
        self.needs.add("params")
        staged = [read for read in self.step.reads if self.pipeline.dataset(read).staged]
        self.datasets.update(dict.fromkeys(staged))
        notes = dict.fromkeys(staged, "str") | {"parameters": "Mapping[str, Any]"}
        contract = "Returns whether this is so. `parameters` are those of the run"
        contract += "; the other arguments are URIs of Parquet files." if staged else "."
        self.hooks.append(Hook(name, text, notes, "bool", contract))
        arguments = [f"{read}={read}" for read in staged] + ["parameters=params"]
        return f"{name}({', '.join(arguments)})"

    def _combined(self, match: str, parts: list[str], conditions: tuple[Condition, ...]) -> str:
        mixed = [
            f"({part})" if isinstance(condition, Combined) and condition.match != match else part
            for part, condition in zip(parts, conditions, strict=True)
        ]
        joined = (" and " if match == "all" else " or ").join(mixed)
        return joined if len(joined) <= 70 else f"{'all' if match == 'all' else 'any'}([{', '.join(parts)}])"
