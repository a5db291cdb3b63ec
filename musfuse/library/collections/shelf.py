"""The collections of a library by name: those that are built in, those that somebody made, and playlists."""

from dataclasses import dataclass
from enum import StrEnum

from musfuse.errors import ConfigError, NotFoundError
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.playlists import PlaylistRow
from musfuse.library.collections.answering import SECONDS, Answering, Members
from musfuse.library.collections.built_in import BUILT_IN
from musfuse.library.collections.compiling import compiled
from musfuse.library.collections.found import LONGEST_NAME, Found
from musfuse.library.collections.rules import Definition, read_definition
from musfuse.library.names import name_key, safe_component, units
from musfuse.library.userdb.collections import CollectionTable, KeptCollection
from musfuse.library.userdb.playlists import KeptPlaylist, PlaylistTable
from musfuse.library.vocabulary import Anything
from musfuse.media.formats import FormatRegistry


class CollectionKind(StrEnum):
    """Where a collection comes from: BUILT_IN, or SAVED by somebody; PLAYLIST: somebody chose its tracks;
    FOUND: it is a playlist among the sources."""

    BUILT_IN = "built-in"
    SAVED = "saved"
    PLAYLIST = "playlist"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: `definition` is None for a playlist, and where its rule cannot be read, and `problem` tells why.
    `id` and `created_ns` (since 1970) are 0 for what is built in, which may be `hidden`. `row` is a playlist that was
    found."""

    name: str
    kind: CollectionKind
    definition: Definition | None
    problem: str = ""
    hidden: bool = False
    id: int = 0
    created_ns: int = 0
    row: PlaylistRow | None = None

    @property
    def key(self) -> str:
        """What tells it from others."""
        return name_key(self.name)


class Shelf:
    """Over user.db and a catalog. May be used from many threads."""

    def __init__(
        self,
        table: CollectionTable,
        playlists: PlaylistTable,
        found: Found,
        answering: Answering,
        formats: FormatRegistry,
    ) -> None:
        self.table, self.playlists, self.found = table, playlists, found
        self._answering, self._formats = answering, formats

    def all(self, hidden: bool = False) -> list[Collection]:
        """The collections in order of name, also those that are hidden if that is wanted."""
        own = self._own()
        found = [_found(*pair) for pair in self.found.named({one.key for one in own}).values()]
        return sorted((one for one in (*own, *found) if hidden or not one.hidden), key=lambda one: one.key)

    def named(self, name: str) -> Collection | None:
        """The collection of a name, in whatever case, hidden or not; None where there is none."""
        key = name_key(name)
        built_in = next((one for one in self._built_in() if one.key == key), None)
        if built_in is not None:
            return built_in
        kept = self.table.named(key)
        if kept is not None:
            return self._kept(kept)
        playlist = self.playlists.named(key)
        if playlist is not None:
            return _playlist(playlist)
        found = self.found.named({one.key for one in self._own()}).get(key)
        return _found(*found) if found is not None else None

    def get(self, name: str) -> Collection:
        """As `named`. Raises NotFoundError where there is none."""
        found = self.named(name)
        if found is None:
            raise NotFoundError(f"{name[:LONGEST_NAME]}: no such collection here; `musfuse collection list` shows them")
        return found

    def check_free(self, name: str) -> None:
        """Raise ConfigError where a name is given already."""
        found = self.named(name)
        if found is not None and found.kind is not CollectionKind.FOUND:  # that gets another name
            hidden = ", and hidden" if found.hidden else ""
            raise ConfigError(f"{name}: there is a collection of this name already, {found.kind.value}{hidden}")

    def members(
        self, collection: Collection, view: int = MAIN, *, counts: bool = True, seconds: float | None = SECONDS
    ) -> Members:
        """The tracks of a collection that a view shows. Raises ConfigError where its rule cannot be read, StoreError,
        TooSlowError."""
        if collection.kind is CollectionKind.PLAYLIST:
            return self._answering.of_publics((entry.id for entry in self.playlists.entries(collection.id)), view)
        if collection.row is not None:
            return self._answering.of_items(self.found.tracks(collection.row), view)
        if collection.definition is None:
            raise ConfigError(f"{collection.name}: {collection.problem}")
        asked = compiled(collection.definition, Anything(self._formats))
        return self._answering.members(asked, view, counts=counts, seconds=seconds)

    def _own(self) -> list[Collection]:
        """All but those that were found."""
        return [*self._built_in(), *map(self._kept, self.table.all()), *map(_playlist, self.playlists.all())]

    def _built_in(self) -> list[Collection]:
        hidden = self.table.hidden()
        return [
            Collection(name, CollectionKind.BUILT_IN, definition, hidden=name_key(name) in hidden)
            for name, definition in BUILT_IN.items()
        ]

    def _kept(self, kept: KeptCollection) -> Collection:
        definition, problem = None, ""
        try:
            definition = read_definition(kept.query)
            compiled(definition, Anything(self._formats))
        except ConfigError as error:
            definition, problem = None, f"its rule cannot be read: {str(error).partition(chr(10))[0]}"
        return Collection(kept.name, CollectionKind.SAVED, definition, problem, id=kept.id, created_ns=kept.created_ns)


def _playlist(kept: KeptPlaylist) -> Collection:
    return Collection(kept.name, CollectionKind.PLAYLIST, None, id=kept.id, created_ns=kept.created_ns)


def _found(name: str, row: PlaylistRow) -> Collection:
    return Collection(name, CollectionKind.FOUND, None, id=row.id, row=row)


def checked_name(name: str) -> str:
    """A name that a collection or playlist may have. Raises ConfigError for one that no file may have everywhere."""
    text = name.strip()
    safe = safe_component(text)
    if not text or text != safe or text.startswith("."):
        instead = f"; {safe!r} would do" if text and safe != "_" else ""
        raise ConfigError(f"{name[:LONGEST_NAME]!r}: no name that a folder can have on every system{instead}")
    if units(text) > LONGEST_NAME:
        raise ConfigError(f"{text[:60]}…: {units(text)} characters are too many for a name; {LONGEST_NAME} at most")
    if name_key(text).endswith(".M3U8"):
        raise ConfigError(f"{text}: leave out .m3u8; the collection is shown as a file of that name, too")
    return text
