"""A credential in the spec or in a file of the bundle.

## What it finds
Passwords, tokens, keys, URIs with a password and long random strings in any text, setting, header, variable or
command of the spec, and in the files of the bundle. The credential itself is never repeated.

## Why it hurts
Specs and DAG files are committed, reviewed, logged and shown in the interface: whoever can read them has the
credential.

## Example
```yaml
steps:
  - {id: call, kind: http, connection: api, headers: {Authorization: "Bearer 0123456789abcdef"}}
```

## Use instead
Keep the credential in the Airflow connection or in a secrets backend, and only name the connection:
```yaml
steps:
  - {id: call, kind: http, connection: api}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.secrets import secret
from airflow_llm.checks.texts import texts
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "secret-in-spec"
_WHY = "specs and DAG files are committed, logged and shown in the interface: whoever reads them has the credential"
_HINT = "move it to the Airflow connection or a secrets backend, and change it where it was issued"
_READ = (".py", ".sql", ".yml", ".yaml", ".txt", ".json")
_SQL = frozenset({"statement", "query", "sql", "predicate", "expression"})
_OWN = ("manifest.json", "proof.json")


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every text of the spec that holds a credential."""
    for found in texts(pipeline):
        kind = secret(found.text, found.key, code=found.key in _SQL)
        if kind:
            yield _finding(Place(path=found.path), kind)


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every line of a file that holds a credential. Our own records of hashes are no secrets."""
    for path in sorted(files):
        code_file = path.endswith((".py", ".sql"))
        if not path.endswith(_READ) or path.endswith(_OWN) or not secret(files[path], code=code_file):
            continue
        for number, line in enumerate(files[path].splitlines(), start=1):
            kind = secret(line, code=code_file)
            if kind:
                yield _finding(Place(file=path, line=number), kind)


def _finding(place: Place, kind: str) -> Diagnostic:
    message = f"this holds what looks like {kind}"
    return Diagnostic(code=code, severity="error", message=message, place=place, why=_WHY, hint=_HINT)
