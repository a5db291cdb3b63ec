"""Parts of a library for commands that only read, beside the process that owns it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from musfuse.app.build.listing import listing_tree
from musfuse.app.care.damage import told_of_damage
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.errors import ConfigError
from musfuse.library.catalog import CatalogSources, Database, Nodes, Reports, Tracks, trees
from musfuse.library.catalog.absent import Absent
from musfuse.library.catalog.companions import Companions
from musfuse.library.neighbours import did_you_mean
from musfuse.library.overlay import MetaCollector
from musfuse.library.selection import Selection
from musfuse.library.userdb import SourceTable, UserDatabase, ViewSpec, ViewTable, no_view
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.media.formats import FormatRegistry, default_formats
from musfuse.origins import SourceSpec, default_registry
from musfuse.service.handlers import Handlers
from musfuse.service.library import Holdings, Shown
from musfuse.service.port import Listing, Request
from musfuse.service.search import Searches
from musfuse.service.sources import Sourcing

if TYPE_CHECKING:
    from musfuse.service.collections import Collecting
    from musfuse.service.requests.owner import Status

A = TypeVar("A")


def near(folder: Path, path: str) -> str:
    """`; did you mean …?` of a path that is not on the drive, or nothing."""
    database = _opened(StateFolder(folder))
    try:
        return did_you_mean(Nodes(database), path)
    finally:
        database.close()


class Reading:
    """The service of what only reads. Databases are opened for reading when they are first needed, also where the
    catalog is gone, or user.db is and only the catalog knows the sources. Raises ConfigError where there is no
    library."""

    def __init__(
        self, folder: Path, load: Callable[[], Config], closing: ExitStack, formats: FormatRegistry | None = None
    ) -> None:
        self._state = StateFolder(folder)
        self._state.check_exists()
        self._load, self._closing, self._registry = load, closing, default_registry()
        self._formats = formats or default_formats()

    def call(self, request: Request[A]) -> A:
        """The answer. Raises ConfigError where the catalog is gone that it needs."""
        return self._of(request.METHOD).call(request)

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows. Raises the same."""
        return self._of(listing.METHOD).rows(listing)

    def _of(self, method: str) -> Handlers:
        """The handlers of a method's group (`source`, `tag`, …), each built when it is first asked for."""
        group = _GROUPS.get(method.partition(".")[0])
        return group(self) if group else self._holdings

    @cached_property
    def _sources(self) -> Handlers:
        kept, catalog = self._state.user.exists(), self._catalog_or_none
        sourcing = Sourcing(self._user, CatalogSources(catalog), MetaCollector(self._user.kv), self._registry)
        if not kept:
            sourcing.take_over()
        service = Handlers()
        sourcing.answer(service)
        return service

    @cached_property
    def _status(self) -> Handlers:
        from musfuse.service.requests.owner import ShowStatus

        service = Handlers()
        service.on(ShowStatus, lambda _: self._unowned())
        return service

    def _unowned(self) -> "Status":
        """What can be said of a library that nobody owns."""
        from musfuse.service.requests.owner import Status, TreeSize

        catalog = self._catalog
        sources = CatalogSources(catalog)
        return Status(
            str(self._state.path), (), tuple(row.root for row in sources.rows()), TreeSize(*Nodes(catalog).counts()),
            Reports(catalog).counts(), tuple(sources.empty()), tuple(sources.unscanned()), told_of_damage(self._state),
            away=sources.away(), untold=self._untold(),
        )  # fmt: skip

    def _untold(self) -> tuple[str, ...]:
        """What webhooks were not told, as far as there ever were any."""
        if not self._state.events.exists():
            return ()
        from musfuse.app.webhooks import reading_webhooks

        try:
            config = self._load()
        except ConfigError as error:
            return (str(error),)
        return reading_webhooks(config, self._user, self._state).untold()

    @cached_property
    def _jobs(self) -> Handlers:
        from musfuse.service.jobs import KeptJobs

        service = Handlers()
        KeptJobs(self._state.jobs).answer(service)
        return service

    @cached_property
    def _events(self) -> Handlers:
        from musfuse.service.keptevents import KeptEvents

        service = Handlers()
        KeptEvents(self._state.events).answer(service)
        return service

    @cached_property
    def _tokens(self) -> Handlers:
        from musfuse.service.tokens import Tokens
        from musfuse.store.tokentable import TokenTable

        service, table = Handlers(), TokenTable(self._state.tokens)
        self._closing.callback(table.close)
        Tokens(table).answer(service)
        return service

    @cached_property
    def _users(self) -> Handlers:
        from musfuse.app.serving import reading_accounts
        from musfuse.server.options import AccountOptions

        service = Handlers()
        reading_accounts(self._state, self._load()[AccountOptions], self._sources, self._closing).answer_reading(
            service
        )
        return service

    @cached_property
    def _webhooks(self) -> Handlers:
        from musfuse.app.webhooks import reading_webhooks

        service = Handlers()
        reading_webhooks(self._load(), self._user, self._state).answer(service)
        return service

    @cached_property
    def _care(self) -> Handlers:
        from musfuse.app.care.caring import Caring

        service = Handlers()
        Caring(self._state).answer(service)
        return service

    @cached_property
    def _holdings(self) -> Handlers:
        from musfuse.library.thoughts import Thoughts
        from musfuse.library.userdb.plays import PlayTable
        from musfuse.library.userdb.ratings import RatingTable

        service, thoughts = Handlers(), Thoughts(RatingTable(self._user), PlayTable(self._user))
        reports, problems = Reports(self._catalog), self._collecting.problems
        Holdings(self._selection, thoughts, self._shown, self._previewed, reports, problems).answer(service)
        Searches(self._selection).answer(service)
        return service

    def _previewed(self, view: str, template: str) -> Shown:
        from musfuse.library.catalog.nodes import MAIN
        from musfuse.library.preview import previewed
        from musfuse.library.templates import Template

        scratch = previewed(self._catalog, self._number(view), Template(template))
        self._closing.callback(scratch.close)
        return listing_tree(scratch, self._load(), MAIN), Nodes(scratch)

    def _number(self, view: str) -> int:
        with self._catalog.read() as db:
            number = trees.views(db).get(view)
        if number is None:
            raise no_view(view)
        return number

    def _shown(self, view: str) -> Shown:
        number = self._number(view)
        return listing_tree(self._catalog, self._load(), number), Nodes(self._catalog, number)

    @cached_property
    def _views(self) -> Handlers:
        from musfuse.library.options import ViewOptions
        from musfuse.library.userdb.arrangement import ArrangementTable
        from musfuse.service.edits import ViewEdits
        from musfuse.service.views import MAIN, Viewing

        service, view = Handlers(), self._load()[ViewOptions]
        main = ViewSpec(MAIN, view.template, view.policy)
        Viewing(
            ViewTable(self._user), self._catalog_or_none,
            lambda: CatalogVocabulary(self._catalog_or_none, self._formats), main,
        ).answer(service)  # fmt: skip
        names = [MAIN, *(spec.name for spec in ViewTable(self._user).all())]
        ViewEdits(lambda name: ArrangementTable(self._user, name), lambda: names).answer(service)
        return service

    @cached_property
    def _tags(self) -> Handlers:
        from musfuse.service.tags import Tags

        service = Handlers()
        Tags(self._selection, MetaCollector(self._user.kv)).answer(service)
        return service

    @cached_property
    def _art(self) -> Handlers:
        from musfuse.app.sources import Sources
        from musfuse.media.embedded import EmbeddedCovers
        from musfuse.service.art import Pictures
        from musfuse.store.options import CacheOptions

        config, service = self._load(), Handlers()
        rows, specs = CatalogSources(self._catalog).rows, SourceTable(self._user).current
        sources = Sources(rows, specs, self._registry, config, config[CacheOptions].open_files)
        self._closing.callback(sources.close)
        tracks, companions = Tracks(self._catalog), Companions(self._catalog)
        Pictures(self._selection, tracks, companions, EmbeddedCovers(self._formats), sources.origin).answer(service)
        return service

    @cached_property
    def _browsing(self) -> Handlers:
        from musfuse.service.browsing import Browsing

        service = Handlers()
        Browsing(self._catalog).answer(service)
        return service

    @cached_property
    def _plays(self) -> Handlers:
        from musfuse.library.userdb.plays import PlayTable
        from musfuse.service.plays import Plays

        service, selection = Handlers(), Selection(self._catalog_or_none, lambda _: None, self._formats)
        Plays(PlayTable(self._user), selection.known_as).answer(service)
        return service

    @cached_property
    def _collections(self) -> Handlers:
        from musfuse.service.playlists import Playlists

        service = Handlers()
        self._collecting.answer(service)
        Playlists(self._collecting.shelf, self._collecting.selection).answer(service)
        return service

    @cached_property
    def _collecting(self) -> "Collecting":
        from musfuse.app.build.collections import build_shelf
        from musfuse.service.collections import Collecting

        catalog = self._catalog_or_none  # what somebody said is told without it
        selection = Selection(catalog, self._place, self._formats)
        return Collecting(build_shelf(self._user, catalog, self._formats), selection)

    @cached_property
    def _imports(self) -> Handlers:
        from musfuse.library.catalog.candidates import Candidates
        from musfuse.service.importing import Importing

        catalog, shelf = self._catalog, self._collecting.shelf
        service, collector = Handlers(), MetaCollector(self._user.kv)
        importing = Importing(Candidates(catalog), Nodes(catalog), collector, self._user, shelf)
        importing.answer(service, plans_only=True)
        return service

    @cached_property
    def _prefetch(self) -> Handlers:
        from musfuse.service.requests.prefetch import ShowPrefetch

        service = Handlers()
        service.on(ShowPrefetch, lambda _: None)
        return service

    @cached_property
    def _ratings(self) -> Handlers:
        from musfuse.library.userdb.ratings import RatingTable
        from musfuse.service.ratings import Ratings

        service = Handlers()
        Ratings(RatingTable(self._user), self._selection).answer(service)
        return service

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self._catalog, self._place, self._formats)

    def _place(self, text: str) -> tuple[str, str] | None:
        """Which source a place lies in, and where there."""
        return self._registry.place(self._specs, text)

    @cached_property
    def _specs(self) -> Sequence[SourceSpec]:
        return SourceTable(self._user).current()

    @cached_property
    def _catalog(self) -> Database:
        database = _opened(self._state)
        self._closing.callback(database.close)
        return database

    @cached_property
    def _catalog_or_none(self) -> Database:
        """The catalog, or an empty one that nothing is made of where it is gone."""
        path = self._state.catalog
        catalog = Database.for_reading(path) if path.exists() else Absent(path)
        self._closing.callback(catalog.close)
        return catalog

    @cached_property
    def _user(self) -> UserDatabase:
        user = UserDatabase.for_reading(self._state.user)
        self._closing.callback(user.close)
        return user


_GROUPS: dict[str, Callable[[Reading], Handlers]] = {
    "source": lambda reading: reading._sources,
    "tag": lambda reading: reading._tags,
    "jobs": lambda reading: reading._jobs,
    "events": lambda reading: reading._events,
    "token": lambda reading: reading._tokens,
    "user": lambda reading: reading._users,
    "status": lambda reading: reading._status,
    "view": lambda reading: reading._views,
    "art": lambda reading: reading._art,
    "collection": lambda reading: reading._collections,
    "playlist": lambda reading: reading._collections,
    "import": lambda reading: reading._imports,
    "history": lambda reading: reading._plays,
    "prefetch": lambda reading: reading._prefetch,
    "browse": lambda reading: reading._browsing,
    "rating": lambda reading: reading._ratings,
    "webhook": lambda reading: reading._webhooks,
    "care": lambda reading: reading._care,
}
"""By the group of a method; what belongs to none is asked of what the library holds."""


def _opened(state: StateFolder) -> Database:
    state.check_scanned()
    return Database.for_reading(state.catalog)
