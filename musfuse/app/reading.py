"""Parts of a library for commands that only read, beside the process that owns it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from musfuse.app.pictures import Pictures
from musfuse.app.sources import Sources
from musfuse.app.state import check_exists, check_scanned
from musfuse.app.tagging import Tagging
from musfuse.config import Config
from musfuse.drive.tree import Tree
from musfuse.errors import LibraryInUseError
from musfuse.library.catalog import CatalogSources, Database, Nodes, Reports, Tracks
from musfuse.library.catalog.absent import Absent
from musfuse.library.catalog.beside import Beside
from musfuse.library.extras import Extras
from musfuse.library.neighbours import did_you_mean
from musfuse.library.overlay import MetaCollector
from musfuse.library.selection import Selection
from musfuse.library.userdb import SourceTable, UserDatabase
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.media.art import EmbeddedCovers
from musfuse.origins import SourceSpec, default_registry
from musfuse.service import Handlers, Listing, Request
from musfuse.service.library import Holdings
from musfuse.service.sources import Sourcing
from musfuse.store import KvStore, MemoryKv, SqliteKv

A = TypeVar("A")


@contextmanager
def read_tagging(folder: Path) -> Iterator[Tagging]:
    """Tags and their history, to be read. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    store = _overlays(folder / "user.db")
    try:
        yield Tagging(_selection(folder, database), MetaCollector(store), _refuse)
    finally:
        store.close()
        database.close()


@contextmanager
def read_vocabulary(folder: Path) -> Iterator[CatalogVocabulary]:
    """The fields that there are. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    try:
        yield CatalogVocabulary(database)
    finally:
        database.close()


def near(folder: Path, path: str) -> str:
    """`; did you mean …?` of a path that is not on the drive, or nothing."""
    database = _catalog(folder)
    try:
        return did_you_mean(Nodes(database), path)
    finally:
        database.close()


@contextmanager
def read_pictures(folder: Path, config: Config) -> Iterator[Pictures]:
    """The pictures of tracks, to be looked at. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    rows = CatalogSources(database).rows
    sources = Sources(rows, lambda: _specs(folder), default_registry(), config, config.cache.open_files)
    try:
        selection = Selection(database, sources.place)
        yield Pictures(selection, Tracks(database), Beside(database), EmbeddedCovers(), sources.origin)
    finally:
        sources.close()
        database.close()


def read_status(folder: Path) -> dict[str, Any]:
    """What can be said of a library that nobody owns. Raises ConfigError where there is none."""
    database = _catalog(folder)
    try:
        folders, files = Nodes(database).counts()
        sources = CatalogSources(database)
        return {
            "library": str(folder), "mounts": [], "sources": [row.root for row in sources.rows()],
            "tree": {"folders": folders, "files": files}, "counts": Reports(database).counts(),
            "empty": sources.empty(), "unscanned": sources.unscanned(),
        }  # fmt: skip
    finally:
        database.close()


class Reading:
    """The service of what only reads. Databases are opened for reading when they are first needed, also where the
    catalog is gone, or user.db is and only the catalog knows the sources. Raises ConfigError where there is no
    library."""

    def __init__(self, folder: Path, load: Callable[[], Config], closing: ExitStack) -> None:
        check_exists(folder)
        self._folder, self._load, self._closing = folder, load, closing

    def call(self, request: Request[A]) -> A:
        """The answer."""
        return self._sources.call(request)

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows. Raises ConfigError where the catalog is gone."""
        return self._holdings.rows(listing)

    @cached_property
    def _sources(self) -> Handlers:
        path, kept = self._folder / "catalog.db", (self._folder / "user.db").exists()
        catalog = Database.for_reading(path) if path.exists() else Absent(path)
        self._closing.callback(catalog.close)
        user = UserDatabase.for_reading(self._folder / "user.db")
        self._closing.callback(user.close)
        sourcing = Sourcing(user, CatalogSources(catalog), MetaCollector(user.kv), default_registry())
        if not kept:
            sourcing.take_over()
        service = Handlers()
        sourcing.answer(service)
        return service

    @cached_property
    def _holdings(self) -> Handlers:
        database = _catalog(self._folder)
        self._closing.callback(database.close)
        nodes = Nodes(database)
        extras = Extras(nodes, Beside(database), show_covers=self._load().art.covers)
        service = Handlers()
        selection, tree = _selection(self._folder, database), Tree(nodes, extras, lambda _: True)
        Holdings(selection, tree, nodes, Reports(database)).answer(service)
        return service


def _specs(folder: Path) -> list[SourceSpec]:
    if not (folder / "user.db").exists():
        return []
    user = UserDatabase.for_reading(folder / "user.db")
    try:
        return SourceTable(user).current()
    finally:
        user.close()


def _selection(folder: Path, database: Database) -> Selection:
    registry, specs = default_registry(), _specs(folder)
    return Selection(database, lambda text: registry.place(specs, text))


def _catalog(folder: Path) -> Database:
    check_scanned(folder)
    return Database.for_reading(folder / "catalog.db")


def _overlays(path: Path) -> KvStore:
    """What is said over tags; nothing where nothing was ever said."""
    return SqliteKv.for_reading(path) if path.exists() else MemoryKv()


def _refuse(seq: int) -> dict[str, Any]:
    raise LibraryInUseError(f"change {seq} has to be made by the library's owner")
