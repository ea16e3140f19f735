"""Apache Airflow 3: the structure of a bundle."""

from __future__ import annotations

from airflow_llm.connectors.object_stores import store_requirements
from airflow_llm.connectors.registry import get
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.alerts import Alerts
from airflow_llm.targets.airflow.control.choose import emit_guard
from airflow_llm.targets.airflow.dag_file import DagFile
from airflow_llm.targets.airflow.data.support import support_source
from airflow_llm.targets.airflow.emitters import emit_step
from airflow_llm.targets.airflow.functions import items_code
from airflow_llm.targets.airflow.plan import Node, make_plan
from airflow_llm.targets.airflow.requirements import imported_libraries, requirements_text
from airflow_llm.targets.airflow.support_matrix import refuse_unsupported
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.airflow.versions import VERSIONS, features
from airflow_llm.targets.target import Emission

_IGNORED = "# Not DAGs: functions, SQL and settings of the pipelines.\nresources/\n"


class AirflowTarget:
    """Writes a pipeline as an Airflow bundle."""

    name = "airflow"
    versions = VERSIONS

    def emit(self, pipeline: Pipeline, *, version: str | None = None) -> Emission:
        """The bundle's code; UnsupportedError says what cannot be expressed, and what to do instead."""
        flags = features(version)
        refuse_unsupported(pipeline, flags)
        codes = {step.id: emit_step(pipeline, step) for step in pipeline.steps}
        mapped = {step.id: step.for_each.name for step in pipeline.steps if step.for_each is not None}
        plan = make_plan(pipeline, lambda step: mapped.get(step.id) in codes[step.id].parameters)
        for node in plan.nodes:
            if node.role != "step":
                codes[node.id] = _helper(pipeline, node)
        alerts = Alerts(pipeline, flags)
        dag_text = DagFile(plan, codes, flags, alerts).text()
        folder = f"dags/resources/{pipeline.id}"
        files = {f"dags/{pipeline.id}.py": dag_text, "dags/.airflowignore": _IGNORED}
        for code in (*codes.values(),):
            files |= {f"{folder}/{name}": text for name, text in code.files.items()}
        files |= {f"{folder}/{name}": text for name, text in alerts.files.items()}
        used = frozenset[str]().union(*(code.support for code in codes.values()))
        staging = support_source(used) if used else ""
        if staging:
            files[f"{folder}/staging.py"] = staging
        codes_need = (code.requirements for code in codes.values())
        wanted = frozenset[str]().union(alerts.requirements, _providers(pipeline), *codes_need)
        files[f"{folder}/requirements.txt"] = requirements_text(wanted | imported_libraries(staging), flags)
        editable = frozenset(path for path in files if path.endswith(("_function.py", ".sql")))
        return Emission(files, editable, plumbing=frozenset(path for path in files if path == f"{folder}/staging.py"))


def _helper(pipeline: Pipeline, node: Node) -> TaskCode:
    return emit_guard(pipeline, node.step) if node.role == "guard" else items_code(pipeline, node.step)


def _providers(pipeline: Pipeline) -> frozenset[str]:
    """The providers of all connections: a function that the user still has to write needs them as well.

    With them those of the object stores that the settings name in any environment.
    """
    connectors = [found for item in pipeline.connections if (found := get(item.connector)) is not None]
    stand_ins = {"airflow-provider-duckdb" for connector in connectors if connector.standin == "duckdb"}
    stores = {requirement for requirement, _ in store_requirements(pipeline)}
    return frozenset({connector.requirement for connector in connectors} | stand_ins | stores)


TARGET = AirflowTarget()
