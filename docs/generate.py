"""Writes the pages and the picture that are made from facts: `python docs/generate.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from inspect import getdoc
from pathlib import Path
from typing import Any, get_args

from airflow_llm.checks.check import SECTIONS, Check
from airflow_llm.checks.registry import describe
from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.registry import known
from airflow_llm.targets.airflow.support_matrix import FACTS, Fact
from airflow_llm.targets.airflow.versions import VERSIONS

DOCS = Path(__file__).parent
SENTENCE = (
    "Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique "
    "and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with "
    "10 minutes in between, and tell #data-alerts on Slack if anything fails"
)
_NOTE = "<!-- Written by docs/generate.py from {}; change those, not this page. -->"
_STAND_INS = {
    "duckdb": "a DuckDB file",
    "folder": "a local folder",
    "http": "a local HTTP server",
    "smtp": "a local mail sink",
}
_ELSEWHERE = ("json", "quiet", "no_color", "help", "install_completion", "show_completion")

_CHECKS = f"""# Checks

{_NOTE.format("the checks themselves")}

`airflow-llm check` looks at a spec and at the files of its bundle and changes nothing. Each finding has a severity,
a place, what is wrong, why it hurts and what to do instead; `--fix` makes the edits that leave the meaning of the
pipeline as it is.

Errors make `check` fail. Warnings and notes do not. Another package adds checks of its own through the entry point
group `airflow_llm.checks`: each entry point names a module with a `code`, a docstring with the four sections that you
see below, and `check_pipeline(pipeline)` and / or `check_files(pipeline, files)`.
"""
_CONNECTORS = f"""# Connectors

{_NOTE.format("the connectors themselves")}

