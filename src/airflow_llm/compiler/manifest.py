"""What was generated, by what, and how to see whether somebody changed it since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from airflow_llm import __version__
from airflow_llm.spec.pipeline import Pipeline

GENERATOR = "airflow-llm-orchestrator"


class Manifest(NamedTuple):
    """`files` holds the hash of each generated file by name from the root, `spec` that of the pipeline's values."""

    target: str = ""
    target_version: str = ""
    spec: str = ""
    files: Mapping[str, str] = MappingProxyType({})
    version: str = __version__

    def to_json(self) -> str:
        """The text of `manifest.json`: sorted, without a date, so that equal bundles are equal bytes."""
        data = {
            "generator": GENERATOR,
            "version": self.version,
            "target": self.target,
            "target_version": self.target_version,
            "spec": self.spec,
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(data, indent=2) + "\n"


def digest(data: bytes) -> str:
    """The hash of a file's content."""
    return "sha256:" + sha256(data).hexdigest()


def spec_digest(pipeline: Pipeline) -> str:
    """The hash of a pipeline's values, whatever its files look like."""
    return digest(pipeline.model_dump_json(exclude_defaults=True).encode())


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in that file; None when there is none, or when it is not one (then nothing counts as generated)."""
    try:
        data = json.loads(path.read_bytes())
        files = {str(name): str(value) for name, value in data["files"].items()}
        return Manifest(data["target"], data["target_version"], data["spec"], files, data["version"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
