"""What the simulated driver remembers of a name while any handle on it is open: facts, pages, a listing, who shares it.

A file node is made by the first open of a name and lives until the last of its file objects is closed. What later opens
answer is not looked at meanwhile, and its size is what every handle is held to.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

INFINITE = 0xFFFFFFFF
ACCESS_DENIED, SHARING_VIOLATION, DELETE_PENDING = 0xC0000022, 0xC0000043, 0xC0000056
_DIRECTORY = 0x10
SHARE_READ, SHARE_WRITE, SHARE_DELETE = 1, 2, 4
_READS, _WRITES, _DELETES = 0x1 | 0x20, 0x2 | 0x4, 0x10000


@dataclass
class Info:
    """A FILE_INFO."""

    attributes: int
    size: int
    allocation: int
    written: int
    index: int

    @property
    def folder(self) -> bool:
        return bool(self.attributes & _DIRECTORY)


@dataclass(eq=False)
class Listing:
    """What one first query of a folder answered, and until when (ms) others are answered with it."""

    entries: list[tuple[str, Info]]
    more: bool
    until: float


@dataclass(eq=False)
class FileNode:
    """One name that is open. `opened` counts file objects until their Close is sent, `handles` those that programs still
    hold; `pager` is the file object through which pages are read for all of them. `delete_pending`: it is to be removed,
    and nobody opens it any more; `deleted`: it was, while others have it open."""

    name: str
    info: Info
    until: float
    opened: int = 0
    handles: int = 0
    pages: dict[int, bytes] = field(default_factory=dict)
    pager: "Opened | None" = None
    late: "list[Opened]" = field(default_factory=list)
    listing: Listing | None = None
    sharing: "list[Opened]" = field(default_factory=list)
    delete_pending: bool = False
    deleted: bool = False


@dataclass(eq=False)
class Opened:
    """A file object; `status` other than 0 means that it is none."""

    status: int
    name: str = ""
    context: Any = None
    node: FileNode | None = None
    access: int = 0
    share: int = 7
    posix_delete: bool = False

    @property
    def info(self) -> Info:
        """What the driver tells every program of the name."""
        assert self.node is not None
        return self.node.info


class FileNodes:
    """The driver's table of names that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, FileNode] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, key: str) -> FileNode | None:
        """The node of an upper-cased name."""
        return self._by_name.get(key)

    def enter(self, key: str, opened: Opened, info: Info, until: float) -> int:
        """Have a file object share the name; its facts count where it is the first. A status: it fails where others do
        not share, or it is going to be removed."""
        with self._lock:
            node = self._by_name.get(key)
            if node is not None and node.delete_pending:
                return DELETE_PENDING
            if node is not None and not all(_shares(other, opened) for other in node.sharing):
                return SHARING_VIOLATION
            if node is None:
                node = self._by_name[key] = FileNode(opened.name, info, until)
            opened.node, opened.name = node, node.name
            node.opened += 1
            node.handles += 1
            if opened.access & (_READS | _WRITES | _DELETES):  # who only wants attributes shares with everybody
                node.sharing.append(opened)
            return 0

    def removes(self, opened: Opened) -> bool:
        """Whether a name is removed now that this handle is closed (FspFileNodeCleanup)."""
        node = opened.node
        assert node is not None
        with self._lock:
            if node.deleted:
                return False
            node.deleted = opened.posix_delete
            return node.deleted or (node.handles == 1 and node.delete_pending)

    def removed(self, opened: Opened) -> None:
        """A name is free again; who has it open still goes on."""
        assert opened.node is not None
        with self._lock:
            self._drop(opened.node)

    def _drop(self, node: FileNode) -> None:
        if self._by_name.get(upcase(node.name)) is node:
            del self._by_name[upcase(node.name)]

    def clean_up(self, opened: Opened) -> list[Opened]:
        """A program closed its handle: the file objects whose Close is sent now. The one that pages are read through
        stays until nobody reads any more, and with the last handle all pages go."""
        node = opened.node
        assert node is not None
        with self._lock:
            node.handles -= 1
            if opened in node.sharing:
                node.sharing.remove(opened)
            node.late.append(opened)
            if node.handles:
                ready = [one for one in node.late if one is not node.pager]
            else:
                ready = list(node.late)
                node.pager = None
                node.pages.clear()
            node.late = [one for one in node.late if one not in ready]
            for _ in ready:
                node.opened -= 1
            if not node.opened:
                self._drop(node)
            return ready

    def movable(self, opened: Opened, to: str, posix: bool) -> int:
        """A status: whether something can have another name (FspFileNodeRenameCheck). What is open below it, or at the
        new name, must share that, and on volumes that are not `posix` not be open at all."""
        node = opened.node
        assert node is not None
        before, after = upcase(node.name), upcase(to)
        with self._lock:
            for key, other in self._by_name.items():
                if other is node or not other.handles:
                    continue
                if before != after and key.startswith(f"{after}\\"):
                    return ACCESS_DENIED
                if key.startswith(f"{before}\\") or (before != after and key == after):
                    if not posix:
                        return ACCESS_DENIED
                    if not all(one.share & SHARE_DELETE for one in other.sharing):
                        return SHARING_VIOLATION
        return 0

    def rename(self, opened: Opened, to: str) -> None:
        """What is open, and what is below it, has another name; what was open there has none any more."""
        node = opened.node
        assert node is not None
        was = node.name
        with self._lock:
            keys = [key for key in self._by_name if key == upcase(was) or key.startswith(f"{upcase(was)}\\")]
            moved = [self._by_name.pop(key) for key in keys]
            for one in moved:
                one.name = to + one.name[len(was) :]
                self._by_name[upcase(one.name)] = one
        opened.name = to

    def invalidate(self, key: str) -> None:
        """A name is said to have changed: pages, facts and the listing are asked for again."""
        with self._lock:
            node = self._by_name.get(key)
            if node is not None:
                node.pages.clear()
                node.until, node.listing = 0, None

    def invalidate_listing(self, key: str) -> None:
        """An entry of a folder changed."""
        with self._lock:
            node = self._by_name.get(key)
            if node is not None:
                node.listing = None


def upcase(text: str) -> str:
    """RtlUpcaseUnicodeString: one character to one, within the basic plane."""
    return "".join(c.upper() if len(c.upper()) == 1 and c <= "\uffff" else c for c in text)


def _shares(one: Opened, other: Opened) -> bool:
    """IoCheckShareAccess, both ways."""

    def allows(share: int, access: int) -> bool:
        return not (
            (access & _READS and not share & SHARE_READ)
            or (access & _WRITES and not share & SHARE_WRITE)
            or (access & _DELETES and not share & SHARE_DELETE)
        )

    if not other.access & (_READS | _WRITES | _DELETES):
        return True
    return allows(one.share, other.access) and allows(other.share, one.access)