A connector says what people call a system, how Airflow reaches it, what stands in for it in a proof, and which class
does which kind of step. `airflow-llm connectors` prints the same. A system that has no connector is no dead end: its
steps become [hooks](bundle.md#hooks), which you write.

Secret fields belong into the Airflow connection or a secrets backend, never into a spec: `airflow-llm check` looks for
credentials there. Another package adds connectors through the entry point group `airflow_llm.connectors`.
"""
_SUPPORT = f"""# Airflow support

{_NOTE.format("the tables of the Airflow target")}

`--airflow-version` chooses the version to write for, the newest by default. What a version cannot express is refused
with a reason and an alternative.
"""
_COMMANDS = f"""# Commands

{_NOTE.format("the commands themselves")}

Every command has `--json` (one JSON document on standard output, nothing else), `--quiet` (only results and errors),
`--no-color` and `--help`. A bundle is named by its id, its DAG file or its folder. A description is an argument, a file
or, with `-`, standard input.

| exit code | meaning |
|---|---|
| 0 | done; warnings, assumptions, hooks and open questions do not change that |
| 1 | a check found an error, a proof did not hold, a run failed |
| 2 | the input cannot be used, something named does not exist, or the machine lacks something |
| 70 | a defect of AirflowLLM; `AIRFLOW_LLM_DEBUG=1` shows where |
| 130 | interrupted |
"""

# One example for each command; together they run in this order, and the tests run them.
_EXAMPLES = {
    "generate": """$ airflow-llm generate "Every day at 6 UTC extract customers from Postgres and load them \\
  into DuckDB table customers" --id daily_customers --owner data-team
daily_customers…
├── schedule  every day at 06:00, UTC…
    ├── extract_customers  extract  customers_source -> customers…
    └── load_duckdb_customers  load  customers -> customers_target…
written: generated_dags
$ airflow-llm generate "Every day at 7 load leads into DuckDB table leads" --output-dir leads \\
  --answer source=mysql --answer timezone=Berlin
├── schedule  every day at 07:00, Europe/Berlin…
├── Which system does load_leads read from?  answered: mysql
written: leads""",
    "read": """$ airflow-llm read "Every Monday at 7 Paris time copy invoices from MySQL to S3" --out invoices.yml
invoices…
├── schedule  every Monday at 07:00, Europe/Paris…
    └── copy_invoices_to_s3  load…
written: invoices.yml
$ airflow-llm read "Every Monday at 7 Paris time copy invoices from MySQL to S3" --trace
2 clauses…
    task       “copy invoices from MySQL to S3”  -> copy_invoices_to_s3
6 judgement…""",
    "edit": """$ airflow-llm edit daily_customers "run it at 7:30 instead, retry the load 3 times \\
  and tag it crm" --dry-run
daily_customers: would change
├── “run it at 7:30 instead”
│   └── schedule.expressions  0 6 * * * -> 30 7 * * *
├── “retry the load 3 times”
│   └── steps.load_duckdb_customers.retries  not set -> 3
└── “tag it crm”
    └── tags  none -> crm
…-  expressions: ["0 6 * * *"]
…+  expressions: ["30 7 * * *"]
files that follow from it
└── dags/daily_customers.py…""",
    "build": """$ airflow-llm build invoices.yml --output-dir built
written: built
├── dags/invoices.py""",
    "check": """$ airflow-llm check invoices.yml --fix
invoices: …
  warning missing-owner owners  nobody owns the pipeline""",
    "prove": """$ airflow-llm prove daily_customers --rows 50
proof: daily_customers  held  proven on stand-ins
 extract_customers…success…50…50…DuckDB file for PostgreSQL…yes
  ✓ the same data interval again left the same rows and files
  ✓ so did a run that was killed between write and publish""",
    "run": """$ airflow-llm run daily_customers --data examples/shop
run of daily_customers  success…
  your files: customers_source (1,192 rows)
table customers  1,192 rows""",
    "dev up": """$ airflow-llm dev up daily_customers --home airflow_home
stand-ins of HTTP and Slack on 127.0.0.1:…, of mail on 127.0.0.1:…
to use them:
  source …dev.env""",
    "dev down": """$ airflow-llm dev down --home airflow_home
stopped""",
    "show": """$ airflow-llm show daily_customers --out daily_customers.svg
written: daily_customers.svg""",
    "explain": """$ airflow-llm explain daily_customers load_duckdb_customers
load_duckdb_customers  load
  words       “load them into DuckDB table customers”
  because     the verb “load” (put), a command
  before      extract_customers: the order of the text…
  assumed     each run replaces the whole target…""",
    "connectors": """$ airflow-llm connectors postgres
PostgreSQL
  connection type     postgres
  provider            apache-airflow-providers-postgres""",
    "schema": """$ airflow-llm schema --out tasks.schema.json
written: tasks.schema.json""",
    "version": """$ airflow-llm version
airflow-llm …
apache-airflow …""",
}


def checks_page() -> str:
    """Every check: what it finds, why it hurts, an example, what to use instead."""
    members = describe()
    rows = [(f"[`{member.code}`](#{member.code})", member.summary) for member in members]
    return _page(_CHECKS, _table(("check", "what it is about"), rows), *map(_check, members))


def _check(member: Check) -> str:
    deep = "\n*Runs in `airflow-llm check` only, not while a pipeline is generated.*\n" if member.deep else ""
    sections = [f"### {title}\n\n{member.sections[title]}\n" for title in SECTIONS]
    return "\n".join([f"## {member.code}\n\n{member.summary}\n{deep}", *sections])


def connectors_page() -> str:
    """Every connector: names, connection, provider, stand-in, secrets, and what does which kind of step."""
    head = ("system", "Airflow connection", "provider", "SQL dialect", "stands in for it")
    rows = [
        (one.title, f"`{one.connection_type}`", f"`{one.requirement}`", one.dialect or "", _STAND_INS[one.standin])
        for one in known()
    ]
    return _page(_CONNECTORS, _table(head, rows), *map(_connector, known()))


def _connector(one: Connector) -> str:
    kinds: dict[str, list[str]] = {}
    for (target, kind), binding in sorted(one.bindings.items()):
        if target == "airflow":
            kinds.setdefault(binding.path, []).append(f"`{kind}`")
    secrets = ", ".join(f"`{field}`" for field in one.secret_fields) or "none"
    table = _table(("kinds of step", "done by"), [(", ".join(found), f"`{path}`") for path, found in kinds.items()])
    return f"## {one.title}\n\nNames: {', '.join(one.names)}.\n\nSecret fields: {secrets}.\n\n{table}"


def support_page() -> str:
    """The versions, every step kind, and what a version cannot express."""
    expressed = [fact for fact in FACTS if fact.versions]
    refused = [fact for fact in FACTS if set(fact.versions) != set(VERSIONS)]
    return _page(
        _SUPPORT,
        "## Kinds of step\n",
        _table(("kind", "what it is", "in Airflow"), _kinds()),
        "## Features\n",
        _table(("feature", *VERSIONS, "how"), [(fact.name, *_marks(fact), fact.how) for fact in expressed]),
        "## Refused, and what to do instead\n",
        _table(("asked for", *VERSIONS, "why", "instead"), [(f.name, *_marks(f), f.how, f.instead) for f in refused]),
    )


def _kinds() -> Iterator[tuple[str, str, str]]:
    from airflow_llm.spec.steps import Step
    from airflow_llm.targets.airflow.emitters import emitter

    for model in get_args(get_args(Step)[0]):
        kind = model.model_fields["kind"].default
        yield f"`{kind}`", _first(getdoc(model)), _first(getdoc(emitter(kind)))


def _marks(fact: Fact) -> list[str]:
    return ["yes" if version in fact.versions else "no" for version in VERSIONS]


def commands_page() -> str:
    """Every command with its options and one example."""
    import typer

    from airflow_llm.cli.app import COMMANDS, app

    group: Any = typer.main.get_command(app)
    chapters = []
    for name in COMMANDS:
        found: Any = group.get_command(None, name)
        members: dict[str, Any] = getattr(found, "commands", None) or {"": found}
        chapters += [_command(f"{name} {part}".strip(), command) for part, command in members.items()]
    return _page(_COMMANDS, *chapters)


def _command(name: str, command: Any) -> str:
    about = " ".join(command.help.split("[dim]")[0].split())
    rows = [
        (f"`{', '.join(one.opts) if one.param_type_name == 'option' else one.name.upper()}`", one.help)
        for one in command.params
        if one.name not in _ELSEWHERE
    ]
    table = _table(("argument or option", "meaning"), rows) if rows else ""
    return f"## {name}\n\n{about}\n\n```console\n{_EXAMPLES[name]}\n```\n\n{table}"


def picture() -> str:
    """The graph of the pipeline that the first example describes."""
    from airflow_llm.cli.graph.drawing import drawing
    from airflow_llm.cli.graph.model import picture as graph
    from airflow_llm.cli.graph.svg import svg
    from airflow_llm.compiler.compile import read_source
    from airflow_llm.readers.reading import Source

    return svg(drawing(graph(read_source(Source(SENTENCE, "argument")).pipeline)))


FILES: dict[str, Callable[[], str]] = {
    "checks.md": checks_page,
    "connectors.md": connectors_page,
    "airflow-support.md": support_page,
    "commands.md": commands_page,
    "images/customer_orders.svg": picture,
}


def _page(*parts: str) -> str:
    return "\n".join(parts).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _first(text: str | None) -> str:
    return (text or "").split("\n\n")[0]


if __name__ == "__main__":
    for name, make in FILES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
