"""The upper half of the DAG: one function for each TaskFlow task."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.docs import doc_lines, step_doc
from airflow_llm.targets.airflow.layout import INDENT, block, statement
from airflow_llm.targets.airflow.plan import Node, Plan, parallel_reads
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, call


def function_lines(plan: Plan, node: Node, code: TaskCode, name: str, arguments: Mapping[str, Expression]) -> list[str]:
    """The decorated function, inside of the DAG."""
    depth = 1
    decorator = f"@{call(code.decorator, arguments)}" if arguments else f"@{code.decorator}"
    parameters = ", ".join(f"{parameter}: {_note(plan, node, code, parameter)}" for parameter in code.parameters)
    lines = statement(decorator, depth)
    lines += statement(f"def {name}({parameters}) -> {code.returns}:", depth)
    lines += block(doc_lines(_doc(node)), depth + 1)
    lines += _chosen(plan, node, code, depth + 1)
    for line in code.body:
        inner = (len(line) - len(line.lstrip(" "))) // len(INDENT)
        lines += statement(line.lstrip(" "), depth + 1 + inner) if line else [""]
    return lines


def item_type(step: Step) -> str:
    """The annotation of a mapped step's item."""
    kinds = {type(item).__name__ for item in step.for_each.items} if step.for_each is not None else set()
    return kinds.pop() if len(kinds) == 1 and kinds <= {"str", "int", "float", "bool"} else "Any"


def one_of_many(plan: Plan, node: Node, name: str) -> bool:
    """Whether several branches write the dataset, so that the task takes the one that exists."""
    return len(plan.sources(node.step, name)) > 1


def _note(plan: Plan, node: Node, code: TaskCode, name: str) -> str:
    if name in code.annotations:
        return code.annotations[name]
    if node.step.for_each is not None and name == node.step.for_each.name:
        return item_type(node.step)
    if name not in plan.writers or name in code.scalars:
        return "Any"
    if one_of_many(plan, node, name):
        return "Any"
    return "list[str]" if is_list(plan, node, name) else "str"


def is_list(plan: Plan, node: Node, name: str) -> bool:
    """Whether the task takes the URIs of all mapped writers."""
    writers = [plan.pipeline.step(writer) for writer in plan.sources(node.step, name)]
    if not any(writer.for_each is not None for writer in writers):
        return False
    return node.role != "step" or name not in parallel_reads(plan.pipeline, node.step, plan.writers)


def _chosen(plan: Plan, node: Node, code: TaskCode, depth: int) -> list[str]:
    """Branches that write the same dataset: only one of them ran."""
    lines = []
    for name in code.parameters:
        if name not in code.scalars and name in plan.writers and one_of_many(plan, node, name):
            lines += statement(f"{name} = next(uri for uri in {name} if uri)", depth)
    return lines


def _doc(node: Node) -> str:
    if node.role == "guard":
        return f"Whether {node.step.id} runs."
    if node.role == "items":
        return f"What {node.step.id} runs for, one by one."
    return step_doc(node.step)


def uses_any(plan: Plan, node: Node, code: TaskCode) -> bool:
    """Whether an annotation of the function is `Any`."""
    notes = [_note(plan, node, code, name) for name in code.parameters]
    return any("Any" in note for note in (*notes, code.returns))


def _items_of_step(pipeline: Pipeline, source: str, item: str) -> TaskCode:
    """The list among what the other step returns: the one that is called like the item, else the first."""
    names = pipeline.step(source).returns
    name = next((name for name in names if name.startswith(item)), names[0])
    return TaskCode(
        decorator="task",
        parameters=(name,),
        body=(f"return {name}",),
        returns="list[Any]",
        scalars={name: (source, name)},
        annotations={name: "list[Any]"},
    )


def items_code(pipeline: Pipeline, step: Step) -> TaskCode:
    """The task that lists the items of a mapped step."""
    from airflow_llm.targets.python import literal

    if step.for_each is None:
        raise ValueError(f"{step.id} is not mapped")
    if step.for_each.items:
        note = f"list[{item_type(step)}]"
        return TaskCode(decorator="task", body=(f"return {literal(list(step.for_each.items))}",), returns=note)
    if step.for_each.step is not None:
        return _items_of_step(pipeline, step.for_each.step, step.for_each.name)
    name = step.for_each.parameter
    if not any(parameter.name == name for parameter in pipeline.parameters):
        from airflow_llm.errors import InputError

        raise InputError(f"{step.id!r} runs for each item of the parameter {name!r}, which the pipeline does not have")
    return TaskCode(
        imports=("from airflow.sdk import get_current_context",),
        decorator="task",
        body=(f'return list(get_current_context()["params"][{literal(name)}])',),
        returns="list[Any]",
    )
