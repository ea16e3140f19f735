"""In which system SQL runs that names none, and statements that a text quotes."""

import pytest

from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import SqlStep


def read(text: str) -> Pipeline:
    return READER.read(Source(text=text, by_rules=True)).pipeline


def sql_step(pipeline: Pipeline) -> SqlStep:
    (step,) = [step for step in pipeline.steps if isinstance(step, SqlStep)]
    return step


@pytest.mark.parametrize(
    ("text", "connection"),
    [
        ("Copy rides from Postgres to Snowflake, post totals to https://a.ex/t, refresh the view r_mv.", "snowflake"),
        ("Load rides.csv into MySQL, post them to the CRM API, then refresh the view r_mv.", "mysql"),
        ("Extract rides from Postgres, load them into Snowflake, then refresh the view r_mv.", "snowflake"),
        ("Get rates from https://a.example/t, load them into Postgres, truncate the table tmp_rates.", "postgres"),
        ("Call the https://a.example/refresh endpoint, then refresh the view r_mv.", "warehouse"),
    ],
)  # fmt: skip
def test_sql_runs_where_its_neighbours_do_and_never_over_http(text: str, connection: str) -> None:
    pipeline = read(text)
    step = sql_step(pipeline)
    assert step.connection == connection
    named = len({held.connector for held in pipeline.connections} & {"postgres", "mysql", "snowflake"})
    told = [found for found in pipeline.assumptions if found.subject == f"steps.{step.id}"]
    assert bool(told) == (named > 1 or connection == "warehouse")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO mart.a SELECT * FROM raw.a EXCEPT SELECT * FROM mart.a",
        "delete from stage.a where day < current_date",
        "select 1",
        "with a as (select 1) select * from a",
        "CALL refresh_totals()",
    ],
)
def test_a_quoted_statement_is_run_as_it_is(statement: str) -> None:
    step = sql_step(read(f"Every night at 2 run `{statement}` in Snowflake."))
    assert (step.connection, step.statement) == ("snowflake", statement)


@pytest.mark.parametrize("command", ["dbt run", "psql -c 'select 1'", "create-report --all", "make call"])
def test_a_quoted_command_is_none(command: str) -> None:
    (step,) = read(f"Every night at 2 run `{command}`.").steps
    assert step.kind != "sql"


def test_a_file_lies_where_the_text_says_and_not_in_the_database_that_it_is_loaded_into() -> None:
    places = {
        "Load rides.csv into Postgres.": "files",
        "Load rides.csv from the S3 bucket into Postgres.": "s3",
        "Copy rides.csv from SFTP to Postgres.": "sftp",
    }
    for text, connector in places.items():
        pipeline = read(text)
        (step,) = pipeline.steps
        held = pipeline.dataset(step.reads[0]).connection
        assert held is not None
        assert pipeline.connection(held).connector == connector


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rides.csv.gz", "csv"), ("rides.pkl.gz", "binary"), ("rides.tar", "binary"), ("rides.json", "json")],
)
def test_what_a_file_holds_is_told_by_its_name(name: str, kind: str) -> None:
    pipeline = read(f"Copy {name} from S3 to Postgres.")
    assert pipeline.dataset(pipeline.steps[0].reads[0]).format == kind
