"""Read a file that somebody named, whole: a regular one only, and no more of it than is wanted."""

import os
import stat
from pathlib import Path

from musfuse.errors import ConfigError, plainly
from musfuse.platform import system


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a file of up to `limit` bytes. Raises ConfigError for one that is larger, that cannot be read, or
    that is none: a pipe could be waited for, and a device read, for ever."""
    try:
        fd = system.open_shared(str(path))
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise ConfigError(f"{path}: cannot be read: it is not a regular file; name one that is")
            data = _read(fd, limit + 1)
        finally:
            os.close(fd)
    except (OSError, ValueError) as error:
        reason = plainly(error) if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot be read: {reason}") from error
    if len(data) > limit:
        raise ConfigError(f"{path}: over {limit:,} bytes; make it smaller")
    return data


def _read(fd: int, most: int) -> bytes:
    data = bytearray()
    while len(data) < most and (piece := system.read_at(fd, min(most - len(data), 1 << 20), len(data))):
        data += piece
    return bytes(data)
