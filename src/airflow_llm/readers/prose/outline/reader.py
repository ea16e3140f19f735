"""The reader of long structured descriptions. What reads them is loaded for a text that may be one."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Reading, Source

_SHORTEST = 80


class OutlineReader:
    """Reads descriptions that list their tasks under headings or numbers, each with labelled lines."""

    name = "outline"

    def claims(self, source: Source) -> float:
        """Sure of texts with several labelled steps; anything else is left to the free-form reader."""
        if len(source.text) < _SHORTEST or "\n" not in source.text:
            return 0.0
        from airflow_llm.readers.prose.outline.reading import looks_structured

        return looks_structured(source.text)

    def read(self, source: Source) -> Reading:
        """The description as a pipeline. InputError when it lists no step."""
        from airflow_llm.readers.prose.outline.reading import read_outline

        reading = read_outline(source.text, source.pipeline_id, traced=source.traced)
        if reading is None:
            raise InputError(
                "the description lists no steps", hint="number the steps and say what each does", place=source.name
            )
        return reading


READER = OutlineReader()
