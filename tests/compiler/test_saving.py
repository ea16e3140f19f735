"""A file that the user named: written whole with its folder, or an error that says what to do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from airflow_llm.compiler.saving import save
from airflow_llm.errors import MachineError

TO_OUTPUT = """
from pathlib import Path
from airflow_llm.compiler.saving import save
save(Path("/dev/stdout"), "tasks: ä\\n")
"""
TOO_LONG = """
import resource, sys
from pathlib import Path
from airflow_llm.compiler.saving import save
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
save(Path(sys.argv[1]), "new" * 100)
"""


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "spec.yml"
    save(path, "tasks: ä\n")
    save(path, b"\x89PNG")
    assert path.read_bytes() == b"\x89PNG"
    assert list(path.parent.iterdir()) == [path]


def test_the_rights_of_the_file_and_a_link_to_it_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "spec.yml", tmp_path / "link.yml"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    save(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for path in (tmp_path / "file" / "spec.yml", Path("/proc/airflow_llm/spec.yml"), tmp_path / ("a" * 300)):
        with pytest.raises(MachineError, match="cannot write") as caught:
            save(path, "new")
        assert caught.value.hint
        assert caught.value.place == str(path)
    assert (tmp_path / "file").read_text() == "not a folder"


def test_what_is_there_stays_when_the_new_file_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "spec.yml"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", TOO_LONG, path], check=False, capture_output=True, text=True)
    assert "MachineError" in done.stderr
    assert "cannot write" in done.stderr
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"spec.yml": "old"}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="it is a folder") as caught:
        save(tmp_path, "new")
    assert caught.value.hint == "name a file in it"


def test_what_the_standard_output_leads_to_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    piped = subprocess.run([sys.executable, "-c", TO_OUTPUT], check=True, capture_output=True)
    assert piped.stdout.decode() == "tasks: ä\n"
    path = tmp_path / "out.yml"
    with path.open("wb") as out:
        inode = path.stat().st_ino
        subprocess.run([sys.executable, "-c", TO_OUTPUT], check=True, stdout=out)
    assert path.read_text("utf-8") == "tasks: ä\n"
    assert path.stat().st_ino == inode


def test_a_pipe_with_a_name_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    save(pipe, "tasks\n")
    reader.join()
    assert read == ["tasks\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
