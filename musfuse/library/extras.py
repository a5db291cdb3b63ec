"""What a folder of the drive shows beside tracks and folders: its cover in three sizes, and sidecars.

None of it is in the tree's table: it follows from the tracks of a folder and what lies beside their originals. An album
folder is one whose tracks are of one album, or come from one folder of a source.
"""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace

from musfuse.errors import NoEntryError
from musfuse.library.catalog import Node, Nodes
from musfuse.library.catalog.companions import Companions, FolderCompanion
from musfuse.library.companions import SIDECAR
from musfuse.library.covers import MEDIUM, THUMB, Cover, Covers
from musfuse.library.names import name_key, safe_component, with_number
from musfuse.media.layout import Layout, SourceRange
from musfuse.model import ArtKind, NodeKind, SourceFile
from musfuse.origins import Origin

_CACHED = 1024
_CANDIDATES = 2000
_TRIED = 8
_NUMBERS = 1 << 62


@dataclass(frozen=True, slots=True)
class ExtraNode(Node):
    """An entry that is no track: a sidecar's original, or a cover with a longer side of `longest` pixels (0: as is)."""

    cover: Cover | None = None
    longest: int = 0
    sidecar: SourceFile | None = None


class Extras:
    """Covers and sidecars of folders. All methods may be called from many threads.

    Without `covers` and `origin_of` it tells what the catalog knows, and looks at no picture.
    """

    def __init__(
        self,
        nodes: Nodes,
        companions: Companions,
        covers: Covers | None = None,
        origin_of: Callable[[str], Origin] | None = None,
        *,
        show_covers: bool = True,
    ) -> None:
        self._nodes, self._companions, self._covers, self._origin_of = nodes, companions, covers, origin_of
        self._show_covers = show_covers
        self._lock = threading.Lock()
        self._cache: OrderedDict[int, tuple[ExtraNode, ...]] = OrderedDict()
        self._epoch = 0

    def invalidate(self) -> None:
        """Something changed: look again."""
        with self._lock:
            self._epoch += 1
            self._cache.clear()

    def forget(self, folders: Set[int]) -> None:
        """Something changed in these folders: look at them again."""
        with self._lock:
            self._epoch += 1
            for folder in folders & self._cache.keys():
                del self._cache[folder]

    def of(self, folder: Node) -> tuple[ExtraNode, ...]:
        """The extras of a folder in order of name key. Its cover was looked at: what is listed can be read."""
        with self._lock:
            found = self._cache.get(folder.id)
            if found is not None:
                self._cache.move_to_end(folder.id)
                return found
            epoch = self._epoch
        made = tuple(sorted(self._find(folder), key=lambda node: name_key(node.name)))
        with self._lock:
            if epoch == self._epoch:
                self._cache[folder.id] = made
                if len(self._cache) > _CACHED:
                    self._cache.popitem(last=False)
        return made

    def size(self, node: ExtraNode) -> int:
        """Its exact size in bytes; a scaled cover is made when it is first asked for. Raises NoEntryError."""
        return self.layout(node).size

    def layout(self, node: ExtraNode) -> Layout:
        """Its bytes. Raises NoEntryError where a cover is gone, and what the origin raises."""
        if node.sidecar is not None and self._origin_of is not None:
            origin = self._origin_of(node.sidecar.source_uid)
            return Layout([SourceRange(origin, node.sidecar, 0, node.sidecar.stamp.size)])
        if node.cover is None or self._covers is None:
            raise NoEntryError(f"{node.name}: its original is not read for a listing")
        try:
            return self._covers.layout(node.cover, node.longest)
        except NoEntryError:
            self.invalidate()
            raise

    def _find(self, folder: Node) -> Iterator[ExtraNode]:
        key = self._nodes.dir_key(folder.id)
        if key is None:
            return
        shown = self._companions.of_folder(self._nodes.view, key)
        cover = self._cover(key, shown) if self._show_covers else None
        taken = set()
        if cover is not None:
            full = "cover.png" if cover.picture.mime == "image/png" else "cover.jpg"
            for name, longest in ((full, 0), ("cover_medium.jpg", MEDIUM), ("cover_thumb.jpg", THUMB)):
                taken.add(name_key(name))
                yield _node(folder, name, cover.mtime_ns, cover=cover, longest=longest)
        for file in shown:
            if file.kind == SIDECAR:
                name = _free_name(file.name, taken)
                taken.add(name_key(name))
                yield _node(folder, name, file.file.stamp.mtime_ns, sidecar=file.file)

    def _cover(self, key: str, shown: list[FolderCompanion]) -> Cover | None:
        """The first picture of a folder that can be shown."""
        for cover in self._candidates(key, shown):
            usable = self._covers.usable(cover) if self._covers else cover
            if usable is not None:
                return usable
        return None

    def _candidates(self, key: str, shown: list[FolderCompanion]) -> Iterator[Cover]:
        """Pictures that somebody set, then embedded ones (only so many: each may have to be read), then others."""
        rows = self._companions.candidates(self._nodes.view, key, _CANDIDATES)
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
                    embedded.append(Cover(row.own, row.mtime_ns, 0 if row.own.digest else row.item))
            cleared_ns = max(cleared_ns, row.edited_ns)
        for cover in embedded:
            yield replace(cover, mtime_ns=max(cover.mtime_ns, cleared_ns))
        for file in shown if may_lie_beside else ():
            if file.kind == "front" and file.picture is not None:
                yield Cover(file.picture, max(file.file.stamp.mtime_ns, cleared_ns))


def _node(
    folder: Node,
    name: str,
    mtime_ns: int,
    *,
    cover: Cover | None = None,
    longest: int = 0,
    sidecar: SourceFile | None = None,
) -> ExtraNode:
    """A node whose number is the same for the same name in the same folder, and no row's."""
    number = _NUMBERS | folder.id << 24 | zlib.crc32(name_key(name).encode("utf-8", "surrogatepass")) & 0xFF_FFFF
    return ExtraNode(
        number, folder.id, name, NodeKind.FILE, mtime_ns, source=sidecar.version if sidecar else str(mtime_ns),
        cover=cover, longest=longest, sidecar=sidecar,
    )  # fmt: skip


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
