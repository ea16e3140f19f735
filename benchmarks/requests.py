"""The texts that the benchmarks read."""

from __future__ import annotations

from pathlib import Path

DEMO = (
    "Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique "
    "and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with 10 "
    "minutes in between, and tell #data-alerts on Slack if anything fails"
)


def request(number: int) -> str:
    """The demo's request about another table each time, so that no cache can answer."""
    return DEMO.replace("analytics.customer_orders", f"analytics.customer_orders_{number}")


LONG = (Path(__file__).parent / "long_description.txt").read_text(encoding="utf-8")
