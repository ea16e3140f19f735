"""`airflow-llm edit`: a bundle or a spec, changed by a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import Terminal

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def edit(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="A bundle (id, DAG file, folder) or a spec file.")],
    text: Annotated[str | None, typer.Argument(help="What is to be other; `-` reads standard input.")] = None,
    file: options.TextFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, write nothing.")] = False,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
    force: options.Force = False,
    keep_edits: options.KeepEdits = False,
    prove: Annotated[bool, typer.Option("--prove", help="Run it in the real Airflow on stand-ins, at once.")] = False,
    rows: options.Rows = options.DEFAULT_ROWS,
    seed: options.Seed = 0,
    airflow_python: options.AirflowPython = None,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
) -> None:
    """Change a pipeline by a sentence; what it does not speak of stays.

    [dim]airflow-llm edit customer_orders "run it at 7 instead and retry load_orders 5 times" --dry-run[/dim]
    """
    from airflow_llm.cli.proving import Proving
    from airflow_llm.cli.sources import source_from
    from airflow_llm.cli.targets import subject_of
    from airflow_llm.errors import InputError

    terminal = terminal_of(ctx)
    wanted = source_from(text, file).text
    given = subject_of(subject, output_dir)
    if given.bundle is None:
        if given.file is None or given.file.suffix not in (".yml", ".yaml"):
            raise InputError(f"{subject!r} is neither a bundle nor a spec", hint="name a bundle's id or a .yml file")
        if prove:
            raise InputError("a spec file has no code to prove", hint="build it: `airflow-llm build`, then prove it")
        _edit_file(terminal, given.file, given.pipeline, wanted, dry_run)
        return
    data, dag_file = _edit_bundle(terminal, given.bundle, wanted, (dry_run, force, keep_edits))
    failed = False
    if prove and not dry_run:
        failed, data["proof"] = Proving(rows, seed, airflow_python, timeout).show(terminal, [dag_file])
    terminal.emit(data)
    if failed:
        raise typer.Exit(1)


def _edit_file(terminal: Terminal, path: Path, pipeline: Any, text: str, dry_run: bool) -> None:
    from airflow_llm.cli.views.changes import changes_data, changes_view, files_view
    from airflow_llm.compiler.changes import change_file
    from airflow_llm.compiler.saving import save

    edited, files, texts = change_file(path, pipeline, text)
    if not dry_run:
        for file, new in texts.items():
            save(file, new)
        if terminal.quiet:
            terminal.result(str(path))
    terminal.show(changes_view(_title(pipeline.id, dry_run), edited), *files_view(files))
    terminal.emit({**changes_data(edited, files), "file": str(path), "written": not dry_run})


def _edit_bundle(
    terminal: Terminal, bundle: Any, text: str, how: tuple[bool, bool, bool]
) -> tuple[dict[str, Any], Path]:
    from airflow_llm.cli.views.bundle import bundle_data, bundle_view
    from airflow_llm.cli.views.changes import changes_data, changes_view, files_view
    from airflow_llm.cli.views.findings import findings_data, findings_view
    from airflow_llm.compiler.changes import change_bundle

    dry_run, force, keep_edits = how
    with terminal.working("reading"):
        change = change_bundle(bundle, text)
        files = change.files()
    data = {**changes_data(change.edited, files), "written": not dry_run}
    findings = change.compilation.diagnostics
    written = None if dry_run else change.write(force=force, keep_edits=keep_edits)
    terminal.show(changes_view(_title(bundle.id, dry_run), change.edited), *files_view(files))
    if written is not None:
        if terminal.quiet:
            terminal.result(str(written.dag_file))
        terminal.show(bundle_view(written), findings_view(findings))
        data |= bundle_data(written)
    data["findings"] = findings_data(findings)
    return data, bundle.dag_file


def _title(name: str, dry_run: bool) -> str:
    return f"{name}: would change" if dry_run else f"{name}: changed"
