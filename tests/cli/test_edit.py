"""`edit`, on a bundle and on a spec file, from the shown difference to every exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import SENTENCE, Run

ROOT = Path("generated_dags")
RESOURCES = ROOT / "dags/resources/customer_orders"
CHANGE = "run it at 7 instead, retry load_result 5 times and drop the Slack alert"


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def bundle(run: Run) -> Path:
    assert run("generate", SENTENCE, "--quiet").exit_code == 0
    return ROOT


def test_a_bundle_is_changed_and_the_changes_are_told(run: Run, bundle: Path) -> None:
    result = run("edit", "customer_orders", CHANGE)
    assert result.exit_code == 0, result.output
    for words in (
        "“run it at 7 instead”",
        "30 6 * * 1-5 -> 0 7 * * 1-5",
        "alerts.0  removed",
        "+    retries: 5",
        "written",
    ):
        assert words in result.output
    assert "0 7 * * 1-5" in (bundle / "dags/customer_orders.py").read_text()
    assert "slack" not in (RESOURCES / "config.yml").read_text()


def test_what_was_not_mentioned_stays_to_the_comment(run: Run, bundle: Path) -> None:
    tasks = RESOURCES / "tasks.yml"
    tasks.write_text(tasks.read_text().replace("defaults:\n", "# the team agreed on these\ndefaults:\n"))
    before = tasks.read_text()
    assert run("edit", "customer_orders", "run it at 7", "--quiet").exit_code == 0
    assert tasks.read_text() == before.replace("30 6 * * 1-5", "0 7 * * 1-5")
    others = everything(bundle)
    assert run("edit", "customer_orders", "run it at 6:30", "--quiet").exit_code == 0
    assert {name for name, data in everything(bundle).items() if others[name] != data} == {
        "dags/customer_orders.py",
        "dags/resources/customer_orders/manifest.json",
        "dags/resources/customer_orders/tasks.yml",
    }


def test_a_dry_run_shows_the_difference_and_writes_nothing(run: Run, bundle: Path) -> None:
    before = everything(bundle)
    result = run("edit", "customer_orders", CHANGE, "--dry-run")
    assert result.exit_code == 0
    assert "would change" in result.output
    assert '-  expressions: ["30 6 * * 1-5"]' in result.output
    assert everything(bundle) == before


def test_a_machine_gets_the_changes_by_path(run: Run, bundle: Path) -> None:
    assert bundle.is_dir()
    data = json.loads(run("edit", "customer_orders", CHANGE, "--json").stdout)
    assert {"words": "retry load_result 5 times", "path": "steps.load_result.retries", "old": None, "new": 5} in data[
        "changes"
    ]
    assert data["written"]
    assert "dags/resources/customer_orders/tasks.yml" in data["diffs"]
    assert data["dag_file"].endswith("customer_orders.py")


def test_a_spec_file_is_rewritten_in_place(run: Run, tmp_path: Path) -> None:
    assert run("read", SENTENCE, "--out", "spec.yml", "--quiet").exit_code == 0
    spec = tmp_path / "spec.yml"
    before = spec.read_text()
    assert run("edit", "spec.yml", "run it at 7", "--dry-run").exit_code == 0
    assert spec.read_text() == before
    result = run("edit", "spec.yml", "run it at 7")
    assert result.exit_code == 0, result.output
    assert spec.read_text() == before.replace("30 6 * * 1-5", "0 7 * * 1-5")


def test_settings_stand_beside_tasks_yml_and_nowhere_else(run: Run, tmp_path: Path) -> None:
    assert run("read", SENTENCE, "--out", "tasks.yml", "--quiet").exit_code == 0
    (tmp_path / "config.yml").write_text("# ours\nstaging_url: {prod: s3://a, dev: s3://b}\n")
    assert run("edit", "tasks.yml", "set staging_url to s3://c in prod").exit_code == 0
    config = (tmp_path / "config.yml").read_text()
    assert config.startswith("# ours\n")
    assert "s3://c" in config
    assert "s3://b" in config
    (tmp_path / "tasks.yml").rename(tmp_path / "spec.yml")
    refused = run("edit", "spec.yml", "set staging_url to s3://c in prod")
    assert refused.exit_code == 2
    assert "cannot hold a setting" in refused.stderr


def test_files_that_people_wrote_are_theirs(run: Run, bundle: Path) -> None:
    edited = RESOURCES / "extract_orders.sql"
    edited.write_text("SELECT 'mine'\n")
    before = everything(bundle)
    stopped = run("edit", "customer_orders", "retry everything 4 times")
    assert stopped.exit_code == 2
    assert "-SELECT 'mine'" in stopped.stderr
    assert everything(bundle) == before
    assert run("edit", "customer_orders", "retry everything 4 times", "--keep-edits").exit_code == 0
    assert edited.read_text() == "SELECT 'mine'\n"
    assert "retries: 4" in (RESOURCES / "tasks.yml").read_text()


def test_code_written_for_a_step_that_is_renamed_is_spoken_of(run: Run) -> None:
    assert (
        run("generate", "Extract orders from Postgres, then run the python function score", "-q", "--id", "p").exit_code
        == 0
    )
    written = next(Path(ROOT / "dags/resources/p").glob("*_function.py"))
    step = written.name.removesuffix("_function.py")
    written.write_text(written.read_text() + "\n# ours\n")
    result = run("edit", "p", f"rename {step} to score_orders")
    assert result.exit_code == 0, result.output
    assert "written by hand and stays" in result.output
    assert written.exists()
    assert (written.parent / "score_orders_function.py").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("", "the text is empty"),
        ("make it better", "not understood"),
        ("remove archive_orders", "no task is meant by 'archive_orders'"),
        ("load_result before extract_orders", "cycle"),
        ("run it at 6:30", "nothing changes"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_changes_nothing(
    run: Run, bundle: Path, change: str, words: str
) -> None:
    before = everything(bundle)
    result = run("edit", "customer_orders", change)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "what to do" in result.stderr
    assert everything(bundle) == before


def test_a_change_that_a_check_refuses_ends_with_1_and_changes_nothing(run: Run, bundle: Path) -> None:
    before = everything(bundle)
    result = run("edit", "customer_orders", "call https://bob:hunter2secret@api.example.com/x at the end")
    assert result.exit_code == 1
    assert "the change would break the pipeline" in result.stderr
    assert everything(bundle) == before


def test_there_must_be_something_to_edit(run: Run) -> None:
    assert run("edit", "nothing_here", "run it at 7").exit_code == 2
    assert run("edit", "load orders from Postgres into Snowflake", "run it at 7").exit_code == 2
