"""Whether a file that somebody else delivers is there."""

from __future__ import annotations

from airflow_llm.targets.airflow.support.location import expand, local_path


def exists(url: str, location: str, conn_id: str) -> bool:
    """Whether a file is at the location; a pattern such as `*.csv` needs one match."""
    base = expand(url).rstrip("/")
    pattern = any(mark in location for mark in "*?[")
    folder = local_path(base)
    if folder is not None:
        found = folder.glob(location) if pattern else iter([folder / location])
        return any(path.exists() for path in found)

    from airflow.sdk import ObjectStoragePath

    path = ObjectStoragePath(f"{base}/{location}", conn_id=conn_id)
    return bool(path.fs.glob(path.path)) if pattern else bool(path.exists())
