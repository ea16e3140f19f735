"""The text of a query. sqlglot's rules for a dialect are loaded only for a query that they may change."""

from __future__ import annotations

from functools import cache

from sqlglot import Dialect, Generator, exp

from airflow_llm.connectors.sql.names import RESERVED

_ALIKE = frozenset({
    exp.Alias, exp.And, exp.Column, exp.EQ, exp.From, exp.GT, exp.GTE, exp.Group, exp.Identifier, exp.Is, exp.Join,
    exp.LT, exp.LTE, exp.NEQ, exp.Not, exp.Null, exp.Or, exp.Paren, exp.Select, exp.Star, exp.Table, exp.TableAlias,
    exp.Where,
})  # fmt: skip
"""The nodes that DuckDB, PostgreSQL and Snowflake write as standard SQL does."""
_ALIKE_IN_DUCKDB = _ALIKE | {
    exp.Anonymous, exp.Boolean, exp.Case, exp.Cast, exp.Coalesce, exp.Count, exp.DataType, exp.Filter, exp.If, exp.In,
    exp.Literal, exp.Order, exp.Ordered, exp.Qualify, exp.RowNumber, exp.Sub, exp.Subquery, exp.Sum, exp.TryCast,
    exp.Window,
}  # fmt: skip
_NODES = {"duckdb": _ALIKE_IN_DUCKDB, "postgres": _ALIKE, "snowflake": _ALIKE}
_TYPES = frozenset({exp.DType.BIGINT, exp.DType.BOOLEAN, exp.DType.DOUBLE, exp.DType.TEXT})
_QUOTED = (RESERVED | {"AT", "COLUMNS", "MAP", "STRUCT", "TUPLE", "UNPACK"}) - {"GROUPS"}
"""The words that DuckDB's rules quote by themselves, and more."""


def text(query: exp.Expr, dialect: str) -> str:
    """The query in the dialect, pretty; the nodes may be changed by it."""
    if _is_standard(query, dialect):
        return _standard().generate(query, copy=False)
    return query.sql(dialect, pretty=True, copy=False)


def _is_standard(query: exp.Expr, dialect: str) -> bool:
    nodes = _NODES.get(dialect, frozenset())
    pending: list[exp.Expr] = [query]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind not in nodes or (kind in _VARIED and not _is_plain(node)):
            return False
        for value in node.args.values():
            if isinstance(value, exp.Expr):
                pending.append(value)
            elif isinstance(value, list):
                pending.extend([part for part in value if isinstance(part, exp.Expr)])
    return True


def _is_plain(node: exp.Expr) -> bool:
    """Whether the node has none of the additions that the dialects write differently."""
    kind = type(node)
    if kind is exp.Identifier:
        return bool(node.args.get("quoted")) or node.name.upper() not in _QUOTED
    if kind is exp.Star:
        return not any(node.args.values())
    return node.this in _TYPES and not node.expressions


_VARIED = frozenset({exp.DataType, exp.Identifier, exp.Star})
"""The nodes that some additions make different."""


@cache
def _standard() -> Generator:
    dialect = Dialect()
    dialect.NULL_ORDERING = "nulls_are_last"  # as in DuckDB, the only one for which an order is written here
    return dialect.generator(pretty=True)
