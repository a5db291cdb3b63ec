"""What a folder of the drive shows beside tracks and folders: its cover in three sizes, and sidecars.

None of it is in the tree's table: it follows from the tracks of a folder and what lies beside their originals. An album
folder is one whose tracks are of one album, or come from one folder of a source.
"""

import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from musfuse.errors import MusfuseError, NoEntryError
from musfuse.library.catalog import Database, Node, Tracks
from musfuse.library.catalog.beside import Beside, Shown
from musfuse.library.catalog.rows import load_art
from musfuse.library.companions import SIDECAR
from musfuse.library.names import name_key, safe_component, with_number
from musfuse.media.art import CoverExtractor, describe_picture, scaled_jpeg
from musfuse.media.layout import Blob, Layout, SourceRange
from musfuse.model import ArtKind, NodeKind, Picture, SourceFile
from musfuse.origins import Origin
from musfuse.store import PictureStore

MEDIUM, THUMB = 300, 150
"""Pixels of the longer side of cover_medium.jpg and cover_thumb.jpg."""

_CACHED = 1024
_CANDIDATES = 2000
_NUMBERS = 1 << 62
_AS_IT_IS = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture that a folder shows: `track` is that whose original it has to be taken out of, 0 where it is kept."""

    picture: Picture
    mtime_ns: int
    track: int = 0


@dataclass(frozen=True, slots=True)
class ExtraNode(Node):
    """An entry that is no track: a sidecar's original, or a cover with a longer side of `longest` pixels (0: as is)."""

    cover: Cover | None = None
    longest: int = 0
    sidecar: SourceFile | None = None


class Extras:
    """Covers and sidecars of folders. All methods may be called from many threads."""

    def __init__(
        self,
        database: Database,
        tracks: Tracks,
        beside: Beside,
        pictures: PictureStore,
        covers: CoverExtractor,
        origin_of: Callable[[str], Origin],
        *,
        show_covers: bool = True,
    ) -> None:
        self._db, self._tracks, self._beside, self._store = database, tracks, beside, pictures
        self._covers, self._origin_of, self._show_covers = covers, origin_of, show_covers
        self._lock = threading.Lock()
        self._cache: OrderedDict[int, tuple[ExtraNode, ...]] = OrderedDict()
        self._made: OrderedDict[str, int] = OrderedDict()
        self._epoch = 0
        self._scaling = threading.BoundedSemaphore(2)  # a large picture takes 150 MB while it is made smaller

    def invalidate(self) -> None:
        """Something changed: look again."""
        with self._lock:
            self._epoch += 1
            self._cache.clear()

    def of(self, folder: Node) -> tuple[ExtraNode, ...]:
        """The extras of a folder in order of name key; a cover that turns out to be none when it is first asked for
        is gone from the next listing."""
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
        """Its bytes. Raises NoEntryError where a cover cannot be decoded, and what the origin raises."""
        if node.sidecar is not None:
            origin = self._origin_of(node.sidecar.source_uid)
            return Layout([SourceRange(origin, node.sidecar, 0, node.sidecar.stamp.size)])
        assert node.cover is not None
        picture = self._taken_out(node, node.cover)
        if not node.longest and picture.mime in _AS_IT_IS:
            return Layout([Blob(self._store, picture.digest, picture.size)])
        digest = f"{picture.digest}-{node.longest}"
        return Layout([Blob(self._store, digest, self._scaled(node, picture, digest))])

    def _find(self, folder: Node) -> Iterator[ExtraNode]:
        with self._db.read() as db:
            row = db.execute("SELECT dir_key FROM node WHERE id = ?", (folder.id,)).fetchone()
        if row is None or row[0] is None:
            return
        shown = self._beside.shown(row[0])
        cover = self._cover(row[0], shown) if self._show_covers else None
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

    def _cover(self, key: str, shown: list[Shown]) -> Cover | None:
        with self._db.read() as db:
            rows = db.execute(
                "SELECT t.id, t.art, t.picture, f.mtime_ns, t.edited_ns, t.album_key, f.folder FROM track t"
                " JOIN file f ON f.id = t.file JOIN folder d ON d.id = f.folder JOIN source s ON s.id = d.source"
                " WHERE t.dir_key = ? ORDER BY s.position, d.path, f.name, t.part LIMIT ?",
                (key, _CANDIDATES),
            ).fetchall()
        albums, folders = {row[5] for row in rows}, {row[6] for row in rows}
        if not rows or not (len(folders) == 1 or (len(albums) == 1 and "" not in albums)):
            return None
        embedded, cleared_ns, may_lie_beside = None, 0, False
        for track, art, picture, mtime, edited, _, _ in rows:
            fronts = dict(load_art(art)).get(ArtKind.FRONT) if art else None
            if fronts:
                return Cover(fronts[0], edited)
            if fronts is None:
                may_lie_beside = True
                if picture and embedded is None:
                    found = Picture(**json.loads(picture))
                    embedded = Cover(found, mtime, 0 if found.digest else track)
            cleared_ns = max(cleared_ns, edited)
        if embedded is not None:
            return replace(embedded, mtime_ns=max(embedded.mtime_ns, cleared_ns))
        front = next((s for s in shown if s.kind == "front" and s.picture), None) if may_lie_beside else None
        if front is None or front.picture is None:
            return None
        return Cover(front.picture, max(front.file.stamp.mtime_ns, cleared_ns))

    def _taken_out(self, node: ExtraNode, cover: Cover) -> Picture:
        """The cover's picture, whose bytes are kept now; taken out of the original where they are not yet."""
        if cover.picture.digest:
            if self._store.get(cover.picture.digest) is None:
                raise NoEntryError(f"{node.name}: its picture is lost; `musfuse scan --all` looks for another")
            return cover.picture
        row = self._tracks.track(cover.track) if cover.track else None
        if row is None:
            raise NoEntryError(f"{node.name}: the track that it comes from is gone")
        if row.track.picture is not None and row.track.picture.digest:
            found = self._store.get(row.track.picture.digest)
            if found is not None:
                return row.track.picture
        extracted = self._covers.extract(self._origin_of(row.track.file.source_uid), row.track.file)
        if extracted is None:
            self._tracks.set_picture(row.track, None)
            self.invalidate()
            raise NoEntryError(f"{row.track.file.path}: its picture cannot be decoded")
        self._store.keep(extracted.picture.digest, extracted.data)
        self._tracks.set_picture(row.track, extracted.picture)
        if extracted.picture.mime != cover.picture.mime:  # another picture than the first; its name may be another
            self.invalidate()
        return extracted.picture

    def _scaled(self, node: ExtraNode, picture: Picture, digest: str) -> int:
        """Bytes of the scaled picture, made where it is not kept."""
        with self._lock:
            size = self._made.get(digest)
        if size is not None:
            return size
        data = self._store.get(digest)
        if data is None:
            original = self._store.get(picture.digest)
            if original is None or describe_picture(original) is None:
                raise NoEntryError(f"{node.name}: its picture cannot be decoded")
            try:
                with self._scaling:
                    data = scaled_jpeg(original, node.longest)
            except MusfuseError as error:
                raise NoEntryError(f"{node.name}: {error}") from error
            self._store.keep(digest, data)
        with self._lock:
            self._made[digest] = len(data)
            if len(self._made) > _CACHED:
                self._made.popitem(last=False)
        return len(data)


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
