"""Conditions in prose."""

import pytest

from airflow_llm.readers.prose.conditions import find_comparisons, find_outcomes, opposite, read_condition
from airflow_llm.spec.conditions import Comparison, Described

CONDITIONS = {
    "MAPE < 9 %": Comparison(name="mape", operator="<", right=0.09),
    "fraud_score > 0.7": Comparison(name="fraud_score", operator=">", right=0.7),
    "accuracy is above 0.9": Comparison(name="accuracy", operator=">", right=0.9),
    "if the F1 score is at least 0.85": Comparison(name="f1_score", operator=">=", right=0.85),
    "if more than 100 rows": Comparison(source="rows", name="stock", operator=">", right=100),
    "if it's Monday": Comparison(source="calendar", name="weekday", operator="==", right=1),
    "only on weekends": Comparison(source="calendar", name="weekday", operator="in", right=(0, 6)),
    "temperature ≤ 3.5": Comparison(name="temperature", operator="<=", right=3.5),
    "the total is over 10k": Comparison(name="total", operator=">", right=10000),
}


@pytest.mark.parametrize(("words", "expected"), CONDITIONS.items())
def test_comparisons(words, expected):
    assert read_condition(words, dataset="stock") == expected


@pytest.mark.parametrize(
    "words", ["the invoice was already paid", "accuracy > 0.9 and the team agreed to it yesterday"]
)
def test_what_has_no_formal_meaning_stays_described(words):
    assert read_condition(words) == Described(text=words)


def test_the_opposite():
    (hit,) = find_comparisons("lag >= 5")
    assert opposite(hit.value) == Comparison(name="lag", operator="<", right=5)


def test_outcomes():
    hits = find_outcomes("when it's green go on, if the nightly upload fails call Ada")
    assert [(hit.value.subject, hit.value.state) for hit in hits] == [("", "success"), ("the nightly upload", "failed")]


def test_a_word_of_python_is_no_metric() -> None:
    assert read_condition("what is > 5").kind == "described"
