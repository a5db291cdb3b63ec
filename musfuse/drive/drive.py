"""Drive: lookup, list, open, read_at, close, statvfs over its branches. Faces translate these and nothing else.

Paths are `/`-separated names without a slash in front; `""` is the root. A name is looked up in the tree, never joined
to a real path. All methods may be called from many threads.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musfuse.drive.accesses import Accesses
from musfuse.drive.answers import Attr, DirEntry, Opened, VolumeInfo
from musfuse.drive.branches.items import Items
from musfuse.drive.branches.numbers import number_of_rendition
from musfuse.drive.branches.port import Branch, Entry, FileContent
from musfuse.drive.changes import Change, Changes, Names
from musfuse.drive.handles import CacheHint, Handles
from musfuse.drive.lately import Lately
from musfuse.drive.leftout import LeftOut
from musfuse.drive.rearranging import Edits, Rearranging
from musfuse.drive.tree import Tree
from musfuse.drive.volume import Volume
from musfuse.errors import IsAFolderError, NoEntryError, NotAFolderError, NotALinkError
from musfuse.library.catalog import TrackRow
from musfuse.library.catalog.gone import Went
from musfuse.library.naming import Settled
from musfuse.model import NodeKind, Rendition

if TYPE_CHECKING:
    from musfuse.drive.copying import Copying

_NOTHING = Went()
_TRIES = 3
_TOO_FAST = "changes too fast to be opened; try again"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who hears of what is asked of a drive. `on_pending` is called when a listing shows an item without a size, whose
    stat will probably come next, `on_listed` with each folder that is listed, and `on_visited` with the number of each
    that is opened or whose files are asked for. `lately` knows what was read."""

    on_pending: Callable[[], None] = lambda: None
    on_listed: Callable[[Entry[Any]], None] = lambda _: None
    on_visited: Callable[[int], None] = lambda _: None
    lately: Lately = field(default_factory=Lately)


