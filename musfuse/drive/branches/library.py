"""The branch of a view of the library: its folders, a file for each item, and those that somebody copied beside."""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

from musfuse.drive.branches.items import Items, entry_of
from musfuse.drive.branches.numbers import number_of_copy
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.errors import NoEntryError
from musfuse.library.catalog import Node, Nodes
from musfuse.library.catalog.copies import Copies
from musfuse.library.names import name_key
from musfuse.model import NodeKind


class LibraryBranch:
    """The tree of nodes. It holds the root, and nothing in folders of other branches.

    Without `items` it tells what the catalog knows, whether that still counts or not, and serves nothing. `on_waited`
    is called with a folder when somebody waited for a file in it; `copies` are the further entries of tracks. A listing
    with sizes takes `list_seconds` at most for them; what goes on with one that was begun waits for none.
    """

    def __init__(
        self,
        nodes: Nodes,
        items: Items | None = None,
        *,
        on_waited: Callable[[int], None] = lambda _: None,
        list_seconds: float = 120,
        copies: Copies | None = None,
    ) -> None:
        self._nodes, self._items, self._on_waited, self._list_seconds = nodes, items, on_waited, list_seconds
        self._copies = copies

    def root(self) -> Entry[Node]:
        """The root of the drive. Raises NoEntryError where there is no such view."""
        return entry_of(self, self._nodes.root(), 0)

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Node] | None:
        """The file or folder with this name key."""
        del name
        if folder.branch is not self:
            return None
        node = self._nodes.child(folder.id, key) or next(iter(self._copied(folder.id, only=key)), None)
        return self._entry(node) if node is not None else None

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Node]]:
        """Files and folders, read in pages. With `sized`, all indexes that a folder lacks are waited for at once, until
        the listing's time is over."""
        if folder.branch is not self:
            return iter(())
        until = time.monotonic() + (0 if after_key else self._list_seconds)
        if sized and not after_key:
            self._readable().wait_for_folder(folder.id, self._list_seconds)
        nodes, copied = self._nodes.children(folder.id, after_key), self._copied(folder.id, after_key)
        found = map(self._entry, _together(nodes, copied) if copied else nodes)
        return (self._with_size(entry, until) for entry in found) if sized else found

    def is_current(self, entry: Entry[Node]) -> bool:
        """Whether the original of a file is what it was; a folder is always current."""
        return not entry.item or self._items is None or self._items.is_current(entry.own)

    def size(self, entry: Entry[Node]) -> int:
        """The exact size of a file in bytes; the rest of its folder is indexed next."""
        size = self._readable().size(entry.item)
        self._on_waited(entry.parent)
        return size

    def layout(self, entry: Entry[Node]) -> FileContent | None:
        """The item as the view serves it."""
        return self._readable().layout(entry.item)

    def forget(self, folders: Set[int] | None) -> None:
        """Nothing is to be done: this branch remembers nothing."""

    def _readable(self) -> Items:
        if self._items is None:
            raise NoEntryError("originals are not read for a listing")
        return self._items

    def _entry(self, node: Node) -> Entry[Node]:
        if node.kind is NodeKind.FOLDER:
            return entry_of(self, node, 0)
        return entry_of(self, node, node.size) if self._items is None else self._items.entry(self, node)

    def _with_size(self, entry: Entry[Node], until: float) -> Entry[Node]:
        """An entry of a folder that was waited for, which may have become pending again since."""
        if entry.size is not None or entry.hidden:
            return entry
        items, left = self._readable(), until - time.monotonic()
        if left > 0:
            items.wait_for(entry.item, left)
        found = _as_copy(self._nodes.by_id(entry.own.id) or entry.own, entry.own)
        return entry_of(self, found, items.known(found))  # a size that is known cannot be noted on a full disk

    def _copied(self, folder: int, after_key: str = "", only: str | None = None) -> list[Node]:
        """The further entries of tracks in a folder in order of name key: those behind a key, or `only` those with
        one."""
        if self._copies is None:
            return []
        copies = [copy for copy in self._copies.of_folder(folder, only) if copy.key > after_key]
        nodes = self._nodes.of_items([copy.item for copy in copies]) if copies else {}
        return [
            replace(nodes[copy.item], parent=folder, name=copy.name, copy=copy.id, inode=number_of_copy(copy.id))
            for copy in copies
            if copy.item in nodes
        ]


def _as_copy(node: Node, shown: Node) -> Node:
    """A track's node in the folder and by the name under which it is shown."""
    if not shown.copy:
        return node
    return replace(node, parent=shown.parent, name=shown.name, copy=shown.copy, inode=shown.inode)


def _together(nodes: Iterator[Node], copied: Sequence[Node]) -> Iterator[Node]:
    """The nodes and copies of a folder in order of name key; where two have a name, which is for a moment, the node."""
    last = None
    for node in heapq.merge(nodes, copied, key=lambda node: name_key(node.name)):
        key = name_key(node.name)
        if key != last:
            yield node
        last = key
