"""The commands beside `generate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_llm.cli.app import COMMANDS

from .conftest import SENTENCE, SPEC, Run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    usage, _, rest = result.output.partition(f"airflow-llm {name}")
    assert "Usage" in usage
    assert f"airflow-llm {name}" in rest, "the usage line is no example"


@pytest.mark.parametrize("name", ["up", "down"])
def test_the_commands_of_dev_have_examples_too(run: Run, name: str) -> None:
    result = run("dev", name, "--help")
    assert result.output.count(f"airflow-llm dev {name}") == 2


def test_the_list_of_commands_is_what_the_program_shows(run: Run) -> None:
    result = run("--help")
    assert all(name in result.output for name in COMMANDS)


def test_a_mistyped_command_is_usage(run: Run) -> None:
    assert run("genrate", "x").exit_code == 2


def test_read_writes_a_spec_that_build_takes(run: Run) -> None:
    assert run("read", SENTENCE, "--out", "spec.yml").exit_code == 0
    result = run("build", "spec.yml", "--json")
    assert result.exit_code == 0, result.output
    assert Path(json.loads(result.stdout)["bundles"][0]["dag_file"]).exists()


def test_read_makes_predictions_for_a_benchmark(run: Run) -> None:
    cases = [{"id": "one", "description": SENTENCE}, {"id": "two", "description": "Hello there."}]
    Path("cases.json").write_text(json.dumps(cases))
    Path("long.json").write_text(json.dumps({"three": {}}))
    Path("texts").mkdir()
    Path("texts/three.txt").write_text(SENTENCE)
    assert run("read", "--cases", "cases.json", "--out", "p.json").exit_code == 0
    assert run("read", "--cases", "long.json", "--texts", "texts", "--out", "q.json").exit_code == 0
    found = json.loads(Path("p.json").read_text())
    assert [task["kind"] for task in found["one"]["tasks"]].count("extract") == 2
    assert "error" in found["two"]
    assert json.loads(Path("q.json").read_text())["three"]["tasks"]


def test_a_dash_is_standard_output_wherever_a_file_is_named(run: Run) -> None:
    spec = run("read", SENTENCE, "--out", "-")
    assert spec.stdout == run("read", SENTENCE, "--quiet").stdout
    assert spec.stdout.startswith("version: 1\n")
    assert json.loads(run("read", SENTENCE, "--out", "-", "--json").stdout)["spec"]["id"]
    Path("cases.json").write_text(json.dumps([{"id": "one", "description": SENTENCE}]))
    assert json.loads(run("read", "--cases", "cases.json", "--out", "-").stdout)["one"]["tasks"]
    assert json.loads(run("read", "--cases", "cases.json", "--out", "-", "--json").stdout)["predictions"]["one"]
    assert json.loads(run("schema", "--out", "-").stdout)["properties"]
    assert run("show", SPEC, "--out", "-").stdout == run("show", SPEC).stdout
    assert run("show", SPEC, "--out", "-", "--format", "svg").stdout.startswith("<svg")
    assert not Path("-").exists()


def test_a_picture_of_bytes_goes_through_a_pipe(run: Run) -> None:
    pytest.importorskip("PIL")
    result = run("show", SPEC, "--out", "-", "--format", "png")
    assert result.stdout_bytes.startswith(b"\x89PNG")


def test_build_takes_a_spec_a_bundle_and_a_folder(run: Run) -> None:
    assert run("build", SPEC).exit_code == 0
    for argument in ("customer_orders", "generated_dags", "generated_dags/dags/customer_orders.py"):
        again = run("build", argument, "--json")
        assert again.exit_code == 0, again.output
        assert json.loads(again.stdout)["bundles"][0]["changed"] is False


def test_build_of_a_folder_goes_on_after_a_bad_spec(run: Run) -> None:
    Path("specs/deep").mkdir(parents=True)
    text = SPEC.read_text()
    Path("specs/one.yml").write_text(text)
    Path("specs/deep/two.yml").write_text(text.replace("id: customer_orders\n", "id: second\n"))
    Path("specs/bad.yml").write_text("id: [\n")
    Path("specs/twin.yml").write_text(text)
    result = run("build", "specs", "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 2
    assert data["failed"] == 2
    assert Path("generated_dags/dags/second.py").exists()
    assert Path("generated_dags/dags/customer_orders.py").exists()
    assert [path.name for path in Path("generated_dags").iterdir()] == ["dags"], "the work folder is gone"


def test_edits_of_the_spec_are_built_and_comments_stay(run: Run) -> None:
    run("build", SPEC)
    tasks = Path("generated_dags/dags/resources/customer_orders/tasks.yml")
    tasks.write_text("# ours\n" + tasks.read_text().replace("retries: 2", "retries: 5"))
    assert run("build", "customer_orders").exit_code == 0
    assert tasks.read_text().startswith("# ours\n")
    assert '"retries": 5' in Path("generated_dags/dags/customer_orders.py").read_text()


def test_check_fails_on_an_error_and_fix_mends_what_is_safe(run: Run) -> None:
    broken = "  - {id: again, kind: load, reads: [nothing_here], writes: [target]}\n"
    Path("bad.yml").write_text(SPEC.read_text() + broken)
    result = run("check", "bad.yml", "--json")
    assert result.exit_code == 1
    codes = [finding["code"] for finding in json.loads(result.stdout)["pipelines"][0]["findings"]]
    assert "unknown-reference" in codes
    built = run("build", "bad.yml")
    assert built.exit_code == 2
    assert "nothing_here" in built.stderr


def test_explain_names_words_and_files(run: Run) -> None:
    run("generate", SENTENCE)
    data = json.loads(run("explain", "customer_orders", "--json").stdout)
    load = next(task for task in data["tasks"] if task["kind"] == "load")
    assert load["words"] == "load the result into Snowflake table analytics.customer_orders"
    assert load["assumptions"]
    extract = next(task for task in data["tasks"] if task["kind"] == "extract")
    assert any(path.endswith(".duckdb.sql") for path in extract["files"])
    unknown = run("explain", "customer_orders", load["id"] + "x")
    assert unknown.exit_code == 2
    assert load["id"] in unknown.stderr


def test_schema_and_connectors_and_version_are_json(run: Run) -> None:
    assert json.loads(run("schema", "--json").stdout)["properties"]["steps"]
    assert json.loads(run("schema", "--config").stdout)
    names = [one["name"] for one in json.loads(run("connectors", "--json").stdout)]
    assert {"postgres", "snowflake", "s3", "slack"} <= set(names)
    assert json.loads(run("version", "--json").stdout)["airflow-llm"]


def test_generate_does_not_load_what_it_does_not_need(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import atexit, sys, runpy\nsys.argv = ['airflow-llm', 'generate', sys.argv[1], '-q']\n"
        "seldom = ('airflow', 'duckdb', 'pyarrow', 'networkx', 'PIL', 'ruff')\n"
        "atexit.register(lambda: print([name for name in seldom if name in sys.modules]))\n"
        "runpy.run_module('airflow_llm.cli.main', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SENTENCE], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout


@pytest.mark.parametrize("command", ["schema", "version"])
def test_a_full_disk_is_no_defect(command: str) -> None:
    import subprocess
    import sys

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "airflow_llm", command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "defect" not in done.stderr
