"""Parts of a library for commands that only read, beside the process that owns it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from musfuse.app.pictures import Pictures
from musfuse.app.sources import Sources
from musfuse.app.state import check_exists
from musfuse.app.tagging import Tagging
from musfuse.config import Config
from musfuse.drive.tree import Tree
from musfuse.errors import LibraryInUseError
from musfuse.library.catalog import Database, Files, Nodes, Reports, SourceRow, Tracks
from musfuse.library.catalog.beside import Beside
from musfuse.library.extras import Extras
from musfuse.library.overlay import MetaCollector
from musfuse.library.selection import Selection
from musfuse.library.vocabulary import CatalogVocabulary
from musfuse.media.art import EmbeddedCovers
from musfuse.store import KvStore, MemoryKv, SqliteKv


@contextmanager
def read_tagging(folder: Path) -> Iterator[Tagging]:
    """Tags and their history, to be read. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    store = _overlays(folder / "user.db")
    try:
        yield Tagging(Selection(database), MetaCollector(store), _refuse)
    finally:
        store.close()
        database.close()


@contextmanager
def read_selection(folder: Path) -> Iterator[Selection]:
    """Tracks, to be found. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    try:
        yield Selection(database)
    finally:
        database.close()


@contextmanager
def read_vocabulary(folder: Path) -> Iterator[CatalogVocabulary]:
    """The fields that there are. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    try:
        yield CatalogVocabulary(database)
    finally:
        database.close()


@contextmanager
def read_tree(folder: Path, config: Config) -> Iterator[Tree]:
    """The tree of the drive, to be listed. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    try:
        extras = Extras(database, Beside(database), show_covers=config.art.covers)
        yield Tree(Nodes(database), extras, lambda _: True)
    finally:
        database.close()


@contextmanager
def read_pictures(folder: Path, config: Config) -> Iterator[Pictures]:
    """The pictures of tracks, to be looked at. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    sources = Sources(Files(database), config, config.cache.open_files)
    try:
        yield Pictures(Selection(database), Tracks(database), Beside(database), EmbeddedCovers(), sources.origin)
    finally:
        sources.close()
        database.close()


@contextmanager
def read_reports(folder: Path) -> Iterator[Reports]:
    """What the catalog says of itself. Raises ConfigError where there is no library."""
    database = _catalog(folder)
    try:
        yield Reports(database)
    finally:
        database.close()


def read_status(folder: Path) -> dict[str, Any]:
    """What can be said of a library that nobody owns. Raises ConfigError where there is none."""
    database = _catalog(folder)
    try:
        folders, files = Nodes(database).counts()
        return {
            "library": str(folder), "mounts": [], "sources": [row.uri for row in Files(database).sources()],
            "tree": {"folders": folders, "files": files}, "counts": Reports(database).counts(),
        }  # fmt: skip
    finally:
        database.close()


def read_sources(folder: Path) -> list[SourceRow]:
    """The sources of a library. Raises ConfigError where there is none."""
    database = _catalog(folder)
    try:
        return Files(database).sources()
    finally:
        database.close()


def _catalog(folder: Path) -> Database:
    check_exists(folder)
    return Database.for_reading(folder / "catalog.db")


def _overlays(path: Path) -> KvStore:
    """What is said over tags; nothing where nothing was ever said."""
    return SqliteKv.for_reading(path) if path.exists() else MemoryKv()


def _refuse(seq: int) -> dict[str, Any]:
    raise LibraryInUseError(f"change {seq} has to be made by the library's owner")
