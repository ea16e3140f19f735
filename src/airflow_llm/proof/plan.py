"""What is run to prove a bundle: the scenarios, made from the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from airflow_llm.proof import branches, placement
from airflow_llm.proof.breaking import Broken, broken_data
from airflow_llm.proof.sampled import http_answers, made_by_run, schemas
from airflow_llm.proof.understudies import Understudies, unproven_reasons, validates
from airflow_llm.samples.collect import ITEMS
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.operations import Join
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, LoadStep, Step, WaitStep
from airflow_llm.spec.waits import ForDag

if TYPE_CHECKING:
    import pyarrow as pa

Purpose = Literal[
    "good", "replay", "uneven", "earlier rows", "killed", "after kill", "rule", "mode", "branch", "alert", "mapping"
]

_EVERY = 5


@dataclass(frozen=True)
class Scenario:
    """One run: what the worker is told, and what the judge needs to know about it."""

    name: str
    purpose: Purpose
    job: dict[str, Any]
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Planner:
    """Makes the scenarios of one bundle. `folder` takes the files that they need, `date` is their logical date."""

    pipeline: Pipeline
    tables: Mapping[str, pa.Table]
    folder: Path
    date: datetime
    resources: Path | None = None

    @cached_property
    def reasons(self) -> dict[str, str]:
        """The steps whose own work is not run, and why."""
        return unproven_reasons(self.pipeline, self.resources)

    @cached_property
    def understudies(self) -> Understudies:
        """Makes what recorded stand-ins hand on."""
        return Understudies(self.pipeline, self.tables, self.folder / "stand_ins", {})

    def scenarios(self) -> list[Scenario]:
        """All of them, in the order in which they are run."""
        found = [*self._good(), *self._rules(), *self._modes(), *self._branches(), *self._alerts(), *self._mappings()]
        for scenario in found:
            # Values point to files that were only known once all values were made; what is impossible has no job.
            if scenario.job.get("fresh"):
                scenario.job["seeds"] += list(self.understudies.files.values())
        return found

    def _good(self) -> Iterator[Scenario]:
        yield self._scenario("good data", "good", home="good", decides=True)
        yield self._scenario("same interval again", "replay", home="good", fresh=False)
        if any(isinstance(item, Join) for step in self.pipeline.steps for item in getattr(step, "operations", ())):
            yield self._scenario("rows without a partner", "uneven", tables=self._uneven())
        loads = list(self._loads())
        if loads:
            # Of several loads into one table only one is run; what tells the rows of a replacement apart is any column.
            items = {
                f"{item['target']} {item['table']}": item
                for step, item in sorted(loads, key=lambda pair: pair[0].mode != "replace")
            }
            changes: dict[str, Any] = {"disturb": list(items.values())}
            about = {"loads": {step.id: step.mode for step, _ in loads}}
            yield self._scenario(
                "rows of earlier runs", "earlier rows", home="good", fresh=False, about=about, **changes
            )
        for place in ("first", "last"):
            at = 0 if place == "first" else -1
            yield self._scenario(f"killed at the {place} publish", "killed", home=f"killed_{place}", kill_at=at)
            yield self._scenario(
                f"after the kill at the {place} publish", "after kill", home=f"killed_{place}", fresh=False
            )

    def _uneven(self) -> dict[str, pa.Table]:
        """The tables without some of their rows, other ones in each, so that joins find rows without a partner."""
        import pyarrow as pa

        found = {}
        for number, (name, table) in enumerate(self.tables.items()):
            kept = [row for row in range(table.num_rows) if row % _EVERY != number % _EVERY]
            found[name] = table.take(pa.array(kept, pa.int64()))
        return found

    def _loads(self) -> Iterator[tuple[LoadStep, dict[str, Any]]]:
        """The loads into tables, each with the row that an earlier run left there."""
        for step in self.pipeline.steps:
            if not isinstance(step, LoadStep) or step.id in self.reasons or step.mode == "append" or step.for_each:
                continue
            dataset = self.pipeline.dataset(step.writes[0]) if step.writes else None
            if dataset is None or placement.stand_in_of(self.pipeline, dataset.connection or "") != "duckdb":
                continue
            yield step, {**placement.table_place(dataset), "columns": self._telling_columns(step, dataset)}

    def _telling_columns(self, step: LoadStep, dataset: Dataset) -> list[str]:
        """The columns by which a load tells its own rows from others."""
        if step.mode == "merge":
            return list(step.keys)
        if step.mode == "partition":
            cut = [other.incremental for other in self.pipeline.steps if isinstance(other, ExtractStep | LoadStep)]
            return [column for column in (dataset.partition, *cut) if column]
        return [column.name for name in step.reads for column in self._known_columns(name)]

    def _known_columns(self, name: str) -> list[Any]:
        if name in self.tables:
            return list(self.tables[name].schema)
        return list(self.pipeline.dataset(name).columns)

    def _rules(self) -> Iterator[Scenario]:
        for step in validates(self.pipeline):
            for number, rule in enumerate(step.rules):
                broken = broken_data(self, step, number)
                name = f"rule {number + 1} of {step.id} is broken"
                about = {"step": step.id, "number": number, "severity": rule.severity}
                yield self._broken(name, "rule", broken, about, "fail")

    def _modes(self) -> Iterator[Scenario]:
        for step in validates(self.pipeline):
            rules = [number for number, rule in enumerate(step.rules) if _sets_rows_aside(rule)]
            for mode, numbers in (("quarantine", rules), ("warn", rules[:1])):
                for number in numbers:
                    name = f"rule {number + 1} of {step.id} is broken, on_invalid={mode}"
                    about = {"step": step.id, "mode": mode, "number": number}
                    yield self._broken(name, "mode", broken_data(self, step, number), about, mode)

    def _broken(self, name: str, purpose: Purpose, broken: Broken, about: dict[str, Any], mode: str) -> Scenario:
        if broken.reason:
            return Scenario(name, purpose, {}, {**about, "impossible": broken.reason})
        changes: dict[str, Any] = {"replace": broken.values, "conf": {"on_invalid": mode}, "logs": True}
        return self._scenario(name, purpose, tables=broken.tables, about=about, **changes)

    def _branches(self) -> Iterator[Scenario]:
        for taken in branches.outcomes(self.pipeline, self.date):
            forced: list[str] = []
            about = {"taken": taken, "forced": forced}
            name = f"{taken.step}: {taken.label}"
            if taken.impossible:
                yield Scenario(name, "branch", {}, {**about, "impossible": taken.impossible})
                continue
            changes = self._world(taken, forced)
            yield self._scenario(name, "branch", about=about, **changes)

    def _world(self, taken: branches.Taken, forced: list[str]) -> dict[str, Any]:
        replace: dict[str, Any] = {}
        if taken.forced:
            forced.append("the condition itself, which only your code can decide")
            replace[self._decider(taken.step)] = self._decision(taken.step, taken.chosen)
        for step_id, chosen in taken.on_the_way:
            forced.append(f"{step_id}, which only your code can decide, chose {', '.join(chosen) or 'nothing'}")
            replace[self._decider(step_id)] = self._decision(step_id, chosen)
        for step_id in {step_id for step_id, _ in taken.metrics if step_id != "None"}:
            step = self.pipeline.step(step_id)
            values = {name: value for (owner, name), value in taken.metrics.items() if owner == step_id}
            forced.append(f"{step_id} returned {values}")
            replace[step_id] = self.understudies.value(step, scalars=values)
        for name, rows in taken.rows.items():
            for step in self.pipeline.steps:
                if name in step.writes and self.pipeline.dataset(name).staged:
                    forced.append(f"{name} had {rows} rows")
                    replace[step.id] = self.understudies.value(step, rows=rows)
        changes: dict[str, Any] = {"replace": replace, "conf": dict(taken.parameters), "fail": list(taken.failing)}
        if taken.date is not None:
            changes["logical_date"] = taken.date.isoformat()
        return changes

    def _decider(self, step_id: str) -> str:
        step = self.pipeline.step(step_id)
        return step_id if step.kind == "choose" else f"if_{step_id}"

    def _decision(self, step_id: str, chosen: tuple[str, ...]) -> Any:
        if self.pipeline.step(step_id).kind != "choose":
            return bool(chosen)
        return [self.entry(name) for name in chosen]

    def entry(self, step_id: str) -> str:
        """The first task of a step: its guard when it has one."""
        from airflow_llm.proof.structure.edges import helpers_of

        guards = {step: name for name, step in helpers_of(self.pipeline).items() if name.startswith("if_")}
        return guards.get(step_id, step_id)

    def _alerts(self) -> Iterator[Scenario]:
        events = ("failure", "retry")
        told = [step for step in self.pipeline.steps if any(alert.on in events for alert in step.alerts)]
        common = any(alert.on in events for alert in self.pipeline.alerts)
        if common and not told:
            told = [self._easiest_to_fail()]
        for step in told:
            about = {"step": step.id}
            yield self._scenario(f"{step.id} fails", "alert", about=about, fail=[step.id])

    def _easiest_to_fail(self) -> Step:
        """A step that surely runs: one that nothing comes before."""
        from airflow_llm.spec.graph import upstream

        before = upstream(self.pipeline)
        roots = [step for step in self.pipeline.steps if not before[step.id] and step.for_each is None]
        return next(iter(roots or self.pipeline.steps))

    def _mappings(self) -> Iterator[Scenario]:
        for step in self.pipeline.steps:
            each = step.for_each
            if each is None:
                continue
            for count in (0, 1, 3):
                items = (
                    list((each.items or ITEMS)[:count]) if len(each.items or ITEMS) >= count else list(ITEMS[:count])
                )
                about = {"step": step.id, "items": count}
                changes: dict[str, Any]
                if each.parameter is not None:
                    changes = {"conf": {each.parameter: items}}
                elif each.step is not None:
                    source = self.pipeline.step(each.step)
                    value = {source.returns[0]: items} if len(source.returns) == 1 else items
                    changes = {"replace": {each.step: value}}
                else:
                    same = [other.id for other in self.pipeline.steps if other.for_each == each]
                    changes = {"map_over": dict.fromkeys(same, items)}
                yield self._scenario(f"{step.id} with {count} items", "mapping", about=about, **changes)

    def _scenario(  # noqa: PLR0913  # the parts of a scenario, all but two of them by keyword
        self,
        name: str,
        purpose: Purpose,
        *,
        home: str | None = None,
        fresh: bool = True,
        tables: Mapping[str, pa.Table] | None = None,
        about: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Scenario:
        label = "".join(letter if letter.isalnum() else "_" for letter in name)
        replace = {step_id: self.understudies.value(self.pipeline.step(step_id)) for step_id in self.reasons}
        job: dict[str, Any] = {"logical_date": self.date.isoformat(), "conf": {}, **changes}
        job |= {
            "name": name,
            "home": home or label,
            "fresh": fresh,
            "replace": {**replace, **changes.get("replace", {})},
        }
        job["before"] = self.runs_before()
        rows = {**self.tables, **(tables or {})}
        folder = self.folder / (label if tables else "tables")
        job["seeds"] = self.seeds(rows, folder) if fresh else []
        return Scenario(name, purpose, job, about or {})

    @cached_property
    def seeded(self) -> tuple[str, ...]:
        """The datasets of users' systems that must be there before the run."""
        made = made_by_run(self.pipeline, self.reasons)
        return tuple(
            dataset.name for dataset in self.pipeline.datasets if not dataset.staged and dataset.name not in made
        )

    def seeds(self, tables: Mapping[str, pa.Table], folder: Path) -> list[dict[str, Any]]:
        """Where the worker must put what before the run: schemas, tables, files and answers."""
        found = placement.seeds(self.pipeline, tables, self.seeded, folder, self.date)
        for connection, schema in dict.fromkeys(schemas(self.pipeline)):
            found.append({"kind": "schema", "target": f"embedded/{connection}.duckdb", "schema": schema})
        for path, name in http_answers(self.pipeline, tables):
            found.append(placement.answer(path, tables[name], folder / f"{name}.json"))
        return found

    def runs_before(self) -> list[list[str]]:
        """The runs of other DAGs that a sensor waits for."""
        waits = [step.wait_for for step in self.pipeline.steps if isinstance(step, WaitStep)]
        found = [wait for wait in waits if isinstance(wait, ForDag)]
        return [[wait.dag_id, (self.date - (wait.earlier or timedelta(0))).isoformat()] for wait in found]


def _sets_rows_aside(rule: Any) -> bool:
    return rule.rule not in ("row_count", "freshness", "described") and rule.severity == "error"
