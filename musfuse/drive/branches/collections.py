"""The branch `.collections`: a folder for each collection, with its tracks in order, and a playlist of the same.

The root does not list it, so that nothing that walks the drive comes upon it, or finds a track twice. It lists the
names that there are, and asks no collection for that; only listing the folder of one, or reading its playlist, does.
Where a face has links, a track is a relative link to it; else it is a file of its own with the same bytes.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from musfuse.drive.branches.items import Items
from musfuse.drive.branches.numbered import Names, Numbered
from musfuse.drive.branches.numbers import number_of_name
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.drive.branches.turns import Turns
from musfuse.errors import BusyError, NoEntryError, TooSlowError
from musfuse.library.catalog import Nodes
from musfuse.library.names import name_key
from musfuse.lru import Lru
from musfuse.media.layout import Inline, Layout
from musfuse.model import NodeKind

if TYPE_CHECKING:
    from musfuse.library.collections.shelf import Collection
    from musfuse.library.collections.showing import ShownCollections

FOLDER = ".collections"
"""Its name in the root of the drive."""
PLAYLIST = ".m3u8"
_SECONDS = 60.0
"""So long what a collection has is believed where nothing changed in the library: days go by, and music is played."""
_LONG_AGO = -2 * _SECONDS
_WEIGHT, _LEAST_WEIGHT, _TEXTS = 100_000, 100, 8 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """What a collection has: names of its entries with their items."""

    made: float
    names: Names


class CollectionsBranch:
    """Over a view. `shown` gives the collections, and is asked for when somebody looks at one first. `on_opened` is
    told of the tracks of one that somebody lists, or whose playlist somebody opens, `changed` of paths that went. A
    listing with sizes takes `list_seconds` at most for them."""

    def __init__(
        self,
        nodes: Nodes,
        items: Items,
        shown: "Callable[[], ShownCollections]",
        *,
        on_opened: Callable[[Sequence[int]], object] = lambda _: None,
        list_seconds: float = 120,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nodes, self._items, self._shown = nodes, items, shown
        self._on_opened, self._clock, self._list_seconds = on_opened, clock, list_seconds
        self._numbered = Numbered(nodes, items, list_seconds=list_seconds, clock=lambda: self._clock())
        self.changed: Callable[[Sequence[str]], None] = lambda _: None
        self._lock, self._turns = threading.Lock(), Turns()
        self._kept: Lru[str, Listed] = Lru(_WEIGHT, lambda listed: max(_LEAST_WEIGHT, len(listed.names)))
        self._texts: Lru[str, tuple[float, bytes, Sequence[int]]] = Lru(_TEXTS, lambda text: len(text[1]))
        self._told: Lru[str, bool] = Lru(10_000)
        """Names that somebody was told."""
        self._sized: Lru[str, bool] = Lru(10_000)
        """Those whose playlists somebody was told the size of."""
        self._changes = 0

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Any] | None:
        """The folder or playlist of a collection, or an entry of its folder. Raises what the collection raises."""
        del name
        if folder.branch is not self:
            return self._top(folder) if not folder.parent and key == name_key(FOLDER) else None
        if folder.own:
            listed = self._kept_of(folder.own)
            if listed is None and key[:1].isdigit():
                listed = self._listed(folder)
            found = self._numbered.entries(self, folder, listed.names, key=key) if listed is not None else iter(())
            return next(found, None)
        plain = key.removesuffix(name_key(PLAYLIST))
        collection = self._shown().named(plain)
        if collection is None or collection.hidden or collection.key != plain:
            return None
        return self._folder(folder, collection) if plain == key else self._playlist(folder, collection)

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Any]]:
        """The tracks of a collection; or the collections, their playlists without a size unless they are wanted
        `sized`."""
        if folder.branch is not self:
            return iter(())
        if not folder.own:
            return self._all(folder, after_key, sized)
        listed = self._listed(folder, again=not after_key)
        if not after_key:
            self._on_opened([item for _, item in listed.names])
        entries = self._numbered.entries(self, folder, listed.names, after_key)
        return self._numbered.with_sizes(entries) if sized else entries

    def is_current(self, entry: Entry[Any]) -> bool:
        """As in the library."""
        return not entry.item or self._items.is_current(entry.own)

    def size(self, entry: Entry[Any]) -> int:
        """The exact size of a file in bytes. Raises what the collection raises."""
        return self._items.size(entry.item) if entry.item else len(self._text(entry))

    def layout(self, entry: Entry[Any]) -> FileContent | None:
        """The item as the view serves it, or the playlist. Raises what the collection raises."""
        if entry.item:
            return self._items.layout(entry.item)
        text, items = self._playlist_of(entry)
        self._on_opened(items)
        layout = Layout([Inline(text, "a playlist")])
        return FileContent(layout, entry.version, crc32(text), entry.mtime_ns, whole=True)

    def forget(self, folders: Set[int] | None) -> None:
        """Something changed in the library, or was heard: the next listing looks again. Names that were told stay until
        then; of playlists, `changed` is told: a system that keeps a size never asks."""
        del folders
        with self._lock:
            self._changes += 1
            for key, listed in list(self._kept.items()):
                self._kept.put(key, Listed(_LONG_AGO, listed.names))
            self._texts.clear()
            sized = [name for name, _ in self._sized.items()]
            self._sized.clear()
        if sized:
            self.changed([f"{FOLDER}/{name}{PLAYLIST}" for name in sized])

    def collections_changed(self) -> None:
        """There are other collections, or other rules: nothing that was told of them counts any more."""
        with self._lock:
            names = [name for name, _ in self._told.items()]
        self._take_back([FOLDER], names)

    def _take_back(self, paths: list[str], names: Sequence[str]) -> None:
        """Tell that paths, and what was told of collections of these names, may be something else now."""
        with self._lock:
            self._changes += 1
            kept = dict(self._kept.items())
            for name in names:
                for memory in (self._kept, self._texts, self._told):
                    memory.pop(name)
        for name in names:
            below = kept.get(name)
            entries = [entry for entry, _ in below.names] if below is not None else []
            at = f"{FOLDER}/{name}"
            paths += [at, at + PLAYLIST, *(f"{at}/{entry}" for entry in entries)]
        self.changed(paths)

    def _top(self, root: Entry[Any]) -> Entry[Any]:
        number = number_of_name(root.id, FOLDER)
        return Entry(self, number, root.id, FOLDER, NodeKind.FOLDER, self._mtime_ns(), "", 0, lasting=False)

    def _all(self, top: Entry[Any], after_key: str, sized: bool) -> Iterator[Entry[Any]]:
        found, collections = list[Entry[Any]](), self._shown().all()
        there = {collection.name for collection in collections}
        with self._lock:
            gone = [name for name, _ in self._told.items() if name not in there]
        if gone:  # playlists whose files went
            self._take_back([], gone)
        until = self._clock() + self._list_seconds
        for collection in collections:
            playlist = self._playlist(top, collection)
            if sized and self._clock() < until:
                playlist = self._with_size(playlist)
            found += [self._folder(top, collection), playlist]
        found.sort(key=lambda entry: name_key(entry.name))
        return (entry for entry in found if name_key(entry.name) > after_key)

    def _folder(self, top: Entry[Any], collection: "Collection") -> Entry[Any]:
        with self._lock:
            self._told.put(collection.name, True)
        number = number_of_name(top.id, collection.name)
        return Entry(
            self, number, top.id, collection.name, NodeKind.FOLDER, self._mtime_ns(), collection.name, 0,
            lasting=False, facts={"collection": collection.name},
        )  # fmt: skip

    def _with_size(self, playlist: Entry[Any]) -> Entry[Any]:
        """A playlist with its size; one that takes too long has none, and is not listed where sizes are."""
        try:
            return replace(playlist, size=len(self._text(playlist)))
        except (TooSlowError, BusyError, NoEntryError):
            return playlist

    def _playlist(self, top: Entry[Any], collection: "Collection") -> Entry[Any]:
        with self._lock:
            self._told.put(collection.name, True)
        name = collection.name + PLAYLIST
        return Entry(
            self, number_of_name(top.id, name), top.id, name, NodeKind.FILE, self._mtime_ns(), collection.name,
            facts={"collection": collection.name},
        )  # fmt: skip

    def _mtime_ns(self) -> int:
        return self._nodes.root().mtime_ns or 1

    def _kept_of(self, name: str) -> Listed | None:
        with self._lock:
            return self._kept.get(name)

    def _listed(self, folder: Entry[Any], again: bool = False) -> Listed:
        """What a collection has, as it was found a while ago, or where it is not to look `again`, whenever that was."""
        before = self._kept_of(folder.own)
        if before is not None and (not again or self._clock() - before.made < _SECONDS):
            return before
        with self._turns.taken(f"{FOLDER}/{folder.name}"):
            kept = self._kept_of(folder.own)
            if kept is not None and kept is not before:  # another thread looked meanwhile
                return kept
            made, changes = self._clock(), self._changes
            found = Listed(made, self._numbered.names(self._shown().tracks(folder.own)))
            with self._lock:
                self._kept.put(folder.own, found if changes == self._changes else replace(found, made=_LONG_AGO))
        replaced = dict(before.names).items() - dict(found.names).items() if before is not None else ()
        paths = sorted(f"{FOLDER}/{folder.own}/{name}" for name, _ in replaced)
        if paths:
            self.changed([f"{FOLDER}/{folder.own}", *paths])
        return found

    def _text(self, entry: Entry[Any]) -> bytes:
        return self._playlist_of(entry)[0]

    def _playlist_of(self, entry: Entry[Any]) -> tuple[bytes, Sequence[int]]:
        """The playlist of a collection, and its tracks."""
        with self._lock:
            kept = self._texts.get(entry.own)
        if kept is not None and self._clock() - kept[0] < _SECONDS:
            return kept[1:]
        with self._turns.taken(f"{FOLDER}/{entry.name}"):
            made, changes = self._clock(), self._changes
            with self._lock:
                self._sized.put(entry.own, True)
            text, items = self._shown().playlist(entry.own)
            if changes == self._changes:
                with self._lock:
                    self._texts.put(entry.own, (made, text, items))
        return text, items
