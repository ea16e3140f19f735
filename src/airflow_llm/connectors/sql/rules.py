"""What a data-quality rule means in SQL (DuckDB dialect): the one definition that generated code and samples share.

A null breaks only `not_null`; in `unique` rows with a null in the key are not compared (as in SQL's own constraints),
and every copy after the first is the one that breaks it. `freshness` has one bound parameter, `$interval_end`: the end
of the data interval as a UTC timestamp; the session's time zone is UTC. `foreign_key` reads its parent under the
dataset's name. `Described` rules have no SQL: they are hooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isfinite

from sqlglot import exp

from airflow_llm.connectors.sql.predicates import parse_predicate
from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.rules import (
    Allowed,
    Described,
    Expression,
    ForeignKey,
    Freshness,
    NotNull,
    Pattern,
    Range,
    RowCount,
    Rule,
    Unique,
)
from airflow_llm.spec.steps import ValidateStep

ROW = "checked_row"
"""The alias of the checked table: row conditions may refer to the whole row by it."""

FORMATS = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s.]+",
    "uuid": r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "iso_date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "url": r"https?://[^\s/?#]+[^\s]*",
    "phone": r"\+?[0-9(][0-9 ().-]{4,18}[0-9]",
}
"""The regular expressions (RE2) behind the named formats of a `pattern` rule."""


def subject(step: ValidateStep, rule: Rule) -> str:
    """The dataset that a rule of the step is about: the one it names, else the step's first input."""
    return rule.dataset or step.reads[0]


def row_condition(rule: Rule) -> exp.Expr | None:
    """True for the rows that break the rule, to be used in WHERE or QUALIFY over the table AS `ROW`.

    None for a rule about the table as a whole (`row_count`, `freshness`). May hold a window (`unique`).
    """
    match rule:
        case NotNull():
            return _is_null(rule)
        case Unique(columns=columns):
            return _is_later_copy(columns)
        case Range():
            return _out_of_range(rule)
        case Allowed():
            return _not_allowed(rule)
        case Pattern():
            regex = FORMATS.get(rule.format, rule.regex)
            matches = _call("REGEXP_FULL_MATCH", _cast(_column(rule.column), "TEXT"), exp.Literal.string(regex))
            return _present(rule.column, exp.not_(matches, copy=False))
        case ForeignKey(column=column, references=parent, to_column=to_column):
            found = (
                exp.select(_column(to_column)).from_(_table(parent), copy=False).where(_not_null(to_column), copy=False)
            )
            return _present(
                column, exp.not_(exp.In(this=_column(column), query=found.subquery(copy=False)), copy=False)
            )
        case Expression(sql=sql):
            return exp.not_(
                exp.func("COALESCE", exp.paren(parse_predicate(sql), copy=False), exp.true(), copy=False), copy=False
            )
    _refuse_described(rule)
    return None


def violations(rule: Rule, table: str) -> exp.Select:
    """The rows of the table that break the rule; for a rule about the whole table one row when it is broken."""
    condition = row_condition(rule)
    if condition is None:
        shown, broken = _table_condition(rule)
        return exp.select(shown).from_(_table(table), copy=False).having(broken, copy=False)
    return _rows(table, condition)


def violation_counts(rules: Sequence[Rule], table: str) -> exp.Select:
    """One row with one count for each rule (`rule_0`, `rule_1`…): how many rows break it, in one pass where it can.

    A rule about the whole table counts 1 when it is broken.
    """
    counts = [_count(rule, table) for rule in rules]
    row = exp.select(*(exp.alias_(count, f"rule_{n}", quoted=True, copy=False) for n, count in enumerate(counts)))
    # Without an aggregate of its own a FROM would repeat the row for each row of the table.
    return row if all(isinstance(count, exp.Subquery) for count in counts) else row.from_(_aliased(table), copy=False)


def kept_rows(rules: Sequence[Rule], table: str) -> exp.Select:
    """The rows of the table that break none of the rules (rules about the whole table do not concern a row)."""
    broken = _any(rules)
    return _rows(table, exp.not_(exp.paren(broken, copy=False), copy=False) if broken else exp.true())