class Drive:
    """Folders and files of all branches, those of an earlier one before those of a later one. `root` gives the entry of
    the root, `items` what is served to who has no path.

    `asked` hears what somebody asks for; `edits` are made where the view may be changed by hand.
    """

    def __init__(
        self,
        root: Callable[[], Entry[Any]],
        branches: Sequence[Branch[Any]],
        items: Items,
        volume: Volume,
        accesses: Accesses,
        *,
        asked: Asked | None = None,
        edits: Edits | None = None,
        open_limit: int = 16_384,
    ) -> None:
        self.tree, self._exact, self._keeps, self._links = Tree(root, branches), True, False, False
        self._items, self._volume, self._accesses = items, volume, accesses
        self._asked, self._edits = asked or Asked(), edits
        self.changes, self._left_out = Changes(), LeftOut()
        self._handles = Handles(open_limit, self.changes.hold)
        self.copying = self._new_copying() if edits is not None else None

    def _new_copying(self) -> "Copying":
        from musfuse.drive.copying import Copying  # a view that nobody may change does without

        return Copying(self._items, self._asked.lately, lambda: self.rearranging, self.forget_paths)

    def ignoring_case(self, *, keeping_sizes: bool = False) -> "Drive":
        """The same drive, open files and all, for a mount whose system compares names without their case, and
        `keeping_sizes` holds every reader of a file to the size of the first for as long as it is open."""
        drive = copy(self)
        drive._exact, drive._keeps = False, keeping_sizes
        return drive

    def telling_links(self) -> "Drive":
        """The same drive for a mount whose system has symbolic links: what shows another file is told as a link to
        it."""
        drive = copy(self)
        drive._links = True
        return drive

    @property
    def rearranging(self) -> Rearranging:
        """What changes the view by hand, by paths of this drive; its `allowed` tells whether anything can be
        changed."""
        return Rearranging(self._found, self.tree, self._edits)

    def attr(self, path: str) -> Attr:
        """Facts about an entry as they were told last; waits for the index where the size is not known yet.

        Raises NoEntryError, NotAFolderError, and what Branch.size raises.
        """
        entry = self._found(path)
        self._asked.on_visited(entry.parent)
        if entry.kind is NodeKind.FOLDER:
            return Attr(entry.id, entry.name, entry.kind, 0, entry.mtime_ns)
        if self._links and entry.link:
            return Attr(entry.id, entry.name, NodeKind.LINK, _length(entry.link), entry.mtime_ns)
        size = entry.size if entry.size is not None else entry.branch.size(entry)
        version = _version(entry.version, size)
        self._handles.shown(entry.id, version, size)
        return Attr(entry.id, entry.name, entry.kind, size, entry.mtime_ns, version)

    def target(self, path: str) -> str:
        """Where a link leads: a path relative to its folder. Raises NoEntryError, NotALinkError."""
        entry = self._found(path)
        if not (self._links and entry.link):
            raise NotALinkError(f"{path}: not a link")
        return entry.link

    def visit(self, path: str) -> bool:
        """Somebody opens a folder, whether its entries are asked for or not; whether what is listed of it may be kept
        until it is told of as changed. Raises NoEntryError, NotAFolderError."""
        folder = self._found(path)
        if folder.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder")
        self._asked.on_visited(folder.id)
        return folder.lasting

    def shown(self, entry: DirEntry) -> None:
        """Somebody was told the size of an entry of a listing."""
        if entry.size is not None and entry.kind is NodeKind.FILE:
            self._handles.shown(entry.node, entry.version, entry.size)

    def entry(self, path: str, *, look: bool = False) -> DirEntry:
        """What a listing would say of an entry; never waits for an index. With `look`, the branch looks again at what
        the entry is made of first (at most once a second)."""
        return self._told(self._current(path) if look else self._found(path))

    def spelling(self, path: str) -> str:
        """The path as it is stored, for one that may differ in case."""
        parts = path.split("/") if path else []
        return "/".join(self._found("/".join(parts[: n + 1])).name for n in range(len(parts)))

    def list(self, path: str, after: str = "", sized: bool = False) -> Iterator[DirEntry]:
        """The entries of a folder in order of their name keys, beginning after the name `after`.

        With `sized`, every size is exact: the indexes that the folder lacks are waited for, all at once, and a file
        that has none even then is left out, and told of as a change once it has. Errors are raised by this call, not
        while the result is read.
        """
        folder = self._found(path)
        if folder.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder")
        if not after:
            self._asked.on_listed(folder)
        entries = (
            entry for entry in self.tree.listed(path, folder, after, sized, exact=self._exact) if not entry.hidden
        )
        return (self._told(entry) for entry in entries if not sized or self._left_out.is_sized(entry))

    def open(self, path: str) -> Opened:
        """Open a file for reading. Its bytes are those of the version now there, whatever happens later, or EIO. Raises
        NoEntryError, IsAFolderError, TooManyOpenError, LeavingError."""
        for _ in range(_TRIES):
            entry = self._current(path)
            if entry.kind is NodeKind.FOLDER:
                raise IsAFolderError(f"{path}: is a folder")
            content = entry.branch.layout(entry)
            if content is not None:
                if entry.removable and self.copying is not None:
                    self._asked.lately.note_companion(entry, path)
                return self._opened(entry.id, content, entry.item, path)
            self.tree.forget_path(path)
        raise NoEntryError(f"{path}: {_TOO_FAST}")

    def open_item(self, item: int, rendition: Rendition | None = None, *, counted: bool = True) -> Opened:
        """Open an item of the library for reading, without a path: as the view serves it, or made into something else.
        Where it is not `counted`, no play comes of it, and nobody hears of its reads: who opened it tells of plays.

        As it is served it is the same file as under its path. Raises NoEntryError where the view has no such item, or
        it cannot be made into that, and what `open` raises.
        """
        for _ in range(_TRIES):
            node = self._items.node(item)
            if not self._items.is_current(node):
                self.tree.forget_item(item)
                node = self._items.node(item)
            content = self._items.layout(item, rendition)
            if content is not None:
                other = rendition if rendition is not node.rendition else None
                number = number_of_rendition(item, other) if other else node.number
                return self._opened(number, content, item, counted=counted)
        raise NoEntryError(f"item {item}: {_TOO_FAST}")

    def read_at(self, handle: int, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size) of an open file, fewer only at its end, none past it."""
        self._accesses.read(handle, offset, size)
        data = self._handles.read_at(handle, offset, size)
        self._accesses.delivered(handle, offset, len(data))
        return data

    def check(self, handle: int) -> None:
        """Raise SourceChangedError where a newer version than the handle's has been shown to anyone."""
        self._handles.check(handle)

    def attr_of(self, handle: int) -> Attr | None:
        """Facts about an open file as it was opened, whatever became of its path; None where it is not open."""
        found = self._handles.facts(handle)
        return Attr(found[0], "", NodeKind.FILE, found[1], found[2]) if found else None

    def close(self, handle: int) -> None:
        """Close an open file."""
        self._accesses.closed(handle)
        self._handles.remove(handle)

    def statvfs(self) -> VolumeInfo:
        """Figures about the drive as it is now or, so that asking often costs little, was a moment ago."""
        return self._volume.info()

    def row(self, path: str) -> tuple[Entry[Any], TrackRow | None]:
        """An entry with all that its branch tells of it, and what the catalog knows of its item, for `musfuse info`."""
        entry = self._found(path)
        return entry, self._items.row(entry.item) if entry.item else None

    def row_known_as(self, public: int) -> TrackRow | None:
        """What the catalog knows of a track by its public id, as this view serves it; None where there is none."""
        return self._items.row_known_as(public)

    def token(self, rendition: Rendition) -> str:
        """What tells the bytes of such a rendition from those of another encoder."""
        return self._items.token(rendition)

    @property
    def open_handles(self) -> int:
        """Files open now."""
        return len(self._handles)

    def invalidate(self) -> None:
        """Anything may have changed: look it up again."""
        self.tree.invalidate()
        self.changes.tell(Change(everywhere=True))

    def replaced(self, before: Names) -> None:
        """Another tree is shown, with other names in all folders; `before` has those that were there."""
        self.tree.invalidate()
        self.changes.tell(Change(everywhere=True, before=(before,)))

    def forget_track(self, track: int) -> None:
        """The size of a track became known: look the track up again."""
        self.tree.forget_item(track)
        if self._items.hides or self._left_out.pop(track):  # else nobody was told what is not so any more
            self.changes.tell(Change(items={track}, folders=self._items.copied_to(track)))

    def forget_folders(self, folders: Set[int]) -> None:
        """Entries of these folders, of whatever branch, changed: look them up again."""
        self.tree.forget_folders(folders)
        self.changes.tell(Change(folders=folders))

    def forget_paths(self, paths: Sequence[str]) -> None:
        """There are other entries at these paths now, or none: look them up again."""
        for path in paths:
            self.tree.forget_path(path)
        self.changes.tell(Change(gone=paths))

    def rearranged(self, folders: Set[int], paths: Sequence[str], moved: Sequence[tuple[str, str]] = ()) -> None:
        """Somebody changed the view by hand: look up these folders and paths again, and all below folders that moved
        from one path to another."""
        if moved:
            self.tree.invalidate()
        else:
            self.tree.forget_folders(folders)
        self.changes.tell(Change(gone=paths, moved=(moved,)))

    def forget(self, settled: Settled, went: Went = _NOTHING) -> None:
        """Names were given: look up again what they touch, and what `went`."""
        if settled.everywhere:
            self.tree.invalidate()
        elif settled.folders:
            self.tree.forget_folders(settled.folders)
        if settled.everywhere or settled.folders or went.paths:
            self.changes.tell(
                Change(folders=settled.folders, gone=went.paths, everywhere=settled.everywhere, moved=(went.moved,))
            )

    def path_of(self, number: int) -> str | None:
        """The path of a file or folder of the library by its number; None where there is none."""
        return self._items.path(number)

    def path_of_item(self, item: int) -> str | None:
        """The path of the file that shows an item; None where there is none."""
        try:
            return self._items.path(self._items.node(item).number)
        except NoEntryError:
            return None

    def names(self, path: str) -> Iterator[tuple[str, NodeKind]]:
        """The names in a folder and what they are, for who only passes by: nothing is prepared for a stat. Raises what
        `list` raises."""
        folder = self._found(path)
        if folder.kind is NodeKind.FOLDER:
            for entry in self.tree.children(folder):
                yield entry.name, entry.kind

    def glance(self, path: str) -> Iterator[DirEntry]:
        """What a listing would say of a folder, for who only passes by, as `names`. Raises NoEntryError,
        NotAFolderError."""
        folder = self._found(path)
        if folder.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder")
        return (_dir_entry(entry) for entry in self.tree.children(folder) if not entry.hidden)

    def refuse_opens(self) -> None:
        """Open nothing more, through whatever face (LeavingError); what is open can be read on."""
        self._handles.refuse()

    def shut_down(self) -> int:
        """Close all files that are still open; how many there were."""
        self._accesses.close_all()
        if self.copying is not None:
            self.copying.close_all()
        return self._handles.close_all()

    def _reread(self, path: str) -> None:
        """Have the bytes of a file asked for again that the system may have kept."""
        self.changes.tell(Change(reread=[path]))

    def _current(self, path: str) -> Entry[Any]:
        """The entry at a path, after the branch looked again at what the entry is made of (at most once a second)."""
        entry = self._found(path)
        if entry.branch.is_current(entry):
            return entry
        self.tree.forget_path(path)
        return self._found(path)

    def _found(self, path: str) -> Entry[Any]:
        return self.tree.lookup(path, exact=self._exact)

    def _told(self, entry: Entry[Any]) -> DirEntry:
        if self._links and entry.link:
            return DirEntry(entry.id, entry.name, NodeKind.LINK, _length(entry.link), entry.mtime_ns)
        if entry.size is None and entry.item:
            self._asked.on_pending()
        return _dir_entry(entry)

    def _opened(self, node: int, content: FileContent, item: int, path: str = "", *, counted: bool = True) -> Opened:
        size = content.layout.size
        version = _version(content.version, size)
        if item and self.copying is not None:
            self._asked.lately.note(item)
        handle, hint = self._handles.add(
            node, version, content.edition, content.layout, content.mtime_ns, kept=self._keeps or content.whole
        )
        if content.whole and not self._keeps:
            hint = CacheHint.BYPASS
        kept = path and hint is CacheHint.KEEP
        if counted:
            again = (lambda: self._reread(path)) if kept else None
            self._accesses.opened(handle, item, content.layout.audio, again)
        return Opened(handle, node, size, hint, version, content.edition)


def _dir_entry(entry: Entry[Any]) -> DirEntry:
    version = "" if entry.size is None else _version(entry.version, entry.size)
    return DirEntry(entry.id, entry.name, entry.kind, entry.size, entry.mtime_ns, version)


def _length(link: str) -> int:
    return len(link.encode("utf-8", "surrogateescape"))


def _version(version: str, size: int) -> str:
    return f"{version}/{size}"
