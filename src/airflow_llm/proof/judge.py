"""From what the worker observed to what is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from airflow_llm.connectors.sql.rules import describe
from airflow_llm.proof.driver import Observed
from airflow_llm.proof.evidence import (
    AlertEvidence,
    BranchEvidence,
    Failure,
    MappingEvidence,
    ResultEvidence,
    RuleEvidence,
    TaskEvidence,
)
from airflow_llm.proof.judging.alerts import judge_alert, missing_message
from airflow_llm.proof.judging.branches import judge_branch
from airflow_llm.proof.judging.replays import judge_replay
from airflow_llm.proof.judging.runs import failing_tasks, load_failures
from airflow_llm.proof.judging.tasks import lost_rows, task_evidence
from airflow_llm.proof.plan import Planner, Scenario
from airflow_llm.proof.results import kept_wrongly, unnamed_rule, wrong_results
from airflow_llm.proof.rule_counts import reported_count, wrong_counts
from airflow_llm.proof.structure.compare import differences
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import NotifyStep, ValidateStep


@dataclass
class Judge:
    """Goes through the scenarios of one bundle; the lists fill up as it does."""

    plan: Planner
    observed: Observed
    failures: list[Failure] = field(default_factory=list)
    tasks: list[TaskEvidence] = field(default_factory=list)
    rules: list[RuleEvidence] = field(default_factory=list)
    branches: list[BranchEvidence] = field(default_factory=list)
    alerts: list[AlertEvidence] = field(default_factory=list)
    mappings: list[MappingEvidence] = field(default_factory=list)
    results: list[ResultEvidence] = field(default_factory=list)
    appends: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    replay_same: bool | None = None
    kill_replay_same: bool | None = None

    @property
    def pipeline(self) -> Pipeline:
        """The spec."""
        return self.plan.pipeline

    @cached_property
    def loaded(self) -> bool:
        """Whether every environment loads it without an error."""
        loads = self.observed.loads
        return bool(loads) and all(not load["errors"] and self.pipeline.id in load["dags"] for load in loads)

    def judge(self, scenarios: list[Scenario]) -> None:
        """All of it."""
        self.failures += [Failure(cause=problem) for problem in self.observed.problems]
        self._loads()
        if not self.loaded:
            return
        for scenario in scenarios:
            if "impossible" in scenario.about:
                self._unproven(scenario)
            elif scenario.name in self.observed.results:
                self._scenario(scenario, self.observed.results[scenario.name])
            elif not self.observed.problems and self.observed.results.get("good data", {}).get("state") == "success":
                self.failures.append(Failure(cause="this run never happened", run=scenario.name))
        self.not_proven += [f"{step_id}: {reason}" for step_id, reason in self.plan.reasons.items()]

    def _loads(self) -> None:
        for load in self.observed.loads:
            run = f"load for {load['environment']}"
            self.failures += load_failures(run, load["errors"])
            dag = load["dags"].get(self.pipeline.id)
            if dag is None:
                if not load["errors"]:
                    self.failures.append(Failure(cause=f"there is no DAG {self.pipeline.id!r} in the bundle", run=run))
                continue
            found = differences(self.pipeline, dag, load["environment"])
            self.failures += [Failure(cause=text, run=f"{run}, beside the spec") for text in found]

    def _scenario(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        if "error" in result:
            self.failures.append(
                Failure(cause=result["error"].strip().splitlines()[-1], run=scenario.name, log=result["error"])
            )
            return
        handler = {
            "good": self._good,
            "replay": self._replay,
            "uneven": self._uneven,
            "earlier rows": self._earlier_rows,
            "killed": self._killed,
            "after kill": self._after_kill,
            "rule": self._rule,
            "mode": self._mode,
            "branch": self._branch,
            "alert": self._alert,
            "mapping": self._mapping,
        }[scenario.purpose]
        handler(scenario, result)

    def _good(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        self.failures += failing_tasks(scenario.name, result)
        self.tasks += task_evidence(self.plan, result)
        if result["state"] != "success":
            return
        self._results(scenario, result)
        for step in self.pipeline.steps:
            if isinstance(step, NotifyStep) and step.id not in self.plan.reasons and step.for_each is None:
                cause = missing_message(self.pipeline, step, result) if "success" in _states(result, step.id) else ""
                self.failures += [Failure(cause=cause, run=scenario.name, task=step.id)] if cause else []
        self._success_alerts(scenario, result)

    def _results(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        for step_id, what, held in wrong_results(self.plan, result):
            if held is None:
                self.not_proven.append(f"{step_id}: {what}")
                continue
            if scenario.purpose == "good" or not held:
                self.results.append(ResultEvidence(step=step_id, what=what, held=held))
            if not held:
                self.failures.append(Failure(cause=what, run=scenario.name, task=step_id))

    def _uneven(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        """Taking rows away may break a rule or a load; what came before that is judged all the same."""
        self._results(scenario, result)
        for failure in failing_tasks(scenario.name, result):
            self.not_proven.append(f"{failure.task or scenario.name} on rows without a partner: {failure.cause[:200]}")

    def _success_alerts(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        for alert in self.pipeline.alerts:
            if alert.on == "success":
                self._told(scenario, judge_alert(self.pipeline, alert, "", result))
            elif alert.on == "deadline":
                self.not_proven.append("the deadline alert: only a running scheduler watches deadlines")

    def _replay(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        good = self.observed.results.get("good data", {})
        self.replay_same = self._same(scenario, good, result)

    def _same(self, scenario: Scenario, good: Mapping[str, Any], result: Mapping[str, Any]) -> bool | None:
        if good.get("state") != "success":
            return None
        self.failures += failing_tasks(scenario.name, result)
        replay = judge_replay(self.plan, good, result)
        self.failures += [Failure(cause=text, run=scenario.name) for text in replay.wrong]
        self.appends += replay.declared
        return not replay.wrong and result["state"] == "success"

    def _earlier_rows(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        """A merge and a partition keep the row of an earlier run, a replacement removes it; ours are all there."""
        self.failures += failing_tasks(scenario.name, result)
        good = self.observed.results.get("good data", {})
        if result["state"] != "success" or good.get("state") != "success":
            return
        for step_id, mode in scenario.about["loads"].items():
            passed_by = "success" not in _states(result, step_id)
            cause = "" if passed_by else kept_wrongly(self.plan, self.pipeline.step(step_id), mode, (good, result))
            if cause:
                self.failures.append(Failure(cause=cause, run=scenario.name, task=step_id))

    def _killed(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        good = self.observed.results.get("good data", {})
        if result["state"] == "survived" and good.get("state") == "success":
            self.failures.append(Failure(cause="the run was to be killed at a publish, but ended", run=scenario.name))

    def _after_kill(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        killed = self.observed.results.get(scenario.name.replace("after the kill", "killed"), {})
        if killed.get("state") != "killed":
            return
        same = self._same(scenario, self.observed.results.get("good data", {}), result)
        if same is not None:
            self.kill_replay_same = same and self.kill_replay_same is not False

    def _rule(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        step_id, number = scenario.about["step"], scenario.about["number"]
        step = self.pipeline.step(step_id)
        if not isinstance(step, ValidateStep):
            return
        states = _states(result, step_id)
        warned = scenario.about["severity"] == "warning"
        text = describe(step.rules[number])
        reported = reported_count(step, step.rules[number], result)
        fired = (warned or "failed" in states) and (bool(reported) if reported is not None else not warned)
        self.rules.append(RuleEvidence(step=step_id, rule=text, fired=fired))
        if not fired:
            self.failures.append(
                Failure(cause=f"data that breaks the rule {text} passed", run=scenario.name, task=step_id)
            )
        if warned and "success" not in states:
            self.failures.append(
                Failure(cause="a rule that only warns stopped the run", run=scenario.name, task=step_id)
            )
        self.failures += [
            Failure(cause=text, run=scenario.name, task=step_id) for text in wrong_counts(self.plan, step, result)
        ]

    def _mode(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        step_id, mode = scenario.about["step"], scenario.about["mode"]
        if "success" not in _states(result, step_id):
            found = [failure for failure in failing_tasks(scenario.name, result) if failure.task == step_id]
            self.failures += found or [Failure(cause="the step did not go on", run=scenario.name, task=step_id)]
            return
        aside = [name for name, data in result["stores"].items() if f"quarantine/{step_id}__" in name and data["rows"]]
        if mode == "quarantine":
            step = self.pipeline.step(step_id)
            rule = describe(step.rules[scenario.about["number"]]) if isinstance(step, ValidateStep) else ""
            cause = "" if aside else "no row was set aside"
            cause = cause or unnamed_rule([result["stores"][name] for name in aside], rule)
            self.failures += [Failure(cause=cause, run=scenario.name, task=step_id)] if cause else []
        if mode == "warn" and aside:
            self.failures.append(Failure(cause="rows were set aside", run=scenario.name, task=step_id))
        for text in lost_rows(self.plan, self.pipeline.step(step_id), result):
            self.failures.append(Failure(cause=text, run=scenario.name, task=step_id))

    def _branch(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        evidence, failures = judge_branch(self.plan, scenario, result)
        for name in scenario.about["taken"].chosen:
            step = self.pipeline.step(name)
            if isinstance(step, NotifyStep) and step.id not in self.plan.reasons and "success" in _states(result, name):
                cause = missing_message(self.pipeline, step, result)
                failures += [Failure(cause=cause, run=scenario.name, task=name)] if cause else []
        self.branches.append(evidence)
        self.failures += failures

    def _alert(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        step = self.pipeline.step(scenario.about["step"])
        if "failed" not in _states(result, step.id):
            self.failures.append(Failure(cause="it was made to fail, but did not", run=scenario.name, task=step.id))
            return
        for alert in (*self.pipeline.alerts, *step.alerts):
            if alert.on == "failure" or (alert.on == "retry" and _tries(result, step.id) > 1):
                self._told(scenario, judge_alert(self.pipeline, alert, step.id, result))

    def _told(self, scenario: Scenario, evidence: AlertEvidence) -> None:
        self.alerts.append(evidence)
        if not evidence.sent and not evidence.reason:
            where = evidence.target or evidence.connection
            self.failures.append(Failure(cause=f"no alert reached {where!r}", run=scenario.name, task=evidence.task))

    def _mapping(self, scenario: Scenario, result: Mapping[str, Any]) -> None:
        step_id, items = scenario.about["step"], scenario.about["items"]
        found = [task for task in result["tasks"] if task["task_id"] == step_id and task["map_index"] >= 0]
        failures = failing_tasks(scenario.name, result)
        skipped = "skipped" in _states(result, step_id)
        held = len(found) == items and not failures and (items > 0 or skipped)
        self.mappings.append(MappingEvidence(step=step_id, items=items, held=held))
        self.failures += failures
        if not held and not failures:
            self.failures.append(
                Failure(cause=f"{items} items made {len(found)} task instances", run=scenario.name, task=step_id)
            )

    def _unproven(self, scenario: Scenario) -> None:
        reason = scenario.about["impossible"]
        self.not_proven.append(f"{scenario.name}: {reason}")
        if scenario.purpose == "branch":
            taken = scenario.about["taken"]
            self.branches.append(BranchEvidence(step=taken.step, outcome=taken.label, taken=False, reason=reason))
        elif scenario.purpose == "rule":
            self.rules.append(RuleEvidence(step=scenario.about["step"], rule=scenario.name, fired=False, reason=reason))


def _states(result: Mapping[str, Any], step_id: str) -> set[str]:
    return {task["state"] for task in result["tasks"] if task["task_id"] == step_id}


def _tries(result: Mapping[str, Any], step_id: str) -> int:
    return max((task["tries"] for task in result["tasks"] if task["task_id"] == step_id), default=0)
