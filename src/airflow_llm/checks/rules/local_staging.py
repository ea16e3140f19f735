"""Staging on a local disk where the tasks run on different machines.

## What it finds
A `staging_url` that is a local path (`file://`) in any environment but `dev`, or in one whose `executor`
setting is Celery or Kubernetes.

## Why it hurts
A task looks for what an earlier task left on another machine's disk, and does not find it.

## Example
```yaml
settings:
  - {name: staging_url, values: {prod: "file:///tmp/staging", dev: "file:///tmp/staging"}}
```

## Use instead
```yaml
settings:
  - {name: staging_url, values: {prod: "s3://company-staging", dev: "file:///tmp/staging"}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "local-staging"
_WHY = "tasks run on different machines: one looks for what another left on a disk that it cannot see"
_LOCAL = ("file:", "/", "./", "~", "${AIRFLOW_HOME}")
_SPREAD = ("celery", "kubernetes", "edge", "ecs", "batch", "lambda")


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Local staging in an environment whose tasks may run on several machines."""
    settings = {setting.name: setting.values for setting in pipeline.settings}
    for environment, url in settings.get("staging_url", {}).items():
        executor = str(settings.get("executor", {}).get(environment) or "")
        spread = any(name in executor.casefold() for name in _SPREAD)
        if str(url or "").startswith(_LOCAL) and (environment != "dev" or spread):
            where = f"{environment!r} runs its tasks by {executor}" if spread else f"{environment!r} is not a laptop"
            yield Diagnostic(
                code=code,
                severity="error",
                message=f"data is staged on a local disk, but {where}",
                place=Place(path=f"settings.staging_url.values.{environment}"),
                why=_WHY,
                hint="use an object store that all machines reach, such as s3://…",
            )
