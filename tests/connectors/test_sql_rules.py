"""Each rule fires on data that breaks it and stays quiet on data that does not, on a real DuckDB."""

from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.connectors.sql.predicates import parse_predicate
from airflow_llm.connectors.sql.rules import (
    FORMATS,
    broken_rows,
    describe,
    kept_rows,
    row_condition,
    subject,
    violation_counts,
    violations,
)
from airflow_llm.errors import InputError, UnsupportedError
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
    Unique,
)
from airflow_llm.spec.steps import ValidateStep

END = datetime(2026, 1, 2)
MEMORY = duckdb.connect()

# rule, rows of (id, amount, text, day) that are good, rows that are bad, how many of the bad ones break it
CASES = [
    (NotNull(columns=("id", "amount")), [(1, 1.0, None, None)], [(None, 1.0, "a", None), (1, None, "a", None)], 2),
    (NotNull(), [(1, 1.0, "a", END)], [(1, 1.0, None, END), (1, 1.0, "null", END), (1, 1.0, "a", None)], 2),
    (
        Unique(columns=("id",)),
        [(1, 1.0, "a", None), (2, 1.0, "a", None), (None, 1.0, "a", None)] * 1,
        [(1, 1.0, "a", None)] * 3,
        2,
    ),
    (
        Unique(columns=("id", "text")),
        [(1, 1.0, "a", None), (1, 1.0, "b", None), (1, 1.0, None, None), (1, 1.0, None, None)],
        [(1, 1.0, "a", None), (1, 2.0, "a", None)],
        1,
    ),
    (
        Range(column="amount", minimum=0, maximum=10),
        [(1, 0.0, "", None), (1, 10.0, "", None), (1, None, "", None)],
        [(1, -0.5, "", None), (1, 10.5, "", None)],
        2,
    ),
    (Range(column="amount", minimum=0, exclusive=True), [(1, 0.1, "", None)], [(1, 0.0, "", None)], 1),
    (
        Range(column="text", maximum=5),
        [(1, 0.1, "4.5", None), (1, 0.1, None, None)],
        [(1, 0.0, "5.1", None), (1, 0.0, "many", None)],
        2,
    ),
    (
        Allowed(column="text", values=("EUR", "it's")),
        [(1, 0.0, "EUR", None), (1, 0.0, "it's", None), (1, 0.0, None, None)],
        [(1, 0.0, "eur", None), (1, 0.0, "", None)],
        2,
    ),
    (Allowed(column="id", values=(1, 2.5)), [(1, 0.0, "", None), (None, 0.0, "", None)], [(2, 0.0, "", None)], 1),
    (Allowed(column="id", values=("1", "x")), [(1, 0.0, "", None)], [(2, 0.0, "", None)], 1),
    (
        Allowed(column="text", values=(True,)),
        [(1, 0.0, "true", None)],
        [(1, 0.0, "false", None), (1, 0.0, "maybe", None)],
        2,
    ),
    (
        Pattern(column="text", format="email"),
        [(1, 0.0, "a.b@c.org", None), (1, 0.0, None, None)],
        [(1, 0.0, "a@b", None), (1, 0.0, "x a@b.c", None), (1, 0.0, "a@b.c\n", None)],
        3,
    ),
    (
        Pattern(column="text", format="uuid"),
        [(1, 0.0, "123e4567-e89b-12d3-a456-426614174000", None)],
        [(1, 0.0, "123e4567", None)],
        1,
    ),
    (
        Pattern(column="text", format="iso_date"),
        [(1, 0.0, "2026-02-28", None)],
        [(1, 0.0, "2026-13-01", None), (1, 0.0, "28.2.2026", None)],
        2,
    ),
    (
        Pattern(column="text", format="url"),
        [(1, 0.0, "https://a.org/b?c=d", None)],
        [(1, 0.0, "ftp://a", None), (1, 0.0, "https://", None)],
        2,
    ),
    (
        Pattern(column="text", format="phone"),
        [(1, 0.0, "+49 (30) 1234-567", None)],
        [(1, 0.0, "call me", None), (1, 0.0, "12", None)],
        2,
    ),
    (
        Pattern(column="text", regex="[a-z]'{2}"),
        [(1, 0.0, "a''", None)],
        [(1, 0.0, "a'", None), (1, 0.0, "xa''", None)],
        2,
    ),
    (RowCount(), [(1, 0.0, "", None)], [], 1),
    (RowCount(minimum=0, maximum=1), [(1, 0.0, "", None)], [(1, 0.0, "", None), (2, 0.0, "", None)], 1),
    (
        Freshness(column="day", max_age=timedelta(hours=1)),
        [(1, 0.0, "", END - timedelta(hours=1)), (1, 0.0, "", datetime(2000, 1, 1))],
        [(1, 0.0, "", END - timedelta(hours=1, seconds=1))],
        1,
    ),
    (Freshness(column="day", max_age=timedelta(milliseconds=1500)), [(1, 0.0, "", END)], [], 1),
    (
        Freshness(column="text", max_age=timedelta(days=1)),
        [(1, 0.0, "2026-01-01 12:00:00", None)],
        [(1, 0.0, "yesterday", None)],
        1,
    ),
    (
        ForeignKey(column="id", references="parents", to_column="key"),
        [(7, 0.0, "", None), (None, 0.0, "", None)],
        [(8, 0.0, "", None)],
        1,
    ),
    (
        Expression(sql="amount >= 0 AND text <> 'x' -- note"),
        [(1, 0.0, "y", None), (1, None, "y", None)],
        [(1, -1.0, "y", None), (1, 1.0, "x", None)],
        2,
    ),
    (Expression(sql="id IN (SELECT key FROM parents WHERE key > 0)"), [(7, 0.0, "y", None)], [(1, -1.0, "y", None)], 1),
]


