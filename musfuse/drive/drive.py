"""Drive: lookup, list, open, read_at, close, statvfs over the library. Faces translate these and nothing else.

Paths are `/`-separated names without a slash in front; `""` is the root. A name is looked up in the tree, never joined
to a real path. All methods may be called from many threads.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from musfuse.drive.handles import CacheHint, Handles
from musfuse.drive.tree import Tree
from musfuse.errors import (
    IsAFolderError,
    MusfuseError,
    NoEntryError,
    NotAFolderError,
    NotFoundError,
    OriginError,
)  # fmt: skip
from musfuse.library.catalog import Node, Nodes, TrackRow, Tracks
from musfuse.library.extras import ExtraNode, Extras
from musfuse.library.naming import Settled
from musfuse.library.sizes import Sizes
from musfuse.media.engine import MediaEngine
from musfuse.media.indexing import Priority
from musfuse.media.ports import NotIndexedError
from musfuse.model import NodeKind, Serve, SourceFile
from musfuse.origins import Origin

log = logging.getLogger(__name__)

_CACHED_NODES = 8192
_FRESH_SECONDS = 1.0
_FOLDER_AHEAD = 512
_VOLUME_PAUSES = 10
"""How many times as long as counting takes, at least, lies between two counts of a drive that keeps changing."""


@dataclass(frozen=True, slots=True)
class Attr:
    """Facts about an entry. `node` is stable for life; `size` is exact (0 for a folder)."""

    node: int
    name: str
    kind: NodeKind
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class DirEntry:
    """An entry of a listing; `size` is None where finding it out would cost building an index."""

    node: int
    name: str
    kind: NodeKind
    size: int | None
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file."""

    handle: int
    node: int
    size: int
    hint: CacheHint


@dataclass(frozen=True, slots=True)
class VolumeInfo:
    """Figures about the drive as a whole: `bytes` sums the sizes that are known. Nothing is free."""

    files: int
    folders: int
    bytes: int


