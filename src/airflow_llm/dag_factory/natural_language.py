"""From a description to a DAG file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from airflow_llm.compiler.bundle import open_bundle
from airflow_llm.compiler.changes import change_bundle
from airflow_llm.dag_factory.factory import EnterpriseDAGFactory
from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Source
from airflow_llm.spec.model import Identifier


class NaturalLanguageDAGGenerator:
    """Turns what a person writes into a bundle in the factory's folder."""

    def __init__(self, factory: EnterpriseDAGFactory | None = None) -> None:
        self.factory = factory or EnterpriseDAGFactory()

    def generate_from_description(
        self,
        description: str,
        dag_id: str | None = None,
        owners: Iterable[str] | None = None,
        stakeholders: Iterable[str] | None = None,
        *,
        force: bool = False,
    ) -> Path:
        """The path of the DAG file. InputError quotes the words when no task is understood.

        `force` overwrites files that were edited by hand since they were generated.
        """
        source = Source(description, "description", None, _checked(dag_id))
        return self.factory.create_from_source(
            source, owners=owners or (), stakeholders=stakeholders or (), force=force
        )

    def edit(self, dag_id: str, change: str, *, force: bool = False, keep_edits: bool = False) -> Path:
        """The path of the DAG file of a bundle in the factory's folder after a change that a sentence asks for.

        InputError when it is not understood, names an unknown task, contradicts itself or changes nothing; CheckError
        when the checks find an error that was not there before. Then nothing is written.
        """
        bundle = open_bundle(dag_id, self.factory.output_dir)
        return change_bundle(bundle, change).write(force=force, keep_edits=keep_edits).dag_file


def _checked(dag_id: str | None) -> str | None:
    try:
        return None if dag_id is None else str(TypeAdapter(Identifier).validate_python(dag_id))
    except ValidationError:
        raise InputError(
            f"{dag_id!r} cannot be a DAG id", hint="lower-case letters, digits and underscores, a letter first"
        ) from None
