"""Writes the shop's two files, the same bytes every time: `python examples/shop/make.py`.

They have the dirt that such exports really have:

- customers.csv (Latin-1): customers that were exported twice, rows without a customer_id, stray spaces, e-mail
  addresses in mixed case, dates in three formats;
- orders.csv (UTF-8 with a byte order mark): orders of customers that do not exist, orders without a customer, amounts
  with spaces, empty amounts, dates in three formats.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from random import Random
from unicodedata import normalize

FOLDER = Path(__file__).parent
CUSTOMERS = 1_180
ORDERS = 4_000
SEED = 20_260_101
_FIRST = (
    "Ada",
    "Amélie",
    "André",
    "Anna",
    "Ben",
    "Björn",
    "Chloé",
    "Clara",
    "Daniel",
    "Elena",
    "Émile",
    "Emma",
    "Eva",
    "Felix",
    "François",
    "Greta",
    "Günther",
    "Hannah",
    "Ines",
    "Jan",
    "Jörg",
    "Julia",
    "Jürgen",
    "Karin",
    "Lars",
    "Lena",
    "León",
    "Lucía",
    "Marie",
    "Mateo",
    "Mia",
    "Nina",
    "Noah",
    "Olga",
    "Paul",
    "Renée",
    "Sofía",
    "Søren",
    "Theo",
    "Zoë",
)
_LAST = (
    "Bauer",
    "Bergström",
    "Castaño",
    "Dubois",
    "Fernández",
    "Fischer",
    "García",
    "Groß",
    "Hansen",
    "Hoffmann",
    "Jensen",
    "Keller",
    "Köhler",
    "Krüger",
    "Lefèvre",
    "Martin",
    "Møller",
    "Müller",
    "Muñoz",
    "Nuñez",
    "Özil",
    "Petit",
    "Richter",
    "Rossi",
    "Sánchez",
    "Schäfer",
    "Schmidt",
    "Schröder",
    "Silva",
    "Weiß",
    "Ångström",
)
_CITIES = (
    ("Berlin", "DE"),
    ("München", "DE"),
    ("Köln", "DE"),
    ("Zürich", "CH"),
    ("Wien", "AT"),
    ("Málaga", "ES"),
    ("Orléans", "FR"),
    ("Århus", "DK"),
    ("Malmö", "SE"),
    ("São Paulo", "BR"),
)
_SEGMENTS = ("consumer", "business", "public")
_STATUSES = ("paid", "shipped", "delivered", "returned", "cancelled")
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y")


def main() -> None:
    """Write both files."""
    random = Random(SEED)  # noqa: S311 - sample data, nothing that has to be hard to guess
    (FOLDER / "customers.csv").write_bytes(_csv(customers(random)).encode("latin-1"))
    (FOLDER / "orders.csv").write_bytes(_csv(orders(random)).encode("utf-8-sig"))


def customers(random: Random) -> list[dict[str, str]]:
    """Clean customers first, then the dirt: twelve exported twice, nine without a number."""
    rows = [_customer(random, number) for number in range(1, CUSTOMERS + 1)]
    for row in random.sample(rows, 9):
        row["customer_id"] = ""
    twice = [dict(row) for row in random.sample([row for row in rows if row["customer_id"]], 12)]
    for row in twice[:5]:
        row["segment"] = _SEGMENTS[(_SEGMENTS.index(row["segment"]) + 1) % len(_SEGMENTS)]
    for row in twice:
        rows.insert(random.randrange(len(rows)), row)
    return rows


def orders(random: Random) -> list[dict[str, str]]:
    """One row for each order; one in a hundred belongs to nobody that is known."""
    return [_order(random, number) for number in range(1, ORDERS + 1)]


def _customer(random: Random, number: int) -> dict[str, str]:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    city, country = random.choice(_CITIES)
    name = f"{last}, {first}" if random.random() < 0.05 else f"{first} {last}"
    return {
        "customer_id": str(number),
        "name": f"  {name} " if random.random() < 0.04 else name,
        "email": _email(random, first, last, number),
        "city": f"{city} " if random.random() < 0.03 else city,
        "country": country.lower() if random.random() < 0.03 else country,
        "segment": random.choice(_SEGMENTS),
        "signed_up_on": _date(random, date(2022, 1, 1), 1_400),
    }


def _email(random: Random, first: str, last: str, number: int) -> str:
    name = normalize("NFKD", f"{first}.{last}{number}").encode("ascii", "ignore").decode().lower()
    address = f"{name}@example.com"
    return address.upper() if random.random() < 0.04 else address


def _order(random: Random, number: int) -> dict[str, str]:
    customer = str(random.randrange(1, CUSTOMERS + 1))
    dirt = random.random()
    if dirt < 0.01:
        customer = "" if dirt < 0.004 else str(CUSTOMERS + 5_000 + number)
    amount = f"{random.lognormvariate(3.6, 0.8):.2f}"
    if dirt > 0.98:
        amount = "" if dirt > 0.995 else f" {amount} "
    return {
        "order_id": str(100_000 + number),
        "customer_id": customer,
        "ordered_on": _date(random, date(2025, 1, 1), 500),
        "status": random.choices(_STATUSES, weights=(20, 25, 45, 6, 4))[0],
        "amount": amount,
        "currency": "EUR",
    }


def _date(random: Random, first: date, days: int) -> str:
    day = first + timedelta(days=random.randrange(days))
    return day.strftime(random.choices(_DATES, weights=(90, 7, 3))[0])


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()
