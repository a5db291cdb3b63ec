"""Chunks and the table of them in step, within a limit.

At any moment of a kill what is counted is no less than what lies on disk: room is made first, a row comes before its
file, and goes after it. What a kill left counted that is not there is found when it is asked for.

Lock order: `writing`, which is held by whoever writes, then `_lock`, which is innermost. Under `_lock` the table is
asked, and files are renamed and removed; none is read or written.
"""

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from musfuse.errors import StoreError, plainly
from musfuse.lru import Lru
from musfuse.store.chunks.files import ChunkFiles
from musfuse.store.chunks.pieces import Piece, Victim
from musfuse.store.chunks.table import ChunkTable
from musfuse.store.complaint import Complaint
from musfuse.store.opening import failure

T = TypeVar("T")
D = TypeVar("D")
DATABASE = "chunks.db"
SPARE = 256 << 20
"""Bytes that are left free on the disk."""
_WARM_BYTES = 8 << 20
"""Chunks in memory, checked when they came from disk: who reads on asks for parts of one several times."""
_OPEN = 8
"""Versions that were used last: nothing of them goes for room while there is something else, and of the last of them
nothing at all."""
_HEADS = 4
"""The part of the limit up to which what scans looked at goes last."""
_USES, _SLACK = 256, 64


class Shelf:
    """Chunks in `folder`, of `limit` bytes together, which leave so many bytes of the disk free. `on_evicted` hears how
    many bytes went to make room. Raises StoreError where the folder cannot be used; what fails later on is said
    once."""

    def __init__(
        self, folder: Path, limit: int, spare_bytes: int = SPARE, on_evicted: Callable[[int], object] = lambda _: None
    ) -> None:
        self._folder, self.limit, self._spare_bytes, self._on_evicted = folder, limit, spare_bytes, on_evicted
        self.writing, self._lock = threading.Lock(), threading.Lock()
        self.files, self.complaint = ChunkFiles(folder), Complaint("what far sources give is not kept on disk")
        self._warm: Lru[bytes, bytes] = Lru(_WARM_BYTES, len)
        self._open: Lru[int, int] = Lru(_OPEN)
        self._uses: dict[int, int] = {}
        try:
            self.files.begin()
            self._table = ChunkTable(folder / DATABASE)
            try:
                self._last_use = self._table.last_use
                self.drop(self._table.unused())
            except BaseException:
                self._table.close()
                raise
        except OSError as error:
            raise StoreError(f"{folder}: cannot be used: {plainly(error)}") from error
        except sqlite3.Error as error:
            raise failure(folder / DATABASE, error) from error

    def ask(self, question: Callable[[ChunkTable], T], otherwise: D) -> T | D:
        """What the table answers, or `otherwise` where it fails, which is said once."""
        try:
            with self._lock:
                return question(self._table)
        except sqlite3.Error as error:
            self.complaint.failed(failure(self._folder / DATABASE, error))
            return otherwise

    def told(self, question: Callable[[ChunkTable], T]) -> T:
        """What the table answers. Raises StoreError."""
        try:
            with self._lock:
                return question(self._table)
        except sqlite3.Error as error:
            raise failure(self._folder / DATABASE, error) from error

    def change(self, change: Callable[[ChunkTable], T]) -> T:
        """Change the table in one transaction. Raises StoreError."""

        def within(table: ChunkTable) -> T:
            with table.transaction():
                return change(table)

        return self.told(within)

    def read(self, pieces: Sequence[Piece], offset: int, end: int) -> bytes:
        """The bytes from `offset` on that these pieces have, checked, as far as there is no gap."""
        parts = []
        for piece in pieces:
            if piece.start > offset or offset >= end:
                break
            chunk = self._chunk(piece.digest, piece.size)
            if chunk is None:
                break
            stop = min(end, piece.start + piece.length)
            parts.append(memoryview(chunk)[piece.skip + offset - piece.start : piece.skip + stop - piece.start])
            offset = stop
        return b"".join(parts)

    def write(self, chunks: Mapping[bytes, "bytes | memoryview"], note: Callable[[ChunkTable], T | None]) -> T | None:
        """Write chunks, by their digests, and have `note` write down what lies in them, in one transaction; what it
        said. None where there is no room, where that fails, or `note` says so: then no file is left. By who holds
        `writing`."""
        if not self.make_room(sum(map(len, chunks.values()))):
            return None
        written: dict[bytes, Path] = {}
        try:
            for digest, data in chunks.items():
                if not self.files.has(digest, len(data)):
                    written[digest] = self.files.write(data)
            with self._lock:
                with self._table.transaction():
                    noted = note(self._table)
                for digest in list(written) if noted is not None else ():
                    self.files.settle(written[digest], digest)
                    del written[digest]
        except (OSError, sqlite3.Error) as error:
            self._failed(error)
            return None
        else:
            self.complaint.worked()
            return noted
        finally:
            for path in written.values():
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def make_room(self, size: int) -> bool:
        """Have room for so many bytes more; whether there is. By who holds `writing`."""
        short = self.ask(lambda table: table.total_bytes, 0) + size - self.limit
        with suppress(OSError):
            short = max(short, size + self._spare_bytes - shutil.disk_usage(self._folder).free)
        if short <= 0:
            return True
        if size > self.limit:
            return False
        self.ask(lambda _: self._note_uses(), None)
        freed = 0
        while freed < short + self.limit // _SLACK:
            victims = self.ask(self._victims, ())
            if not victims:
                break
            gone = self.evict(victims)
            if gone is None:
                break
            freed += gone
        if freed:
            self._on_evicted(freed)
        return freed >= short

    def _victims(self, table: ChunkTable) -> Sequence[Victim]:
        """What goes next: bodies, and then heads, which go first where they have more than their share. A scan uses all
        heads in turn, so that the one that was used last is as good as any, and those of files that are gone are to go
        some day: where to take them from is left to chance."""
        read, first = list(self._open), random.randint(0, table.last_version)
        too_many = table.head_bytes > self.limit // _HEADS
        body = table.body(read) or table.body(read[-1:])
        heads = () if body and not too_many else table.heads(read[-1:], first)
        return (heads or body) if too_many else (body or heads)

    def evict(self, victims: Sequence[Victim]) -> int | None:
        """Drop pieces, and the chunks in which nothing else lies; how many bytes these had, None where the table fails.
        By who holds `writing`."""

        def drop(table: ChunkTable) -> int:
            gone = [(digest, size) for digest, size in table.only(victims) if self.files.drop(digest)]
            with table.transaction():
                table.remove(victims, [digest for digest, _ in gone])
            return sum(size for _, size in gone)

        return self.ask(drop, None)

    def damaged(self, digest: bytes) -> bool:
        """Drop a chunk that is not what its name says, and all that lies in it; whether there was one."""

        def drop(table: ChunkTable) -> bool:
            if not table.has_chunk(digest):
                return False  # it went meanwhile
            self.files.drop(digest)
            with table.transaction():
                table.remove(table.pieces_in(digest), [digest])
            return True

        return self.ask(drop, False)

    def drop(self, digests: Sequence[bytes]) -> None:
        """Drop chunks in which nothing lies. By who holds `writing`."""

        def drop(table: ChunkTable) -> None:
            gone = [digest for digest in digests if not table.is_used(digest) and self.files.drop(digest)]
            with table.transaction():
                for digest in gone:
                    table.forget(digest)

        if digests:
            self.ask(drop, None)

    def drop_stray(self, digest: bytes) -> bool:
        """Drop a file that is no chunk of the table; whether it was one."""
        with self.writing:
            return not self.ask(lambda table: table.has_chunk(digest), True) and self.files.drop(digest)

    def used(self, version: int) -> int:
        """Note that a version is used now: the number of this use. Within `ask` and the like."""
        self._last_use += 1
        self._uses[version] = self._last_use
        self._open.put(version, version)
        if len(self._uses) >= _USES:
            self._note_uses()
        return self._last_use

    def close(self) -> None:
        """Write down what was used, and close the table."""
        with self.writing:
            self.ask(lambda _: self._note_uses(), None)
            with self._lock:
                self._table.close()

    def _chunk(self, digest: bytes, size: int) -> bytes | None:
        with self._lock:
            found = self._warm.get(digest)
        if found is None:
            found = self.files.read(digest, size)
            if found is None:
                self.damaged(digest)
                return None
            with self._lock:
                self._warm.put(digest, found)
        return found

    def _note_uses(self) -> None:
        uses = [(use, version) for version, use in self._uses.items()]
        self._uses.clear()
        if uses:
            self._table.use(uses)

    def _failed(self, error: OSError | sqlite3.Error) -> None:
        if isinstance(error, sqlite3.Error):
            self.complaint.failed(failure(self._folder / DATABASE, error))
        else:
            self.complaint.failed(StoreError(f"{self._folder}: {plainly(error)}"))
