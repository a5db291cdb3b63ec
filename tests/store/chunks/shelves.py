"""Files of a far source, and what a chunk cache on disk has of them."""

import hashlib
import random
from pathlib import Path

from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.store import ChunkStore


def contents(number: int, size: int) -> bytes:
    """Always the same bytes for a number."""
    return random.Random(number).randbytes(size)


def named(name: str, data: bytes, source: str = "far") -> SourceFile:
    """A version of a file: what it holds is part of what it is known by."""
    return SourceFile(source, name, Stamp(len(data), 1, hashlib.md5(data).hexdigest()))


def fill(store: ChunkStore, file: SourceFile, data: bytes, step: int = 300_000) -> None:
    """Keep all of a file, and wait until it is cut."""
    for at in range(0, len(data), step):
        store.keep(file, at, data[at : at + step])
    store.recutter.wait()


def whole(store: ChunkStore, file: SourceFile) -> bytes:
    """What can be read of a file from its beginning."""
    return store.read(file, 0, file.stamp.size)


def chunks_on_disk(folder: Path) -> list[Path]:
    """The files that lie in a cache, but for its table."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("chunks.db")]


def bytes_on_disk(folder: Path) -> int:
    """What these files hold."""
    return sum(path.stat().st_size for path in chunks_on_disk(folder))
