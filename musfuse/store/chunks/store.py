"""The chunk cache: contents of far originals on disk, kept once however many files share them.

What is read of a file is kept as it comes, in pieces; of a file that is here as a whole new chunks are cut, where its
contents say so (`recutting.py`). Every chunk is checked when it is read from disk: one that is torn, missing or
another's is not there, and is fetched again. Nothing is looked through when the cache is opened.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from musfuse.errors import StoreError
from musfuse.model import SourceFile, path_of
from musfuse.store.chunks.cutter import LARGEST
from musfuse.store.chunks.files import digest_of
from musfuse.store.chunks.pieces import Head, Kept, Piece, Put
from musfuse.store.chunks.recutting import Recutter
from musfuse.store.chunks.shelf import SPARE, Shelf
from musfuse.store.chunks.table import ChunkTable


class ChunkStore:
    """Chunks in `folder`, of `limit` bytes together, as Shelf has it. Raises StoreError where the folder cannot be
    used. May be used from many threads."""

    def __init__(
        self, folder: Path, limit: int, spare_bytes: int = SPARE, on_evicted: Callable[[int], object] = lambda _: None
    ) -> None:
        self.shelf = Shelf(folder, limit, spare_bytes, on_evicted)
        self.limit, self.hits, self.misses = limit, 0, 0
        """Bytes at most; how often all that was asked for was here, and how often not: no lock is taken, one may be
        missed."""
        with self.shelf.writing:
            self.shelf.make_room(0)  # the limit may be another than before
        self.recutter = Recutter(self.shelf)
        self.recutter.begin()

    @property
    def problem(self) -> str:
        """Why nothing can be kept now, '' where it can."""
        return self.shelf.complaint.problem

    def read(self, file: SourceFile, offset: int, size: int) -> bytes:
        """What is kept of a version from `offset` on, `size` bytes at most, fewer where what follows is not here."""
        end = min(offset + size, file.stamp.size)

        def find(table: ChunkTable) -> Sequence[Piece]:
            pieces = table.pieces(file, offset, end)
            if pieces:
                self.shelf.used(pieces[0].version)
            return pieces

        found = self.shelf.read(self.shelf.ask(find, ()), offset, end)
        if len(found) == end - offset:
            self.hits += 1
        else:
            self.misses += 1
        return found

    def missing_until(self, file: SourceFile, offset: int, end: int) -> int:
        """Where what is missing from `offset` on ends: where something is kept again, or at `end`."""
        pieces = self.shelf.ask(lambda table: table.pieces(file, offset, end), ())
        return min((piece.start for piece in pieces if piece.start > offset), default=end)

    def is_whole(self, file: SourceFile) -> bool:
        """Whether all of a version is kept, as far as is known."""
        found = self.shelf.ask(lambda table: table.version(file), None)
        return found is not None and found[1]

    def keep(self, file: SourceFile, offset: int, data: bytes) -> bool:
        """Keep bytes of a version, as far as they are not here; whether all are now. Without room, or where the disk
        fails, they are not."""

        def find(table: ChunkTable) -> Sequence[tuple[int, int]]:
            if known := table.version(file):
                self.shelf.used(known[0])
            return tuple(table.gaps(file, offset, offset + len(data)))

        with self.shelf.writing:
            gaps = self.shelf.ask(find, None)
            if not gaps:
                return gaps is not None
            view = memoryview(data)
            parts = [
                (at, view[at - offset : min(stop, at + LARGEST) - offset])
                for start, stop in gaps for at in range(start, stop, LARGEST)
            ]  # fmt: skip
            puts = {Put(at, digest_of(part), len(part)): part for at, part in parts}

            def note(table: ChunkTable) -> bool:
                version = table.make_version(file)
                self.shelf.used(version)
                table.put(version, puts)
                return table.is_whole(version)

            whole = self.shelf.write({put.digest: part for put, part in puts.items()}, note)
        if whole:
            self.recutter.begin()
        return whole is not None

    def holds(self, file: SourceFile, offset: int, end: int) -> bool:
        """Whether all of a range is kept, as far as is known."""
        return self.shelf.ask(lambda table: next(table.gaps(file, offset, end), None), offset) is None

    def read_head(self, file: SourceFile, offset: int, size: int) -> bytes:
        """A range of a version where all of it is kept, else nothing. That a scan looks at a file is no use of it."""
        end = min(offset + size, file.stamp.size)
        found = self.shelf.read(self.shelf.ask(lambda table: table.pieces(file, offset, end), ()), offset, end)
        return found if len(found) == end - offset else b""

    def keep_heads(self, heads: Sequence[tuple[SourceFile, int, bytes]]) -> None:
        """Keep what a scan looked at, as far as it is not here, in place of that of other versions: it goes last.
        (file, offset, data), of each no more than a chunk holds."""

        def find(table: ChunkTable) -> Sequence[Head]:
            return [
                Head(file, start, data[start - offset : stop - offset])
                for file, offset, data in _apart(heads) for start, stop in table.gaps(file, offset, offset + len(data))
            ]  # fmt: skip

        with self.shelf.writing:
            missing = self.shelf.ask(find, ())
            if not missing:
                return
            puts = [(head.file, Put(head.offset, digest_of(head.data), len(head.data), head=True)) for head in missing]

            def note(table: ChunkTable) -> bool:
                for file, put in puts:
                    table.put(table.make_version(file), [put])
                return True

            if self.shelf.write({put.digest: head.data for (_, put), head in zip(puts, missing, strict=True)}, note):
                files = {file for file, _ in puts}
                old = self.shelf.ask(lambda table: [one for file in files for one in table.outdated_heads(file)], ())
                if old:
                    self.shelf.evict(old)

    def pin(self, file: SourceFile) -> bool:
        """Have nothing dropped of a file, in whatever version, until it is unpinned; whether it was not pinned. Raises
        StoreError."""
        return self.shelf.change(lambda table: table.pins.add(file))

    def unpin(self, file: SourceFile) -> bool:
        """Let what is kept of a file go again; whether it was pinned. Raises StoreError."""
        return self.shelf.change(lambda table: table.pins.remove(file))

    def unpin_all(self) -> int:
        """Let all files go again; how many were pinned. Raises StoreError."""
        return self.shelf.change(lambda table: table.pins.remove_all())

    def is_pinned(self, file: SourceFile) -> bool:
        """Whether a file is pinned. Raises StoreError."""
        return self.shelf.told(lambda table: table.pins.has(file))

    def pinned(self) -> tuple[int, int]:
        """How many files are pinned, and their bytes, here or not. Raises StoreError."""
        return self.shelf.told(lambda table: table.pins.count())

    def pins(self) -> Iterator[tuple[str, str]]:
        """What is pinned: (uid of its source, path), in order, read in pages. Raises StoreError."""
        after = ("", "")
        while page := self.shelf.told(partial(_pins, after=after)):
            yield from ((source, path_of(path)) for source, path in page)
            after = page[-1]

    def clear(self, source: str = "") -> tuple[int, int]:
        """Drop what is kept of a source, of all for '', and not pinned; bytes and chunks that went. Raises
        StoreError."""
        with self.shelf.writing:
            before = self.kept()
            while victims := self.shelf.told(lambda table: table.of_source(source)):
                if self.shelf.evict(victims) is None:
                    raise StoreError(self.problem)
            after = self.kept()
        return before.chunk_bytes - after.chunk_bytes, before.chunks - after.chunks

    def kept(self) -> Kept:
        """What is kept. Raises StoreError."""
        return self.shelf.told(lambda table: table.kept())

    def close(self) -> None:
        """End what is under way, and close the table."""
        self.recutter.close()
        self.shelf.close()


def _apart(heads: Sequence[tuple[SourceFile, int, bytes]]) -> Iterator[Head]:
    """The same, without bytes that one before has."""
    taken: dict[SourceFile, list[tuple[int, int]]] = {}
    for file, offset, data in heads:
        left = [(offset, offset + len(data))]
        for start, stop in taken.setdefault(file, []):
            parts = [((low, min(high, start)), (max(low, stop), high)) for low, high in left]
            left = [(low, high) for pair in parts for low, high in pair if low < high]
        taken[file] += left
        yield from (Head(file, low, data[low - offset : high - offset]) for low, high in left)


def _pins(table: ChunkTable, after: tuple[str, str]) -> Sequence[tuple[str, str]]:
    return table.pins.page(after)
