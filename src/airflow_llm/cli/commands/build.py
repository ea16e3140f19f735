"""`airflow-llm build`: specs become bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import Terminal, error_data, line

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def build(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    spec: Annotated[str, typer.Argument(help="A spec file, a bundle (id, DAG file, folder), or a folder of specs.")],
    output_dir: Annotated[
        Path | None,
        typer.Option("--output-dir", "-o", help="The folder that holds `dags`; a bundle is rebuilt where it lies."),
    ] = None,
    target: options.Target = options.DEFAULT_TARGET,
    airflow_version: options.AirflowVersion = None,
    force: options.Force = False,
    keep_edits: options.KeepEdits = False,
) -> None:
    """Build specs into bundles: one, or a whole folder.

    [dim]airflow-llm build specs/ --output-dir generated_dags[/dim]
    """
    from airflow_llm.compiler.find import bundle_ids
    from airflow_llm.compiler.folder import BuildOptions

    terminal = terminal_of(ctx)
    chosen = BuildOptions(target, airflow_version, force, keep_edits)
    path = Path(spec)
    if path.is_dir() and not bundle_ids(path) and not (path / "tasks.yml").is_file():
        _build_folder(terminal, path, output_dir or options.DEFAULT_OUTPUT, chosen)
        return
    from airflow_llm.cli.views.bundle import bundle_data, bundle_view
    from airflow_llm.cli.views.findings import findings_data, findings_view

    results = []
    for compilation, root in _compilations(path, spec, output_dir, chosen):
        from airflow_llm.compiler.bundle import write

        bundle = write(compilation, root, force, keep_edits)
        if terminal.quiet:
            terminal.result(str(bundle.dag_file))
        terminal.show(bundle_view(bundle), findings_view(compilation.diagnostics))
        results.append({**bundle_data(bundle), "findings": findings_data(compilation.diagnostics)})
    terminal.emit({"bundles": results})


def _compilations(path: Path, spec: str, output_dir: Path | None, chosen: Any) -> list[tuple[Any, Path]]:
    """Each pipeline to build, compiled, and where it goes."""
    from airflow_llm.cli.sources import is_file
    from airflow_llm.cli.targets import bundles_of
    from airflow_llm.compiler.folder import TEXT_SUFFIXES, compile_path

    default = output_dir or options.DEFAULT_OUTPUT
    in_bundle = path.parent.parent.name == "resources"
    if is_file(spec) and path.suffix in (".yml", ".yaml", *TEXT_SUFFIXES) and not in_bundle:
        return [(compile_path(path, chosen.target, chosen.version), default)]
    return [
        (compile_path(bundle.resources / "tasks.yml", chosen.target, chosen.version), output_dir or bundle.root)
        for bundle in bundles_of([spec], default)
    ]


def _build_folder(terminal: Terminal, folder: Path, output_dir: Path, chosen: Any) -> None:
    from airflow_llm.cli.views.findings import count_words, findings_data
    from airflow_llm.compiler.folder import build_all, sources_in
    from airflow_llm.errors import NotFoundError

    sources = sources_in(folder)
    total = len(sources)
    if not total:
        raise NotFoundError(f"{folder} holds no spec", hint="a spec is a .yml file, a description a .txt or .md file")
    results: list[dict[str, Any]] = []
    failed = 0
    for built in terminal.track(build_all(sources, output_dir, chosen), total, "building"):
        if built.error is not None:
            failed += 1
            terminal.show(f"failed   {line(built.source)}: {line(built.error.message, 400)}")
            results.append({"source": str(built.source), "error": error_data(built.error)})
        elif built.bundle is not None:
            state = "written  " if built.bundle.changed else "unchanged"
            terminal.show(f"{state} {line(built.bundle.dag_file)}  ({count_words(built.diagnostics)})")
            findings = findings_data(built.diagnostics)
            results.append({"source": str(built.source), "dag_file": str(built.bundle.dag_file), "findings": findings})
    terminal.show(f"{total - failed} of {total} built")
    terminal.emit({"bundles": results, "failed": failed})
    if failed:
        raise typer.Exit(2)
