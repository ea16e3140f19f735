"""What Airflow's ObjectStoragePath needs for an address: the provider that knows its scheme."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.pipeline import Pipeline

# Airflow itself knows `file` alone; what a provider's `filesystems` module imports comes with it, but for s3fs.
_PROVIDERS = {
    **dict.fromkeys(("s3", "s3a", "s3n"), "apache-airflow-providers-amazon[s3fs]"),
    **dict.fromkeys(("gs", "gcs"), "apache-airflow-providers-google"),
    **dict.fromkeys(("abfs", "abfss", "adl"), "apache-airflow-providers-microsoft-azure"),
}


def store_requirement(url: str) -> str | None:
    """The provider, with its extra, that reads and writes there; None for a local path or a scheme of no store."""
    scheme, found, _ = url.partition("://")
    return _PROVIDERS.get(scheme.lower()) if found else None


def store_requirements(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """What the addresses in the settings need in any environment: the requirement, and who asks for it."""
    addresses = {"staging_url", *(f"{connection.name}_url" for connection in pipeline.connections)}
    for setting in pipeline.settings:
        if setting.name not in addresses:
            continue
        for environment, url in setting.values.items():
            requirement = store_requirement(url) if isinstance(url, str) else None
            if requirement is not None:
                yield requirement, f"{setting.name} is {url!r} in {environment}"
