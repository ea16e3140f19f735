"""`generate`, from every kind of input to every exit code."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from .conftest import SENTENCE, SPEC, Process, Run

RESOURCES = Path("generated_dags/dags/resources/customer_orders")


def test_a_sentence_shows_its_reading_its_files_and_its_findings(run: Run) -> None:
    result = run("generate", SENTENCE)
    assert result.exit_code == 0, result.output
    for words in (
        "every weekday at 06:30, Europe/Berlin; next run",
        "2, 10m apart",
        "on failure: #data-alerts (slack)",
        "“load the result into Snowflake table analytics.customer_orders”",
        "assumptions (what the text did not say)",
        "dags/customer_orders.py",
        "checks:",
    ):
        assert words in result.output
    ast.parse(Path("generated_dags/dags/customer_orders.py").read_text())
    assert (RESOURCES / "manifest.json").exists()


def test_the_text_may_come_from_a_file_or_from_standard_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ticket.txt").write_text(SENTENCE)
    for arguments, stdin in ((("ticket.txt",), None), (("--file", "ticket.txt"), None), (("-",), SENTENCE)):
        result = run("generate", *arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["id"] == "customer_orders"


def test_a_machine_gets_one_document_and_nothing_else(process: Process) -> None:
    done = process("generate", SENTENCE, "--json")
    data = json.loads(done.stdout)
    assert done.stderr == ""
    assert data["schedule"]["words"] == "every weekday at 06:30, Europe/Berlin"
    assert {task["kind"] for task in data["tasks"]} == {"extract", "validate", "transform", "load"}
    assert all(Path(path).exists() for path in data["files"])


def test_options_name_the_id_and_the_owners(run: Run) -> None:
    result = run("generate", SENTENCE, "--id", "mine", "--owner", "ada", "--owner", "grace", "--json")
    assert json.loads(result.stdout)["id"] == "mine"
    tasks = Path("generated_dags/dags/resources/mine/tasks.yml").read_text()
    assert "ada" in tasks
    assert "grace" in tasks


def test_the_same_sentence_gives_the_same_bytes(run: Run) -> None:
    for folder in ("a", "b"):
        assert run("generate", SENTENCE, "--output-dir", folder).exit_code == 0
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
        for folder in ("a", "b")
    )
    assert first == second


def test_edited_files_stop_it_with_a_diff_until_it_is_told(run: Run) -> None:
    run("generate", SENTENCE)
    edited = next(RESOURCES.glob("extract_orders.sql"))
    edited.write_text("SELECT 'mine'\n")
    stopped = run("generate", SENTENCE)
    assert stopped.exit_code == 2
    assert "-SELECT 'mine'" in stopped.stderr
    assert "--keep-edits" in stopped.stderr
    assert run("generate", SENTENCE, "--keep-edits").exit_code == 0
    assert edited.read_text() == "SELECT 'mine'\n"
    assert run("generate", SENTENCE, "--force").exit_code == 0
    assert "mine" not in edited.read_text()


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("generate", ""), None, ""),
        (("generate", "   \n "), None, ""),
        (("generate", "-"), "", ""),
        (("generate", "What a lovely morning it is."), None, ""),
        (("generate",), None, "give one description"),
        (("generate", "load x", "--file", "y"), None, "give one description"),
        (("generate", "--file", "nowhere.txt"), None, "nowhere.txt"),
        (("generate", "Every day at 25:75 load orders from Postgres into Snowflake"), None, "25:75"),
        (("generate", "Every 0 minutes load orders from Postgres into Snowflake"), None, "0 minutes"),
        (("generate", "-"), b"\xff\xfe\x00", "not UTF-8"),
        (("generate", "load orders from Postgres into Snowflake", "--target", "cron"), None, "cron"),
        (("generate", "load orders from Postgres into Snowflake", "--airflow-version", "1.10"), None, "1.10"),
        (("build", SPEC, "-o", "/proc/nowhere"), None, "cannot write"),
        (("build", "nowhere.yml"), None, "nowhere.yml"),
        (("show", "nowhere"), None, "nowhere"),
        (("connectors", "postgras"), None, "postgres"),
    ],
)
def test_bad_input_is_an_error_that_names_it(
    run: Run, arguments: tuple[object, ...], stdin: str | bytes | None, words: str
) -> None:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert not Path("generated_dags/dags").exists()


@pytest.mark.parametrize("name", ["../evil", "Evil", "1st", "import", "a" * 81, "a b"])
def test_an_id_that_is_no_name_is_refused(run: Run, name: str) -> None:
    result = run("generate", SENTENCE, "--id", name)
    assert result.exit_code == 2
    assert "cannot be an id" in result.stderr


@pytest.mark.parametrize(
    "hostile", ["\x1b[31mred\x1b[0m", "[bold]markup[/bold]", "\u202ereversed", "a\x00b", "[link=x]y"]
)
def test_hostile_text_reaches_the_terminal_only_as_text(run: Run, hostile: str) -> None:
    result = run("generate", f'Every day load orders from Postgres into Snowflake, and notify "{hostile}" on Slack')
    assert "Traceback" not in result.output
    assert "\x1b[31m" not in result.output
    assert "\u202e" not in result.output
    assert "\x00" not in result.output


def test_an_error_is_json_when_a_machine_asked(process: Process) -> None:
    done = process("generate", "", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2
    assert done.stderr == ""


def test_a_pipe_gets_no_colour_and_no_box(process: Process) -> None:
    done = process("generate", SENTENCE, FORCE_COLOR="")
    assert "\x1b" not in done.stdout
    assert done.returncode == 0


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -m airflow_llm.cli.main schema | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("{")
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_quiet_prints_only_the_path(process: Process) -> None:
    done = process("generate", SENTENCE, "--quiet")
    assert done.stdout.strip().endswith("generated_dags/dags/customer_orders.py")
    assert len(done.stdout.splitlines()) == 1
