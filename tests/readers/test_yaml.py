"""Specs are claimed by suffix or shape, and read with the config beside them."""

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Source
from airflow_llm.readers.yaml import READER, decode

TASKS = "id: shop\nconfidence: 0.5\nsteps:\n  - {id: a, kind: marker}\n"


def test_claims_files_by_suffix_and_text_by_shape(tmp_path):
    assert READER.claims(Source("anything", path=tmp_path / "x.yml")) == 1
    assert READER.claims(Source("anything", path=tmp_path / "x.YAML")) == 1
    assert READER.claims(Source(TASKS)) > 0.9
    assert READER.claims(Source("# a note\n\nversion: 1\nid: a\n")) > 0.9
    assert READER.claims(Source("Every day: extract orders from Postgres")) == 0
    assert READER.claims(Source("id: a\nthen load it")) == 0
    assert READER.claims(Source("steps: extract, load")) == 0
    assert READER.claims(Source("")) == 0


def test_reads_tasks_with_the_config_beside_them(tmp_path):
    tasks = tmp_path / "tasks.yml"
    tasks.write_text(TASKS)
    (tmp_path / "config.yml").write_text("x: {prod: 1}\n")
    reading = READER.read(Source(tasks.read_text(), name=str(tasks), path=tasks))
    assert reading.pipeline.settings[0].values == {"prod": 1}
    assert reading.confidence == 0.5
    other = tmp_path / "shop.yml"
    assert READER.read(Source(TASKS, name=str(other), path=other)).pipeline.settings == ()


def test_the_id_that_was_asked_for_wins():
    assert READER.read(Source(TASKS, pipeline_id="other")).pipeline.id == "other"


def test_errors_name_the_file_that_is_wrong(tmp_path):
    tasks = tmp_path / "tasks.yml"
    with pytest.raises(InputError) as caught:
        READER.read(Source("id: A", name="given.yml", path=tasks))
    assert caught.value.place == "given.yml:1:5"
    (tmp_path / "config.yml").write_bytes(b"x:\n  prod: caf\xe9")
    with pytest.raises(InputError, match="0xe9 is not UTF-8") as caught:
        READER.read(Source(TASKS, path=tasks))
    assert caught.value.place == f"{tmp_path / 'config.yml'}:2:12"


def test_decode_takes_a_byte_order_mark_away():
    assert decode(b"\xef\xbb\xbfid: a", "x") == "id: a"