def broken_rows(rules: Sequence[Rule], table: str) -> exp.Select:
    """The other rows: those that break a rule, with a last column `broken_rules` that says which."""
    reasons = []
    for rule in rules:
        condition = row_condition(rule)
        if condition is not None:
            reasons.append(exp.case().when(condition, exp.Literal.string(describe(rule)), copy=False))
    named = _call("CONCAT_WS", exp.Literal.string("; "), *reasons) if reasons else exp.Literal.string("")
    return _rows(table, _any(rules) or exp.false()).select(
        exp.alias_(named, "broken_rules", quoted=True, copy=False), copy=False
    )


def describe(rule: Rule) -> str:
    """The rule in a few words, for messages and reports."""
    match rule:
        case NotNull(columns=columns):
            return f"{', '.join(columns) or 'every column'} is not null"
        case Unique(columns=columns):
            return f"{', '.join(columns)} is unique"
        case Range():
            return f"{rule.column} {_bounds(rule.minimum, rule.maximum)}{' (exclusive)' if rule.exclusive else ''}"
        case Allowed(column=column, values=values):
            more = ", …" if len(values) > 5 else ""
            return f"{column} is one of {', '.join(str(value) for value in values[:5])}{more}"
        case Pattern():
            return (
                f"{rule.column} is a valid {rule.format}" if not rule.regex else f"{rule.column} matches {rule.regex}"
            )
        case RowCount():
            return f"the number of rows is {_bounds(rule.minimum, rule.maximum)}"
        case Freshness(column=column, max_age=max_age):
            return f"the newest {column} is at most {max_age} old"
        case ForeignKey():
            return f"{rule.column} is found in {rule.references}.{rule.to_column}"
        case Expression(sql=text) | Described(text=text):
            return text


def _bounds(minimum: float | None, maximum: float | None) -> str:
    if minimum is None:
        return f"at most {maximum:g}"
    return f"at least {minimum:g}" if maximum is None else f"between {minimum:g} and {maximum:g}"


def _count(rule: Rule, table: str) -> exp.Expr:
    match rule:
        case NotNull(columns=()):
            complete = exp.select(exp.Count(this=exp.Star())).from_(_table(table), copy=False)
            every = exp.Columns(this=exp.Star())
            whole = complete.where(exp.not_(exp.Is(this=every, expression=exp.null()), copy=False), copy=False)
            return exp.Sub(this=exp.Count(this=exp.Star()), expression=whole.subquery(copy=False))
        case Unique(columns=columns):
            return _surplus_copies(columns, table)
    condition = row_condition(rule)
    if condition is None:
        return _cast(_table_condition(rule)[1], "BIGINT")
    if condition.find(exp.Query):
        return _rows(table, condition).select(exp.Count(this=exp.Star()), append=False, copy=False).subquery(copy=False)
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))


def _surplus_copies(columns: Sequence[str], table: str) -> exp.Expr:
    copies = exp.select(exp.alias_(exp.Count(this=exp.Star()), "copies", copy=False)).from_(_table(table), copy=False)
    copies = copies.where(*(_not_null(name) for name in columns), copy=False).group_by(
        *(_column(name) for name in columns), copy=False
    )
    surplus = exp.Sum(this=exp.Sub(this=exp.column("copies"), expression=exp.Literal.number(1)))
    total = _cast(exp.func("COALESCE", surplus, exp.Literal.number(0), copy=False), "BIGINT")
    return exp.select(total).from_(copies.subquery("groups", copy=False), copy=False).subquery(copy=False)


def _table_condition(rule: Rule) -> tuple[exp.Expr, exp.Expr]:
    """What to show, and the condition on the whole table that is true when the rule is broken."""
    if isinstance(rule, RowCount):
        count = exp.Count(this=exp.Star())
        low = exp.LT(this=count.copy(), expression=exp.Literal.number(rule.minimum))
        if rule.maximum is None:
            return exp.alias_(count, "rows", quoted=True, copy=False), low
        high = exp.GT(this=count.copy(), expression=exp.Literal.number(rule.maximum))
        return exp.alias_(count, "rows", quoted=True, copy=False), exp.or_(low, high, copy=False)
    if not isinstance(rule, Freshness):
        raise UnsupportedError(f"the rule {describe(rule)!r} is not about a whole table")
    newest = exp.Max(this=_cast(_column(rule.column), "TIMESTAMP", safe=True))
    end = _cast(exp.Placeholder(this="interval_end"), "TIMESTAMP")
    age = _call("TO_SECONDS", exp.Literal.number(rule.max_age.total_seconds()))
    stale = exp.LT(this=newest.copy(), expression=exp.Sub(this=end, expression=age))
    return exp.alias_(newest, "newest", quoted=True, copy=False), exp.func("COALESCE", stale, exp.true(), copy=False)


