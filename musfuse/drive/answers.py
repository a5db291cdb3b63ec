"""What the drive answers its faces."""

from dataclasses import dataclass

from musfuse.drive.handles import CacheHint
from musfuse.model import NodeKind


@dataclass(frozen=True, slots=True)
class Attr:
    """Facts about an entry. `node` is stable for life; `size` is exact (0 for a folder); `version` changes with what a
    reader in the middle of a file rests on, its size included."""

    node: int
    name: str
    kind: NodeKind
    size: int
    mtime_ns: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class DirEntry:
    """An entry of a listing; `size` is None where finding it out would cost building an index. `version` is that of
    Attr."""

    node: int
    name: str
    kind: NodeKind
    size: int | None
    mtime_ns: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: the `handle` to read it by, its `node` and exact size in bytes, what a face may do with bytes that
    the system cached, and the `version`, that of Attr. `edition` tells versions apart that differ in bytes and in
    nothing that a reader in the middle rests on."""

    handle: int
    node: int
    size: int
    hint: CacheHint
    version: str
    edition: int = 0


@dataclass(frozen=True, slots=True)
class VolumeInfo:
    """Figures about the drive as a whole: `bytes` sums the sizes that are known. Nothing is free."""

    files: int
    folders: int
    bytes: int
