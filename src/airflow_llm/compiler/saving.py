"""One file that the user named is written: whole or not at all, and what stands there first is kept when it fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from airflow_llm.errors import MachineError

_DEVICES = ("/dev", "/proc")


def save(path: Path, data: bytes | str) -> None:
    """The file with this content, and its folder; a device or a pipe (`/dev/stdout`) is written to as it is.

    MachineError when it cannot be written.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    try:
        if path.is_dir():
            raise MachineError(f"cannot write {path}: it is a folder", hint="name a file in it", place=str(path))
        if _takes_bytes_only(path):
            path.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise MachineError(
            f"cannot write {path}: {error.strerror or error}",
            hint="check the folder's permissions and the free space of the disk, or name another file",
            place=str(path),
        ) from error


def _takes_bytes_only(path: Path) -> bool:
    """Whether nothing can be put in the place of what stands there."""
    # Redirected to a file, /dev/stdout leads to that file: a new one in its place would cut off the rest of the output.
    device = any(path.absolute().is_relative_to(folder) for folder in _DEVICES)
    return device or (path.exists() and not path.is_file())


def _replace(target: Path, content: bytes) -> None:
    """The new content under a name of its own first, with the rights of the file that it takes the place of."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(content)
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
