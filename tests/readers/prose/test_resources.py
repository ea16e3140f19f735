"""Resources and run settings in prose."""

from datetime import date

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.resources import Needs, find_needs, together
from airflow_llm.readers.prose.run_settings import (
    find_catchup,
    find_depends_on_past,
    find_end,
    find_max_active_runs,
    find_start,
)

NEEDS = {
    "spark-submit join.py (12 executors)": Needs(workers=12),
    "driver memroy 20g": Needs(driver_memory="20Gi"),
    "it wants two GPUs and 32 GB RAM": Needs(gpu=2, memory="32Gi"),
    "4 cores and 8Gi memory": Needs(cpu=4, memory="8Gi"),
    "200 GB of disk space": Needs(disk="200Gi"),
}


@pytest.mark.parametrize(("words", "expected"), NEEDS.items())
def test_needs(words, expected):
    assert together(find_needs(words)) == expected


def test_spark_settings():
    settings = together(find_needs("12 executors, executor memory 4g")).conf()
    assert settings == {"spark.executor.instances": 12, "spark.executor.memory": "4g"}


def test_none_of_it_is_no_need():
    assert find_needs("16 GB memory, no GPU, no workers") == find_needs("16 GB memory")


def test_impossible_amounts_are_refused():
    with pytest.raises(InputError, match="5000 GPUs"):
        find_needs("5000 GPUs")


CATCHUP = {
    "no catchup": False,
    "Catchup: False": False,
    "NO BACKFILL": False,
    "catchup is on": True,
    "backfill from the beginning": True,
    "Catchup: not stated (defaults to True)": None,
    "cannot be backfilled": None,
    "catch-up of old runs is switched off": False,
    "it should not make backfill": False,
    "old intervals are not made up for": False,
    "w/o backfilling": False,
    "No catchup or owner stated": None,
    "past days are not repeated": False,
    "Catching up: no": False,
    "don't do past runs": False,
    "missed days must be caught up": True,
    "backfill is wanted": True,
    "nothing is to be caught up": False,
    "Not wanted: catch-up, mails": False,
    "Catch-up of the past months is not needed": False,
    "Days that were missed are not caught up": False,
    "Don't run missed Mondays afterwards": False,
    "Nothing should be done about missed ones": False,
    "Backfill the two missing quarters": True,
    "Skip nothing, catch up everything": True,
    "on lag never catching up, page the desk": None,
    "A night that was missed stays missed.": False,
    "I do not want it to catch up": False,
    "Nobody needs old weeks": False,
    "skip missed runs": False,
    "nothing of earlier years": False,
    "Please never make up for a Monday that fell out": False,
    "The old days don't to fill": False,
    "catchup switch off": False,
    "old nights are not to be filled": False,
    "nobody backfills this": False,
    "Catch-up has to be on": True,
    "set catch-up to true": True,
    "missing weeks are to be run later": True,
    "The history since May has to be filled in": True,
    "a backlog of three weeks should be caught up": True,
    "a missed night must be made up for": True,
    "CDC catch-up for the table meters": None,
    "skip missing days in the sheet": None,
}


@pytest.mark.parametrize(("words", "expected"), CATCHUP.items())
def test_catchup(words, expected):
    hit = find_catchup(words)
    assert (hit.value if hit else None) is expected


def test_run_settings():
    assert find_max_active_runs("only one active run").value == 1
    assert find_max_active_runs("Max active runs: 16").value == 16
    assert find_max_active_runs("runs must not overlap").value == 1
    assert find_depends_on_past("depends_on_past=True").value is True
    assert find_start("Start date: March 4, 2025").value == date(2025, 3, 4)
    assert find_start("starting 2025-03-01").value == date(2025, 3, 1)
    assert find_start("as of 1 March 2025, daily").value == date(2025, 3, 1)
    assert find_start("First run: 24.03.2025").value == date(2025, 3, 24)
    assert find_start("start date 24/03/2025").value == date(2025, 3, 24)
    assert find_start("start_date=days_ago(2)") is None
    assert find_end("last run 17 July 2027").value == date(2027, 7, 17)
    assert find_end("until 31 December 2027").value == date(2027, 12, 31)


def test_a_date_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="2025-02-31"):
        find_start("from 2025-02-31")
