"""Which tracks a device is to hold: those that a view shows, and a query or collections name; of more than there is
room for, those that are played most, rated best or newest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from musfuse.errors import BusyError, NotFoundError
from musfuse.library.catalog import Database
from musfuse.library.catalog.membership import added
from musfuse.library.collections.shelf import Shelf
from musfuse.library.names import name_key
from musfuse.library.selection import Selected, Selection
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable

_PAGE = 500
_SECONDS = 60.0
"""As long as one collection may take to be answered."""
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
    shelf: Shelf
    plays: PlayTable
    ratings: RatingTable

    def chosen(self, view: int, query: str, collections: Sequence[str] = ()) -> list[Chosen]:
        """The tracks of a view that a query finds, all of them for '', as far as they are in one of the collections
        where some are named; in order of path. Raises NotFoundError where there are none, QueryError, ConfigError,
        TooSlowError, BusyError where one is not known yet."""
        found = {row.id for row in self.selection.of([(query, "")])} if query else None
        held = {item for name in collections for item in self._members(name, view)}
        wanted = found if not collections else held if found is None else found & held
        rows = (row for row in self.selection.shown(view) if row.path and (wanted is None or row.id in wanted))
        chosen = sorted(map(_chosen, rows), key=lambda one: (name_key(one.path), one.item))
        if not chosen:  # no order to empty a device
            what = " and ".join(filter(None, (query, ", ".join(collections)))) or "the library"
            raise NotFoundError(f"{what}: the view shows no track of that; nothing is done")
        return chosen

    def _members(self, name: str, view: int) -> Sequence[int]:
        return self.shelf.members(self.shelf.get(name), view, counts=False, seconds=_SECONDS).items

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
