"""Facts of entries as a `struct stat`: as the dict that the bindings take, and as the structure itself."""

import os
import stat
import sys
from typing import Any

from musfuse.drive import Attr, DirEntry
from musfuse.model import NodeKind

FOLDER_MODE, FILE_MODE, LINK_MODE = stat.S_IFDIR | 0o555, stat.S_IFREG | 0o444, stat.S_IFLNK | 0o777
_MODES = {NodeKind.FOLDER: FOLDER_MODE, NodeKind.FILE: FILE_MODE, NodeKind.LINK: LINK_MODE}
_WRITABLE = 0o222 & 0o755
"""Bits of what can be moved and removed by who mounted it; bytes cannot be written even so."""
_READ_BYTES = 128 * 1024
if sys.platform != "win32":
    _UID, _GID = os.getuid(), os.getgid()
else:
    _UID, _GID = 0, 0


def mode_of(kind: NodeKind, writable: bool = False) -> int:
    """The mode of an entry, of a drive that is `writable` by who mounted it."""
    return _MODES[kind] | _WRITABLE if writable else _MODES[kind]


def as_dict(attr: Attr | DirEntry, writable: bool = False) -> dict[str, Any]:
    """All facts by their names, times in ns. A size that is not known counts as 0."""
    folder, size = attr.kind is NodeKind.FOLDER, attr.size or 0
    return {
        "st_ino": attr.node,
        "st_mode": mode_of(attr.kind, writable),
        "st_nlink": 2 if folder else 1,
        "st_size": size,
        "st_blocks": -(-size // 512),
        "st_blksize": _READ_BYTES,
        "st_uid": _UID,
        "st_gid": _GID,
        "st_mtime": attr.mtime_ns,
        "st_ctime": attr.mtime_ns,
        "st_atime": attr.mtime_ns,
    }


class StatBuffer:
    """A `struct stat` of a binding that is filled again and again, since a listing of many entries shall not take
    longer than it must. `kind` is the structure's class. Not for several threads."""

    def __init__(self, kind: Any, writable: bool = False) -> None:
        self.stat, self._modes = kind(), {known: mode_of(known, writable) for known in _MODES}
        self.stat.st_uid, self.stat.st_gid, self.stat.st_blksize = _UID, _GID, _READ_BYTES
        self._times = [self.stat.st_mtimespec, self.stat.st_ctimespec, self.stat.st_atimespec]

    def fill(self, entry: DirEntry) -> None:
        """Put in what is known of an entry of a listing."""
        found, size = self.stat, entry.size or 0
        if entry.kind is NodeKind.FOLDER:
            found.st_mode, found.st_nlink = self._modes[entry.kind], 2
        else:
            found.st_mode, found.st_nlink = self._modes[entry.kind], 1
        found.st_ino, found.st_size, found.st_blocks = entry.node, size, -(-size // 512)
        seconds, rest = divmod(entry.mtime_ns, 1_000_000_000)
        for time in self._times:
            time.tv_sec, time.tv_nsec = seconds, rest
