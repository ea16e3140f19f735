"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from airflow_llm.cli.sources import pipeline_id

OutputDir = Annotated[
    Path, typer.Option("--output-dir", "-o", help="The folder that holds `dags`, or will.", show_default=True)
]
TextFile = Annotated[Path | None, typer.Option("--file", "-f", help="Read the description from this file.")]
PipelineId = Annotated[
    str | None, typer.Option("--id", callback=pipeline_id, help="The DAG id; without it one is made from the text.")
]
Owner = Annotated[list[str] | None, typer.Option("--owner", help="Who owns the pipeline; may be repeated.")]
Target = Annotated[str, typer.Option("--target", help="The orchestrator to write for.")]
AirflowVersion = Annotated[
    str | None, typer.Option("--airflow-version", help="The version to write for, such as 3.0; the newest without it.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that were edited by hand.")]
KeepEdits = Annotated[bool, typer.Option("--keep-edits", help="Keep files that were edited by hand as they are.")]
Rows = Annotated[int, typer.Option("--rows", min=1, max=1_000_000, help="Rows of synthetic data for each source.")]
Seed = Annotated[int, typer.Option("--seed", help="Other numbers give other synthetic data.")]
AirflowPython = Annotated[
    Path | None, typer.Option("--airflow-python", help="The Python that has Airflow, when it is not this one.")
]
ReaderChoice = Annotated[
    Literal["auto", "grammar"],
    typer.Option("--reader", help="Prose by the trained network and the grammar, or by the grammar alone."),
]
Answer = Annotated[
    list[str] | None, typer.Option("--answer", help="The answer to a question, as id=value; may be repeated.")
]
Timeout = Annotated[float, typer.Option("--timeout", min=1, help="Seconds that each bundle may take.")]

STDOUT = Path("-")
DEFAULT_OUTPUT = Path("generated_dags")
DEFAULT_TARGET = "airflow"
DEFAULT_ROWS = 200
DEFAULT_TIMEOUT = 600.0
