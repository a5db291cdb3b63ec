"""Looks whether all that the chunk cache holds is sound. What is not is dropped, as it is when somebody reads it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from musfuse.store.chunks.shelf import Shelf
from musfuse.store.chunks.table import ChunkTable


class Verified(NamedTuple):
    """How many chunks were read; how many of them were damaged, and are dropped; and how many files were dropped that
    belong to no chunk, as a power cut may leave them."""

    chunks: int
    damaged: int
    strays: int


def verify(shelf: Shelf, progress: Callable[[int, int], object], stopping: Callable[[], bool]) -> Verified:
    """Read every chunk, and look at every file. `progress` hears of chunks, and of how many there are. Raises
    StoreError."""
    total, looked, damaged, after = shelf.told(lambda table: table.kept()).chunks, 0, 0, 0
    while not stopping():
        page = shelf.told(partial(ChunkTable.chunks, after=after))
        if not page:
            break
        for number, digest, size in page:
            after, looked = number, looked + 1
            if shelf.files.read(digest, size) is None:
                damaged += shelf.damaged(digest)
        progress(looked, max(total, looked))
    strays = 0
    for digest in shelf.files.all():
        if stopping():
            break
        strays += shelf.drop_stray(digest)
    return Verified(looked, damaged, strays)
