"""Docstrings and descriptions of what is generated."""

from __future__ import annotations

from textwrap import dedent

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.python import docstring, printable


def doc_lines(text: str) -> list[str]:
    """The lines of a docstring, not indented, in the shape that the formatter leaves as it is."""
    lines = _lines(text)
    return lines if len(lines) == 1 else [*lines[:-1], *_closed(lines[-1])]


def step_doc(step: Step) -> str:
    """What the step does, in words: its title and its documentation, else its id."""
    title = step.title.strip() or step.id.replace("_", " ").capitalize()
    head = title if title.endswith((".", "!", "?")) else f"{title}."
    return f"{head}\n\n{step.doc}" if step.doc.strip() and step.doc.strip() != step.title.strip() else head


def module_lines(pipeline: Pipeline) -> list[str]:
    """The docstring of the DAG file, which is the documentation of the DAG as well."""
    title = pipeline.title.strip() or pipeline.id.replace("_", " ").capitalize()
    parts = [title if title.endswith((".", "!", "?")) else f"{title}."]
    if pipeline.description.strip() and pipeline.description.strip() != title:
        parts.append(pipeline.description)
    if pipeline.owners:
        parts.append(f"Owners: {', '.join(pipeline.owners)}")
    if pipeline.stakeholders:
        parts.append(f"Stakeholders: {', '.join(pipeline.stakeholders)}")
    lines = _lines("\n\n".join(parts))
    # Airflow opens a `doc_md` that ends with `.md`; the newline keeps it a text.
    closed = _closed(lines[-1])
    return [*lines[:-1], *closed] if len(lines) > 1 or ".md" in lines[-1] else lines


def _lines(text: str) -> list[str]:
    source = docstring(_clean(text))
    # The formatter sets a quote at the beginning off from those that open the docstring.
    return (source.replace('"""', '""" ', 1) if source.startswith('""""') else source).split("\n")


def _closed(last: str) -> list[str]:
    return [last.removesuffix('"""'), '"""'] if last != '"""' else [last]


def _clean(text: str) -> str:
    """No control characters, no white space at the ends of lines, and no indentation that all lines share."""
    first, _, rest = printable(text).strip().partition("\n")
    lines = [first.rstrip(), *(line.rstrip() for line in dedent(rest).split("\n"))] if rest else [first.rstrip()]
    return "\n".join(lines).strip() or "Nothing is said about it."
