"""Data-quality rules in prose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.spec.rules import Allowed, ForeignKey, Freshness, NotNull, Pattern, Range, RowCount, Unique

RULES = {
    "check that customer_id is unique and not null": [
        Unique(columns=("customer_id",)),
        NotNull(columns=("customer_id",)),
    ],
    "amount between 0 and 10000 and status in (new, paid, shipped)": [
        Range(column="amount", minimum=0, maximum=10000),
        Allowed(column="status", values=("new", "paid", "shipped")),
    ],
    "validate at least 100 rows": [RowCount(minimum=100)],
    "order_id must be unique, email a valid email address": [
        Unique(columns=("order_id",)),
        Pattern(column="email", format="email"),
    ],
    "check that price is positive and quantity is at least 1": [
        Range(column="price", minimum=0, exclusive=True),
        Range(column="quantity", minimum=1),
    ],
    "no nulls in email and no duplicates on order_id": [NotNull(columns=("email",)), Unique(columns=("order_id",))],
    "every customer_id exists in customers": [
        ForeignKey(column="customer_id", references="customers", to_column="customer_id")
    ],
    "updated_at is not older than 2 hours": [Freshness(column="updated_at", max_age="2h")],
    "status is one of open, closed or pending": [Allowed(column="status", values=("open", "closed", "pending"))],
    "the table is not empty": [RowCount()],
    "row count > 1000": [RowCount(minimum=1001)],
    "country_code in ['DE','FR']": [Allowed(column="country_code", values=("DE", "FR"))],
    "id and name are not null": [NotNull(columns=("id", "name"))],
    "ensure no negative amounts": [Range(column="amount", minimum=0)],
    "0 <= score <= 1": [Range(column="score", minimum=0, maximum=1)],
}


@pytest.mark.parametrize(("words", "expected"), RULES.items())
def test_rules(words, expected):
    assert [hit.value for hit in find_rules(words)] == expected


@pytest.mark.parametrize("words", ["load the orders", "the result is great", "check that the sun shines"])
def test_words_that_are_no_rules(words):
    assert find_rules(words) == []


def test_bounds_that_exclude_everything_are_refused():
    with pytest.raises(InputError, match="lower bound"):
        find_rules("age must be between 9 and 3")


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text):
    try:
        hits = find_rules(text)
    except InputError:
        return
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
