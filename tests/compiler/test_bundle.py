"""The bundle writer as its callers see it: complete, repeatable, and careful with people's edits."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import time
from pathlib import Path

import pytest

from airflow_llm.compiler.bundle import open_bundle, write
from airflow_llm.compiler.edits import EditedError
from airflow_llm.compiler.find import bundle_ids
from airflow_llm.compiler.manifest import digest
from airflow_llm.errors import InputError, MachineError, NotFoundError
from airflow_llm.spec.pipeline import Pipeline

from .bundles import DAG, HOOK, PREFIX, SQL, compilation, pipeline, snapshot
from .faults import interrupted


def test_a_bundle_has_its_code_its_spec_and_a_manifest_with_the_hash_of_each(tmp_path: Path) -> None:
    written = write(compilation(), tmp_path / "out")
    found = snapshot(written.root)
    manifest = json.loads(found.pop(PREFIX + "manifest.json"))
    assert written.dag_file.read_text() == "# the DAG\n"
    assert set(found) == {DAG, "dags/.airflowignore", SQL, HOOK, PREFIX + "tasks.yml", PREFIX + "config.yml"}
    assert manifest["files"] == {n: digest(d) for n, d in sorted(found.items()) if n != "dags/.airflowignore"}
    assert (manifest["target"], manifest["target_version"]) == ("airflow", "3.3")


def test_the_same_input_gives_the_same_bytes_and_writes_nothing_the_second_time(tmp_path: Path) -> None:
    first, second = write(compilation(), tmp_path / "a"), write(compilation(), tmp_path / "b")
    assert snapshot(first.root) == snapshot(second.root)
    before = {path: path.stat().st_mtime_ns for path in first.files}
    again = write(compilation(), tmp_path / "a")
    assert not again.changed
    assert {path: path.stat().st_mtime_ns for path in again.files} == before


def test_the_spec_of_a_bundle_is_the_pipeline(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    for argument in ("orders", tmp_path, tmp_path / "dags", tmp_path / DAG, tmp_path / PREFIX, tmp_path / SQL):
        assert open_bundle(argument, tmp_path).pipeline == pipeline()
    assert bundle_ids(tmp_path) == ("orders",)


def test_an_edited_file_stops_the_writer_with_a_diff_and_nothing_is_written(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / SQL).write_text("SELECT 2 -- mine\n")
    before = snapshot(tmp_path)
    with pytest.raises(EditedError) as raised:
        write(compilation(files={SQL: "SELECT 3\n", DAG: "# another\n"}), tmp_path)
    assert "-SELECT 2 -- mine" in raised.value.diff
    assert "+SELECT 3" in raised.value.diff
    assert raised.value.exit_code == 2
    assert snapshot(tmp_path) == before


def test_edits_are_kept_or_overwritten_as_told(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / SQL).write_text("SELECT 2\n")
    kept = write(compilation(files={DAG: "# another\n"}), tmp_path, keep_edits=True)
    assert (tmp_path / SQL).read_text() == "SELECT 2\n"
    assert (tmp_path / DAG).read_text() == "# another\n"
    assert kept.kept == (kept.root / SQL,)
    with pytest.raises(EditedError):
        write(compilation(), tmp_path)
    write(compilation(), tmp_path, force=True)
    assert (tmp_path / SQL).read_text() == "SELECT 1\n"


def test_a_dag_file_that_was_edited_can_be_kept(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / DAG).write_text("# mine\n")
    write(compilation(files={SQL: "SELECT 3\n"}), tmp_path, keep_edits=True)
    assert (tmp_path / DAG).read_text() == "# mine\n"
    assert (tmp_path / SQL).read_text() == "SELECT 3\n"


def test_a_hook_that_was_written_stays_without_a_word_until_its_contract_changes(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / HOOK).write_text("def score():\n    return 1\n")
    written = write(compilation(files={DAG: "# another\n"}), tmp_path)
    assert written.kept == (written.root / HOOK,)
    assert "return 1" in (tmp_path / HOOK).read_text()
    with pytest.raises(EditedError):
        write(compilation(files={HOOK: "def score(orders):\n    raise NotImplementedError\n"}), tmp_path)


def test_what_is_no_longer_generated_goes_unless_it_was_edited(tmp_path: Path) -> None:
    write(compilation(files={PREFIX + "a.sql": "A\n", PREFIX + "b.sql": "B\n"}), tmp_path)
    (tmp_path / PREFIX / "b.sql").write_text("mine\n")
    written = write(compilation(), tmp_path)
    assert written.removed == (written.root / PREFIX / "a.sql",)
    assert not (tmp_path / PREFIX / "a.sql").exists()
    assert (tmp_path / PREFIX / "b.sql").read_text() == "mine\n"


def test_files_of_people_and_their_links_are_never_touched(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    folder = tmp_path / PREFIX
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "deep" / "codes.csv").write_text("a")
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "proof.json").write_text("{}")
    write(compilation(files={SQL: "SELECT 3\n"}), tmp_path)
    assert (folder / "sub/deep/codes.csv").read_text() == "a"
    assert (folder / "link").is_symlink()
    assert not (folder / "proof.json").exists(), "evidence about other code"


def test_a_proof_stays_as_long_as_the_code_is_the_same(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / PREFIX / "proof.json").write_text("{}")
    write(compilation(), tmp_path)
    assert (tmp_path / PREFIX / "proof.json").exists()


def test_comments_in_the_spec_survive_a_new_generation(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    for name in ("tasks.yml", "config.yml"):
        path = tmp_path / PREFIX / name
        path.write_text("# why it is so\n" + path.read_text())
    write(compilation(pipeline(bucket="another")), tmp_path)
    assert (tmp_path / PREFIX / "tasks.yml").read_text().startswith("# why it is so\n")
    config = (tmp_path / PREFIX / "config.yml").read_text()
    assert config.startswith("# why it is so\n")
    assert "another" in config


def test_values_that_people_set_stop_a_new_generation_but_not_a_build_of_the_bundle(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    config = tmp_path / PREFIX / "config.yml"
    config.write_text(config.read_text().replace("orders-prod", "their-bucket"))
    with pytest.raises(EditedError, match=r"config\.yml"):
        write(compilation(), tmp_path)
    theirs = open_bundle("orders", tmp_path).pipeline
    write(compilation(theirs, files={SQL: "SELECT 3\n"}, source=tmp_path / PREFIX / "tasks.yml"), tmp_path)
    assert "their-bucket" in config.read_text()


def test_values_that_people_set_win_when_edits_are_kept(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    config = tmp_path / PREFIX / "config.yml"
    config.write_text(config.read_text().replace("orders-prod", "their-bucket"))
    write(compilation(files={SQL: "SELECT 3\n"}), tmp_path, keep_edits=True)
    assert "their-bucket" in config.read_text()
    assert open_bundle("orders", tmp_path).pipeline.settings[0].values["prod"] == "their-bucket"


def test_a_file_that_we_never_wrote_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / DAG).write_text("# written by hand, long ago\n")
    with pytest.raises(EditedError):
        write(compilation(), tmp_path)
    assert (tmp_path / DAG).read_text() == "# written by hand, long ago\n"


def test_the_shared_ignore_file_keeps_the_lines_of_people(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/.airflowignore").write_text("drafts/\n")
    write(compilation(), tmp_path)
    assert (tmp_path / "dags/.airflowignore").read_text() == "drafts/\nresources/\n"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "/etc/evil.py",
        "dags/../evil.py",
        "dags/resources/orders/../../evil.py",
        "dags/resources/other/x.sql",
        "dags/resources/orders/a/b.sql",
        "dags/resources/orders/a\\b.sql",
        "dags/other.py",
        "dags/resources/orders/",
    ],
)
def test_a_path_that_leads_out_of_the_bundle_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot hold the file"):
        write(compilation(files={name: "evil"}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["dags", "dags/resources", "dags/resources/orders"])
def test_a_link_that_leads_out_of_the_target_folder_is_refused(tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = tmp_path / "out" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    with pytest.raises(InputError, match="symbolic link"):
        write(compilation(), tmp_path / "out")
    assert not list(outside.iterdir())


def test_a_link_in_the_place_of_a_generated_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    write(compilation(), tmp_path / "out")
    outside = tmp_path / "outside.sql"
    outside.write_text("precious")
    (tmp_path / "out" / SQL).unlink()
    (tmp_path / "out" / SQL).symlink_to(outside)
    with pytest.raises(EditedError):
        write(compilation(), tmp_path / "out")
    write(compilation(), tmp_path / "out", force=True)
    assert outside.read_text() == "precious"
    assert not (tmp_path / "out" / SQL).is_symlink()


@pytest.mark.parametrize("folder", ["/proc/airflow_llm", "file/below"])
def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(MachineError, match="cannot write the bundle 'orders'"):
        write(compilation(), tmp_path / folder)


def test_the_writer_can_be_killed_at_any_step(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    changed = compilation(files={SQL: "SELECT 3\n", DAG: "# new\n", PREFIX + "more.sql": "M\n"})
    write(compilation(), old)
    write(compilation(), new)
    write(changed, new)
    outcomes = []
    for step in range(1, 400):
        root = tmp_path / str(step)
        shutil.copytree(old, root)
        if not interrupted(lambda root=root: write(changed, root), step, "kill-after"):
            break
        bundle = open_bundle("orders", root)
        assert {name: text.encode() for name, text in bundle.files().items()} in (_of(old), _of(new)), step
        write(changed, root)
        assert snapshot(root) == snapshot(new)
        outcomes.append(step)
    assert len(outcomes) > 20


def _of(root: Path) -> dict[str, bytes]:
    return {name: data for name, data in snapshot(root).items() if name != "dags/.airflowignore"}


def _write_many(root: Path, label: str) -> None:
    for number in range(6):
        files = {DAG: f"# {label} {number}\n", SQL: f"{label} {number}\n"}
        write(compilation(files=files), root)


def test_two_writers_at_once_leave_one_of_their_bundles(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(tmp_path, label)) for label in ("left", "right")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert (tmp_path / DAG).read_text().startswith("#"), "the DAG is there at every moment"
        time.sleep(0.001)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert (tmp_path / DAG).read_text() == "# " + (tmp_path / SQL).read_text()
    assert not (tmp_path / ".airflow-llm-writing").exists()


def test_a_writer_that_waits_too_long_says_who_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_llm.compiler import lock

    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.05)
    with lock.locked(tmp_path), pytest.raises(MachineError, match="another process is writing"):
        write(compilation(), tmp_path)


def test_an_unknown_bundle_is_named_with_the_nearest(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    with pytest.raises(NotFoundError) as raised:
        open_bundle("order", tmp_path)
    assert "'orders'" in raised.value.hint


def test_a_folder_with_several_bundles_asks_which(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    write(compilation(pipeline("refunds")), tmp_path)
    with pytest.raises(InputError) as raised:
        open_bundle(tmp_path)
    assert "orders, refunds" in raised.value.hint


def test_a_broken_spec_on_disk_is_not_overwritten_without_force(tmp_path: Path) -> None:
    write(compilation(), tmp_path)
    (tmp_path / PREFIX / "tasks.yml").write_text("id: [broken\n")
    with pytest.raises(EditedError):
        write(compilation(), tmp_path)
    write(compilation(), tmp_path, force=True)
    assert isinstance(open_bundle("orders", tmp_path).pipeline, Pipeline)
