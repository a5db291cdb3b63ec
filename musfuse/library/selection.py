"""Which tracks a TARGET means: a path of a source, a path on the drive, or a query."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from musfuse.errors import BusyError, ConfigError, NotFoundError
from musfuse.library.catalog import Database, Nodes, trees
from musfuse.library.catalog.targets import Selected, Targets, Where
from musfuse.library.grammar import parse_query
from musfuse.library.neighbours import did_you_mean
from musfuse.library.query import Query, Subject
from musfuse.library.search.engine import Hits, Search, pages
from musfuse.library.targettext import in_view, item_of, of_view
from musfuse.library.userdb import no_view
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.media.formats import FormatRegistry
from musfuse.origins import scheme_of

__all__ = ["Selected", "Selection", "in_view", "of_view"]


_PAGE = 500
MAIN = "main"
"""The view in which targets are looked for that do not name another."""


def is_path(text: str) -> bool:
    """Whether a target can be nothing but a path, on the drive or elsewhere: it is never taken for a query."""
    return text.startswith(("/", "./", "../", "~")) or Path(text).is_absolute()


def identified(rows: Iterable[Selected]) -> Iterator[Selected]:
    """These tracks, each of which has a public id, under which something can be kept of it. Raises BusyError for one
    that was found so lately that it has none yet."""
    for row in rows:
        if not row.public:
            raise BusyError(
                f"{row.source}: came to the library a moment ago, and it is not known yet whether it was there before; "
                "try again when the scan is done, which `musfuse jobs` shows"
            )
        yield row


class Selection:
    """Resolves targets against the catalog; what it yields is read in pages and never held whole.

    `place` tells which source an absolute text lies in, (uid, path inside), None for none; `formats` are known to
    queries by name.
    """

    def __init__(
        self, database: Database, place: Callable[[str], tuple[str, str] | None], formats: FormatRegistry
    ) -> None:
        self._db, self._targets, self._place, self.formats = database, Targets(database), place, formats
        self._nodes, self._search = Nodes(database), Search(database)

    def of(self, targets: Sequence[tuple[str, str]]) -> Iterator[Selected]:
        """The tracks of targets, each (text as it was typed, absolute path of it): paths name what they name, and all
        that is no path makes one query. Raises NotFoundError where a target means nothing, QueryError."""
        wheres: list[Where] = []
        terms: list[str] = []
        for text, absolute in targets:
            # no name on the drive has a backslash
            place = self._item(text) or self._source_place(absolute) or self._drive_place(text.replace("\\", "/"))
            if place is not None:
                wheres.append(place)
            elif is_path(text) or scheme_of(text):
                raise NotFoundError(
                    f"{text}: neither in a source of the library {self._targets.place} nor on its drive; "
                    f"`musfuse source list` and `musfuse ls` show what is{did_you_mean(self._nodes, text)}"
                )
            else:
                terms.append(text)
        query = parse_query(" ".join(terms), self.vocabulary()) if terms else None
        return self._checked(wheres, query, " ".join(terms))

    def best(
        self, text: str, limit: int, offset: int = 0, view: str = MAIN, below: str = ""
    ) -> tuple[Hits, dict[int, Selected]]:
        """The best answers to a query among what a view shows, of originals below a place if one is given, and what is
        known of each by its id. Raises QueryError,
        ConfigError where there is no such view, TooSlowError."""
        number = self.view(view)
        query = parse_query(text, self.vocabulary())
        if below:
            query = query.within(below)
        hits = self._search.best(query, limit, offset, number if view != MAIN else None)
        rows = Targets(self._db, number).rows(Targets.these([hit.found.id for hit in hits.hits]))
        return hits, {row.id: row for row in rows}

    def vocabulary(self) -> CatalogVocabulary:
        """The fields and formats that there are."""
        return CatalogVocabulary(self._db, self.formats)

    def everything(self) -> Iterator[Selected]:
        """All tracks."""
        return self._targets.rows(Where())

    def shown(self, view: int) -> Iterator[Selected]:
        """All tracks that a view shows, by its number."""
        targets = Targets(self._db, view)
        where = targets.on_drive("", view)
        return targets.rows(where) if where is not None else iter(())

    def rows(self, items: Iterable[int], view: int) -> Iterator[Selected]:
        """What is known of tracks, by their ids and in their order, as far as they are there; read in pages."""
        targets = Targets(self._db, view)
        for page in pages(items, _PAGE):
            rows = {row.id: row for row in targets.rows(Targets.these(page))}
            yield from (rows[item] for item in page if item in rows)

    def known_as(self, publics: Sequence[int]) -> dict[int, Selected]:
        """The tracks with these public ids, as far as there are such, by id; all are held."""
        return {row.public: row for row in self._targets.rows(self._targets.known_as(publics))}

    def _checked(self, wheres: Sequence[Where], query: Query | None, text: str) -> Iterator[Selected]:
        seen: set[int] = set()
        several = len(wheres) + bool(query) > 1
        for where in wheres:
            for row in self._targets.rows(where):
                if row.id not in seen:
                    if several:
                        seen.add(row.id)
                    yield row
        if query is not None:
            found = False
            for row in self._answers(query):
                found = True
                if row.id not in seen:
                    yield row
            if not found:
                raise NotFoundError(
                    f"{text}: no track answers this, and it is no path on the drive or in a source"
                    f"{did_you_mean(self._nodes, text)}"
                )

    def _answers(self, query: Query) -> Iterator[Selected]:
        for page in pages(self._search.all(query), _PAGE):
            rows = {row.id: row for row in self._targets.rows(Targets.these(page))}
            for row in (rows[item] for item in page if item in rows):
                if query.matches(Subject(row.tags, row.source, row.format.codec, row.format.container)):
                    yield row

    def _drive_place(self, text: str) -> Where | None:
        """A file or folder on the drive of the main view, or of the one that is named. Raises NotFoundError where there
        is no view of that name, or nothing there."""
        named = in_view(text)
        if named is None:
            return self._targets.on_drive(text)
        name, path = named
        try:
            view = self.view(name)
        except ConfigError as error:
            raise NotFoundError(str(error)) from error
        place = self._targets.on_drive(path, view)
        if place is None:
            near = did_you_mean(Nodes(self._db, view), path)
            raise NotFoundError(f"{text}: no such file or folder in this view; `musfuse ls --view` lists it{near}")
        return place

    def track(self, path: str, view: str = MAIN) -> Selected | None:
        """The track at a path on the drive of a view; None for a folder, and where there is nothing. Raises ConfigError
        where there is no such view."""
        targets = Targets(self._db, self.view(view))
        where = targets.track_on_drive(path)
        return next(targets.rows(where), None) if where is not None else None

    def of_original(self, absolute: str) -> Selected | None:
        """The first track of the original at an absolute path or URI; None where there is none."""
        where = self._source_place(absolute)
        return next(self._targets.rows(where), None) if where is not None else None

    def _item(self, text: str) -> Where | None:
        """What `of_item` makes. Raises NotFoundError where there is no such track."""
        public = item_of(text)
        if public is None:
            return None
        if public not in self.known_as([public]):
            raise NotFoundError(f"{text}: the library has no such track")
        return self._targets.known_as([public])

    def view(self, name: str) -> int:
        """The number of a view. Raises ConfigError where there is none of the name."""
        with self._db.read() as db:
            number = trees.views(db).get(name)
        if number is None:
            raise no_view(name)
        return number

    def _source_place(self, absolute: str) -> Where | None:
        """A file or folder of a source."""
        found = self._place(absolute) if absolute else None
        return self._targets.in_source(*found) if found else None
