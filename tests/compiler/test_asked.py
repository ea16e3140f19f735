"""What is read can be built: each of these was once read as something that no target could take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source

ASKED = YAML(typ="safe").load((Path(__file__).parent / "asked.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("by_rules", [True, False], ids=["grammar", "both"])
@pytest.mark.parametrize("case", ASKED, ids=lambda case: case["text"][:40])
def test_what_is_read_can_be_built(case: dict[str, Any], by_rules: bool) -> None:
    emission = compile_source(Source(case["text"], pipeline_id="asked", by_rules=by_rules)).emission
    files = "\n".join(str(text) for text in emission.files.values())
    assert [words for words in case["holds"] if words not in files] == []
