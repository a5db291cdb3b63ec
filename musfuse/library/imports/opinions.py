"""What somebody thought of tracks in another program, and how often he played them, taken over. What was said here
stands; of counts the larger one does, since both may have counted the same plays. So a second import changes nothing.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from musfuse.library.catalog.pairs import Pairs
from musfuse.library.userdb.plays import Heard, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable

_PAGE = 500
_UNRATED = Rating()


@dataclass(slots=True)
class Opinions:
    """Over the tables of ratings and plays. Counts the tracks that are `rated` or `starred` anew, those whose own stars
    stand (`kept`), and those whose counts change (`played`). `now_ns` is when a track became a favourite for which
    nobody says when."""

    ratings: RatingTable
    plays: PlayTable
    now_ns: int
    rated: int = 0
    starred: int = 0
    kept: int = 0
    played: int = 0

    def take(self, pairs: Pairs, *, write: bool) -> None:
        """Count, and with `write` keep, what is new. Raises StoreError."""
        judged, heard = self._judged(pairs), self._heard(pairs)
        if write:
            self.ratings.put(judged)
            self.plays.put(heard)
        else:
            deque(judged, 0)
            deque(heard, 0)

    def _judged(self, pairs: Pairs) -> Iterator[tuple[int, Rating]]:
        judged = pairs.judged()
        while page := list(islice(judged, _PAGE)):
            known = self.ratings.of_all([pair.public for pair in page])
            for pair in page:
                before = known.get(pair.public, _UNRATED)
                starred = before.starred_ns
                if starred is None and pair.starred is not None:
                    starred = pair.starred or self.now_ns
                after = Rating(before.stars or pair.stars, starred)
                self.kept += 0 < pair.stars != before.stars > 0
                self.rated += after.stars != before.stars
                self.starred += after.starred_ns != before.starred_ns
                if after != before:
                    yield pair.public, after

    def _heard(self, pairs: Pairs) -> Iterator[Heard]:
        heard = pairs.heard()
        while page := list(islice(heard, _PAGE)):
            known = self.plays.of_all([pair.public for pair in page])
            for pair in page:
                before = known.get(pair.public)
                after = Heard(pair.public, pair.plays, pair.first, pair.last, pair.place)
                if before is not None:
                    first = min(filter(None, (before.first_ns, pair.first)), default=0)
                    last, plays = max(before.last_ns, pair.last), max(before.plays, pair.plays)
                    after = Heard(pair.public, plays, first, last, before.path)
                if after != before:
                    self.played += 1
                    yield after
