"""Amazon S3, and stores that speak its protocol."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding, Connector

_OBJECTS = Binding("airflow.sdk.ObjectStoragePath", {"conn_id": "connection"})
_KINDS = ("extract", "load", "transform", "validate", "report", "cleanup", "train", "evaluate", "promote", "predict")

CONNECTOR = Connector(
    name="s3",
    title="Amazon S3",
    aliases=("amazon s3", "aws s3", "s3 bucket", "simple storage service", "minio", "s3 compatible storage"),
    family="objects",
    connection_type="aws",
    provider="apache-airflow-providers-amazon",
    extras=("s3fs",),
    standin="folder",
    secret_fields=("login", "password", "extra.aws_session_token"),
    bindings={
        **{("airflow", kind): _OBJECTS for kind in _KINDS},
        ("airflow", "wait"): Binding(
            "airflow.providers.amazon.aws.sensors.s3.S3KeySensor", {"aws_conn_id": "connection", "bucket_key": "path"}
        ),
    },
)
