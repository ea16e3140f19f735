"""The last step of both kinds of reading: the fields that were found become a pipeline."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from airflow_llm.errors import InputError
from airflow_llm.spec.pipeline import Pipeline


def pipeline_of(fields: dict[str, Any]) -> Pipeline:
    """The pipeline; InputError that names the place where the text asks for what none can have."""
    try:
        return Pipeline.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"the text asks for something that a pipeline cannot have: {first['msg']}", place=place
        ) from error
