"""Files in a folder that the workers can read: local disk or a mounted share."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding, Connector

_OBJECTS = Binding("airflow.sdk.ObjectStoragePath", {"conn_id": "connection"})
_KINDS = ("extract", "load", "transform", "validate", "report", "cleanup", "train", "evaluate", "promote", "predict")

CONNECTOR = Connector(
    name="files",
    title="Local files",
    aliases=(
        "file",
        "local file",
        "local files",
        "filesystem",
        "file system",
        "local filesystem",
        "local disk",
        "disk",
        "folder",
        "directory",
        "shared drive",
        "network share",
        "nfs",
    ),
    family="files",
    connection_type="fs",
    provider="apache-airflow-providers-standard",
    standin="folder",
    bindings={
        **{("airflow", kind): _OBJECTS for kind in _KINDS},
        ("airflow", "wait"): Binding(
            "airflow.providers.standard.sensors.filesystem.FileSensor",
            {"fs_conn_id": "connection", "filepath": "path"},
        ),
    },
)
