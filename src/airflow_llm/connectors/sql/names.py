"""Names in SQL: quoted only where they need it, in each system's dialect."""

from __future__ import annotations

import re
from functools import cache

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from airflow_llm.errors import InputError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FOLDS_TO_LOWER = frozenset({"postgres"})
_QUOTED_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([^."`\[]+))\s*(?:\.|$)')


def identifier(name: str, dialect: str = "duckdb") -> exp.Identifier:
    """The name as an identifier of the dialect, quoted where it is reserved, or would not mean itself bare."""
    return exp.to_identifier(name, quoted=not _is_bare(name, dialect))


def column(name: str, dialect: str = "duckdb", table: str | None = None) -> exp.Column:
    """A column by name."""
    return exp.Column(this=identifier(name, dialect), table=identifier(table, dialect) if table is not None else None)


def table_parts(location: str) -> tuple[str, ...]:
    """The parts of a table's name, three at most; quotes hold dots together. InputError when it is malformed."""
    parts, position = [], 0
    text = location.strip()
    while position < len(text):
        match = _QUOTED_PART.match(text, position)
        if match is None:
            raise InputError(f"{location!r} is not the name of a table", hint="write it like schema.table")
        parts.append(_unquoted(match))
        position = match.end()
    if not 1 <= len(parts) <= 3 or not all(parts) or text.endswith("."):
        raise InputError(f"{location!r} is not the name of a table", hint="write it like schema.table")
    return tuple(parts)


def table(location: str, dialect: str = "duckdb", connection: str = "") -> exp.Table:
    """The table of that name in the dialect; in DuckDB it lies in the one file of the connection, its stand-in."""
    parts = [identifier(part, dialect) for part in table_parts(location)]
    names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
    found = exp.Table(**names)
    if dialect == "duckdb":
        in_stand_in(found, connection)
    return found


def in_stand_in(found: exp.Table, connection: str) -> None:
    """Drop the database part of a table's name.

    A file is a database of its own name, so a schema of that name must be told from it: `shop.shop.orders`.
    """
    same = bool(connection) and found.db.casefold() == connection.casefold()
    found.set("catalog", identifier(connection) if same else None)


def _unquoted(match: re.Match[str]) -> str:
    double, back, square, bare = match.groups()
    if double is not None:
        return double.replace('""', '"')
    if back is not None:
        return back.replace("``", "`")
    return square if square is not None else bare.strip()


@cache
def _is_bare(name: str, dialect: str) -> bool:
    if _PLAIN.fullmatch(name) is None:
        return False
    if dialect in _FOLDS_TO_LOWER and name != name.lower():
        return False
    return _parses_bare(name, dialect)


def _parses_bare(name: str, dialect: str) -> bool:
    """Whether the word alone is a column to the dialect's parser: a reserved word is something else, or an error."""
    word = name.upper()
    if word in RESERVED:
        return False
    if dialect in NOT_COLUMNS:
        return word not in NOT_COLUMNS[dialect]
    try:
        parsed = parse_one(name, dialect=dialect)
    except SqlglotError:
        return False
    return isinstance(parsed, exp.Column) and parsed.name == name


_WORDS = """
    ACCESSIBLE ACCOUNT ADD ALL ALTER ANALYSE ANALYZE AND ANTI ANY ARRAY AS ASC ASOF ASYMMETRIC AUTHORIZATION BEFORE
    BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE CASE CAST CHANGE CHAR CHECK COLLATE COLLATION COLUMN
    CONCURRENTLY CONDITION CONNECT CONNECTION CONSTRAINT CONTINUE CONVERT CREATE CROSS CUBE CURRENT CURRENT_CATALOG
    CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DECIMAL DECLARE
    DEFAULT DEFERRABLE DELAYED DELETE DENSE_RANK DESC DESCRIBE DETERMINISTIC DISTINCT DIV DO DOUBLE DROP DUAL EACH
    ELSE EMPTY ENCLOSED END EXCEPT EXISTS EXIT EXPLAIN FALSE FETCH FIRST_VALUE FLOAT FOR FORCE FOREIGN FREEZE FROM
    FULL FULLTEXT FUNCTION GENERATED GET GLOB GRANT GROUP GROUPING GROUPS GSCLUSTER HAVING IGNORE ILIKE IN INCREMENT
    INDEX INFILE INITIALLY INNER INOUT INSERT INT INTEGER INTERSECT INTERVAL INTO IS ISNULL ISSUE ITERATE JOIN KEY
    KEYS KILL LAG LAMBDA LAST_VALUE LATERAL LEAD LEADING LEAVE LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME
    LOCALTIMESTAMP LOCK LONG LONGTEXT LOOP MATCH MERGE MINUS MOD MODIFIES NATURAL NOT NOTNULL NTILE NULL NUMERIC OF
    OFFSET ON ONLY OPTIMIZE OPTION OR ORDER ORGANIZATION OUT OUTER OUTFILE OVER OVERLAPS PARTITION PERCENT_RANK
    PIVOT PIVOT_LONGER PIVOT_WIDER PLACING POSITIONAL PRIMARY PROCEDURE PURGE QUALIFY RAISE RANGE RANK READ READS
    REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE RESIGNAL RESTRICT RETURN RETURNING REVOKE
    RIGHT RLIKE ROW ROWS ROW_NUMBER SAMPLE SCHEMA SCHEMAS SELECT SEMI SENSITIVE SEPARATOR SESSION_USER SET SHOW
    SIGNAL SIMILAR SMALLINT SOME SPATIAL SPECIFIC SQL SSL START STARTING STORED STRAIGHT_JOIN SUMMARIZE SYMMETRIC
    SYSTEM TABLE TABLESAMPLE TERMINATED THEN TINYINT TO TRAILING TRIGGER TRUE TRY_CAST UNDO UNION UNIQUE UNLOCK
    UNPIVOT UNSIGNED UPDATE USAGE USE USER USING VALUES VARCHAR VARIADIC VERBOSE VIRTUAL WHEN WHERE WHILE WINDOW
    WITH WRITE XOR ZEROFILL
"""
RESERVED = frozenset(_WORDS.split())
"""Words that one of our dialects reserves, though sqlglot's parser may let them pass."""

_COMMANDS = """
    BEGIN CACHE COMMENT COMMIT CONNECT_BY_ROOT COPY EXECUTE IF PARTITIONED_BY PRAGMA PREPARE ROLLBACK TRUNCATE UNCACHE
    VACUUM
"""
NOT_COLUMNS = {
    "duckdb": frozenset(_COMMANDS.split()) | {"ATTACH", "DETACH", "DISCONNECT", "INSTALL", "MAP", "RESET"},
    "postgres": frozenset(_COMMANDS.split()) | {"CURRENT_SCHEMA", "EXEC", "REFRESH", "REINDEX", "RESET"},
    "snowflake": frozenset(_COMMANDS.split()) | {"LIST", "LS", "MATCH_RECOGNIZE", "PUT", "REMOVE", "RM", "UNDROP"},
}
"""More words that the parser of a dialect takes for something else; known here, so that it need not be loaded."""
