"""Which tracks a collection has: rules are answered by the engine of queries, and by what was heard of tracks.

Sets of ids are bits, so that a collection of everything takes as little as one of a few.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from musfuse.library.catalog import Database, membership
from musfuse.library.catalog.finding import Deadline, shown
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.collections.compiling import Compiled, Group, Outside, Part, Words
from musfuse.library.collections.rules import MOST, MostPlayed, NeverPlayed, Rating, RecentlyAdded, RecentlyPlayed
from musfuse.library.search.engine import Search, pages
from musfuse.library.search.ids import Ids
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable

_DAY_NS = 86_400 * 10**9
SECONDS = 5.0
_FEW = 20_000
"""Tracks that are asked one by one sooner than the index is asked for all."""
_HEARD = ("added", "played", "plays", "rating")


@dataclass(frozen=True, slots=True)
class Members:
    """The tracks of a collection, by id and in order, and how many it would have without its limit; not `counted`:
    more than these, which nobody counted."""

    items: tuple[int, ...]
    total: int
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Answering:
    """Over a catalog and what is kept beside it. `now_ns` is the time in ns since 1970. May be used from many
    threads."""

    database: Database
    plays: PlayTable
    ratings: RatingTable
    now_ns: Callable[[], int] = time.time_ns

    def members(
        self, asked: Compiled, view: int = MAIN, *, counts: bool = True, seconds: float | None = SECONDS
    ) -> Members:
        """The tracks of a collection that a view shows. Without `counts`, as few are looked at as will do. Raises
        StoreError, TooSlowError."""
        return _Answer(self, view, Deadline(seconds)).members(asked, counts)

    def of_publics(self, publics: Iterable[int], view: int = MAIN) -> Members:
        """The tracks with these public ids in their order, some perhaps twice, as far as a view shows them. Raises
        StoreError."""
        return self.of_items(_Answer(self, view, Deadline(None)).items(publics), view)

    def of_items(self, items: Iterable[int], view: int = MAIN) -> Members:
        """These tracks in their order, some perhaps twice, as far as a view shows them. Raises StoreError."""
        found = tuple(_Answer(self, view, Deadline(None)).shown(items))
        return Members(found[:MOST], len(found))


class _Answer:
    """One look at a collection."""

    def __init__(self, over: Answering, view: int, deadline: Deadline) -> None:
        self._db, self._plays, self._ratings = over.database, over.plays, over.ratings
        self._view, self._deadline, self._now_ns = view, deadline, over.now_ns()
        self._search = Search(over.database)

    def members(self, asked: Compiled, counts: bool) -> Members:
        first = asked.orders[0] if len(asked.orders) == 1 else None
        if first is not None and first.descending and first.name in _HEARD:
            return self._by_what_was_heard(asked, first.name, counts)
        most = None if asked.orders or counts or self._view != MAIN else asked.limit + 1
        found = self._of_view(self._ids(asked.part, most=most))
        if asked.orders:
            told = {order.name: self._told(order.name) for order in asked.orders if order.name in _HEARD[1:]}
            ordered: Iterable[int] = self._search.sorted(found, asked.orders, told, self._deadline)
            items = tuple(islice(ordered, asked.limit))
        else:
            with self._db.read() as db, self._deadline.over(db):
                items = tuple(membership.in_order_of_path(db, islice(found, asked.limit), self._view))
        return Members(items, len(found), most is None or len(found) < most)

    def _by_what_was_heard(self, asked: Compiled, order: str, counts: bool) -> Members:
        """What is kept in that order is read until there are enough."""
        alone = isinstance(asked.part, _OF_ORDER[order])
        if alone and isinstance(asked.part, RecentlyAdded) and self._view == MAIN:
            since_ns = self._since(asked.part.days)
            newest = tuple(islice(chain.from_iterable(self._added(since_ns)), asked.limit))
            with self._db.read() as db, self._deadline.over(db):
                total = membership.count_added(db, since_ns) if counts else len(newest)
            return Members(newest, total, counts or len(newest) < asked.limit)
        found = self._of_view(self._ids(asked.part))
        wanted = min(asked.limit, len(found))
        items = list(islice((item for item in self._in_order(order) if item in found), wanted))
        if len(items) < wanted:
            items += islice(found.without(_ids(items)), wanted - len(items))
        return Members(tuple(items), len(found))

    def _ids(self, part: Part, within: Ids | None = None, most: int | None = None) -> Ids:
        """The tracks of which a part of a rule says so, among those within; the first `most` will do."""
        self._deadline.check()
        match part:
            case Words(node):
                if within is not None and len(within) <= _FEW:
                    return self._search.among(node, within, self._deadline)
                found = self._search.ids(node, self._deadline, most if within is None else None)
            case Group(parts, any=True):
                found = Ids()
                for inner in parts:
                    found = found.either(self._ids(inner, within))
            case Group(parts):
                for inner in sorted(parts, key=_cost):
                    within = self._ids(inner, within)
                return within if within is not None else self._everything()
            case Outside(inner):
                return self._outside(self._ids(inner, within), within)
            case NeverPlayed():
                return self._outside(self._of_publics(heard.id for heard in self._plays.most()), within)
            case RecentlyAdded(days) if within is not None and len(within) <= _FEW:
                return self._added_among(within, self._since(days))
            case _:
                found = self._heard(part)
        return found if within is None else found.both(within)

    def _heard(self, part: RecentlyAdded | RecentlyPlayed | MostPlayed | Rating) -> Ids:
        match part:
            case RecentlyAdded(days):
                return _ids(chain.from_iterable(self._added(self._since(days))))
            case RecentlyPlayed(days):
                return self._of_publics(heard.id for heard in self._plays.most(self._since(days)))
            case MostPlayed(limit):
                return _ids(islice(self._in_order("plays"), limit))
            case Rating(stars):
                return self._of_publics(public for public, _ in self._ratings.rated(stars))

    def _outside(self, found: Ids, within: Ids | None) -> Ids:
        return (within if within is not None else self._everything()).without(found)

    def _of_view(self, found: Ids) -> Ids:
        """Those that the view shows; the main one shows all."""
        if self._view == MAIN:
            return found
        seen = Ids()
        for page in pages(found):
            with self._db.read() as db, self._deadline.over(db):
                seen.update(shown(db, page, self._view))
        return seen

    def _in_order(self, order: str) -> Iterator[int]:
        """The tracks of which something was heard, in that order, the most first."""
        match order:
            case "added":
                return chain.from_iterable(self._added(0))
            case "played":
                return self.items(public for public, _ in self._plays.latest())
            case "plays":
                return self.items(heard.id for heard in self._plays.most())
            case _:
                return self.items(public for public, _ in self._ratings.rated(1))

    def _told(self, order: str) -> dict[int, int]:
        """What was heard of tracks, by id: how often, when last, how many stars."""
        match order:
            case "played":
                pairs: Iterable[tuple[int, int]] = self._plays.latest()
            case "plays":
                pairs = ((heard.id, heard.plays) for heard in self._plays.most())
            case _:
                pairs = self._ratings.rated(1)
        found = dict[int, int]()
        for page in pages(pairs):
            numbers = dict(page)
            with self._db.read() as db, self._deadline.over(db):
                found |= {item: numbers[public] for item, public in membership.known_as(db, list(numbers))}
        return found

    def shown(self, items: Iterable[int]) -> Iterator[int]:
        """Those of these that the view shows."""
        for page in pages(items):
            if self._view != MAIN:
                with self._db.read() as db:
                    there = set(shown(db, page, self._view))
                page = [item for item in page if item in there]
            yield from page

    def items(self, publics: Iterable[int]) -> Iterator[int]:
        """The tracks with these public ids in their order."""
        for page in pages(publics):
            with self._db.read() as db, self._deadline.over(db):
                found = membership.known_as(db, page)
            yield from (item for item, _ in found)

    def _of_publics(self, publics: Iterable[int]) -> Ids:
        return _ids(self.items(publics))

    def _added(self, since_ns: int) -> Iterator[Sequence[int]]:
        with self._db.read() as db, self._deadline.over(db):
            yield from membership.added(db, since_ns)

    def _added_among(self, items: Ids, since_ns: int) -> Ids:
        found = Ids()
        for page in pages(items):
            with self._db.read() as db, self._deadline.over(db):
                found.update(membership.added_among(db, page, since_ns))
        return found

    def _everything(self) -> Ids:
        with self._db.read() as db, self._deadline.over(db):
            return _ids(chain.from_iterable(membership.everything(db)))

    def _since(self, days: int) -> int:
        return max(self._now_ns - days * _DAY_NS, 0)


_OF_ORDER: dict[str, type] = {"added": RecentlyAdded, "played": RecentlyPlayed, "plays": MostPlayed, "rating": Rating}
_COSTS = (MostPlayed, RecentlyPlayed, Rating, RecentlyAdded, Words, Group, NeverPlayed, Outside)


def _cost(part: Part) -> int:
    """What finds few at once is asked before what looks at all that it is given."""
    return _COSTS.index(type(part))


def _ids(items: Iterable[int]) -> Ids:
    found = Ids()
    found.update(items)
    return found
