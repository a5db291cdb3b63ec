"""Stars and ratings by user."""

import json
from collections.abc import Collection, Iterator, Sequence

from musfuse.server.playstate import MOST_STARS, Item, Kind, Thought
from musfuse.server.tables.database import ServerDatabase

_PAGE = 500
_END = (1 << 63) - 1


class ThoughtTable:
    """Queries and updates over star and rating. May be used from many threads; raises StoreError."""

    def __init__(self, database: ServerDatabase) -> None:
        self._db = database

    def of_all(self, user: int, kind: Kind, ids: Collection[int]) -> dict[int, Thought]:
        """What a user thinks of items, of those of which he thinks anything."""
        wanted = json.dumps(list(ids))
        rows = self._db.execute(
            "SELECT id, max(stars), max(starred_ns) FROM ("
            " SELECT id, 0 AS stars, starred_ns FROM star WHERE user = ?1 AND kind = ?2"
            " AND id IN (SELECT value FROM json_each(?3))"
            " UNION ALL SELECT id, stars, NULL FROM rating WHERE user = ?1 AND kind = ?2"
            " AND id IN (SELECT value FROM json_each(?3))) GROUP BY id",
            user, kind.value, wanted,
        )  # fmt: skip
        return {item: Thought(stars, starred) for item, stars, starred in rows}

    def starred(self, user: int, kind: Kind) -> Iterator[tuple[int, int]]:
        """A user's favourites of a kind, the latest first: (id, since when); read in pages."""
        since = item = _END
        while True:
            rows = self._db.execute(
                "SELECT id, starred_ns FROM star WHERE user = ? AND kind = ? AND (starred_ns, id) < (?, ?)"
                " ORDER BY starred_ns DESC, id DESC LIMIT ?",
                user, kind.value, since, item, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            item, since = rows[-1]

    def rated(self, user: int, kind: Kind, least: int) -> Iterator[tuple[int, int]]:
        """The items of a kind to which a user gave so many stars or more, those with most first: (id, stars)."""
        stars, item = MOST_STARS + 1, _END
        while True:
            rows = self._db.execute(
                "SELECT id, stars FROM rating WHERE user = ? AND kind = ? AND stars >= ? AND (stars, id) < (?, ?)"
                " ORDER BY stars DESC, id DESC LIMIT ?",
                user, kind.value, least, stars, item, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            item, stars = rows[-1]

    def star(self, user: int, items: Sequence[Item], starred_ns: int | None) -> int:
        """Have items among the favourites since a time, where they are not yet; None: not any more. How many
        changed."""
        changed = 0
        with self._db.transaction():
            for kind, item in items:
                if starred_ns is None:
                    done = self._db.execute(
                        "DELETE FROM star WHERE user = ? AND kind = ? AND id = ? RETURNING 1", user, kind.value, item
                    )
                else:
                    done = self._db.execute(
                        "INSERT INTO star VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
                        user, kind.value, item, starred_ns,
                    )  # fmt: skip
                changed += len(done)
        return changed

    def rate(self, user: int, items: Sequence[Item], stars: int) -> int:
        """Give items stars, 0 takes them back; how many changed."""
        changed = 0
        with self._db.transaction():
            for kind, item in items:
                if not stars:
                    done = self._db.execute(
                        "DELETE FROM rating WHERE user = ? AND kind = ? AND id = ? RETURNING 1", user, kind.value, item
                    )
                else:
                    done = self._db.execute(
                        "INSERT INTO rating VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET stars = excluded.stars"
                        " WHERE stars <> excluded.stars RETURNING 1",
                        user, kind.value, item, stars,
                    )  # fmt: skip
                changed += len(done)
        return changed

    def merge(self, old: int, new: int) -> None:
        """What is thought of the track `old` is thought of `new`, as far as nothing is yet: both are the same."""
        for table, value in (("star", "starred_ns"), ("rating", "stars")):
            if self._db.execute(f"SELECT 1 FROM {table} WHERE kind = 'track' AND id = ? LIMIT 1", old):
                with self._db.transaction():
                    self._db.execute(
                        f"INSERT OR IGNORE INTO {table} SELECT user, kind, ?, {value} FROM {table}"
                        " WHERE kind = 'track' AND id = ?",
                        new, old,
                    )  # fmt: skip
                    self._db.execute(f"DELETE FROM {table} WHERE kind = 'track' AND id = ?", old)
