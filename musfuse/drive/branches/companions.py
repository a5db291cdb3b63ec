"""The branch of companions: what a folder shows beside tracks and folders, its cover in three sizes and sidecars.

None of it is in the tree's table: it follows from the tracks of a folder and what lies beside their originals. An album
folder is one whose tracks are of one album, or come from one folder of a source.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Any

from musfuse.drive.branches.items import version_of
from musfuse.drive.branches.numbers import number_of_companion
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.errors import MusfuseError, NoEntryError
from musfuse.library.catalog import Nodes
from musfuse.library.catalog.companions import Companions, FolderCompanion
from musfuse.library.companions import SIDECAR
from musfuse.library.covers import MEDIUM, THUMB, Cover, Covers
from musfuse.library.names import name_key, safe_component, with_number
from musfuse.lru import Lru
from musfuse.media.layout import Layout, SourceRange
from musfuse.model import ArtKind, NodeKind, Rendition, SourceFile
from musfuse.origins import Origin

log = logging.getLogger(__name__)

_CACHED = 1024
_CANDIDATES = 2000
_TRIED = 8


@dataclass(frozen=True, slots=True)
class CoverOf:
    """A cover whose longer side is `longest` pixels (0: as it is)."""

    cover: Cover
    longest: int


CompanionEntry = Entry[CoverOf | None]
"""Of a cover; a sidecar's has its original alone."""


