"""The collections as a view shows them: names, tracks in order, playlists."""

from collections.abc import Sequence

from musfuse.errors import ConfigError, NoEntryError
from musfuse.library.catalog import Database, membership
from musfuse.library.catalog.targets import Targets
from musfuse.library.collections.playlist import as_m3u8, failed
from musfuse.library.collections.shelf import Collection, Shelf

_PAGE = 500


class ShownCollections:
    """Of one view. May be used from many threads. All methods raise StoreError."""

    def __init__(self, shelf: Shelf, database: Database, view: int) -> None:
        self._shelf, self._db, self._view = shelf, database, view

    def all(self) -> list[Collection]:
        """The collections that are not hidden, in order of name."""
        return self._shelf.all()

    def named(self, name: str) -> Collection | None:
        """The collection of a name, in whatever case."""
        return self._shelf.named(name)

    def tracks(self, name: str) -> list[tuple[int, str, str]]:
        """The tracks of a collection in order, (id, artist, title); none where its rule cannot be read. Raises
        NoEntryError, TooSlowError."""
        try:
            items = self._items(name)
        except ConfigError:  # the report says so
            return []
        found = list[tuple[int, str, str]]()
        for at in range(0, len(items), _PAGE):
            with self._db.read() as db:
                found += membership.called(db, items[at : at + _PAGE])
        return found

    def playlist(self, name: str) -> tuple[bytes, Sequence[int]]:
        """The same as M3U8, for a folder in the root of the drive, and the tracks. Raises NoEntryError,
        TooSlowError."""
        try:
            items = self._items(name)
        except ConfigError as error:
            return failed(name, str(error)), ()
        targets, rows = Targets(self._db, self._view), []
        for at in range(0, len(items), _PAGE):
            page = items[at : at + _PAGE]
            known = {row.id: row for row in targets.rows(Targets.these(page))}
            rows += [known[item] for item in page if item in known]
        return as_m3u8(name, rows), items

    def _items(self, name: str) -> Sequence[int]:
        collection = self._shelf.named(name)
        if collection is None:
            raise NoEntryError(f"{name}: no such collection any more")
        return self._shelf.members(collection, self._view, counts=False).items
