"""The examples of the API reference, as they are printed, and what follows from them.

`reference/` holds them unchanged. What stands there for the user's own is replaced before they run: the two paths and,
where a pipeline is to come out, the words "Business logic description", in which there is nothing to be done.
"""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_llm.compiler.bundle import open_bundle
from airflow_llm.dag_factory import DAGConfig, EnterpriseDAGFactory, TaskConfig
from airflow_llm.errors import AirflowLLMError, InputError, NotFoundError, UnsupportedError

REFERENCE = Path(__file__).parent / "reference"
PLACEHOLDERS = {
    "folder": "/path/to/generated_dags",
    "environments": "/path/to/env_config.yml",
    "description": "Business logic description",
}
ENVIRONMENTS = """\
s3_bucket:
  prod: "company-data-prod"
  staging: "company-data-staging"
  dev: "company-data-dev"
iam_role_s3:
  prod: "arn:aws:iam::account:role/FromTheFile"
  dev: "arn:aws:iam::account:role/FromTheFile"
"""


@pytest.fixture
def factory(tmp_path: Path) -> EnterpriseDAGFactory:
    (tmp_path / "env_config.yml").write_text(ENVIRONMENTS)
    return EnterpriseDAGFactory(
        output_dir=str(tmp_path / "generated_dags"), environment_config=str(tmp_path / "env_config.yml")
    )


def example_dag_config() -> DAGConfig:
    return DAGConfig(
        dag_id="enterprise_pipeline",
        description="Production data pipeline",
        schedule_interval="@daily",
        max_active_runs=1,
        catchup=False,
        owners=["data-team"],
        stakeholders=["business-team"],
        environment_configs={
            "iam_role_s3": {
                "prod": "arn:aws:iam::account:role/ProdRole",
                "dev": "arn:aws:iam::account:role/DevRole",
            }
        },
    )


def example_task_config() -> TaskConfig:
    return TaskConfig(
        name="data_extraction",
        operator="postgresql",
        depends_on=["initialization"],
        sql_script="extract_data.sql",
        resources={"cpu": 4, "memory": "8Gi"},
        timeout=3600,
    )


def printed(name: str, **own: object) -> dict[str, Any]:
    """What the printed example defines once it has run, with the user's own in place of what stands for it."""
    code = (REFERENCE / f"{name}.txt").read_text()
    for placeholder, value in own.items():
        assert code.count(PLACEHOLDERS[placeholder]) == 1
        code = code.replace(PLACEHOLDERS[placeholder], str(value))
    names: dict[str, Any] = {}
    exec(compile(code, name, "exec"), names)
    return names


def test_core_classes(tmp_path: Path) -> None:
    (tmp_path / "env_config.yml").write_text(ENVIRONMENTS)
    folders = {"folder": tmp_path / "generated_dags", "environments": tmp_path / "env_config.yml"}
    text = "Every day extract orders from Postgres and load them into Snowflake table analytics.orders"
    dag_path = printed("core_classes", **folders, description=text)["dag_path"]
    assert Path(dag_path) == (tmp_path / "generated_dags/dags/custom_pipeline_name.py").resolve()
    ast.parse(Path(dag_path).read_text())
    pipeline = open_bundle(dag_path).pipeline
    assert pipeline.description == text
    assert pipeline.owners == ("data-engineering", "analytics")
    assert pipeline.stakeholders == ("business-intelligence", "executive")
    assert next(s for s in pipeline.settings if s.name == "s3_bucket").values["prod"] == "company-data-prod"


def test_the_words_that_stand_for_a_description_are_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / "env_config.yml").write_text(ENVIRONMENTS)
    with pytest.raises(InputError) as raised:
        printed("core_classes", folder=tmp_path / "generated_dags", environments=tmp_path / "env_config.yml")
    assert "'Business logic description'" in raised.value.message
    assert "for example" in raised.value.hint
    assert not (tmp_path / "generated_dags/dags").exists()


def test_configuration_objects_as_printed() -> None:
    names = printed("configuration_objects")
    assert names["dag_config"] == example_dag_config()
    assert names["task_config"] == example_task_config()


def test_configuration_objects(factory: EnterpriseDAGFactory, tmp_path: Path) -> None:
    (tmp_path / "extract_data.sql").write_text("CREATE TABLE staged AS SELECT * FROM orders")
    start = TaskConfig(name="initialization", operator="EmptyOperator")
    dag_path = factory.create_dag(example_dag_config(), [start, example_task_config()])
    pipeline = open_bundle(dag_path).pipeline
    step = pipeline.step("data_extraction")
    assert (step.kind, step.after, step.timeout) == ("sql", ("initialization",), timedelta(hours=1))
    assert step.statement == "CREATE TABLE staged AS SELECT * FROM orders"
    assert step.resources is not None
    assert (step.resources.cpu, step.resources.memory) == (4, "8Gi")
    assert pipeline.schedule.expressions == ("@daily",)
    assert (pipeline.schedule.max_active_runs, pipeline.schedule.catchup) == (1, False)