@pytest.fixture
def database():
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE "the ""rows" (id BIGINT, amount DOUBLE, text VARCHAR, day TIMESTAMP)')
        connection.execute("CREATE TABLE parents AS SELECT * FROM (VALUES (7), (NULL)) AS t(key)")
        yield connection


TABLE = 'the "rows'


def fill(connection, rows):
    connection.execute('DELETE FROM "the ""rows"')
    for row in rows:
        connection.execute('INSERT INTO "the ""rows" VALUES (?, ?, ?, ?)', row)


def fetch(connection, query):
    text = query.sql("duckdb")
    return connection.execute(text, {"interval_end": END} if "$interval_end" in text else None).fetchall()


@pytest.mark.parametrize(("rule", "good", "bad", "broken"), CASES, ids=lambda v: getattr(v, "rule", None))
def test_fires_on_bad_rows_and_is_quiet_on_good_ones(database, rule, good, bad, broken):
    fill(database, good)
    assert fetch(database, violations(rule, TABLE)) == []
    assert fetch(database, violation_counts([rule], TABLE)) == [(0,)]
    fill(database, bad)
    assert len(fetch(database, violations(rule, TABLE))) == broken
    assert fetch(database, violation_counts([rule], TABLE)) == [(broken,)]
    assert describe(rule)


def test_quarantine_splits_the_table_in_two(database):
    rules = [
        NotNull(columns=("id",)),
        Unique(columns=("id",)),
        Range(column="amount", minimum=0),
        RowCount(),
        Expression(sql="text <> 'x'"),
    ]
    rows = [
        (1, 1.0, "a", None),
        (1, 2.0, "a", None),
        (None, -1.0, "a", None),
        (2, 1.0, "x", None),
        (3, None, None, None),
    ]
    fill(database, rows)
    kept = fetch(database, kept_rows(rules, TABLE))
    broken = fetch(database, broken_rows(rules, TABLE))
    assert sorted(kept, key=str) == sorted([rows[0], rows[4]], key=str)
    assert {row[:4] for row in broken} == {rows[1], rows[2], rows[3]}
    reasons = {row[:4]: row[4] for row in broken}
    assert reasons[rows[2]] == "id is not null; amount at least 0"
    assert reasons[rows[1]] == "id is unique"
    assert fetch(database, violation_counts(rules, TABLE)) == [(1, 1, 1, 0, 1)]


