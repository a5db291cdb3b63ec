"""What somebody thinks of tracks: stars from 1 to 5, and favourites. Keyed by public ids, as plays are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from musfuse.library.userdb.database import UserDatabase

MOST_STARS = 5
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Rating:
    """Of one track: 1 to 5 stars, 0 for none; since when it is starred, in ns since 1970, None where it is not."""

    stars: int = 0
    starred_ns: int | None = None


class RatingTable:
    """Queries and updates over rating. May be used from many threads."""

    def __init__(self, database: UserDatabase) -> None:
        self._db = database

    def of(self, track: int) -> Rating:
        """What is thought of a track by its public id."""
        rows = (
            self._db.execute("SELECT stars, starred_ns FROM rating WHERE id = ?", track) if self._db.has_plays else []
        )
        return Rating(*rows[0]) if rows else Rating()

    def of_all(self, tracks: Sequence[int]) -> dict[int, Rating]:
        """What is thought of tracks by their public ids, as far as anything is."""
        if not self._db.has_plays:
            return {}
        rows = self._db.execute(
            "SELECT id, stars, starred_ns FROM rating WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(tracks)),
        )
        return {track: Rating(stars, starred) for track, stars, starred in rows}

    def rated(self, stars: int) -> Iterator[tuple[int, int]]:
        """The tracks with so many stars or more, those with most first: (public id, stars)."""
        most, track = MOST_STARS + 1, 0
        while self._db.has_plays:
            rows = self._db.execute(
                "SELECT id, stars FROM rating WHERE stars > 0 AND stars >= ?1 AND (stars, -id) < (?2, -?3)"
                " ORDER BY stars DESC, id LIMIT ?4",
                stars, most, track, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            track, most = rows[-1]

    def starred(self) -> Iterator[tuple[int, int]]:
        """The favourites, the latest first: (public id, since when in ns); read in pages."""
        since = track = (1 << 63) - 1
        while self._db.has_plays:
            rows = self._db.execute(
                "SELECT id, starred_ns FROM rating WHERE starred_ns IS NOT NULL AND (starred_ns, id) < (?, ?)"
                " ORDER BY starred_ns DESC, id DESC LIMIT ?",
                since, track, _PAGE,
            )  # fmt: skip
            yield from rows
            if len(rows) < _PAGE:
                return
            track, since = rows[-1]

    def tracks(self) -> Iterator[int]:
        """The public ids of all tracks of which something is thought, in order; read in pages."""
        return self._db.ids("rating") if self._db.has_plays else iter(())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is read and put in the block is so together. Raises StoreError."""
        with self._db.transaction():
            yield

    def put(self, ratings: Iterable[tuple[int, Rating]]) -> None:
        """Keep what is thought of tracks, by their public ids, each of which comes once, together or not at all. Raises
        StoreError."""
        with self._db.transaction():
            each = iter(ratings)
            while page := list(islice(each, _PAGE)):
                gone = [(track,) for track, rating in page if rating == Rating()]
                kept = [(track, one.stars, one.starred_ns) for track, one in page if one != Rating()]
                self._db.execute_many("DELETE FROM rating WHERE id = ?", gone)
                self._db.execute_many("INSERT OR REPLACE INTO rating (id, stars, starred_ns) VALUES (?, ?, ?)", kept)

    def merge(self, old: int, new: int) -> None:
        """What is thought of the public id `old` is thought of `new`, as far as nothing is yet: both are the same
        track. Raises StoreError."""
        with self._db.transaction():
            was, now = self.of(old), self.of(new)
            starred_ns = was.starred_ns if now.starred_ns is None else now.starred_ns
            self.put([(new, Rating(now.stars or was.stars, starred_ns)), (old, Rating())])