class Drive:
    """The library as a tree of folders and files.

    `refresh` looks at an original again (source uid, path); it is called when a resolve finds that it changed.
    `on_pending` is called when a listing shows a file without a size, whose stat will probably come next, and
    `on_listed` with each folder that is listed.
    """

    def __init__(
        self,
        tracks: Tracks,
        nodes: Nodes,
        extras: Extras,
        engine: MediaEngine,
        sizes: Sizes,
        origin_of: Callable[[str], Origin],
        refresh: Callable[[str, str], None],
        *,
        hide_unindexed: bool = False,
        on_pending: Callable[[], None] = lambda: None,
        on_listed: Callable[[Node], None] = lambda _: None,
        case_sensitive: bool = True,
        open_limit: int = 16_384,
    ) -> None:
        self._tracks, self._nodes, self._engine, self._sizes = tracks, nodes, engine, sizes
        self._extras = extras
        self._origin_of, self._refresh = origin_of, refresh
        self._on_pending, self._on_listed = on_pending, on_listed
        self._hide = hide_unindexed
        self._handles = Handles(open_limit)
        self._lock = threading.Lock()
        self.tree = Tree(nodes, extras, self._is_shown, case_sensitive=case_sensitive)
        self._fresh: OrderedDict[int, float] = OrderedDict()
        self._queued_folders: set[int] = set()
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="folder-ahead")
        self._volume = -1, 0.0, VolumeInfo(0, 0, 0)
        self.last_read = 0.0

    def attr(self, path: str) -> Attr:
        """Facts about an entry; waits for the index where the size is not known yet.

        Raises NoEntryError, NotAFolderError, and what Sizes.wait raises.
        """
        node = self._current(path)
        if node.kind is NodeKind.FOLDER:
            return Attr(node.id, node.name, node.kind, 0, node.mtime_ns)
        size = self._extras.size(node) if isinstance(node, ExtraNode) else self._size(node)
        if size is None:
            size = self._sizes.wait(node.track)
            self.last_read = time.monotonic()  # who waited for a size reads next
            self._queue_folder(node.parent)
        self._handles.shown(node.id, _version(node.serve, node.source, size), size)
        return Attr(node.id, node.name, node.kind, size, node.mtime_ns)

    def entry(self, path: str) -> DirEntry:
        """What a listing would say of an entry; never waits for an index."""
        entry = self._entry(self.tree.lookup(path))
        if entry is None:
            raise NoEntryError(f"{path}: no such file or folder on the drive")
        return entry

    def spelling(self, path: str) -> str:
        """The path as it is stored, for one that may differ in case."""
        parts = path.split("/") if path else []
        return "/".join(self.tree.lookup("/".join(parts[: n + 1])).name for n in range(len(parts)))

    def list(self, path: str, after: str = "", sized: bool = False) -> Iterator[DirEntry]:
        """The entries of a folder in order of their name keys, beginning after the name `after`.

        With `sized`, every size is exact: the indexes that the folder lacks are waited for, all at once, and a file
        that has none even then is left out. Errors are raised by this call, not while the result is read.
        """
        node = self.tree.lookup(path)
        if node.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder")
        if not after:
            self._on_listed(node)
        children = self.tree.children(node, after)
        if sized and not self._hide:
            if not after:
                self._wait_for_folder(node.id)
            children = (self._with_size(child) for child in children)
        entries = (entry for child in children if (entry := self._entry(child)) is not None)
        return (entry for entry in entries if entry.size is not None) if sized else entries

    def open(self, path: str) -> Opened:
        """Open a file for reading. Its bytes are those of the version now there, whatever happens later, or EIO."""
        for _ in range(3):
            node = self._current(path)
            if node.kind is NodeKind.FOLDER:
                raise IsAFolderError(f"{path}: is a folder")
            if isinstance(node, ExtraNode):
                layout = self._extras.layout(node)
                version = _version(node.serve, node.source, layout.size)
                handle, hint = self._handles.add(node.id, version, node.mtime_ns, layout, node.mtime_ns)
                return Opened(handle, node.id, layout.size, hint)
            row = self._tracks.track(node.track)
            if row is None:
                self.tree.forget_track(node.track)
                continue
            try:
                layout = self._engine.layout(row.track)
            except NotIndexedError:
                self._sizes.wait(node.track, lost=True)
                continue
            version = _version(row.track.serve, row.track.file.version, layout.size)
            handle, hint = self._handles.add(node.id, version, row.track.edited_ns, layout, row.track.mtime_ns)
            return Opened(handle, node.id, layout.size, hint)
        raise NoEntryError(f"{path}: changes too fast to be opened; try again")

    def read_at(self, handle: int, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size) of an open file, fewer only at its end, none past it."""
        self.last_read = time.monotonic()
        return self._handles.read_at(handle, offset, size)

    def size_of(self, handle: int) -> int:
        """Bytes of an open file."""
        return self._handles.size(handle)

    def check(self, handle: int) -> None:
        """Raise SourceChangedError where a newer version than the handle's has been shown to anyone."""
        self._handles.check(handle)

    def attr_of(self, handle: int) -> Attr | None:
        """Facts about an open file as it was opened, whatever became of its path; None where it is not open."""
        found = self._handles.facts(handle)
        return Attr(found[0], "", NodeKind.FILE, found[1], found[2]) if found else None

    def close(self, handle: int) -> None:
        """Close an open file."""
        self._handles.remove(handle)

    def statvfs(self) -> VolumeInfo:
        """Figures about the drive as it is now or, so that asking often costs little, was a moment ago."""
        changes, began = self._nodes.changes(), time.monotonic()
        known, due, volume = self._volume
        if known == changes or began < due:
            return volume
        folders, files = self._nodes.counts()
        volume = VolumeInfo(files, folders, self._nodes.known_bytes())
        ended = time.monotonic()
        self._volume = changes, ended + _VOLUME_PAUSES * (ended - began), volume
        return volume

    def row(self, path: str) -> tuple[Node, TrackRow | None]:
        """A node and its track, for `musfuse info`."""
        node = self.tree.lookup(path)
        return node, self._tracks.track(node.track) if node.track else None

    @property
    def open_handles(self) -> int:
        """Files open now."""
        return len(self._handles)

    def invalidate(self) -> None:
        """Anything may have changed: look it up again."""
        self.tree.invalidate()

    def forget_track(self, track: int) -> None:
        """A track's size is another one now, or known: look it up again."""
        self.tree.forget_track(track)

    def forget(self, settled: Settled) -> None:
        """Names were given: look up again what they touch."""
        if settled.everywhere:
            self.tree.invalidate()
        elif settled.folders:
            self.tree.forget_folders(settled.folders)

    def shut_down(self) -> int:
        """Close what is still open; how many files that were."""
        self._ahead.shutdown(wait=True, cancel_futures=True)
        return self._handles.close_all()

    def _current(self, path: str) -> Node:
        """The node, after its original was looked at again (at most once a second)."""
        node = self.tree.lookup(path)
        if not node.track or self._is_fresh(node.track):
            return node
        row = self._tracks.track(node.track)
        changed = row is None or self._changed(row.track.file)
        if row is not None and changed:
            log.info("%s: changed, looking at it again", row.track.file.path)
            self._refresh(row.track.file.source_uid, row.track.file.path)
        if row is None or changed or _is_outdated(node, row):
            self.tree.forget_track(node.track)
            return self.tree.lookup(path)
        self._set_fresh(node.track)
        return node

    def _changed(self, file: SourceFile) -> bool:
        try:
            now = self._origin_of(file.source_uid).stat(file.path)
        except NotFoundError:
            return self._origin_answers(file.source_uid)
        except OriginError:
            return False  # away: what is known of it stands
        return not file.stamp.agrees_with(now.stamp) or bool(file.ident and now.ident != file.ident)

    def _origin_answers(self, uid: str) -> bool:
        try:
            return next(self._origin_of(uid).list(""), None) is not None
        except MusfuseError:
            return False

    def _is_fresh(self, track: int) -> bool:
        until = self._fresh.get(track)
        return until is not None and until > time.monotonic()

    def _set_fresh(self, track: int) -> None:
        with self._lock:
            self._fresh[track] = time.monotonic() + _FRESH_SECONDS
            self._fresh.move_to_end(track)
            if len(self._fresh) > _CACHED_NODES:
                self._fresh.popitem(last=False)

    def _size(self, node: Node) -> int | None:
        if node.serve is Serve.ORIGINAL or node.size is None:
            return node.size
        return node.size if node.size_token == self._sizes.token(node.serve) else None

    def _is_shown(self, node: Node) -> bool:
        """Whether a file may be listed: where those without an index are hidden, only with a size."""
        return not self._hide or not node.track or self._told_size(node) is not None

    def _told_size(self, node: Node) -> int | None:
        """The size where nothing has to be built for it; its tags may just have changed."""
        return self._known_size(node) if self._hide else self._size(node)

    def _known_size(self, node: Node) -> int | None:
        size = self._size(node)
        row = self._tracks.track(node.track) if size is None else None
        try:
            return self._sizes.known(row) if row is not None else size
        except MusfuseError as error:
            log.debug("%s: %s", node.name, error)
            return None

    def _entry(self, node: Node) -> DirEntry | None:
        size = self._told_size(node) if node.track else node.size if isinstance(node, ExtraNode) else 0
        if size is None and node.track:
            if self._hide:
                return None
            self._on_pending()
        return DirEntry(node.id, node.name, node.kind, size, node.mtime_ns)

    def _wait_for_folder(self, folder: int) -> None:
        pending = self._nodes.unsized(folder, self._sizes.tokens())
        if pending:
            self._sizes.wait_all(pending)
            self.last_read = time.monotonic()

    def _with_size(self, node: Node) -> Node:
        """A node of a folder that was waited for, which may have become pending again since."""
        if node.kind is NodeKind.FOLDER or self._size(node) is not None:
            return node
        if isinstance(node, ExtraNode):
            try:
                return replace(node, size=self._extras.size(node))
            except MusfuseError as error:
                log.debug("%s: %s", node.name, error)
                return node
        try:
            self._sizes.wait_all([node.track])
        except MusfuseError as error:
            log.debug("%s", error)
        found = self._nodes.by_id(node.id) or node
        size = self._known_size(found)  # a size that is known cannot be noted on a full disk
        return replace(found, size=size, size_token=self._sizes.token(found.serve))

    def _queue_folder(self, folder: int) -> None:
        """Have the rest of a folder indexed: who stats one file usually stats them all."""
        with self._lock:
            if folder in self._queued_folders:
                return
            self._queued_folders.add(folder)
        try:
            self._ahead.submit(self._request_folder, folder)
        except RuntimeError:
            log.debug("shutting down: folder %d is not queued", folder)

    def _request_folder(self, folder: int) -> None:
        try:
            for track in self._nodes.unsized(folder, self._sizes.tokens())[:_FOLDER_AHEAD]:
                row = self._tracks.track(track)
                if row is not None and self._sizes.known(row) is None:
                    self._sizes.request(row.track, Priority.FOLDER)
        except MusfuseError as error:
            log.debug("folder %d is not queued: %s", folder, error)
        finally:
            with self._lock:
                self._queued_folders.discard(folder)


def _is_outdated(node: Node, row: TrackRow) -> bool:
    """Whether more is known of a track than its node tells, as while a scan has yet to give names to what it read."""
    track = row.track
    size = track.file.stamp.size if track.serve is Serve.ORIGINAL else row.size
    known = (track.file.version, track.mtime_ns, track.serve, size)
    return (node.source, node.mtime_ns, node.serve, node.size) != known


def _version(serve: Serve, source: str, size: int) -> str:
    """What a reader in the middle of a file rests on: tags that change in a header of the same size do not count."""
    audio = Serve.ORIGINAL if serve is Serve.RETAGGED else serve
    return f"{audio}/{source}/{size}"
