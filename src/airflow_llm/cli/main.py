"""The entry point of `airflow-llm`."""

from __future__ import annotations

import logging
import os
import sys

from airflow_llm.cli import quick


def main() -> None:
    """Runs the command line and leaves with its exit code; never with a traceback."""
    quick.start()
    # What sqlglot cannot parse is kept as the user wrote it, and a check says so where it matters.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    # Imported here, since the settings above make importing quicker.
    from airflow_llm.cli.app import app
    from airflow_llm.cli.command import DEBUG, unexpected
    from airflow_llm.cli.terminal import Terminal

    try:
        app()
    except SystemExit as end:
        quick.leave(end.code if isinstance(end.code, int) else int(end.code is not None))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        told = unexpected(error)
        Terminal().fail(told)
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