def _is_null(rule: NotNull) -> exp.Expr:
    if rule.columns:
        return exp.or_(*(exp.Is(this=_column(name), expression=exp.null()) for name in rule.columns), copy=False)
    # The columns are not known here; as JSON a row shows all of its values, whatever their types.
    values = _call("JSON_EXTRACT", _call("TO_JSON", _column(ROW)), exp.Literal.string("$.*"))
    return _call("LIST_CONTAINS", values, _cast(exp.Literal.string("null"), "JSON"))


def _is_later_copy(columns: Sequence[str]) -> exp.Expr:
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[_column(name) for name in columns],
        order=exp.Order(expressions=[exp.Ordered(this=_column(ROW), nulls_first=False)]),
    )
    later = exp.GT(this=number, expression=exp.Literal.number(1))
    return exp.and_(*(_not_null(name) for name in columns), later, copy=False)


def _out_of_range(rule: Range) -> exp.Expr:
    number = _cast(_column(rule.column), "DOUBLE", safe=True)
    above, below = (exp.GT, exp.LT) if rule.exclusive else (exp.GTE, exp.LTE)
    inside: list[exp.Expr] = []
    if rule.minimum is not None:
        inside.append(above(this=number.copy(), expression=_number(rule.minimum)))
    if rule.maximum is not None:
        inside.append(below(this=number.copy(), expression=_number(rule.maximum)))
    return _present(
        rule.column, exp.not_(exp.func("COALESCE", exp.and_(*inside, copy=False), exp.false(), copy=False), copy=False)
    )


def _not_allowed(rule: Allowed) -> exp.Expr:
    texts = [exp.Literal.string(value) for value in rule.values if isinstance(value, str)]
    flags = [exp.convert(value) for value in rule.values if isinstance(value, bool)]
    numbers = [
        _number(value) for value in rule.values if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    column = _column(rule.column)
    tests = (
        (_cast(column, "TEXT"), texts),
        (_cast(column, "DOUBLE", safe=True), numbers),
        (_cast(column, "BOOLEAN", safe=True), flags),
    )
    found = exp.or_(*(exp.In(this=value, expressions=members) for value, members in tests if members), copy=False)
    return _present(
        rule.column, exp.not_(exp.func("COALESCE", exp.paren(found, copy=False), exp.false(), copy=False), copy=False)
    )


def _any(rules: Sequence[Rule]) -> exp.Expr | None:
    conditions = [condition for condition in map(row_condition, rules) if condition is not None]
    return exp.or_(*conditions, copy=False) if conditions else None


def _rows(table: str, condition: exp.Expr) -> exp.Select:
    rows = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(ROW, quoted=True))).from_(
        _aliased(table), copy=False
    )
    if next(condition.find_all(exp.Window), None) is None:
        return rows.where(condition, copy=False)
    rows.set("qualify", exp.Qualify(this=condition))
    return rows


def _present(column: str, condition: exp.Expr) -> exp.Expr:
    return exp.and_(_not_null(column), condition, copy=False)


def _not_null(column: str) -> exp.Expr:
    return exp.not_(exp.Is(this=_column(column), expression=exp.null()), copy=False)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _aliased(name: str) -> exp.Expr:
    return exp.alias_(_table(name), ROW, quoted=True, table=True, copy=False)


def _call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """DuckDB's own function: sqlglot guards some calls of known functions for other dialects' sake."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def _cast(value: exp.Expr, to: str, *, safe: bool = False) -> exp.Expr:
    kind = exp.TryCast if safe else exp.Cast
    return kind(this=value.copy(), to=_type(to).copy())


@cache
def _type(name: str) -> exp.DataType:
    # Built without DuckDB's parser, which would have to be loaded; its TIMESTAMP has no time zone.
    return exp.DataType(this=exp.DType.TIMESTAMPNTZ if name == "TIMESTAMP" else exp.DType[name], nested=False)


def _number(value: float) -> exp.Expr:
    if not isfinite(value):
        return _cast(exp.Literal.string(str(value)), "DOUBLE")
    return exp.convert(value)


def _refuse_described(rule: Rule) -> None:
    if isinstance(rule, Described):
        raise UnsupportedError(
            f"the rule {rule.text!r} has no SQL", hint="write its function, or state it as an expression rule"
        )
