"""CPU, memory, disk and GPUs of a task: the pod of the KubernetesExecutor, or the operator's own arguments."""

from __future__ import annotations

from airflow_llm.spec.steps import Resources
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

# Only on a cluster is there a pod to size; on other executors the worker's own size holds, as the docs say.
FUNCTION = '''def pod(**requests: str) -> dict[str, Any]:
    """The size of a task's pod; other executors than Kubernetes' run it on a worker."""
    if "KubernetesExecutor" not in conf.get("core", "executor"):
        return {}
    from kubernetes.client import models as k8s

    names = {"gpu": "nvidia.com/gpu", "disk": "ephemeral-storage"}
    size = {names.get(name, name): value for name, value in requests.items()}
    resources = k8s.V1ResourceRequirements(requests=size, limits=size)
    container = k8s.V1Container(name="base", resources=resources)
    return {"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[container]))}
'''


def executor_config(resources: Resources, code: TaskCode) -> Expression | None:
    """The call of the function above; None when the operator takes the size itself."""
    if code.operator == "DockerOperator":
        return None
    wanted = {
        "cpu": _number(resources.cpu),
        "memory": resources.memory,
        "disk": resources.disk,
        "gpu": str(resources.gpu) if resources.gpu else None,
    }
    parts = [f"{name}={literal(value)}" for name, value in wanted.items() if value is not None]
    return Expression(f"pod({', '.join(parts)})") if parts else None


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"
