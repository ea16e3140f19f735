"""What makes a short command quick: what is not needed is not loaded, looked through or tidied up."""

from __future__ import annotations

import atexit
import gc
import os
import sys


def start() -> None:
    """Settings of the interpreter for a process that lives for one command."""
    # A short run makes many small objects that live to its end: looking through them again and again is wasted time.
    gc.set_threshold(250_000, 50, 50)
    # Looking for pydantic's plug-ins reads the metadata of every installed package; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def leave(code: int) -> None:
    """Ends the process with its exit code, without freeing every object one by one.

    What was registered for the end is done, temporary files among it. Output that cannot be written any more is left to
    the interpreter, which says so.
    """
    gc.freeze()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)
