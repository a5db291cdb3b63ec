"""The one engine of queries: what `musfuse search` finds, what a TARGET means, what a folder of the drive lists.

The index finds which tracks may answer; of those of which it does not tell what is so now (they changed a moment ago),
and where it may find more than there is, each is asked. So an answer is always what a look at every track would give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from sqlite3 import Connection
from typing import TypeVar

from musfuse.errors import TooSlowError
from musfuse.library.catalog import finding
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.finding import Deadline, Found
from musfuse.library.catalog.lexicon import Lexicon
from musfuse.library.query import Node, Order, Query, Subject, Term
from musfuse.library.search import ranking, sorting
from musfuse.library.search.ids import Ids
from musfuse.library.search.plan import EVERYTHING, MOST_WORDS, Plan, Planner
from musfuse.library.text.documents import CUT, RULES

T = TypeVar("T")

MOST = 10_000
"""Answers that are given at most, and up to which they are counted."""
SECONDS = 5.0
_PAGE, _POOLS = 500, (500, 2000, 2 * MOST)
"""How many answers are looked at to say which come first. Pages that are asked of as many do not overlap."""
_WAITING = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer, and how well it answers, from 0 to 1."""

    found: Found
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """The best answers, and how many there are in all; not `counted`: there are more, which nobody counted. `terms` are
    those that they answer, for ranking.highlights."""

    hits: tuple[Hit, ...]
    total: int
    counted: bool
    terms: tuple[Term, ...] = ()


