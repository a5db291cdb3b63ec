"""What the chunk cache holds, in SQLite: which pieces of which versions lie in which chunks.

One connection, used by one thread at a time: whoever owns it holds its lock. All raise
sqlite3.Error.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import resources
from pathlib import Path

from musfuse.model import SourceFile
from musfuse.store.chunks.cutter import LARGEST
from musfuse.store.chunks.pieces import Kept, Piece, Put, Victim, key_of
from musfuse.store.chunks.pins import Pins
from musfuse.store.chunks.sound import CHANGED, one_number, one_row, seal_of, sound_pieces, unsound
from musfuse.store.opening import DamagedError
from musfuse.store.transaction import transaction

_VERSION = 3
_OPENING_SECONDS, _BUSY_MS = 20, 300
"""As long as a lock of somebody else is waited for: who had the library before may be about to end. Later nobody should
have one, and readers of files wait."""
_PAGE, _HEADS_PAGE = 256, 32
_FIND = """
SELECT v.id, p.start, p.length, p.skip, p.head, c.digest, c.size, p.seal
FROM version v JOIN piece p ON p.version = v.id JOIN chunk c ON c.id = p.chunk
WHERE v.source = ? AND v.path = ? AND v.stamp = ? AND p.start > ? AND p.start < ? AND p.start + p.length > ?
ORDER BY p.start
"""


class ChunkTable:
    """The tables of a chunk cache, made where they are missing."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_OPENING_SECONDS)
        self.pins = Pins(self._db)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # what a power cut takes back is fetched again
            self._check_version(path)
            self._db.executescript(resources.files(__package__).joinpath("schema.sql").read_text("utf-8"))
            self._db.execute(f"PRAGMA user_version = {_VERSION}")
            self._db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        except BaseException as error:
            self._db.close()
            if isinstance(error, UnicodeError):  # SQLite quotes what is damaged
                raise unsound("its schema is no text") from error
            raise

    def close(self) -> None:
        self._db.close()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """What is done within is done as a whole."""
        return transaction(self._db)

    @property
    def total_bytes(self) -> int:
        """Bytes of all chunks."""
        return one_number(self._db, "SELECT bytes FROM total")

    @property
    def head_bytes(self) -> int:
        """Bytes of all heads."""
        return one_number(self._db, "SELECT heads FROM total")

    @property
    def last_use(self) -> int:
        """The number of the last use."""
        return one_number(self._db, "SELECT coalesce(max(used), 0) FROM version")

    def pieces(self, file: SourceFile, offset: int, end: int) -> Sequence[Piece]:
        """What is kept of a range, in order."""
        key = key_of(file)
        return sound_pieces(key, self._db.execute(_FIND, (*key, offset - LARGEST, end, offset)))

    def gaps(self, file: SourceFile, offset: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of a range that are not kept."""
        for piece in self.pieces(file, offset, end):
            if piece.start > offset:
                yield offset, piece.start
            offset = piece.start + piece.length
        if offset < end:
            yield offset, end

    def version(self, file: SourceFile) -> tuple[int, bool] | None:
        """The id of a version, and whether all of it is kept; None where nothing is known of it."""
        row = self._db.execute(
            "SELECT id, head + body = size FROM version WHERE source = ? AND path = ? AND stamp = ?", key_of(file)
        ).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def make_version(self, file: SourceFile) -> int:
        """The id of a version, which is noted where it is new."""
        source, path, stamp = key_of(file)
        self._db.execute(
            "INSERT OR IGNORE INTO version (source, path, stamp, size, used, pinned) VALUES (?1, ?2, ?3, ?4, 0,"
            " EXISTS (SELECT 1 FROM pin WHERE source = ?1 AND path = ?2))",
            (source, path, stamp, file.stamp.size),
        )
        found = self.version(file)
        assert found is not None
        return found[0]

    def is_whole(self, version: int) -> bool:
        """Whether all of a version is kept."""
        return bool(one_number(self._db, "SELECT head + body = size FROM version WHERE id = ?", version))

    def kept_of(self, version: int, offset: int, end: int) -> int:
        """How many bytes of a range of a version are kept."""
        pieces, _ = self.part(version, offset, end)
        return sum(min(piece.start + piece.length, end) - max(piece.start, offset) for piece in pieces)

    def is_used(self, digest: bytes) -> bool:
        """Whether something lies in a chunk."""
        return bool(one_number(self._db, "SELECT count(*) FROM chunk WHERE digest = ? AND refs > 0", digest))

    def has_chunk(self, digest: bytes) -> bool:
        """Whether a chunk is noted."""
        return bool(one_number(self._db, "SELECT count(*) FROM chunk WHERE digest = ?", digest))

    def put(self, version: int, puts: Iterable[Put]) -> None:
        """Note pieces, and their chunks where they are new."""
        for put in puts:
            row = (put.digest, put.size)
            if self._db.execute("INSERT OR IGNORE INTO chunk (digest, size, refs) VALUES (?, ?, 0)", row).rowcount:
                self._db.execute("UPDATE total SET bytes = bytes + ?", (put.size,))
            (chunk,) = one_row(self._db, "UPDATE chunk SET refs = refs + 1 WHERE digest = ? RETURNING id", put.digest)
            self._insert(version, put.start, put.length, chunk, put.skip, put.head)

    def replace(self, version: int, puts: Sequence[Put]) -> list[bytes]:
        """Have these pieces, which follow on each other, stand where others lay; what reaches beyond them is cut short.
        The digests of chunks that nothing refers to any more: `forget` them when their files are gone."""
        start, end = puts[0].start, puts[-1].start + puts[-1].length
        old = self._db.execute(
            "SELECT start, length, chunk, skip FROM piece WHERE version = ? AND start >= ? AND start < ?",
            (version, start, end),
        ).fetchall()
        self._take_apart(version, old, end)
        self.put(version, puts)
        return self._unused(chunk for _, _, chunk, _ in old)

    def _take_apart(self, version: int, old: Sequence[tuple[int, int, int, int]], end: int) -> None:
        """Take out pieces, but for what of them lies behind `end`."""
        for first, length, chunk, skip in old:
            self._remove(Victim(version, first, length, chunk))
            beyond = first + length - end
            if beyond > 0:
                self._db.execute("UPDATE chunk SET refs = refs + 1 WHERE id = ?", (chunk,))
                self._insert(version, end, beyond, chunk, skip + length - beyond, head=False)

    def body(self, spared: Collection[int]) -> Sequence[Victim]:
        """Pieces that may go of the version whose body was not used the longest, the last ones first, but for those of
        `spared` versions."""
        row = self._db.execute(
            f"SELECT id FROM version WHERE body > 0 AND pinned = 0 AND {_not_in(spared)} ORDER BY used LIMIT 1",
            (*spared,),
        ).fetchone()
        if row is None:
            return []
        found = self._db.execute(
            "SELECT version, start, length, chunk FROM piece WHERE version = ? AND head = 0"
            " ORDER BY start DESC LIMIT ?",
            (row[0], _PAGE),
        )
        return [Victim(*one) for one in found]

    def heads(self, spared: Collection[int], first: int) -> Sequence[Victim]:
        """Heads that may go, of some versions with ids from `first` on, which begin anew behind the last; and versions
        of which nothing is left."""
        for low in (first, 0):
            found = self._db.execute(
                "SELECT v.id, coalesce(p.start, 0), coalesce(p.length, 0), coalesce(p.chunk, 0)"
                " FROM version v LEFT JOIN piece p ON p.version = v.id AND p.head = 1"
                f" WHERE (v.body = 0 OR v.head > 0) AND v.pinned = 0 AND v.id >= ? AND {_not_in(spared)}"
                " ORDER BY v.id LIMIT ?",
                (low, *spared, _HEADS_PAGE),
            ).fetchall()
            if found:
                return [Victim(*row) for row in found]
        return []

    def outdated_heads(self, file: SourceFile) -> list[Victim]:
        """Heads of other versions of a file."""
        rows = self._db.execute(
            "SELECT p.version, p.start, p.length, p.chunk FROM version v JOIN piece p ON p.version = v.id"
            " WHERE p.head = 1 AND v.source = ? AND v.path = ? AND v.stamp <> ? AND v.pinned = 0",
            key_of(file),
        )
        return [Victim(*row) for row in rows]

    @property
    def last_version(self) -> int:
        """The highest id of a version."""
        return one_number(self._db, "SELECT coalesce(max(id), 0) FROM version")

    def only(self, victims: Sequence[Victim]) -> list[tuple[bytes, int]]:
        """Digests and sizes of the chunks in which nothing lies but these."""
        counts: dict[int, int] = {}
        for victim in victims:
            counts[victim.chunk] = counts.get(victim.chunk, 0) + 1
        query = "SELECT digest, size FROM chunk WHERE id = ? AND refs <= ? AND size > 0"
        rows = (self._db.execute(query, one).fetchone() for one in counts.items())
        return [row for row in rows if row is not None]

    def remove(self, victims: Collection[Victim], gone: Iterable[bytes]) -> None:
        """Take out pieces, versions of which nothing is left, and chunks whose files are gone."""
        for victim in victims:
            self._remove(victim)
        for digest in gone:
            self.forget(digest)
        for version in {victim.version for victim in victims}:
            self._db.execute("DELETE FROM version WHERE id = ? AND head = 0 AND body = 0", (version,))

    def pieces_in(self, digest: bytes) -> list[Victim]:
        """All that lies in a chunk."""
        rows = self._db.execute(
            "SELECT version, start, length, chunk FROM piece WHERE chunk = (SELECT id FROM chunk WHERE digest = ?)",
            (digest,),
        )
        return [Victim(*row) for row in rows]

    def forget(self, digest: bytes) -> None:
        """Take out a chunk, where nothing lies in it."""
        row = self._db.execute("DELETE FROM chunk WHERE digest = ? AND refs <= 0 RETURNING size", (digest,)).fetchall()
        if row:
            self._db.execute("UPDATE total SET bytes = bytes - ?", row[0])

    def use(self, uses: Iterable[tuple[int, int]]) -> None:
        """Note uses: their numbers, and the ids of versions. In one transaction, which may be one that is under way."""
        with nullcontext() if self._db.in_transaction else self.transaction():
            self._db.executemany("UPDATE version SET used = ? WHERE id = ?", uses)

    def unused(self) -> list[bytes]:
        """Chunks that nothing refers to: a kill left them between two steps."""
        return [row[0] for row in self._db.execute("SELECT digest FROM chunk WHERE refs <= 0")]

    def uncut(self) -> int | None:
        """A version that is whole and to be cut."""
        row = self._db.execute("SELECT id FROM version WHERE cut = 0 AND head + body = size LIMIT 1").fetchone()
        return None if row is None else int(row[0])

    def part(self, version: int, offset: int, end: int) -> tuple[Sequence[Piece], int]:
        """What is kept of a range of a version, and the version's size; nothing where it is gone."""
        row = self._db.execute("SELECT size, source, path, stamp FROM version WHERE id = ?", (version,)).fetchone()
        if row is None:
            return (), 0
        rows = self._db.execute(
            "SELECT p.version, p.start, p.length, p.skip, p.head, c.digest, c.size, p.seal"
            " FROM piece p JOIN chunk c ON c.id = p.chunk"
            " WHERE p.version = ? AND p.start > ? AND p.start < ? AND p.start + p.length > ? ORDER BY p.start",
            (version, offset - LARGEST, end, offset),
        )
        return sound_pieces(row[1:], rows), row[0]

    def set_cut(self, version: int) -> bool:
        """Note that a version is cut, or that it cannot be; whether it is there."""
        return self._db.execute("UPDATE version SET cut = 1 WHERE id = ?", (version,)).rowcount > 0

    def chunks(self, after: int) -> list[tuple[int, bytes, int]]:
        """A page of (id, digest, size), in order of ids."""
        rows = self._db.execute(
            "SELECT id, digest, size FROM chunk WHERE id > ? ORDER BY id LIMIT ?", (after, _PAGE)
        ).fetchall()
        if not all(isinstance(digest, bytes) and isinstance(size, int) for _, digest, size in rows):
            raise unsound(CHANGED)
        return rows

    def of_source(self, source: str) -> list[Victim]:
        """Some pieces of what is kept of a source, of all for '', that is not pinned."""
        rows = self._db.execute(
            "SELECT p.version, p.start, p.length, p.chunk FROM version v JOIN piece p ON p.version = v.id"
            " WHERE v.pinned = 0 AND (?1 = '' OR v.source = ?1) LIMIT ?2",
            (source, _PAGE),
        )
        return [Victim(*row) for row in rows]

    def kept(self) -> Kept:
        """What is kept."""
        versions, size, pinned_bytes = self._db.execute(
            "SELECT count(*), coalesce(sum(head + body), 0), coalesce(sum((head + body) * pinned), 0) FROM version"
        ).fetchone()
        (chunks,) = self._db.execute("SELECT count(*) FROM chunk").fetchone()
        return Kept(versions, size, chunks, self.total_bytes, self.pins.count()[0], pinned_bytes)

    def _check_version(self, path: Path) -> None:
        if one_number(self._db, "PRAGMA user_version") not in (0, _VERSION):
            raise DamagedError(f"{path}: is that of another version of musfuse")

    def _insert(self, version: int, start: int, length: int, chunk: int, skip: int, head: bool) -> None:
        source, path, stamp, *of = one_row(self._db,
            "SELECT v.source, v.path, v.stamp, c.digest, c.size FROM version v, chunk c WHERE v.id = ? AND c.id = ?",
            version, chunk,
        )  # fmt: skip
        seal = seal_of((source, path, stamp), start, length, skip, int(head), *of)
        row = (version, start, length, chunk, skip, int(head), seal)
        self._db.execute("INSERT INTO piece VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._grow(version, head, length)

    def _remove(self, victim: Victim) -> None:
        where = (victim.version, victim.start)
        gone = self._db.execute("DELETE FROM piece WHERE version = ? AND start = ? RETURNING head", where).fetchone()
        if gone is None:
            return
        self._grow(victim.version, bool(gone[0]), -victim.length)
        self._db.execute("UPDATE chunk SET refs = refs - 1 WHERE id = ?", (victim.chunk,))

    def _grow(self, version: int, head: bool, length: int) -> None:
        """Count the bytes of a piece that comes, or goes where there are less than none."""
        part = "head" if head else "body"
        self._db.execute(f"UPDATE version SET {part} = {part} + ?, cut = 0 WHERE id = ?", (length, version))
        if head:
            self._db.execute("UPDATE total SET heads = heads + ?", (length,))

    def _unused(self, chunks: Iterable[int]) -> list[bytes]:
        """Which of these chunks nothing refers to."""
        found = (self._db.execute("SELECT digest FROM chunk WHERE id = ? AND refs <= 0", (id_,)).fetchone()
                 for id_ in set(chunks))  # fmt: skip
        return [row[0] for row in found if row is not None]


def _not_in(versions: Collection[int]) -> str:
    return f"id NOT IN ({','.join('?' * len(versions))})"