class CompanionsBranch:
    """Covers and sidecars of folders.

    Without `covers` and `origin_of` it tells what the catalog knows, and looks at no picture. `hidden` gives the name
    keys of those that a folder of the view, by its key, does not show, and `copied` of those that it shows where only
    the tracks that were copied to it have them.
    """

    def __init__(
        self,
        nodes: Nodes,
        companions: Companions,
        covers: Covers | None = None,
        origin_of: Callable[[str], Origin] | None = None,
        *,
        show_covers: bool = True,
        hidden: Callable[[str], Set[str]] = lambda _: frozenset(),
        copied: Callable[[str], Set[str]] = lambda _: frozenset(),
    ) -> None:
        self._nodes, self._companions, self._covers, self._origin_of = nodes, companions, covers, origin_of
        self._show_covers, self._hidden, self._copied = show_covers, hidden, copied
        self._lock = threading.Lock()
        self._cache: Lru[int, tuple[CompanionEntry, ...]] = Lru(_CACHED)
        self._epoch = 0

    def child(self, folder: Entry[Any], key: str, name: str = "") -> CompanionEntry | None:
        """The companion with this name key."""
        del name
        return next((entry for entry in self._of(folder) if name_key(entry.name) == key), None)

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[CompanionEntry]:
        """The companions of a folder. Whatever is listed can be read: the cover was looked at."""
        entries = (entry for entry in self._of(folder) if name_key(entry.name) > after_key)
        return map(self._with_size, entries) if sized else entries

    def is_current(self, entry: CompanionEntry) -> bool:
        """Always: what a scan saw of a companion stands until the next scan."""
        del entry
        return True

    def size(self, entry: CompanionEntry) -> int:
        """The exact size of a companion in bytes; a scaled cover is made when it is first asked for. Raises
        NoEntryError."""
        if entry.original is not None:
            return entry.original.stamp.size
        covers, shows = self._shown(entry)
        try:
            return covers.size(shows.cover, shows.longest)
        except NoEntryError:
            self.forget(None)
            raise

    def layout(self, entry: CompanionEntry) -> FileContent:
        """The bytes of a companion. Raises NoEntryError where a cover is gone, and what the origin raises."""
        return FileContent(self._layout(entry), entry.version, entry.mtime_ns, entry.mtime_ns)

    def make(self, folder: int) -> bool:
        """Make the cover of a folder in its sizes where that was not done, so that nobody's stat has to; whether it has
        one. Nothing is done for a cover whose original is read on demand only. Raises what `size` raises."""
        key = self._nodes.dir_key(folder)
        if key is None or self._covers is None:
            return False
        for cover in self._candidates(key, self._companions.of_folder(self._nodes.view, key)):
            if self._covers.is_lazy(cover):
                return False
            if self._covers.make(cover):
                return True
        return False

    def forget(self, folders: Set[int] | None) -> None:
        """Find the companions of these folders, or of all, anew."""
        with self._lock:
            self._epoch += 1
            if folders is None:
                self._cache.clear()
            for folder in folders or ():
                self._cache.pop(folder)

    def _of(self, folder: Entry[Any]) -> tuple[CompanionEntry, ...]:
        """The companions of a folder in order of name key."""
        with self._lock:
            found = self._cache.get(folder.id)
            if found is not None:
                return found
            epoch = self._epoch
        made = tuple(sorted(self._find_shown(folder), key=lambda entry: name_key(entry.name)))
        with self._lock:
            if epoch == self._epoch:
                self._cache.put(folder.id, made)
        return made

    def _layout(self, entry: CompanionEntry) -> Layout:
        sidecar = entry.original
        if sidecar is not None and self._origin_of is not None:
            return Layout([SourceRange(self._origin_of(sidecar.source_uid), sidecar, 0, sidecar.stamp.size)])
        covers, shows = self._shown(entry)
        try:
            return covers.layout(shows.cover, shows.longest)
        except NoEntryError:
            self.forget(None)
            raise

    def _shown(self, entry: CompanionEntry) -> tuple[Covers, CoverOf]:
        if entry.own is None or self._covers is None:
            raise NoEntryError(f"{entry.name}: its original is not read for a listing")
        return self._covers, entry.own

    def _with_size(self, entry: CompanionEntry) -> CompanionEntry:
        try:
            return replace(entry, size=self.size(entry))
        except MusfuseError as error:
            log.debug("%s: %s", entry.name, error)
            return entry

    def _find_shown(self, folder: Entry[Any]) -> Iterator[CompanionEntry]:
        key = self._nodes.dir_key(folder.id)
        if key is None:
            return iter(())
        found = list(self._find(folder, key))
        wanted = self._copied(key) - {name_key(entry.name) for entry in found}
        if wanted:
            found += [entry for entry in self._find(folder, key, copied=True) if name_key(entry.name) in wanted]
        hidden = self._hidden(key) if found else frozenset()
        return (entry for entry in found if name_key(entry.name) not in hidden)

    def _find(self, folder: Entry[Any], key: str, *, copied: bool = False) -> Iterator[CompanionEntry]:
        companions = self._companions.of_folder(self._nodes.view, key, copied=copied)
        cover = self._cover(key, companions, copied=copied) if self._show_covers else None
        taken = set()
        if cover is not None:
            full = "cover.png" if cover.picture.mime == "image/png" else "cover.jpg"
            for name, longest in ((full, 0), ("cover_medium.jpg", MEDIUM), ("cover_thumb.jpg", THUMB)):
                taken.add(name_key(name))
                yield self._cover_entry(folder, name, CoverOf(cover, longest))
        for companion in companions:
            if companion.kind == SIDECAR:
                name = _free_name(companion.name, taken)
                taken.add(name_key(name))
                yield self._sidecar_entry(folder, name, companion.file)

    def _cover_entry(self, folder: Entry[Any], name: str, shows: CoverOf) -> CompanionEntry:
        changed = shows.cover.mtime_ns
        return Entry(
            self, number_of_companion(folder.id, name), folder.id, name, NodeKind.FILE, changed, shows,
            version=version_of(Rendition.ORIGINAL, str(changed)), removable=True,
            facts={"cover": True, "longest_pixels": shows.longest},
        )  # fmt: skip

    def _sidecar_entry(self, folder: Entry[Any], name: str, file: SourceFile) -> CompanionEntry:
        return Entry(
            self, number_of_companion(folder.id, name), folder.id, name, NodeKind.FILE, file.stamp.mtime_ns, None,
            version=version_of(Rendition.ORIGINAL, file.version), original=file, removable=True,
        )  # fmt: skip

    def _cover(self, key: str, companions: list[FolderCompanion], *, copied: bool = False) -> Cover | None:
        """The first picture of a folder that can be shown."""
        for cover in self._candidates(key, companions, copied=copied):
            usable = self._covers.usable(cover) if self._covers else cover
            if usable is not None:
                return usable
        return None

    def _candidates(self, key: str, companions: list[FolderCompanion], *, copied: bool = False) -> Iterator[Cover]:
        """Pictures that somebody set, then embedded ones (only so many: each may have to be read), then others."""
        rows = self._companions.candidates(self._nodes.view, key, _CANDIDATES, copied=copied)
        albums, folders = {row.album for row in rows}, {row.folder for row in rows}
        if not rows or not (len(folders) == 1 or (len(albums) == 1 and 0 not in albums)):
            return
        embedded: list[Cover] = []
        cleared_ns, may_lie_beside = 0, False
        for row in rows:
            fronts = dict(row.set).get(ArtKind.FRONT)
            if fronts:
                yield Cover(fronts[0], row.edited_ns)
            if fronts is None:
                may_lie_beside = True
                if row.own and len(embedded) < _TRIED:
                    embedded.append(Cover(row.own, row.mtime_ns, row.item))
            cleared_ns = max(cleared_ns, row.edited_ns)
        for cover in embedded:
            yield replace(cover, mtime_ns=max(cover.mtime_ns, cleared_ns))
        for companion in companions if may_lie_beside else ():
            if companion.kind == "front" and companion.picture is not None:
                yield Cover(companion.picture, max(companion.file.stamp.mtime_ns, cleared_ns))


def _free_name(wanted: str, taken: set[str]) -> str:
    stem, dot, suffix = wanted.rpartition(".")
    extension = safe_component(suffix) if dot else ""
    extension = f".{extension}" if extension else ""
    safe = safe_component(stem if dot else wanted, extension)
    name, number = safe, 2
    while name_key(name) in taken:
        name = with_number(safe, number, extension, 200)
        number += 1
    return name
