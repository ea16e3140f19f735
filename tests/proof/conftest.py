"""Bundles of the fixtures, and one Airflow for all of their proofs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.proof.evidence import Proof
from airflow_llm.readers.reading import Source

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass
class Bundles:
    """Makes bundles in a folder, each in one of its own."""

    folder: Path

    def make(self, fixture: str, label: str = "") -> Path:
        """The DAG file of the fixture's bundle."""
        (path,) = FIXTURES.glob(f"{fixture}.*")
        compilation = compile_source(Source(path.read_text(), path.name, path))
        return write(compilation, self.folder / (label or fixture)).dag_file

    def changed(self, fixture: str, label: str, change: Callable[[str], str], file: str = "") -> Path:
        """The bundle with one file (by default the DAG) changed by hand."""
        dag_file = self.make(fixture, label)
        target = dag_file.parent / file if file else dag_file
        before = target.read_text()
        after = change(before)
        assert after != before, f"{label} changes nothing"
        target.write_text(after)
        return dag_file


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    return Bundles(tmp_path_factory.mktemp("bundles"))


def _replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.fixture(scope="session")
def proofs(bundles: Bundles) -> dict[str, Proof]:
    """All proofs of these tests, made in one warm Airflow."""
    from airflow_llm.proof.prove import prove

    join = "resources/customer_orders/join_orders.sql"
    made = {
        "shop": bundles.make("shop"),
        "decisions": bundles.make("decisions"),
        "waiting": bundles.make("waiting"),
        "upkeep": bundles.make("upkeep"),
        "events": bundles.make("events"),
        "mart": bundles.make("mart"),
        "bills": bundles.make("bills"),
        "sundays": bundles.make("sundays"),
        "said": bundles.make("said_rules"),
        "mapped": bundles.make("mapped_kinds"),
        "twice": bundles.changed("events", "twice", _replaced('"latest"), mode="replace"', '"latest"), mode="append"')),
        "join": bundles.changed("shop", "join", _replaced("JOIN orders", "LEFT JOIN orders"), join),
        "append": bundles.changed("shop", "append", _replaced('mode="merge"', 'mode="append"')),
        "network": bundles.changed(
            "shop",
            "network",
            _replaced(
                "from resources.customer_orders.staging import staged, unload",
                'import urllib.request\n\n        urllib.request.urlopen("http://example.com", timeout=5)\n'
                "        from resources.customer_orders.staging import staged, unload",
            ),
        ),
    }
    found = prove(list(made.values()), rows=60)
    return dict(zip(made, found, strict=True))


@pytest.fixture(scope="session")
def loads(bundles: Bundles) -> dict[str, Proof]:
    """Bundles that are only loaded and compared with their specs."""
    from airflow_llm.proof.prove import prove

    made = {
        "good": bundles.make("shop", "good"),
        "syntax": bundles.changed("shop", "syntax", lambda text: text + "\nthis is no Python\n"),
        "crash": bundles.changed("shop", "crash", lambda text: text + "\nos._exit(3)\n"),
        "hangs": bundles.changed("shop", "hangs", lambda text: text + "\nwhile True:\n    pass\n"),
        "channel": bundles.changed("shop", "channel", _replaced("#data-alerts", "#nobody")),
        "schedule": bundles.changed("shop", "schedule", _replaced("30 6 * * 1-5", "30 6 * * *")),
        "zone": bundles.changed("shop", "zone", _replaced("Europe/Berlin", "UTC")),
    }
    found = prove(list(made.values()), rows=20, timeout=15.0, runs=False)
    return dict(zip(made, found, strict=True))


@pytest.fixture
def copied(bundles: Bundles, tmp_path: Path) -> Callable[[str], Path]:
    """A fresh copy of a bundle's folder, by the name of its fixture."""

    def _copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(bundles.make(name, f"copy-{name}").parent.parent, target)
        return target

    return _copy
