"""`airflow-llm check`: what is wrong with a spec or a bundle, and mending what is safe to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import line

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def check(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="A bundle, a folder of bundles, a spec file, or a description.")] = str(
        options.DEFAULT_OUTPUT
    ),
    fix: Annotated[bool, typer.Option("--fix", help="Apply the safe fixes to the spec and build it again.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also the checks that start a program (ruff, Airflow).")] = False,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Check a spec, a bundle or a folder of bundles. Errors end with exit code 1.

    [dim]airflow-llm check customer_orders --fix[/dim]
    """
    from airflow_llm.cli.targets import subjects_of
    from airflow_llm.cli.views.findings import findings_data, findings_view

    terminal = terminal_of(ctx)
    results, failed = [], False
    for given in subjects_of(subject, output_dir):
        one, applied = _fixed(given) if fix else (given, ())
        for finding in applied:
            terminal.show(f"fixed: {line(finding.fix.title)}  ({finding.code} at {line(finding.place)})")
        findings = _placed(_findings(one, deep), one)
        failed |= any(finding.severity == "error" for finding in findings)
        terminal.show(findings_view(findings, one.pipeline.id))
        results.append({"id": one.pipeline.id, "findings": findings_data(findings), "fixed": findings_data(applied)})
    terminal.emit({"pipelines": results})
    if failed:
        raise typer.Exit(1)


def _findings(one: Any, deep: bool) -> tuple[Any, ...]:
    from airflow_llm.checks.registry import check as run_checks

    if one.bundle is not None:
        return run_checks(one.pipeline, one.bundle.files(), deep=deep)
    from airflow_llm.compiler.compile import BrokenSpecError, compile_pipeline

    try:
        compilation = compile_pipeline(one.pipeline)
    except BrokenSpecError:
        return run_checks(one.pipeline)
    if not deep:
        return compilation.diagnostics
    return run_checks(compilation.pipeline, compilation.emission.files, deep=True)


def _placed(findings: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    """What is found in a spec that lies in a file is told at its line and column too."""
    from airflow_llm.compiler.layout import TASKS
    from airflow_llm.spec.problems import positions

    path = one.file if one.bundle is None else one.bundle.resources / TASKS
    if path is None or path.suffix not in (".yml", ".yaml") or not findings:
        return findings
    name = str(path) if one.bundle is None else path.relative_to(one.bundle.root).as_posix()
    find = positions(path.read_text("utf-8-sig"), name)

    def placed(finding: Any) -> Any:
        found = None if finding.place.file else find(finding.place.path)
        if found is None:
            return finding
        place = finding.place.model_copy(update={"file": name, "line": found[0], "column": found[1]})
        return finding.model_copy(update={"place": place})

    return tuple(map(placed, findings))


def _fixed(one: Any) -> tuple[Any, tuple[Any, ...]]:
    """The subject after its safe fixes, on the disk too: a bundle is built again, a spec file is rewritten."""
    from dataclasses import replace

    from airflow_llm.checks.fix import fix

    pipeline, applied = fix(one.pipeline)
    if not applied:
        return one, ()
    if one.bundle is not None:
        return _rebuilt(one, pipeline), applied
    if one.file is not None and one.file.suffix in (".yml", ".yaml"):
        _rewrite(one.file, pipeline)
    return replace(one, pipeline=pipeline), applied


def _rebuilt(one: Any, pipeline: Any) -> Any:
    from airflow_llm.cli.targets import Subject
    from airflow_llm.compiler.bundle import open_bundle, write
    from airflow_llm.compiler.compile import compile_reading
    from airflow_llm.compiler.folder import file_source
    from airflow_llm.compiler.layout import TASKS
    from airflow_llm.readers.reading import Reading

    bundle = one.bundle
    manifest = bundle.manifest
    version = manifest.target_version if manifest and manifest.target_version else None
    source = file_source(bundle.resources / TASKS)
    compilation = compile_reading(Reading(pipeline), manifest.target if manifest else "airflow", version, source=source)
    write(compilation, bundle.root, keep_edits=True)
    again = open_bundle(bundle.dag_file)
    return Subject(again.pipeline, again)


def _rewrite(path: Path, pipeline: Any) -> None:
    from airflow_llm.compiler.saving import save
    from airflow_llm.spec.document import update

    save(path, update(pipeline, path.read_text("utf-8"))[0])
