"""Which tracks a device is to hold: those that a view shows and a query finds; of more than there is room for, those
that are played most, rated best or newest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from musfuse.errors import BusyError
from musfuse.library.catalog import Database
from musfuse.library.catalog.membership import added
from musfuse.library.names import name_key
from musfuse.library.selection import Selected, Selection
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable

_PAGE = 500
_FAVOURITE = 5
"""The stars that being among the favourites counts as, where none say otherwise."""


class Rank(StrEnum):
    """Which tracks come first where there is not room for all."""

    PLAYS = "plays"
    RATING = "rating"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A track that a device is to hold: the id of its item, its public id, and its path in the view."""

    item: int
    public: int
    path: str


@dataclass(frozen=True, slots=True)
class Choosing:
    """Over what a library has, and what is thought of it."""

    database: Database
    selection: Selection
    plays: PlayTable
    ratings: RatingTable

    def chosen(self, view: int, query: str) -> list[Chosen]:
        """The tracks of a view that a query finds, all of them for '', in order of path. Raises NotFoundError where it
        finds none, QueryError, BusyError where one is not known yet."""
        found = {row.id for row in self.selection.of([(query, "")])} if query else None
        rows = (row for row in self.selection.shown(view) if row.path and (found is None or row.id in found))
        return sorted(map(_chosen, rows), key=lambda one: (name_key(one.path), one.item))

    def ranked(self, chosen: Sequence[Chosen], by: Rank) -> list[Chosen]:
        """These tracks, the best first; those that are as good in the order that they came in, so that albums stay
        together. Of two that were played as often that comes first which was played last."""
        rank: Callable[[Chosen], tuple[int, ...]] = {
            Rank.PLAYS: self._by_plays, Rank.RATING: self._by_rating, Rank.ADDED: self._by_age,
        }[by](chosen)  # fmt: skip
        return sorted(chosen, key=rank)

    def _by_plays(self, chosen: Sequence[Chosen]) -> Callable[[Chosen], tuple[int, ...]]:
        known: dict[int, tuple[int, int]] = {}
        for page in _pages(chosen):
            known |= {one: (-heard.plays, -heard.last_ns) for one, heard in self.plays.of_all(page).items()}
        return lambda one: known.get(one.public, (0, 0))

    def _by_rating(self, chosen: Sequence[Chosen]) -> Callable[[Chosen], tuple[int, ...]]:
        known: dict[int, tuple[int, ...]] = {}
        for page in _pages(chosen):
            for one, rating in self.ratings.of_all(page).items():
                known[one] = (-(rating.stars or (_FAVOURITE if rating.starred_ns is not None else 0)),)
        return lambda one: known.get(one.public, (0,))

    def _by_age(self, chosen: Sequence[Chosen]) -> Callable[[Chosen], tuple[int, ...]]:
        wanted, known = {one.item for one in chosen}, dict[int, tuple[int, ...]]()
        with self.database.read() as db:
            for page in added(db, 0):
                for item in page:
                    if item in wanted:
                        known[item] = (len(known),)
        return lambda one: known.get(one.item, (len(known),))


def _chosen(row: Selected) -> Chosen:
    if not row.public:
        raise BusyError(
            f"{row.source}: came to the library a moment ago, and it is not known yet whether it was there before; "
            "try again when the scan is done, which `musfuse jobs` shows"
        )
    return Chosen(row.id, row.public, row.path)


def _pages(chosen: Iterable[Chosen]) -> Iterable[list[int]]:
    each = iter(chosen)
    while page := [one.public for one in islice(each, _PAGE)]:
        yield page
