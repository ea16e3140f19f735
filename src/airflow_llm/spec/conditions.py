"""Pure predicates that decide whether a step runs or which branch is taken."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import Identifier, Scalar, Tagged, Text

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]


class Comparison(Tagged):
    """`value operator right`, where the value is

    - `metric`: the scalar `name` that `step` returned (None: the nearest upstream step that returns it),
    - `rows`: the number of rows of dataset `name`,
    - `parameter`: the pipeline parameter `name`,
    - `calendar`: `weekday` (0 Sunday to 6 Saturday), `day`, `month` or `hour` of the end of the data interval.
    """

    kind: Literal["comparison"] = "comparison"
    source: Literal["metric", "rows", "parameter", "calendar"] = "metric"
    name: Identifier
    step: Identifier | None = None
    operator: Operator
    right: Scalar | tuple[Scalar, ...]

    @model_validator(mode="after")
    def _right_fits(self) -> Self:
        if (self.operator in ("in", "not in")) != isinstance(self.right, tuple):
            raise ValueError(f"{self.operator!r} compares with a {'list' if 'in' in self.operator else 'single value'}")
        ordered = self.operator in ("<", "<=", ">", ">=")
        if ordered and (isinstance(self.right, bool) or not isinstance(self.right, (int, float))):
            raise ValueError(f"{self.operator!r} compares numbers, not {self.right!r}")
        return self


class Outcome(Tagged):
    """How another step ended."""

    kind: Literal["outcome"] = "outcome"
    step: Identifier
    state: Literal["success", "failed", "skipped"] = "success"


class Described(Tagged):
    """A condition that only the user's own code can decide: it becomes a hook that returns true or false."""

    kind: Literal["described"] = "described"
    text: Text


class Combined(Tagged):
    """All or any of several conditions."""

    kind: Literal["combined"] = "combined"
    match: Literal["all", "any"] = "all"
    conditions: tuple["Condition", ...] = Field(min_length=2, max_length=20)


class Negated(Tagged):
    """The opposite of a condition."""

    kind: Literal["negated"] = "negated"
    condition: "Condition"


Condition = Annotated[Comparison | Outcome | Described | Combined | Negated, Deferred("kind")]

Combined.model_rebuild()
Negated.model_rebuild()