def test_no_row_rule_keeps_every_row(database):
    fill(database, [(1, 1.0, "a", None)])
    assert len(fetch(database, kept_rows([RowCount()], TABLE))) == 1
    assert fetch(database, broken_rows([RowCount()], TABLE)) == []


def test_subject_is_the_named_dataset_or_the_first_input():
    step = ValidateStep(id="check", reads=("orders", "customers"))
    assert subject(step, RowCount()) == "orders"
    assert subject(step, RowCount(dataset="customers")) == "customers"


@pytest.mark.parametrize(
    "sql",
    ["", "   ", "-- nothing", "DROP TABLE t", "a > 0; DROP TABLE t", "SELECT 1", "a >", "sum(a) > 0", "a > 0 AS b",
     "row_number() over () = 1", "a = $x", "(" * 5000 + "a" + ")" * 5000, "a" * 200_000, "COPY t TO 'x'", "a, b"],
)  # fmt: skip
def test_refuses_what_is_not_one_predicate(sql):
    with pytest.raises(InputError):
        parse_predicate(sql)


def test_a_described_rule_has_no_sql():
    with pytest.raises(UnsupportedError, match="looks plausible"):
        violations(Described(text="looks plausible"), "t")


hostile = st.text(max_size=30).filter(lambda text: "\x00" not in text)


@settings(deadline=None, max_examples=60)
@given(column=hostile.filter(bool), value=hostile)
def test_hostile_names_and_values_stay_data(column, value):
    rules = [Allowed(column=column, values=(value,)), NotNull(columns=(column,)), Unique(columns=(column,))]
    with MEMORY.cursor() as connection:
        name = column.replace('"', '""')
        connection.execute(f'CREATE OR REPLACE TABLE t ("{name}" VARCHAR)')
        connection.execute("INSERT INTO t VALUES (?), (?), (NULL)", [value, value + "?"])
        counts = connection.execute(violation_counts(rules, "t").sql("duckdb")).fetchall()
        assert counts == [(1, 1, 0)]


numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)
rows = st.lists(
    st.tuples(st.none() | st.integers(0, 3), numbers, st.none() | st.sampled_from(["a", "b", "1"])), max_size=8
)
rules = st.lists(
    st.sampled_from(
        [NotNull(), NotNull(columns=("id",)), Unique(columns=("id",)), Unique(columns=("id", "text")),
         Range(column="amount", minimum=-1, maximum=1), Allowed(column="text", values=("a", 1)),
         Pattern(column="text", regex="[ab]"), ForeignKey(column="id", references="parents", to_column="key"),
         Expression(sql="id + amount > 0")]
    ),
    min_size=1, max_size=4, unique_by=repr,
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(rows=rows, rules=rules)
def test_counts_rows_and_quarantine_agree(rows, rules):
    with MEMORY.cursor() as connection:
        connection.execute("CREATE OR REPLACE TABLE t (id BIGINT, amount DOUBLE, text VARCHAR)")
        connection.execute("CREATE OR REPLACE TABLE parents AS SELECT * FROM (VALUES (1), (NULL)) AS t(key)")
        for row in rows:
            connection.execute("INSERT INTO t VALUES (?, ?, ?)", row)
        counts = fetch(connection, violation_counts(rules, "t"))[0]
        assert counts == tuple(len(fetch(connection, violations(rule, "t"))) for rule in rules)
        kept, broken = (len(fetch(connection, part(rules, "t"))) for part in (kept_rows, broken_rows))
        assert kept + broken == len(rows)
        assert (broken == 0) == (sum(counts) == 0)
        connection.execute("CREATE OR REPLACE TABLE clean AS " + kept_rows(rules, "t").sql("duckdb"))
        assert sum(fetch(connection, violation_counts(rules, "clean"))[0]) == 0


def test_named_formats_need_no_regex_of_their_own():
    assert set(FORMATS) == {"email", "uuid", "iso_date", "url", "phone"}
    assert row_condition(RowCount()) is None
