"""Which columns a SQL text uses, of which table, and what it says about their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.spec.datasets import ColumnType

Value = str | int | float | bool

_NUMERIC = (exp.Sum, exp.Avg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Abs, exp.Round, exp.Median)
_TEXTUAL = (exp.Lower, exp.Upper, exp.Trim, exp.Like, exp.ILike, exp.RegexpLike, exp.Substring, exp.DPipe, exp.Length)
_TEMPORAL = (
    exp.DateTrunc,
    exp.TimestampTrunc,
    exp.Extract,
    exp.DateAdd,
    exp.DateSub,
    exp.DateDiff,
    exp.Year,
    exp.Month,
)
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "==",
    exp.NEQ: "!=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_SWAPPED = {"==": "==", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_CASTS: dict[str, ColumnType] = {"INT": "integer", "BIGINT": "integer", "DOUBLE": "number", "DECIMAL": "number"}
_CASTS |= {"DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamp", "BOOLEAN": "boolean"}


@dataclass(frozen=True)
class Comparison:
    """`column operator value`, as it stands in a WHERE or in a predicate."""

    table: str
    column: str
    operator: str
    values: tuple[Value, ...]


@dataclass
class Usage:
    """What a text uses. A table is named as in the text; "" when it does not say which one it means."""

    tables: list[str] = field(default_factory=list)
    columns: dict[tuple[str, str], ColumnType | None] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    equal: list[tuple[tuple[str, str], tuple[str, str]]] = field(default_factory=list)
    outputs: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    star: bool = False

    def source_of(self, output: str) -> tuple[str, str] | None:
        """The table and column that an output column shows unchanged; None when it is computed."""
        if output in self.outputs:
            return self.outputs[output]
        return ("", output) if self.star else None


def usage(sql: str, dialect: str | None = "duckdb") -> Usage:
    """What the text uses; nothing when it cannot be parsed (its real run says why)."""
    found = Usage()
    try:
        statements = [statement for statement in parse(sql, dialect=dialect) if statement is not None]
    except (SqlglotError, RecursionError, ValueError):
        return found
    for statement in statements:
        _read(statement, found)
    return found


def _read(statement: exp.Expr, found: Usage) -> None:
    local = {cte.alias for cte in statement.find_all(exp.CTE)}
    for column in statement.find_all(exp.Column):
        place = _place(column, local)
        if place is None or isinstance(column.this, exp.Star):
            continue
        found.columns[place] = found.columns.get(place) or _type(column)
    found.tables.extend(table.name for table in statement.find_all(exp.Table) if table.name not in local)
    found.comparisons.extend(_comparisons(statement, local))
    for equality in statement.find_all(exp.EQ):
        sides = [_place(side, local) for side in (equality.left, equality.right) if isinstance(side, exp.Column)]
        if len(sides) == 2 and sides[0] is not None and sides[1] is not None:
            found.equal.append((sides[0], sides[1]))
    for join in statement.find_all(exp.Join):
        _read_using(join, found)
    _read_outputs(statement, found, local)


def _read_using(join: exp.Join, found: Usage) -> None:
    select = join.find_ancestor(exp.Select)
    if not join.args.get("using") or select is None:
        return
    tables = list(_tables(select).values())
    for key in join.args["using"]:
        places = [(table, key.name) for table in tables]
        found.columns |= {place: found.columns.get(place) for place in places}
        found.equal.extend((places[0], place) for place in places[1:])


def _read_outputs(statement: exp.Expr, found: Usage, local: set[str]) -> None:
    query = statement if isinstance(statement, exp.Query) else statement.find(exp.Query)
    select = query.find(exp.Select) if query is not None else None
    for projection in select.expressions if select is not None else ():
        inner = projection.unalias()
        while isinstance(inner, (exp.Cast, exp.Paren)):
            # A value keeps what the rules say about it in another type, and stays null when it was.
            inner = inner.this
        if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
            found.star = True
        elif isinstance(inner, exp.Column):
            found.outputs[projection.alias_or_name] = _place(inner, local)
        else:
            found.outputs[projection.alias_or_name] = None


def _tables(select: exp.Select) -> Mapping[str, str]:
    """Alias to table name for what a SELECT reads directly."""
    sources = [select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or [])]
    tables = [source.this for source in sources if source is not None and isinstance(source.this, exp.Table)]
    return {table.alias_or_name: table.name for table in tables}


def _place(column: exp.Expr, local: set[str]) -> tuple[str, str] | None:
    """Table and column; None for a column of a CTE or subquery."""
    select = column.find_ancestor(exp.Select)
    tables = _tables(select) if select is not None else {}
    qualifier = column.table if isinstance(column, exp.Column) else ""
    if qualifier:
        table = tables.get(qualifier, qualifier if select is None else None)
        return None if table is None or table in local else (table, column.name)
    if select is None:
        return "", column.name
    known = [table for table in tables.values() if table not in local]
    if not known:
        return None
    return (known[0] if len(known) == 1 and len(tables) == 1 else "", column.name)


def _type(column: exp.Column) -> ColumnType | None:
    parent = column.parent
    if isinstance(parent, exp.Cast):
        return _CASTS.get(parent.to.this.name)
    if isinstance(parent, _NUMERIC):
        return "number"
    if isinstance(parent, _TEXTUAL):
        return "string"
    if isinstance(parent, _TEMPORAL):
        return "timestamp"
    return _type_of_partner(column, parent)


def _type_of_partner(column: exp.Column, parent: exp.Expr | None) -> ColumnType | None:
    others: list[exp.Expr] = []
    if parent is not None and isinstance(parent, (*_COMPARISONS, exp.Between, exp.In)):
        others = [node for node in parent.iter_expressions() if node is not column]
    for other in others:
        value = _value(other)
        if value is not None:
            # Amounts are often compared with whole numbers.
            return "number" if type_of(value) == "integer" else type_of(value)
        if isinstance(other, exp.Cast):
            return _CASTS.get(other.to.this.name)
        if isinstance(other, (exp.CurrentDate, exp.CurrentTimestamp, *_TEMPORAL)):
            return "timestamp"
    return None


def type_of(value: Value) -> ColumnType:
    """The column type that holds a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if isinstance(value, int) else "number"


