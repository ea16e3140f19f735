"""What makes a short command quick: what is not needed is not loaded, looked through or tidied up."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
from functools import partial
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# pydantic imports it for plug-ins, which we switch off; it brings the standard library's mail and archives along.
_SELDOM, _NAMED = "importlib.metadata", "entry_points"


def start() -> None:
    """Settings of the interpreter for a process that lives for one command."""
    # A short run makes many small objects that live to its end: looking through them again and again is wasted time.
    gc.set_threshold(250_000, 50, 50)
    # Looking for pydantic's plug-ins reads the metadata of every installed package; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # The algebra library of numpy starts a thread for each core as soon as it is imported; we have no work for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    found = None if _SELDOM in sys.modules else find_spec(_SELDOM)
    if found is not None:
        sys.modules[_SELDOM] = deferred = _Deferred(_SELDOM)
        deferred.__path__ = list(found.submodule_search_locations or ())
        setattr(importlib, _SELDOM.rpartition(".")[2], deferred)


class _Deferred(ModuleType):
    """Stands for a module until something of it is used; naming the function that is imported by name is no use yet."""

    def __getattr__(self, name: str) -> Any:
        return partial(_called, self, name) if name == _NAMED else getattr(_loaded(self), name)


def _called(module: ModuleType, name: str, *given: Any, **named: Any) -> Any:
    return getattr(_loaded(module), name)(*given, **named)


def _loaded(module: ModuleType) -> ModuleType:
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]
    return importlib.import_module(module.__name__)


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
