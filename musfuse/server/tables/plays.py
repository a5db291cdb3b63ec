"""What users played: the last plays in order, and what is counted of each track."""

import json
from collections.abc import Collection, Iterator, Sequence

from musfuse.server.playstate import Count, Played
from musfuse.server.tables.database import ServerDatabase

_PAGE = 500
_END = (1 << 63) - 1


class PlayTable:
    """Queries and updates over play and heard. `keep` plays of each user are listed at most. May be used from many
    threads; raises StoreError."""

    def __init__(self, database: ServerDatabase, keep: int = 100_000) -> None:
        self._db, self._keep = database, keep

    def add(self, user: int, plays: Sequence[Played]) -> None:
        """Keep plays of a user in the order in which they are given."""
        with self._db.transaction():
            for play in plays:
                self._db.execute(
                    "INSERT INTO play (user, id, began_ns, client) VALUES (?, ?, ?, ?)",
                    user, play.id, play.began_ns, play.client,
                )  # fmt: skip
                self._count(user, Count(play.id, 1, play.began_ns, play.began_ns))
            self._db.execute(
                "DELETE FROM play WHERE user = ?1 AND seq <= (SELECT seq FROM play WHERE user = ?1 ORDER BY seq DESC"
                " LIMIT 1 OFFSET ?2)",
                user, self._keep,
            )  # fmt: skip

    def last(self, user: int, since_ns: int | None) -> Iterator[Played]:
        """A user's plays, the last first, those that began at `since_ns` or later; read in pages."""
        before = _END
        while True:
            rows = self._db.execute(
                "SELECT seq, id, began_ns, client FROM play WHERE user = ?1 AND seq < ?2"
                " AND (?3 IS NULL OR began_ns >= ?3) ORDER BY seq DESC LIMIT ?4",
                user, before, since_ns, _PAGE,
            )  # fmt: skip
            yield from (Played(*row) for _, *row in rows)
            if len(rows) < _PAGE:
                return
            before = rows[-1][0]

    def of_all(self, user: int, tracks: Collection[int]) -> dict[int, Count]:
        """What is counted of tracks, of those that a user played."""
        rows = self._db.execute(
            "SELECT id, plays, first_ns, last_ns FROM heard WHERE user = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            user, json.dumps(list(tracks)),
        )  # fmt: skip
        return {row[0]: Count(*row) for row in rows}

    def most(self, user: int) -> Iterator[Count]:
        """What is counted of each track, the most played first; read in pages."""
        plays = last = track = _END
        while True:
            rows = self._db.execute(
                "SELECT id, plays, first_ns, last_ns FROM heard WHERE user = ? AND (plays, last_ns, id) < (?, ?, ?)"
                " ORDER BY plays DESC, last_ns DESC, id DESC LIMIT ?",
                user, plays, last, track, _PAGE,
            )  # fmt: skip
            yield from (Count(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            track, plays, _, last = rows[-1]

    def latest(self, user: int) -> Iterator[tuple[int, int]]:
        """The tracks that a user played, the last first: (id, when that began); read in pages."""
        last = track = _END
        while True:
            rows = self._db.execute(
                "SELECT id, last_ns FROM heard WHERE user = ? AND (last_ns, id) < (?, ?)"
                " ORDER BY last_ns DESC, id DESC LIMIT ?",
                user, last, track, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            track, last = rows[-1]

    def merge(self, old: int, new: int) -> None:
        """What is known of the track `old` is known of `new` from now on: both are the same."""
        rows = self._db.execute("SELECT user, id, plays, first_ns, last_ns FROM heard WHERE id = ?", old)
        if rows:
            with self._db.transaction():
                self._db.execute("UPDATE play SET id = ? WHERE id = ?", new, old)
                self._db.execute("DELETE FROM heard WHERE id = ?", old)
                for user, _, *counted in rows:
                    self._count(user, Count(new, *counted))

    def _count(self, user: int, count: Count) -> None:
        self._db.execute(
            "INSERT INTO heard (user, id, plays, first_ns, last_ns) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (user, id) DO UPDATE SET plays = plays + excluded.plays,"
            " first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)",
            user, count.id, count.plays, count.first_ns, count.last_ns,
        )  # fmt: skip
