"""Open questions: asked in a real terminal, answered by options, told to a machine."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from airflow_llm.spec.document import load

from .conftest import SENTENCE, Process, Run

BARE = "every day at 7 load orders into Snowflake"
PROMPT = "] > "
PATIENCE = 120.0


def spec_of(name: str = "orders", folder: str = "generated_dags") -> dict[str, object]:
    root = Path(folder) / "dags" / "resources" / name
    pipeline = load((root / "tasks.yml").read_text(), (root / "config.yml").read_text())
    return pipeline.model_dump(mode="json")


def play(folder: Path, keys: list[str], *arguments: str) -> tuple[int, str]:
    """The command on a terminal of its own, with keys pressed at each prompt: its exit code and what it printed."""
    child, terminal = pty.fork()
    if child == 0:
        # Who runs the tests in the background ignores the signal, and the command would inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "airflow_llm.cli.main", "generate", "--ask", *arguments])
    printed = ""
    for key in keys:
        seen, until = len(printed), time.monotonic() + PATIENCE
        while PROMPT not in printed[seen:] and time.monotonic() < until:
            if select.select([terminal], [], [], 1.0)[0]:
                printed += os.read(terminal, 65536).decode(errors="replace")
        os.write(terminal, key.encode())
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            rest = os.read(terminal, 65536)
        except OSError:
            break
        if not rest:
            break
        printed += rest.decode(errors="replace")
    else:
        os.kill(child, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), printed


def test_each_question_is_asked_and_its_answer_lands_in_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, printed = play(tmp_path, ["oops\n", "mysql\n", "2\n", "paris\n"], BARE)
    assert code == 0, printed
    for words in ("1/3", "Which system does load_orders read from?", "no system is called", "the safest", "3/3"):
        assert words in printed
    monkeypatch.chdir(tmp_path)
    spec = spec_of()
    assert spec["schedule"]["expressions"] == ["0 19 * * *"]  # type: ignore[index]  # JSON by its keys
    assert spec["schedule"]["timezone"] == "Europe/Paris"  # type: ignore[index]  # JSON by its keys
    assert {"name": "source", "connector": "mysql", "role": ""} in spec["connections"]  # type: ignore[operator]  # a list


def test_enter_takes_the_safest_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed = play(tmp_path, ["\n", "\n", "\n"], BARE)
    assert code == 0, printed
    monkeypatch.chdir(tmp_path)
    spec = spec_of()
    assert spec["schedule"]["expressions"] == ["0 7 * * *"]  # type: ignore[index]  # JSON by its keys
    assert not {one["subject"] for one in spec["assumptions"]} & {"schedule.timezone", "steps.load_orders"}  # type: ignore[attr-defined]  # JSON by its keys


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_who_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path, key: str) -> None:
    code, printed = play(tmp_path, ["\n", key], BARE)
    assert code == 130, printed
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_when_all_is_said(tmp_path: Path) -> None:
    code, printed = play(tmp_path, [], "Merge orders from MySQL into the Snowflake table orders by order_id, hourly")
    assert code == 0, printed
    assert PROMPT not in printed


def test_without_a_terminal_it_says_what_to_do(process: Process, run: Run) -> None:
    done = process("generate", BARE, "--ask")
    assert done.returncode == 2
    assert "--answer id=value" in done.stderr
    assert "standard input" in run("generate", "-", "--ask", stdin=BARE).stderr
    assert not Path("generated_dags").exists()


def test_a_machine_gets_the_questions_and_how_to_answer_them(run: Run) -> None:
    data = json.loads(run("generate", BARE, "--ask", "--json").stdout)
    assert data["files"] == []
    assert [one["id"] for one in data["questions"]] == ["source", "hour", "timezone"]
    zone = data["questions"][2]
    assert (zone["default"], zone["choices"][0]["value"]) == ("UTC", "UTC")
    assert zone["answer"].startswith("--answer timezone=")
    assert zone["choices"][1]["edits"] == [{"op": "set", "path": "schedule.timezone", "value": "Europe/Berlin"}]
    assert zone["other"] == "any city or time zone"
    assert not Path("generated_dags").exists()


def test_a_machine_answers_with_options(run: Run) -> None:
    answers = ("--answer", "source=mysql", "--answer", "hour=19:00", "--answer", "timezone=Berlin")
    data = json.loads(run("generate", BARE, *answers, "--answer", "load_mode=append", "--ask", "--json").stdout)
    assert data["files"]
    assert {one["id"]: one["taken"] for one in data["answered"]} == {
        "source": "mysql",
        "hour": "19:00",
        "timezone": "Europe/Berlin",
        "load_mode": "keep them and only add; a repeated run adds twice",
    }
    assert data["schedule"]["words"] == "every day at 19:00, Europe/Berlin"


def test_without_asking_the_safest_is_taken_and_said(run: Run) -> None:
    result = run("generate", BARE)
    for words in ("the text names no time zone; UTC is taken", "`generate --ask` asks", "source: Which system does"):
        assert words in result.output
    data = json.loads(run("read", BARE, "--json").stdout)
    assert [one["id"] for one in data["questions"]] == ["source", "hour", "timezone"]
    assert json.loads(run("read", SENTENCE, "--json").stdout)["questions"][0]["id"] == "load_mode"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["timezone"], "is no answer"),
        (["=x"], "is no answer"),
        (["hour=19:00", "hour=07:00"], "two answers"),
        (["colour=red"], "no question 'colour'"),
        (["timezone=Gondor"], "not a known time zone"),
    ],
)
def test_an_answer_that_is_none_is_refused_and_nothing_is_written(run: Run, answers: list[str], words: str) -> None:
    result = run("generate", BARE, *(part for answer in answers for part in ("--answer", answer)))
    assert result.exit_code == 2
    assert words in result.stderr
    assert not Path("generated_dags").exists()
