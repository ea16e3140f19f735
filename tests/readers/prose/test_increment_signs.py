"""The words that open the costly look for increments stand in every line of the lexicon."""

from __future__ import annotations

import pytest

from airflow_llm.readers.prose.increments import SIGNS
from airflow_llm.readers.prose.lexicon import lines_of


@pytest.mark.parametrize("line", lines_of("increments"))
def test_a_line_of_the_lexicon_holds_a_sign(line: str) -> None:
    assert any(sign in line for sign in SIGNS)
