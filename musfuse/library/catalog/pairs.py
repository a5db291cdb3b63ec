"""Which track is which of another program's library, while that is found out: tables in a file without a name, gone
once it is closed, so that a million of them need no memory.

`pair` has who was found, and what is to be taken over; `theirs` and `mine` have the keys of those that were not found
by their paths, from the best kind of key to the worst.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, NamedTuple

_SCHEMA = """
CREATE TABLE pair (
    item   INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,           -- of the track among theirs, in their order
    how    TEXT NOT NULL,
    public INTEGER NOT NULL,
    key    TEXT NOT NULL,              -- of its overlay; '' where no tags are to be changed
    place  TEXT NOT NULL,              -- on the drive, as it is now; where there is none, its original; '' if not asked
    fields TEXT NOT NULL,              -- JSON: field -> values, null to say nothing any more; '' for no change
    stars INTEGER NOT NULL, starred INTEGER, plays INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE TABLE called (id BLOB PRIMARY KEY, item INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE missed (number INTEGER PRIMARY KEY, id BLOB NOT NULL, place BLOB NOT NULL, seconds REAL);
CREATE TABLE theirs (kind INTEGER NOT NULL, key INTEGER NOT NULL, number INTEGER NOT NULL);
CREATE TABLE mine (kind INTEGER NOT NULL, key INTEGER NOT NULL, item INTEGER NOT NULL, seconds REAL);
CREATE TABLE met (number INTEGER PRIMARY KEY, item INTEGER NOT NULL UNIQUE, kind INTEGER NOT NULL);
CREATE TABLE doubtful (number INTEGER PRIMARY KEY);
"""
_MEET = """
INSERT OR IGNORE INTO {into}
SELECT {columns} FROM theirs t JOIN missed l ON l.number = t.number JOIN mine m ON m.kind = t.kind AND m.key = t.key
 WHERE t.kind = :kind AND (:within IS NULL OR coalesce(abs(l.seconds - m.seconds), :unknown) <= :within)
   AND t.number NOT IN (SELECT number FROM met) AND m.item NOT IN (SELECT item FROM met)
"""
_PAGE, _NEVER = 1000, 1e9


class Nearness(NamedTuple):
    """By how many seconds lengths may differ, None where nobody asks; `known`: both have to be known."""

    seconds: float | None = None
    known: bool = False


class Pair(NamedTuple):
    """A row of `pair`."""

    item: int
    number: int
    how: str
    public: int
    key: str
    place: str
    fields: str
    stars: int
    starred: int | None
    plays: int
    first: int
    last: int


class Pairs:
    """For one thread, in a `with`."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA + "PRAGMA cache_size=-16384; BEGIN;")

    def __enter__(self) -> "Pairs":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, pairs: Sequence[Pair]) -> None:
        """Keep pairs, each of another item."""
        self._db.executemany(f"INSERT INTO pair VALUES ({', '.join('?' * len(Pair._fields))})", pairs)

    def call(self, names: Iterable[tuple[str, int]]) -> None:
        """Note which items their playlists mean: (id, item)."""
        rows = ((_blob(name), item) for name, item in names)
        self._db.executemany("INSERT OR IGNORE INTO called VALUES (?, ?)", rows)

    def miss(self, tracks: Iterable[tuple[int, str, str, float | None]]) -> None:
        """Note tracks that were not found by their path: (number, id, place, seconds)."""
        rows = ((number, _blob(name), _blob(place), seconds) for number, name, place, seconds in tracks)
        self._db.executemany("INSERT OR REPLACE INTO missed VALUES (?, ?, ?, ?)", rows)

    def know_theirs(self, keys: Iterable[tuple[int, int, int]]) -> None:
        """Note what tracks that were missed may be known by: (kind, key, number)."""
        self._db.executemany("INSERT INTO theirs VALUES (?, ?, ?)", keys)

    def know_mine(self, keys: Iterable[tuple[int, int, int, float | None]]) -> None:
        """Note what tracks of this library are known by: (kind, key, item, seconds)."""
        self._db.executemany("INSERT INTO mine VALUES (?, ?, ?, ?)", keys)

    def taken(self, items: Sequence[int]) -> set[int]:
        """Which of these items have a pair."""
        rows = self._db.execute(
            "SELECT item FROM pair WHERE item IN (SELECT value FROM json_each(?))", (json.dumps(items),)
        )
        return {item for (item,) in rows}

    def holders(self, first: int, last: int) -> set[int]:
        """The items with ids from `first` to `last` that have a pair."""
        rows = self._db.execute("SELECT item FROM pair WHERE item BETWEEN ? AND ?", (first, last))
        return {item for (item,) in rows}

    def meet(self, kinds: Mapping[int, Nearness]) -> None:
        """Find out who is who by their keys, from the first kind to the last. What fits several on either side is
        doubtful, and left to the next kind."""
        self._db.execute("CREATE INDEX mine_key ON mine (kind, key)")
        for kind, near in kinds.items():
            bound = {"kind": kind, "within": near.seconds, "unknown": _NEVER if near.known else 0}
            unique = " GROUP BY {0} HAVING count(DISTINCT {1}) {2}"
            self._db.execute("CREATE TEMP TABLE hit (number INTEGER, item INTEGER)")
            self._db.execute(_MEET.format(into="hit", columns="DISTINCT t.number, m.item"), bound)
            self._db.execute("CREATE INDEX temp.hit_item ON hit (item)")
            self._db.execute("CREATE INDEX temp.hit_number ON hit (number)")
            self._db.execute(
                "INSERT INTO met SELECT number, item, :kind FROM hit WHERE number IN (SELECT number FROM hit"
                + unique.format("number", "item", "= 1")
                + ") AND item IN (SELECT item FROM hit"
                + unique.format("item", "number", "= 1")
                + ")",
                {"kind": kind},
            )
            self._db.execute("INSERT OR IGNORE INTO doubtful SELECT number FROM hit")
            self._db.execute("DROP TABLE hit")

    def met(self) -> Iterator[tuple[int, int, int]]:
        """Who was found by keys: (number, item, kind), in order of number."""
        return self._all("SELECT number, item, kind FROM met WHERE number > ? ORDER BY number LIMIT ?")

    def lost(self) -> Iterator[tuple[int, str, str, bool]]:
        """Who was found by nothing: (number, id, place, whether several fit), in order of number."""
        rows = self._all(
            "SELECT l.number, l.id, l.place, d.number IS NOT NULL FROM missed l LEFT JOIN doubtful d"
            " ON d.number = l.number WHERE l.number > ? AND l.number NOT IN (SELECT number FROM met)"
            " ORDER BY l.number LIMIT ?"
        )
        return ((number, _text(name), _text(place), bool(several)) for number, name, place, several in rows)

    def missed(self) -> Iterator[tuple[int, str]]:
        """Who was not found by a path: (number, place), in order of number."""
        rows = self._all("SELECT number, place FROM missed WHERE number > ? ORDER BY number LIMIT ?")
        return ((number, _text(place)) for number, place in rows)

    def missed_count(self) -> int:
        """How many these are."""
        return int(self._db.execute("SELECT count(*) FROM missed").fetchone()[0])

    def find(self, numbers: Iterable[int]) -> None:
        """Forget that these were missed: they were found by another path."""
        self._db.executemany("DELETE FROM missed WHERE number = ?", ((number,) for number in numbers))
        self._db.execute("DELETE FROM theirs WHERE number NOT IN (SELECT number FROM missed)")

    def counts(self) -> dict[str, int]:
        """How many pairs there are, by how they were found."""
        return dict(self._db.execute("SELECT how, count(*) FROM pair GROUP BY how"))

    def changed(self) -> Iterator[Pair]:
        """Pairs whose tags are to be changed."""
        return self._pairs("fields <> ''")

    def judged(self) -> Iterator[Pair]:
        """Pairs that are rated, or favourites."""
        return self._pairs("(stars > 0 OR starred IS NOT NULL)")

    def heard(self) -> Iterator[Pair]:
        """Pairs that were played."""
        return self._pairs("plays > 0")

    def of_calls(self, names: Sequence[str]) -> dict[str, tuple[int, str]]:
        """(public id, place) of tracks by what their playlists call them."""
        rows = self._db.execute(
            "SELECT c.id, p.public, p.place FROM called c JOIN pair p ON p.item = c.item"
            " WHERE c.id IN (SELECT CAST(value AS BLOB) FROM json_each(?))",
            (json.dumps(list(names)),),
        )
        return {_text(name): (public, place) for name, public, place in rows}

    def _pairs(self, where: str) -> Iterator[Pair]:
        return map(Pair._make, self._all(f"SELECT * FROM pair WHERE item > ? AND {where} ORDER BY item LIMIT ?"))

    def _all(self, sql: str) -> Iterator[Any]:
        """Rows in order of their first column, read in pages: the tables may be written meanwhile."""
        after = -(1 << 62)
        while True:
            with closing(self._db.execute(sql, (after, _PAGE))) as cursor:
                rows = cursor.fetchall()
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]


def _blob(text: str) -> bytes:
    """A path, or a name, as it is kept: bytes of it may be no text, and no column of texts takes these."""
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