def test_the_settings_of_a_pipeline_win_and_a_missing_environment_is_said(
    factory: EnterpriseDAGFactory, tmp_path: Path
) -> None:
    (tmp_path / "extract_data.sql").write_text("SELECT 1")
    start = TaskConfig(name="initialization", operator="python")
    pipeline = factory.pipeline(example_dag_config(), [start, example_task_config()])
    role = next(setting for setting in pipeline.settings if setting.name == "iam_role_s3")
    assert role.values == {
        "prod": "arn:aws:iam::account:role/ProdRole",
        "dev": "arn:aws:iam::account:role/DevRole",
        "staging": None,
    }
    assert [one.subject for one in pipeline.assumptions] == ["config.iam_role_s3"]


@pytest.mark.parametrize(
    ("schedule", "kind"),
    [
        ("@daily", "cron"),
        ("0 6 * * 1-5", "cron"),
        (None, "manual"),
        ("@once", "once"),
        (timedelta(hours=2), "interval"),
    ],
)
def test_every_spelling_of_a_schedule(factory: EnterpriseDAGFactory, schedule: object, kind: str) -> None:
    for name in ("schedule", "schedule_interval"):
        config = DAGConfig(**{"dag_id": "p", name: schedule})
        assert config.schedule_interval == schedule
        assert factory.pipeline(config, []).schedule.kind == kind


def test_default_args_and_moments_of_older_releases(factory: EnterpriseDAGFactory) -> None:
    config = DAGConfig(
        dag_id="p",
        start_date=datetime(2026, 3, 1, 12),
        default_args={"owner": "ada", "retries": 3, "retry_delay": timedelta(minutes=5)},
    )
    pipeline = factory.pipeline(config, [TaskConfig(task_id="a", operator="DummyOperator")])
    assert pipeline.owners == ("ada",)
    assert pipeline.defaults.retries == 3
    assert pipeline.schedule.start.isoformat() == "2026-03-01"


@pytest.mark.parametrize(
    ("operator", "extra", "kind"),
    [
        ("PostgresOperator", {"sql": "SELECT 1"}, "sql"),
        ("snowflake", {"sql": "SELECT 1"}, "sql"),
        ("airflow.operators.bash.BashOperator", {"bash_command": "echo hi"}, "shell"),
        ("PythonOperator", {"python_callable": "my.module.work"}, "python"),
        ("docker", {"image": "busybox:1"}, "container"),
        ("slack", {"channel": "#x", "message": "hello"}, "notify"),
        ("email", {"to": "a@example.com"}, "notify"),
        ("http", {"endpoint": "/x", "method": "post"}, "http"),
        ("TriggerDagRunOperator", {"trigger_dag_id": "other"}, "trigger"),
        ("spark_submit", {"application": "job.py"}, "spark"),
        ("empty", {}, "marker"),
    ],
)
def test_operators_by_any_name(factory: EnterpriseDAGFactory, operator: str, extra: dict[str, str], kind: str) -> None:
    pipeline = factory.pipeline(DAGConfig(dag_id="p"), [TaskConfig(name="a", operator=operator, **extra)])
    assert pipeline.step("a").kind == kind


def test_bad_input_says_what_to_do(factory: EnterpriseDAGFactory) -> None:
    cases: list[tuple[TaskConfig, type[AirflowLLMError], str]] = [
        (TaskConfig(name="a", operator="postgresql", sql_script="missing.sql"), NotFoundError, "looked in"),
        (TaskConfig(name="a", operator="abacus"), UnsupportedError, "known:"),
        (TaskConfig(name="a", operator="bash"), InputError, "needs `bash_command`"),
        (TaskConfig(name="a", operator="empty", depends_on=["b"]), NotFoundError, "the tasks are a"),
        (TaskConfig(name="a", operator="SQLExecuteQueryOperator", sql="SELECT 1"), InputError, "which system"),
    ]
    for task, error, words in cases:
        with pytest.raises(error) as raised:
            factory.pipeline(DAGConfig(dag_id="p"), [task])
        assert words in str(raised.value)


def test_unknown_fields_and_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        DAGConfig(dag_id="p", shedule="@daily")
    with pytest.raises(ValidationError):
        DAGConfig(dag_id="../evil")


def test_a_description_without_a_task_is_an_error_that_quotes_it(factory: EnterpriseDAGFactory) -> None:
    from airflow_llm import NaturalLanguageDAGGenerator

    with pytest.raises(InputError):
        NaturalLanguageDAGGenerator(factory).generate_from_description("Good morning!", dag_id="p")
    with pytest.raises(InputError, match="cannot be a DAG id"):
        NaturalLanguageDAGGenerator(factory).generate_from_description("Load orders", dag_id="../p")


def test_a_missing_environment_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.yml"):
        EnterpriseDAGFactory(tmp_path, tmp_path / "nowhere.yml")


def test_the_package_loads_no_compiler_until_it_is_used() -> None:
    import subprocess
    import sys

    code = "import sys, airflow_llm; print('airflow_llm.compiler' in sys.modules, 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == (
        "False False\n"
    )
