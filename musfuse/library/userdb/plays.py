"""What was played: the last plays in order, and what is counted of each track. Keyed by public ids, so that plays
follow a track wherever it lies, and survive the catalog."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from musfuse.library.userdb.database import UserDatabase

_PAGE = 500
_END = (1 << 63) - 1
"""No number in a table is larger."""
_LOOKED_AT = 200
"""Plays of a track, or of an hour, from which is told what may follow: the last ones tell best, and soon enough."""


@dataclass(frozen=True, slots=True)
class Play:
    """A play of the track with the public id `id`, when it began (ns since 1970) and in which hour of the local day;
    `path` is where the track was on the drive."""

    id: int
    began_ns: int
    hour: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is counted of a track: its plays, when the first and the last of them began (ns since 1970), and where it
    was on the drive then."""

    id: int
    plays: int
    first_ns: int
    last_ns: int
    path: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was forgotten, or would be: plays that are listed, tracks with their counts."""

    plays: int
    tracks: int


class PlayTable:
    """Queries and updates over play and heard. May be used from many threads. `keep` plays are listed at most."""

    def __init__(self, database: UserDatabase, keep: int = 100_000) -> None:
        self._db, self._keep = database, keep

    def add(self, plays: Sequence[Play]) -> None:
        """Keep plays in the order in which they ended; durable when this returns. Raises StoreError."""
        with self._db.transaction():
            for play in plays:
                self._db.execute(
                    "INSERT INTO play (id, began_ns, hour) VALUES (?, ?, ?)", play.id, play.began_ns, play.hour
                )
                self._count(Heard(play.id, 1, play.began_ns, play.began_ns, play.path))
            self._db.execute("DELETE FROM play WHERE seq <= (SELECT max(seq) FROM play) - ?", self._keep)

    def last(self, since_ns: int | None = None) -> Iterator[Play]:
        """The plays, the last first, those that began at `since_ns` or later; read in pages."""
        before = _END
        while self._db.has_plays:
            rows = self._db.execute(
                "SELECT p.seq, p.id, p.began_ns, p.hour, coalesce(h.path, '') FROM play p"
                " LEFT JOIN heard h ON h.id = p.id"
                " WHERE p.seq < ?1 AND (?2 IS NULL OR p.began_ns >= ?2) ORDER BY p.seq DESC LIMIT ?3",
                before, since_ns, _PAGE,
            )  # fmt: skip
            yield from (Play(*row) for _, *row in rows)
            if len(rows) < _PAGE:
                return
            before = rows[-1][0]

    def most(self, since_ns: int | None = None) -> Iterator[Heard]:
        """What is counted of each track, the most played first, of those that were played at `since_ns` or later."""
        plays = last = track = _END
        while self._db.has_plays:
            rows = self._db.execute(
                "SELECT id, plays, first_ns, last_ns, path FROM heard WHERE (plays, last_ns, id) < (?1, ?2, ?3)"
                " AND (?4 IS NULL OR last_ns >= ?4) ORDER BY plays DESC, last_ns DESC, id DESC LIMIT ?5",
                plays, last, track, since_ns, _PAGE,
            )  # fmt: skip
            yield from (Heard(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            track, plays, _, last, _ = rows[-1]

    def latest(self) -> Iterator[tuple[int, int]]:
        """The tracks that were played, that which was played last first: (public id, when that began)."""
        last = track = _END
        while self._db.has_plays:
            rows = self._db.execute(
                "SELECT id, last_ns FROM heard WHERE (last_ns, id) < (?, ?) ORDER BY last_ns DESC, id DESC LIMIT ?",
                last, track, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            track, last = rows[-1]

    def of(self, track: int) -> Heard | None:
        """What is counted of a track by its public id; None for one that was never played."""
        rows = self._db.execute("SELECT * FROM heard WHERE id = ?", track) if self._db.has_plays else []
        return Heard(*rows[0]) if rows else None

    def put(self, counted: Iterable[Heard]) -> None:
        """Keep what is counted of tracks, in place of what was, together or not at all. Raises StoreError."""
        with self._db.transaction():
            rows = ((heard.id, heard.plays, heard.first_ns, heard.last_ns, heard.path) for heard in counted)
            self._db.execute_many(
                "INSERT OR REPLACE INTO heard (id, plays, first_ns, last_ns, path) VALUES (?, ?, ?, ?, ?)", rows
            )

    def of_all(self, tracks: Sequence[int]) -> dict[int, Heard]:
        """What is counted of tracks by their public ids, of those that were played."""
        if not self._db.has_plays:
            return {}
        rows = self._db.execute(
            "SELECT * FROM heard WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(tracks))
        )
        return {row[0]: Heard(*row) for row in rows}

    def tracks(self) -> Iterator[int]:
        """The public ids of all tracks that were played, in order; read in pages."""
        return self._db.ids("heard") if self._db.has_plays else iter(())

    def clear(self, before_ns: int | None = None) -> Cleared:
        """Forget all plays and counts; with `before_ns` only plays that began earlier, and counts of tracks that were
        not played since. Raises StoreError."""
        with self._db.transaction():
            found = self.clearable(before_ns)
            self._db.execute("DELETE FROM play WHERE ?1 IS NULL OR began_ns < ?1", before_ns)
            self._db.execute("DELETE FROM heard WHERE ?1 IS NULL OR last_ns < ?1", before_ns)
        return found

    def clearable(self, before_ns: int | None = None) -> Cleared:
        """What `clear` would forget."""
        if not self._db.has_plays:
            return Cleared(0, 0)
        ((plays,),) = self._db.execute("SELECT count(*) FROM play WHERE ?1 IS NULL OR began_ns < ?1", before_ns)
        ((tracks,),) = self._db.execute("SELECT count(*) FROM heard WHERE ?1 IS NULL OR last_ns < ?1", before_ns)
        return Cleared(plays, tracks)

    def merge(self, old: int, new: int) -> None:
        """What is known of the public id `old` is known of `new` from now on: both are the same track. Raises
        StoreError."""
        with self._db.transaction():
            self._db.execute("UPDATE play SET id = ? WHERE id = ?", new, old)
            heard = self.of(old)
            if heard is not None:
                self._db.execute("DELETE FROM heard WHERE id = ?", old)
                self._count(Heard(new, heard.plays, heard.first_ns, heard.last_ns, heard.path))

    def following(self, track: int, within_ns: int) -> list[tuple[int, int]]:
        """What was played next after a track, twice or more, begun within some ns of it: (public id, how often), the
        most often first."""
        return self._db.execute(
            "SELECT n.id, count(*) AS times"
            " FROM (SELECT seq, began_ns FROM play WHERE id = ?1 ORDER BY seq DESC LIMIT ?2) p"
            " JOIN play n ON n.seq = (SELECT min(seq) FROM play WHERE seq > p.seq)"
            " WHERE n.began_ns - p.began_ns BETWEEN 0 AND ?3 AND n.id <> ?1"
            " GROUP BY n.id HAVING count(*) > 1 ORDER BY times DESC, max(n.seq) DESC LIMIT 10",
            track, _LOOKED_AT, within_ns,
        )  # fmt: skip

    def of_hour(self, hour: int) -> list[tuple[int, int]]:
        """What was played in an hour of the local day, twice or more: (public id, how often), the most often first."""
        return self._db.execute(
            "SELECT id, count(*) AS times FROM (SELECT id, seq FROM play WHERE hour = ? ORDER BY seq DESC LIMIT ?)"
            " GROUP BY id HAVING count(*) > 1 ORDER BY times DESC, max(seq) DESC LIMIT 10",
            hour, _LOOKED_AT,
        )  # fmt: skip

    def _count(self, heard: Heard) -> None:
        self._db.execute(
            "INSERT INTO heard (id, plays, first_ns, last_ns, path) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET plays = plays + excluded.plays,"
            " first_ns = min(first_ns, excluded.first_ns),"
            " last_ns = max(last_ns, excluded.last_ns), path = excluded.path",
            heard.id, heard.plays, heard.first_ns, heard.last_ns, heard.path,
        )  # fmt: skip
