"""Work inside one warehouse as a SQL statement, built as a tree and never pasted from the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from airflow_llm.readers.prose.drafts import Draft, identifier
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lexicon import lines_of, words
from airflow_llm.readers.prose.lists import parts

if TYPE_CHECKING:
    from sqlglot import exp

_TABLE_NOUNS = words("table_nouns")
_SOURCES = ("from", "of", "out", "over", "on", "with", "using")
_NO_REPLACE = frozenset({"postgres", "mysql", "redshift", "tsql", "oracle", "sqlite"})
_MAKING = frozenset({"create", "refresh"})


class Statement(NamedTuple):
    """What is run, with the tables that it reads and the one that it writes."""

    sql: str
    source: Token
    target: Token


def tables_in(tokens: Sequence[Token]) -> list[Token]:
    """The tables that the words name: `mart.sales`, `daily_sales`, `the table users`, `the users table`."""
    found = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1].norm if index else ""
        after = tokens[index + 1].norm if index + 1 < len(tokens) else ""
        plain = token.tag == "word" and token.norm.isalpha() and not token.system and token.norm not in _TABLE_NOUNS
        noun = plain and token.norm not in words("articles") and (before in _TABLE_NOUNS or after in _TABLE_NOUNS)
        if token.tag == "table" or (token.tag == "name" and not token.system) or noun:
            found.append(token)
    return found


def statement_of(draft: Draft, flow: Flow, connector: str) -> Statement | None:
    """The statement that the clause means; None where it names no two tables, or no known work between them."""
    group, base = draft.verb.group, draft.verb.base
    into = draft.phrase.complement("into", "to", "onto")
    named = (tables_in(draft.objects)[:1] if group in _MAKING else []) or tables_in(into)[:1]
    given = [token for name, held in draft.phrase.complements if name in _SOURCES for token in tables_in(held)]
    if group not in _MAKING:
        given = [*given, *tables_in(draft.objects)]
    sources = [token for token in given if named and token.norm != named[0].norm and token not in _columns(draft)]
    if not named or not sources or (group not in _MAKING and base not in _MOVING):
        return None
    tree = _MOVING[base](sources[0], named[0]) if base in _MOVING else _made(draft, sources[0], named[0], flow)
    dialect = _dialect(connector)
    sql = tree.sql(dialect=dialect, pretty=True)
    if tree.args.get("replace") and dialect in _NO_REPLACE:
        sql = _anew(tree, named[0], dialect)
    return Statement(sql, sources[0], named[0])


def _anew(tree: exp.Expr, target: Token, dialect: str | None) -> str:
    """Dropped and made again, for systems without `CREATE OR REPLACE TABLE`."""
    from sqlglot import exp

    tree.set("replace", False)
    dropped = exp.Drop(tables=[_table(target)], kind="TABLE", exists=True)
    return f"{dropped.sql(dialect=dialect)};\n{tree.sql(dialect=dialect, pretty=True)}"


def emptied_by(action: str, table: Token, connector: str) -> str:
    """The statement that truncates or drops the table."""
    from sqlglot import exp

    if action == "truncate":
        return exp.TruncateTable(expressions=[_table(table)]).sql(dialect=_dialect(connector))
    return exp.Drop(tables=[_table(table)], kind="TABLE", exists=True).sql(dialect=_dialect(connector))


def _columns(draft: Draft) -> list[Token]:
    return [token for name, held in draft.phrase.complements if name in ("by", "per", "each") for token in held]


def _dialect(connector: str) -> str | None:
    from airflow_llm.connectors.registry import get

    known = get(connector)
    if known is not None:
        return known.dialect
    from sqlglot import Dialect

    return connector if Dialect.get(connector) is not None else None


def _table(token: Token) -> exp.Table:
    from sqlglot import exp

    named = [exp.to_identifier(part) for part in token.raw.split(".")[-3:]]
    names = dict(zip(("this", "db", "catalog"), reversed(named), strict=False))
    return exp.Table(**names)


def _inserted(source: Token, target: Token) -> exp.Expr:
    """Only the rows that the target does not have, so that a second run adds nothing."""
    from sqlglot import exp

    rows = exp.except_(exp.select("*").from_(_table(source)), exp.select("*").from_(_table(target)), distinct=True)
    return exp.insert(rows, _table(target))


def _copied(source: Token, target: Token) -> exp.Expr:
    from sqlglot import exp

    return _created(target, exp.select("*").from_(_table(source)))


_MOVING = {"insert": _inserted, "append": _inserted, "copy": _copied, "replicate": _copied}


def _created(target: Token, rows: exp.Select) -> exp.Expr:
    from sqlglot import exp

    return exp.Create(this=_table(target), kind="TABLE", expression=rows, replace=True)


def _made(draft: Draft, source: Token, target: Token, flow: Flow) -> exp.Expr:
    """A table made anew from another: totals where the words say some, else all of its rows."""
    from sqlglot import exp

    said = [token.norm for token in [*draft.mentioned(), *draft.clause.tokens]]
    period = next((_periods()[word] for word in said if word in _periods()), "")
    groups = [
        identifier([part[-1].norm], "column")
        for part in parts([token for token in _columns(draft) if token.norm not in _periods()])
    ]
    function = next((_measures()[word] for word in said if word in _measures()), "")
    if not (function or groups):
        flow.assume(
            f"steps.{draft.id}.statement", f"the text names no totals; every row of {source.raw} is taken as it is",
            f"change `statement` of step {draft.id} in tasks.yml",
        )  # fmt: skip
        return _created(target, exp.select("*").from_(_table(source)))
    keys: list[exp.Expr] = [exp.column(name, quoted=False) for name in groups]
    shown = list(keys)
    if period:
        day = exp.func("DATE_TRUNC", exp.Literal.string(period), exp.column("created_at"))
        flow.assume(
            f"steps.{draft.id}.statement.{period}", f"the {period} of a row is taken from its column `created_at`",
            f"change the column in `statement` of step {draft.id} in tasks.yml",
        )  # fmt: skip
        keys, shown = [day.copy(), *keys], [exp.alias_(day, period), *shown]
    rows = exp.select(*shown, _measure(draft, function or "count", source, flow)).from_(_table(source))
    return _created(target, rows.group_by(*keys) if keys else rows)


def _measure(draft: Draft, function: str, source: Token, flow: Flow) -> exp.Expr:
    from sqlglot import exp

    if function == "count":
        return exp.alias_(exp.Count(this=exp.Star()), "row_count")
    by = {token.norm for token in _columns(draft)}
    of = [token for name, held in draft.phrase.complements if name == "of" for token in held]
    column = next((token.norm for token in of if token.tag == "name" and token is not source), "")
    if not column or column in by:
        column = "amount"
        flow.assume(
            f"steps.{draft.id}.statement.column", f"the text names no column to total; `{column}` is taken",
            f"change the column in `statement` of step {draft.id} in tasks.yml",
        )  # fmt: skip
    return exp.alias_(exp.func(function, exp.column(column)), f"{function}_{column}")


def _periods() -> dict[str, str]:
    return _meanings("period")


def _measures() -> dict[str, str]:
    return _meanings("measure")


def _meanings(sort: str) -> dict[str, str]:
    """The words of sql_words.txt of this sort, with what they mean in SQL."""
    found = {}
    for line in lines_of("sql_words"):
        meant, _, listed = line.partition(":")
        kind, _, meaning = meant.partition(" ")
        if kind == sort:
            found.update(dict.fromkeys(listed.split(), meaning))
    return found