def _comparisons(root: exp.Expr, local: set[str]) -> Iterator[Comparison]:
    """The comparisons with literals that hold together: those below an OR or a NOT say nothing certain."""
    for node in root.find_all(*_COMPARISONS, exp.Between, exp.In):
        above = node.parent
        while isinstance(above, (exp.And, exp.Paren)):
            above = above.parent
        if not (above is None or isinstance(above, exp.Where)):
            continue
        column = node.this if isinstance(node.this, exp.Column) else node.args.get("expression")
        place = _place(column, local) if isinstance(column, exp.Column) else None
        if place is not None:
            yield from _with_values(node, *place)


def _with_values(node: exp.Expr, table: str, column: str) -> Iterator[Comparison]:
    if isinstance(node, exp.Between):
        low, high = _value(node.args["low"]), _value(node.args["high"])
        if low is not None and high is not None:
            yield Comparison(table, column, ">=", (low,))
            yield Comparison(table, column, "<=", (high,))
    elif isinstance(node, exp.In):
        values = tuple(value for value in map(_value, node.expressions) if value is not None)
        if values:
            yield Comparison(table, column, "in", values)
    else:
        swapped = not isinstance(node.this, exp.Column)
        value = _value(node.this if swapped else node.args["expression"])
        operator = _COMPARISONS[type(node)]
        if value is not None:
            yield Comparison(table, column, _SWAPPED[operator] if swapped else operator, (value,))


def _value(node: exp.Expr) -> Value | None:
    if isinstance(node, exp.Neg):
        inner = _value(node.this)
        return -inner if isinstance(inner, (int, float)) and not isinstance(inner, bool) else None
    if isinstance(node, exp.Paren):
        return _value(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        return None
    if node.is_string:
        return str(node.this)
    return int(node.this) if node.is_int else float(node.this)
