"""Stars and favourites, given and taken back."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from musfuse.errors import ConfigError
from musfuse.library.selection import Selection, identified
from musfuse.library.userdb.ratings import MOST_STARS, Rating, RatingTable
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked
from musfuse.service.requests.ratings import Rated, RateTracks, RatingChange, RatingTold, StarTracks

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of the tracks that a selection finds. `changed` is called when one is thought of otherwise, `now_ns` is the time
    in ns since 1970."""

    table: RatingTable
    selection: Selection
    changed: Callable[[], object] = lambda: None
    now_ns: Callable[[], int] = time.time_ns

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about ratings."""
        handlers.on(RateTracks, self.rate)
        handlers.on(StarTracks, self.star)

    def rate(self, asked: RateTracks) -> Rated:
        """Give tracks stars. Raises ConfigError, NotFoundError, QueryError, BusyError, StoreError."""
        if not 0 <= asked.stars <= MOST_STARS:
            raise ConfigError(f"{asked.stars}: 1 to {MOST_STARS} stars are wanted, or 0 to take them back")
        return self._change(asked.targets, lambda rating: replace(rating, stars=asked.stars), asked.dry_run)

    def star(self, asked: StarTracks) -> Rated:
        """Have tracks among the favourites or not. Raises what `rate` raises."""
        now = self.now_ns()

        def changed(rating: Rating) -> Rating:
            if (rating.starred_ns is not None) == asked.starred:
                return rating
            return replace(rating, starred_ns=now if asked.starred else None)

        return self._change(asked.targets, changed, asked.dry_run)

    def _change(self, targets: Sequence[Asked], change: Callable[[Rating], Rating], dry_run: bool) -> Rated:
        """All in one transaction: where a target means nothing, nothing is changed."""
        selected = changed = 0
        shown: list[RatingChange] = []

        def ratings() -> Iterator[tuple[int, Rating]]:
            nonlocal selected, changed
            for row in identified(self.selection.of(targets)):
                selected += 1
                before = self.table.of(row.public)
                after = change(before)
                if after != before:
                    changed += 1
                    if len(shown) < _SHOWN:
                        shown.append(RatingChange(row.path or row.source, told(before), told(after)))
                    yield row.public, after

        if dry_run:
            for _ in ratings():
                pass
        else:
            self.table.put(ratings())
            self.changed()
        return Rated(selected, changed, tuple(shown))


def told(rating: Rating) -> RatingTold:
    """A rating as it is answered."""
    return RatingTold(rating.stars, rating.starred_ns is not None)
