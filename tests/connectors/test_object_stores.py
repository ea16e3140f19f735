"""Which provider an address in the settings needs."""

from __future__ import annotations

import pytest

from airflow_llm.connectors.object_stores import store_requirement, store_requirements
from airflow_llm.spec.pipeline import Pipeline

AMAZON = "apache-airflow-providers-amazon[s3fs]"
GOOGLE = "apache-airflow-providers-google"


@pytest.mark.parametrize(
    ("url", "requirement"),
    [
        ("s3://company-staging", AMAZON),
        ("S3A://company-staging/in", AMAZON),
        ("gs://company-staging", GOOGLE),
        ("gcs://company-staging", GOOGLE),
        ("abfs://container@account.dfs.core.windows.net/in", "apache-airflow-providers-microsoft-azure"),
        ("file://${AIRFLOW_HOME}/embedded/staging", None),
        ("/data/s3", None),
        ("s3", None),
        ("", None),
        ("https://example.com/in", None),
    ],
)
def test_the_scheme_decides(url: str, requirement: str | None) -> None:
    assert store_requirement(url) == requirement


def test_every_environment_of_an_address_counts_and_other_settings_do_not() -> None:
    pipeline = Pipeline.model_validate(
        {
            "id": "p",
            "connections": [{"name": "lake", "connector": "s3"}],
            "settings": [
                {"name": "staging_url", "values": {"prod": "gs://a", "staging": "s3://b", "dev": "file:///c"}},
                {"name": "lake_url", "values": {"prod": "s3://d", "staging": None, "dev": 3}},
                {"name": "report_link", "values": {"prod": "abfs://e"}},
            ],
        }
    )
    assert list(store_requirements(pipeline)) == [
        (GOOGLE, "staging_url is 'gs://a' in prod"),
        (AMAZON, "staging_url is 's3://b' in staging"),
        (AMAZON, "lake_url is 's3://d' in prod"),
    ]


@pytest.mark.airflow
def test_the_installed_provider_registers_the_schemes_and_wants_the_extra() -> None:
    from importlib.metadata import metadata

    from airflow.providers.amazon.aws.fs import s3

    assert {store_requirement(f"{scheme}://bucket") for scheme in s3.schemes} == {AMAZON}
    assert "s3fs" in (metadata("apache-airflow-providers-amazon").get_all("Provides-Extra") or [])
