"""The branch `.prefetch`: the library once more, where a look at a file has it made ready to be played.

The root does not list it, and it lists nothing itself, so that nothing that walks the drive comes upon it: whoever
knows a path puts `.prefetch/` before it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

from musfuse.drive.branches.items import Items, entry_of
from musfuse.drive.branches.numbers import number_of_name
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.library.catalog import Node, Nodes, RowOf
from musfuse.library.catalog.rows import join
from musfuse.library.names import name_key
from musfuse.lru import Lru
from musfuse.model import NodeKind

FOLDER = ".prefetch"
"""Its name in the root of the drive."""
_TOLD = 10_000


class PrefetchBranch:
    """Over the tree of a view. `ask` has an item made ready as that view serves it; it does not wait. A listing with
    sizes takes `list_seconds` at most for them. `changed` is told of paths that may be gone: what tells of a change in
    the library knows only those there."""

    def __init__(
        self, nodes: Nodes, items: Items, ask: Callable[[int, RowOf], object], *, list_seconds: float = 120
    ) -> None:
        self._nodes, self._items, self._ask, self._list_seconds = nodes, items, ask, list_seconds
        self.changed: Callable[[Sequence[str]], None] = lambda _: None
        self._lock = threading.Lock()
        self._told: Lru[str, tuple[int, int]] = Lru(_TOLD)
        """Paths in the library that somebody was told, each with the ids of its node and of the folder of that."""

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Node] | None:
        """A file, which is made ready, or a folder of the library under this name key."""
        del name
        if folder.branch is not self:
            return self._top(folder) if not folder.parent and key == name_key(FOLDER) else None
        node = self._nodes.child(folder.own.id, key)
        return self._shown(folder, node, self._nodes.path(folder.own.id)) if node is not None else None

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Node]]:
        """What the library's folder has, all files of which are made ready; of `.prefetch` itself nothing."""
        if folder.branch is not self or not folder.own.parent:
            return iter(())
        if sized and not after_key:
            self._items.wait_for_folder(folder.own.id, self._list_seconds)
        above = self._nodes.path(folder.own.id)
        found = (self._shown(folder, node, above) for node in self._nodes.children(folder.own.id, after_key))
        return map(self._with_size, found) if sized else found

    def is_current(self, entry: Entry[Node]) -> bool:
        """As in the library. Whoever opens a file has it made ready, too."""
        if not entry.item:
            return True
        self._ask(entry.item, self._items.row)
        return self._items.is_current(entry.own)

    def size(self, entry: Entry[Node]) -> int:
        """The exact size of a file in bytes."""
        return self._items.size(entry.item)

    def layout(self, entry: Entry[Node]) -> FileContent | None:
        """The item as the view serves it."""
        return self._items.layout(entry.item)

    def forget(self, folders: Set[int] | None) -> None:
        """Tell of what was told of these."""
        with self._lock:
            paths = [path for path, told in self._told.items() if folders is None or not folders.isdisjoint(told)]
            for path in paths:
                self._told.pop(path)
        if paths:
            self.changed([f"{FOLDER}/{path}" for path in paths])

    def _top(self, root: Entry[Any]) -> Entry[Node]:
        node = self._nodes.root()
        number = number_of_name(root.id, FOLDER)
        return entry_of(self, node, 0, number=number, folder=root.id, name=FOLDER)

    def _shown(self, folder: Entry[Any], node: Node, above: str) -> Entry[Node]:
        number = number_of_name(folder.id, node.name)
        with self._lock:
            self._told.put(join(above, node.name), (node.id, node.parent or 0))
        if node.kind is NodeKind.FOLDER:
            made = entry_of(self, node, 0, number=number, folder=folder.id)
        else:
            made = self._items.entry(self, node, number=number, folder=folder.id)
            self._ask(node.track, self._items.row)
        # Each time that a folder is listed its tracks are made ready, so nobody else may remember the listing.
        return replace(made, follows=(node.id, node.parent or 0), lasting=False)

    def _with_size(self, entry: Entry[Node]) -> Entry[Node]:
        if entry.size is not None or entry.hidden:
            return entry
        return replace(entry, size=self._items.known(self._nodes.by_id(entry.own.id) or entry.own))
