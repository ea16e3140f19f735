"""Closes the network of a Python process but for loopback. Found on PYTHONPATH, it runs before any other code.

An audit hook sees every socket call of the interpreter, also those of C extensions that use Python's sockets, and
cannot be removed again. `AIRFLOW_LLM_NETWORK=none` refuses loopback too.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import Any

_LOOPBACK_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_TRAFFIC = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_OWN_NAME = socket.gethostname().lower()


def _is_loopback(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name.lower() in _LOOPBACK_NAMES or name.lower() == _OWN_NAME:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _allowed(host: object) -> bool:
    return os.environ.get("AIRFLOW_LLM_NETWORK", "loopback") == "loopback" and _is_loopback(host)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _LOOKUPS:
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
        # A lookup of an address or of loopback sends nothing.
        if not _is_loopback(host) and not _is_any_address(host):
            raise socket.gaierror(socket.EAI_FAIL, f"the network is closed here: {host!r} was not looked up")
    elif event in _TRAFFIC:
        address = arguments[1] if len(arguments) > 1 else None
        if isinstance(address, tuple) and not _allowed(address[0]):
            raise PermissionError(f"the network is closed here: no connection to {address[0]!r}")


def _is_any_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _next_sitecustomize() -> None:
    """Run the sitecustomize that this one hides, if the interpreter has one."""
    here = Path(__file__).resolve().parent
    others = [entry for entry in sys.path if entry and Path(entry).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


sys.addaudithook(_refuse)
_next_sitecustomize()