class Search:
    """Queries over a catalog. May be used from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self, query: Query, view: int | None = None) -> Iterator[int]:
        """The ids of all tracks that may answer, those of a view if one is named: in the order that the query asks for,
        else in order of id. Where no order is asked for some may not answer."""
        if query.orders:
            return sorting.in_order(self._answers(query, view, Deadline(None)), query.orders)
        found = self._whole(query)
        if found is None:
            return (answer.id for answer in self._scan(query, view, Deadline(None)))
        return self._shown(found, view)

    def ids(self, node: Node, deadline: Deadline, most: int | None = None) -> Ids:
        """The ids of all tracks for which a condition holds, or the first `most` of them. Raises TooSlowError."""
        query, found = Query(node), Ids()
        with self._db.read() as db, deadline.over(db):
            plan = self._plan(db, query, deadline)
            if plan is not None and plan.exact and EVERYTHING not in (expressions := list(plan.whole())):
                waiting = finding.waiting(db)
                for page in chain.from_iterable(finding.matching(db, expression) for expression in expressions):
                    found.update(page)
                    if most is not None and len(found) - len(waiting) >= most:
                        break
                asked = Ids()
                asked.update(waiting)
                found = found.without(asked)
                for items in pages(waiting):
                    found.update(row.id for row in finding.these(db, items, None) if matches(query, row))
                return found
        for answer in self._answers(query, None, deadline):
            found.add(answer.id)
            if most is not None and len(found) >= most:
                break
        return found

    def among(self, node: Node, items: Iterable[int], deadline: Deadline) -> Ids:
        """The ids of those of these tracks for which a condition holds, each of which is asked. Raises TooSlowError."""
        query, found = Query(node), Ids()
        for page in pages(items):
            with self._db.read() as db, deadline.over(db):
                found.update(row.id for row in finding.these(db, page, None) if matches(query, row))
        return found

    def sorted(
        self, items: Iterable[int], orders: Sequence[Order], told: Mapping[str, Mapping[int, int]], deadline: Deadline
    ) -> Iterator[int]:
        """These tracks in an order, as sorting.in_order has it. Raises TooSlowError."""

        def rows() -> Iterator[Found]:
            for page in pages(items):
                with self._db.read() as db, deadline.over(db):
                    yield from list(finding.these(db, page, None))

        return sorting.in_order(rows(), orders, told)

    def best(
        self, query: Query, limit: int, offset: int = 0, view: int | None = None, seconds: float | None = SECONDS
    ) -> Hits:
        """The best answers behind the first `offset` ones, or those in the order that the query asks for. Raises
        TooSlowError."""
        deadline, terms = Deadline(seconds), ranking.asked(query)
        limit, offset = min(limit, MOST), min(offset, MOST)
        if query.orders:
            return self._sorted(query, limit, offset, view, deadline)
        counting = _Counting(query, next(size for size in _POOLS if size >= limit + offset))
        try:
            self._count(query, view, deadline, counting)
        except TooSlowError:
            if len(counting.pool) < limit + offset:
                raise
            counting.counted = False
        with self._db.read() as db:
            tags = finding.tags_of(db, counting.pool)
            scored = [(ranking.score(terms, tags[item]), item) for item in counting.pool if item in tags]
            scored.sort(key=lambda pair: -pair[0])
            wanted = {item: score for score, item in scored[offset : offset + limit]}
            rows = {row.id: row for row in finding.these(db, list(wanted), view)}
        hits = [Hit(rows[item], score) for item, score in wanted.items() if item in rows]
        return Hits(tuple(hits), counting.total, counting.counted, tuple(terms))

    def _sorted(self, query: Query, limit: int, offset: int, view: int | None, deadline: Deadline) -> Hits:
        terms, total = ranking.asked(query), 0

        def counted() -> Iterator[Found]:
            nonlocal total
            for answer in self._answers(query, view, deadline):
                total += 1
                yield answer

        wanted = list(islice(sorting.in_order(counted(), query.orders), offset, offset + limit))
        with self._db.read() as db, deadline.over(db):
            rows = {row.id: row for row in finding.these(db, wanted, view)}
        hits = [Hit(rows[item], ranking.score(terms, rows[item].tags)) for item in wanted if item in rows]
        return Hits(tuple(hits), total, True, tuple(terms))

    def _count(self, query: Query, view: int | None, deadline: Deadline, counting: "_Counting") -> None:
        """Find the best answers and count all, until there are more than are counted."""
        with self._db.read() as db, deadline.over(db):
            counting.ask(db, counting.new(finding.waiting(db, _WAITING)), view)
            plan = self._plan(db, query, deadline)
            for expression in chain(plan.best, plan.expressions()) if plan is not None else (EVERYTHING,):
                deadline.check()
                if expression == EVERYTHING:
                    break
                some = counting.pool_size // 3 if plan is not None and expression in plan.best else -1
                sure = plan is not None and (plan.exact or (plan.sure and expression in plan.surely))
                for page in finding.matching(db, expression, some):
                    items = counting.new(page)
                    if sure:
                        counting.add(items if view is None else finding.shown(db, items, view))
                    else:
                        counting.ask(db, items, view)
                    if counting.is_full:
                        return
            else:
                return
        for answer in self._scan(query, view, deadline):
            counting.add(counting.new((answer.id,)))
            if counting.is_full:
                return

    def _answers(self, query: Query, view: int | None, deadline: Deadline) -> Iterator[Found]:
        """All answers, in order of id, with what they are sorted by."""
        found = self._whole(query, deadline)
        if found is None:
            yield from self._scan(query, view, deadline)
            return
        light = query.asks_tags_alone and not any(order.name in ("length", "path") for order in query.orders)
        for items in pages(found):
            with self._db.read() as db, deadline.over(db):
                rows = list(finding.these(db, items, view, tags_alone=light))
            yield from (row for row in rows if matches(query, row))

    def _scan(self, query: Query, view: int | None, deadline: Deadline) -> Iterator[Found]:
        """All answers, in order of id, of which each track is asked."""
        after, needles = 0, query.needles()
        while True:
            with self._db.read() as db, deadline.over(db):
                rows = finding.behind(db, after, needles, view, _PAGE)
            yield from (row for row in rows if matches(query, row))
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    def _whole(self, query: Query, deadline: Deadline | None = None) -> Ids | None:
        """The ids of all tracks that may answer; None where the index does not help."""
        found, deadline = Ids(), deadline or Deadline(None)
        with self._db.read() as db, deadline.over(db):
            plan = self._plan(db, query, deadline)
            if plan is None:
                return None
            for expression in plan.whole():
                if expression == EVERYTHING:
                    return None
                for page in finding.matching(db, expression):
                    found.update(page)
            found.update(finding.waiting(db))
        return found

    def _shown(self, found: Ids, view: int | None) -> Iterator[int]:
        for items in pages(found):
            with self._db.read() as db:
                shown = finding.shown(db, items, view)
            yield from shown

    @staticmethod
    def _plan(db: Connection, query: Query, deadline: Deadline) -> Plan | None:
        """How the index helps; None where it does not, as one that is not there yet, or was made by other rules."""
        if finding.rules(db) != RULES:
            return None

        def is_cut(columns: str) -> bool:
            return finding.any_matches(db, f'{columns} : "{CUT}"')

        return Planner(Lexicon(db, MOST_WORDS), is_cut, deadline.check).plan(query.root)


class _Counting:
    """What was found so far: ids of the best, as many as are looked at to say which come first, and how many there
    are."""

    def __init__(self, query: Query, pool_size: int) -> None:
        self._query, self.pool_size = query, pool_size
        self._seen, self.pool, self.total, self.counted = set[int](), list[int](), 0, True

    def new(self, items: Iterable[int]) -> list[int]:
        """Those of these that were not looked at yet; from now on they were."""
        new = [item for item in items if item not in self._seen]
        self._seen.update(new)
        return new

    def add(self, items: Sequence[int]) -> None:
        """These answer."""
        self.total += len(items)
        self.pool += items[: self.pool_size - len(self.pool)]

    def ask(self, db: Connection, items: Sequence[int], view: int | None) -> None:
        """Add those of these that answer."""
        if self._query.asks_tags_alone:
            tags = finding.tags_of(db, finding.shown(db, items, view), self._query.needles())
            self.add([item for item, found in tags.items() if self._query.matches(Subject(found, "", ""))])
        else:
            self.add([row.id for row in finding.these(db, items, view) if matches(self._query, row)])

    @property
    def is_full(self) -> bool:
        """Whether there are more than are counted."""
        if self.total <= MOST:
            return False
        self.total, self.counted = MOST, False
        return True


def matches(query: Query, found: Found) -> bool:
    """Whether an item answers."""
    return query.matches(Subject(found.tags, found.path, found.format.codec, found.format.container))


def pages(items: Iterable[T], size: int = _PAGE) -> Iterator[list[T]]:
    """Ids, or what belongs to them, so many at a time."""
    each = iter(items)
    while page := list(islice(each, size)):
        yield page
