"""What Windows is told of an entry: attributes, times, sizes, paths."""

from typing import Any

from musfuse.drive import Attr, DirEntry
from musfuse.model import NodeKind

SECTOR = 4096
FILE_ATTRIBUTES = 0x2001  # READONLY, NOT_CONTENT_INDEXED
MOVABLE_ATTRIBUTES = 0x2020  # ARCHIVE, NOT_CONTENT_INDEXED: what is READONLY cannot be deleted
FOLDER_ATTRIBUTES = 0x2010  # DIRECTORY, NOT_CONTENT_INDEXED
DOT_FOLDER_ATTRIBUTES = 0x2012  # and HIDDEN
_EPOCH = 116_444_736_000_000_000
MAX_LABEL_UNITS = 32
SDDL = "O:BAG:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;WD)"
"""Full access: Explorer then says that the disk is write-protected, rather than ask for an administrator."""


def filetime(unix_ns: int) -> int:
    """100 ns steps since 1601."""
    return max(0, unix_ns // 100 + _EPOCH)


def attributes(kind: NodeKind, name: str, writable: bool = False) -> int:
    """FILE_ATTRIBUTE_* of an entry, of a view that is `writable` by hand."""
    if kind is not NodeKind.FOLDER:
        return MOVABLE_ATTRIBUTES if writable else FILE_ATTRIBUTES
    return DOT_FOLDER_ATTRIBUTES if name.startswith(".") else FOLDER_ATTRIBUTES


def file_info(entry: Attr | DirEntry, size: int | None = None, writable: bool = False) -> dict[str, Any]:
    """winfspy's dictionary for an entry of a view that is `writable` by hand or not; `size` overrides the entry's (an
    open file keeps its own)."""
    exact = (entry.size or 0) if size is None else size
    time = filetime(entry.mtime_ns)
    return {
        "file_attributes": attributes(entry.kind, entry.name, writable),
        "allocation_size": -(-exact // SECTOR) * SECTOR,
        "file_size": exact,
        "creation_time": time,
        "last_access_time": time,
        "last_write_time": time,
        "change_time": time,
        "index_number": entry.node,
    }


def drive_path(file_name: str) -> str:
    r"""A path of the drive from one of Windows': `\A\B` to `A/B`, the root to an empty text."""
    return file_name.strip("\\").replace("\\", "/")


def windows_path(path: str) -> str:
    r"""The reverse: `A/B` to `\A\B`."""
    return "\\" + path.replace("/", "\\")


def label_of(text: str) -> str:
    """A volume label: at most 32 UTF-16 units, cut between characters."""
    while len(text.encode("utf-16-le", "replace")) > 2 * MAX_LABEL_UNITS:
        text = text[:-1]
    return text
