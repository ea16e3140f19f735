"""The few operations on the disk that a commit is made of: each one a single system call, or safe to repeat."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

_RENAME_EXCHANGE = 2
_AT_FDCWD = -100
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.ENOSYS)
_NO_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def write_file(path: Path | str, data: bytes) -> None:
    """A new file with that content, which outlives this process; what a power cut leaves is the file system's."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def link_or_copy(source: Path, target: Path | str) -> None:
    """The same file under a second name; a copy where the file system has no hard links."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(source, target, follow_symlinks=False)


def carry(source: Path, target: Path, skip: frozenset[str] = frozenset()) -> None:
    """Everything of a folder also in the other one, unless it is there already; `skip` are top-level names."""
    for entry in sorted(os.scandir(source), key=lambda item: item.name):
        goal = target / entry.name
        if entry.name in skip:
            continue
        if entry.is_dir(follow_symlinks=False):
            if not goal.exists():
                os.mkdir(goal, stat.S_IMODE(entry.stat().st_mode))
            carry(Path(entry.path), goal)
        elif not os.path.lexists(goal):
            link_or_copy(Path(entry.path), goal)


def exchange(first: Path, second: Path) -> bool:
    """Two folders swapped in one step. False where the system cannot do that."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(first))


def remove_tree(path: Path) -> None:
    """The folder is gone; a link is removed, not followed."""
    mode = mode_of(path)
    if stat.S_ISDIR(mode):
        try:
            os.rmdir(path)
        except OSError:
            shutil.rmtree(path)
    elif mode:
        os.unlink(path)


def mode_of(path: Path) -> int:
    """What stands there, as in `stat` (a link is not followed); 0 when there is nothing."""
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0
