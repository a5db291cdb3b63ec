"""Read a file that somebody named, whole: a regular one only, and no more of it than is wanted."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from musfuse.errors import ConfigError, plainly
from musfuse.platform import system

OWNER_LOCK = "owner.lock"
"""The name of the file in a library's folder whose lock makes a process its owner."""
_DEEPEST = 2


class Guarded(NamedTuple):
    """The bytes of a file; whether its owner `alone` can read it, beside who administers the system, and whether nobody
    else than this user (`own`) can write it."""

    data: bytes
    alone: bool
    own: bool


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a file of up to `limit` bytes. Raises ConfigError for one that is larger, that cannot be read, or
    that is none: a pipe could be waited for, and a device read, for ever."""
    return read_guarded(path, limit).data


def check_regular(path: Path) -> None:
    """Raise ConfigError where a path leads to no regular file, which whoever opens it by name could wait for, or to a
    database that a library keeps."""
    try:
        _check_not_kept(path)
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigError(f"{path}: cannot be read: it is not a regular file; name one that is")
    except (OSError, ValueError) as error:
        reason = plainly(error) if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot be read: {reason}") from error


def read_guarded(path: Path, limit: int) -> Guarded:
    """As `read_regular`; and who else can read and write the file. Raises ConfigError."""
    try:
        _check_not_kept(path)
        fd = system.open_shared(str(path))
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise ConfigError(f"{path}: cannot be read: it is not a regular file; name one that is")
            data = _read(fd, limit + 1)
        finally:
            os.close(fd)
    except (OSError, ValueError) as error:
        reason = plainly(error) if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot be read: {reason}") from error
    if len(data) > limit:
        del data  # it may hold a secret, which no traceback is to show
        raise ConfigError(f"{path}: over {limit:,} bytes; make it smaller")
    return Guarded(data, not system.others_can_read(status), not system.others_can_write(status))


def _check_not_kept(path: Path) -> None:
    """Raise ConfigError for a database in the folder of a library. The process that has the library has it open, and
    POSIX ends all locks that a process has on a file when it closes any descriptor of that: who opens the database next
    would take its log for left behind, and remove it (https://www.sqlite.org/howtocorrupt.html, 2.2)."""
    real = Path(os.path.realpath(path))
    if real.suffix == ".db" and any((folder / OWNER_LOCK).exists() for folder in real.parents[:_DEEPEST]):
        raise ConfigError(f"{path}: musfuse keeps a library in it; name a file of your own")


def _read(fd: int, most: int) -> bytes:
    data = bytearray()
    while len(data) < most and (piece := system.read_at(fd, min(most - len(data), 1 << 20), len(data))):
        data += piece
    return bytes(data)
