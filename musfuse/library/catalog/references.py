"""What of the catalog refers to by keys of indexes; and names that are too many for memory."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import NOT_LOOKED_AT, at
from musfuse.media.flac.index import KeyParts, range_text
from musfuse.model import PATH_NAME, SampleRange, path_of

_FILES = """
SELECT o.file, o.size, o.mtime_ns FROM original o WHERE o.older_name = ?1 AND o.older_name <> ''
UNION ALL
SELECT o.file, o.size, o.mtime_ns FROM original o
 WHERE o.ident = ?3 AND o.ident <> '' AND o.uid = ?2 AND o.older_name = ''
"""
_AT = (
    "SELECT o.file, o.size, o.mtime_ns FROM original o"
    " WHERE o.uid = ? AND o.path = ? AND o.name = ? AND o.ident = '' AND o.older_name = ''"
)
_SCANNED = """
SELECT uid, scanned AND EXISTS (SELECT 1 FROM folder d JOIN file f ON f.folder = d.id WHERE d.source = s.id)
  FROM source s
"""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and what it is made of."""

    text: str
    parts: KeyParts


@dataclass(frozen=True, slots=True)
class Spared:
    """Sources, by their uids, of which every key is taken for used: those that a scan could not reach as a whole, and
    those that are `kept` elsewhere while the catalog does not have them."""

    unreached: Collection[str]
    kept: Collection[str]


class References:
    """Tells which keys nothing refers to. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unused(self, keys: Sequence[Key], spared: Spared) -> list[Key]:
        """The keys to which nothing refers now. Those of a source that no scan has seen all of yet, or has seen empty,
        as a disk that is not mounted is, are taken for used, and those of a spared one."""
        with self._db.read() as db:
            return _unused(db, keys, spared)

    def drop_unused(self, keys: Sequence[Key], spared: Spared, drop: Callable[[str], None]) -> int | None:
        """Look again, and call `drop` with the keys that are not used, while nothing can be added to the catalog; how
        many these were. None where something is gone from its place and it is not known yet whether it was moved."""
        with self._db.write() as db:
            if db.execute("SELECT 1 FROM gone LIMIT 1").fetchone():
                return None
            dropped = _unused(db, keys, spared)
            for key in dropped:
                drop(key.text)
            return len(dropped)


def _unused(db: sqlite3.Connection, keys: Sequence[Key], spared: Spared) -> list[Key]:
    scanned = {uid: bool(whole) for uid, whole in db.execute(_SCANNED)}

    def is_used(parts: KeyParts) -> bool:
        uid = parts.name.partition("/")[0]
        if uid in scanned:
            return not scanned[uid] or uid in spared.unreached or _refers(db, parts)
        return uid in spared.kept or _refers(db, parts)

    return [key for key in keys if not is_used(key.parts)]


def _refers(db: sqlite3.Connection, parts: KeyParts) -> bool:
    uid, _, rest = parts.name.partition("/")
    files = db.execute(_FILES, (parts.name, uid, rest)).fetchall()
    if rest.startswith(PATH_NAME):
        files += db.execute(_AT, at(uid, path_of(rest.removeprefix(PATH_NAME)))).fetchall()
    return any(_is_of(db, parts, *file) for file in files)


def _is_of(db: sqlite3.Connection, parts: KeyParts, file: int, size: int, mtime_ns: int) -> bool:
    """Whether a key is about this version of a file, as a whole or a part that is played. A file that could not be
    looked into, or makes no sense now, may do so again."""
    if mtime_ns == NOT_LOOKED_AT:
        return True
    if parts.stamp != f"{size}-{mtime_ns}":
        return False
    items = db.execute("SELECT first_sample, samples FROM item WHERE file = ?", (file,)).fetchall()
    played = (range_text(SampleRange.counted(*item)) for item in items)
    return not parts.range_text or not items or parts.range_text in played


class Names:
    """A set of texts in a file without a name, which is gone once it is closed, also after a kill."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("CREATE TABLE name (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def __iter__(self) -> Iterator[str]:
        """All of them in order, read in pages."""
        after = ""
        while rows := self._db.execute(
            "SELECT name FROM name WHERE name > ? ORDER BY name LIMIT ?", (after, _PAGE)
        ).fetchall():
            yield from (name for (name,) in rows)
            after = rows[-1][0]

    def add(self, names: Iterable[str]) -> None:
        """Put in more, one after the other."""
        self._db.executemany("INSERT OR IGNORE INTO name VALUES (?)", ((name,) for name in names))

    def discard(self, names: Iterable[str]) -> None:
        """Take out those that are in."""
        self._db.executemany("DELETE FROM name WHERE name = ?", ((name,) for name in names))

    def close(self) -> None:
        """Close the file, which is gone then."""
        self._db.close()
