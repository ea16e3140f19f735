"""Every example of the documentation is run: commands and Python page by page, YAML as a spec."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from airflow_llm.spec.document import load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# `py` marks fragments that show good or bad code and cannot run by themselves.
BLOCK = re.compile(r"^```(console|python|yaml)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
ANYTHING = "…"


@dataclass(frozen=True)
class Example:
    """One fenced block of a page."""

    language: str
    text: str


@dataclass
class Shell:
    """Runs commands in one folder and remembers where it started the stubs of a local Airflow."""

    folder: Path
    homes: list[str] = field(default_factory=list)

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        if words[1:3] == ["dev", "up"]:
            self.homes.append(words[words.index("--home") + 1])
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = os.environ | {"PATH": path, "NO_COLOR": "1", "COLUMNS": "140"}
        return subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


def examples(page: Path) -> list[Example]:
    """The blocks of a page, in order."""
    return [Example(language, text) for language, text in BLOCK.findall(page.read_text(encoding="utf-8"))]


def pages_with(*languages: str) -> list[str]:
    """The pages that hold a block in one of the languages, as paths below the repository's root."""
    return [str(p.relative_to(ROOT)) for p in PAGES if any(e.language in languages for e in examples(p))]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """(command, the lines of output that the page shows) for each `$` line; a trailing backslash goes on."""
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line.strip():
            found[-1][1].append(line)
    return found


def assert_shown(shown: list[str], output: str) -> None:
    """Each shown line occurs in the output, in order; `…` stands for anything."""
    rest = output
    for line in shown:
        pattern = r".*?".join(re.escape(part.strip()) for part in line.split(ANYTHING))
        match = re.search(pattern, rest)
        assert match, f"the page shows {line!r}; the command printed:\n{output}"
        rest = rest[match.end() :]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A folder like the reader's; the stubs that a page started do not outlive it, also when it fails half-way."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shell = Shell(tmp_path)
    yield shell
    for home in shell.homes:
        shell.run(["airflow-llm", "dev", "down", "--home", home])


@pytest.mark.airflow
@pytest.mark.parametrize("page", pages_with("console", "python"))
def test_the_examples_of_a_page_run_in_order(page: str, shell: Shell) -> None:
    for example in examples(ROOT / page):
        if example.language == "console":
            for command, shown in commands(example.text):
                words = shlex.split(command)
                expected = int(words.pop().removeprefix("#exit=")) if words[-1].startswith("#exit=") else 0
                done = shell.run(words)
                assert done.returncode == expected, f"$ {command}\n{done.stdout}\n{done.stderr}"
                assert_shown(shown, done.stdout + done.stderr)
        elif example.language == "python":
            done = shell.run([sys.executable, "-c", example.text])
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", pages_with("yaml"))
def test_yaml_examples_are_specs(page: str) -> None:
    for example in examples(ROOT / page):
        if example.language == "yaml" and example.text.startswith(("id:", "version:")):
            assert load(example.text, None, page, "").id
