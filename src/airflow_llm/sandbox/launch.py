"""Becomes the bounded program: `launch.py STATUS_FD NETWORK FILE_BYTES -- PROGRAM ARGUMENTS…` (standard library only).

It closes the network as far as the system permits, sets the limits, says on STATUS_FD which guards hold, and is then
replaced by the program, so that the process id and group stay the same.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41
_PARENT_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    if _libc().unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, _SET_FLAGS, struct.pack("16sH14s", b"lo", _UP_AND_RUNNING, b""))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 2):
        pass


def _own_network(loopback: bool) -> None:
    """A network namespace with nothing in it but (when asked) loopback."""
    user, group = os.getuid(), os.getgid()
    if user == 0:
        _unshare(_NEW_NET)
    else:
        _unshare(_NEW_USER | _NEW_NET)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    if loopback:
        _loopback_up()


def _works_in_a_child(loopback: bool) -> bool:
    """Whether the namespace can be had: some systems let it be made but not be used, so try it aside first."""
    child = os.fork()
    if child == 0:
        try:
            _own_network(loopback)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(arguments: list[str]) -> None:
    """Set the guards and become the program."""
    status, network, file_bytes, *rest = arguments
    guards = ["socket refusal"]
    if sys.platform == "linux":
        if _works_in_a_child(network == "loopback"):
            _own_network(network == "loopback")
            guards.append("network namespace")
        _libc().prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            guards.append("no new privileges")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if int(file_bytes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(file_bytes), int(file_bytes)))
        guards.append("file size limit")
    with os.fdopen(int(status), "w") as channel:
        json.dump(guards, channel)
    program = rest[1:]
    os.execvpe(program[0], program, os.environ)  # noqa: S606  # the whole purpose is to become this program


if __name__ == "__main__":
    main(sys.argv[1:])
