"""An image that is run to completion."""

from __future__ import annotations

import re

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ContainerStep, Resources
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_MEMORY = re.compile(r"(\d+)(\.\d+)?(Ki|Mi|Gi|Ti|K|M|G|T)?")
_FACTORS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def emit_container(pipeline: Pipeline, step: ContainerStep) -> TaskCode:  # noqa: ARG001 - every emitter takes both
    """`DockerOperator`; the container is removed after it succeeded, and a failed one is kept to be looked at."""
    arguments: dict[str, Expression] = {"image": literal(plain(step.image))}
    if step.command:
        arguments["command"] = literal([plain(part) for part in step.command])
    environment = {plain(name): plain(value) for name, value in step.environment.items()}
    mapped_value = Expression("item")
    imports = {"from airflow.providers.docker.operators.docker import DockerOperator"}
    if step.for_each is not None:
        item = f"{literal(step.for_each.name.upper())}: str(item)"
        names = "".join(f"{literal(name)}: {literal(value)}, " for name, value in environment.items())
        mapped_value = Expression(f"{{{names}{item}}}")
    elif environment:
        arguments["environment"] = literal(environment)
    if step.resources is not None:
        sizes, more = _sizes(step.resources)
        arguments |= sizes
        imports |= more
    arguments |= {"auto_remove": literal("success"), "mount_tmp_dir": literal(False)}
    return TaskCode(
        imports=tuple(sorted(imports)),
        operator="DockerOperator",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-docker"}),
        mapped_argument="environment" if step.for_each is not None else "",
        mapped_value=mapped_value,
    )


def _sizes(resources: Resources) -> tuple[dict[str, Expression], set[str]]:
    arguments: dict[str, Expression] = {}
    imports: set[str] = set()
    if resources.cpu is not None:
        arguments["cpus"] = literal(resources.cpu)
    if resources.memory is not None:
        arguments["mem_limit"] = literal(f"{_bytes(resources.memory)}b")
    if resources.gpu:
        imports.add("from docker.types import DeviceRequest")
        request = f'DeviceRequest(count={resources.gpu}, capabilities=[["gpu"]])'
        arguments["device_requests"] = Expression(f"[{request}]")
    return arguments, imports


def _bytes(text: str) -> int:
    match = _MEMORY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a size")
    return int(float(match[1] + (match[2] or "")) * _FACTORS.get(match[3] or "", 1))
