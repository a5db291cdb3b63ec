"""What the chunk cache knows of what it holds, as values."""

from typing import NamedTuple

from musfuse.model import SourceFile, path_text


class Piece(NamedTuple):
    """`length` bytes of a version from `start` on: those of the chunk from `skip` on, which has `size` bytes; `head`: 1
    where a scan looked at them, else 0."""

    version: int
    start: int
    length: int
    skip: int
    head: int
    digest: bytes
    size: int


class Put(NamedTuple):
    """A chunk of which `length` bytes from `skip` on are those of a version from `start` on; `head`: a scan looked at
    them."""

    start: int
    digest: bytes
    size: int
    skip: int = 0
    head: bool = False

    @property
    def length(self) -> int:
        """Bytes of the piece."""
        return self.size - self.skip


class Head(NamedTuple):
    """Bytes of a version from `offset` on that a scan looked at."""

    file: SourceFile
    offset: int
    data: bytes


class Victim(NamedTuple):
    """A piece that may go."""

    version: int
    start: int
    length: int
    chunk: int


class Kept(NamedTuple):
    """What is kept: versions of files and their bytes, chunks and theirs, and what of it is pinned."""

    versions: int
    bytes: int
    chunks: int
    chunk_bytes: int
    pinned_files: int
    pinned_bytes: int


def key_of(file: SourceFile) -> tuple[str, str, str]:
    """What names a version: its source, its path, and all that its source tells a version by."""
    return file.source_uid, path_text(file.path), f"{file.stamp}/{file.stamp.tag}"
