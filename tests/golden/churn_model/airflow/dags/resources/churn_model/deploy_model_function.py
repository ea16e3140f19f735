"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations


def deploy_model(current: str) -> None:
    """deploy model

    It is yours to write because how a model is put into service is only known to you.
    Reads Parquet at the URIs `current`.
    The same run may call it again: it must then give the same result.
    """
    raise NotImplementedError(
        (
            "deploy_model is not written yet: write it in "
            "dags/resources/churn_model/deploy_model_function.py"
        ),
    )
