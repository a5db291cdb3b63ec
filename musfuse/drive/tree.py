"""Tree: paths to nodes through a cache, listings with the extras of each folder put in their places."""

import heapq
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator

from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.library.catalog import Node, Nodes
from musfuse.library.extras import Extras
from musfuse.library.names import name_key
from musfuse.model import NodeKind

_CACHED_NODES = 8192


class Tree:
    """Looks names up; nothing is ever joined to a real path. `is_shown` tells whether a file may be seen yet."""

    def __init__(
        self, nodes: Nodes, extras: Extras, is_shown: Callable[[Node], bool], *, case_sensitive: bool = True
    ) -> None:
        self._nodes, self._extras = nodes, extras
        self._is_shown, self._case_sensitive = is_shown, case_sensitive
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Node] = OrderedDict()
        self._epoch = 0

    def lookup(self, path: str) -> Node:
        """The node at a path; raises NoEntryError, NotAFolderError."""
        with self._lock:
            node = self._cache.get(path)
            if node is not None:
                self._cache.move_to_end(path)
                return node
            epoch = self._epoch
        node = self._walk(path)
        with self._lock:
            if epoch == self._epoch:
                self._cache[path] = node
                if len(self._cache) > _CACHED_NODES:
                    self._cache.popitem(last=False)
        return node

    def children(self, folder: Node, after: str = "") -> Iterator[Node]:
        """The entries of a folder in order of name key, beginning after the name `after`."""
        key = name_key(after) if after else ""
        stored = self._nodes.children(folder.id, key)
        extras = [node for node in self._extras.of(folder) if name_key(node.name) > key]
        return _merged(stored, iter(extras)) if extras else stored

    def invalidate(self) -> None:
        """Names or sizes changed: look them up again."""
        with self._lock:
            self._epoch += 1
            self._cache.clear()
        self._extras.invalidate()

    def _walk(self, path: str) -> Node:
        if not path:
            return self._nodes.root()
        parent_path, _, name = path.rpartition("/")
        parent = self.lookup(parent_path)
        if parent.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{parent_path}: not a folder")
        key = name_key(name)
        child = self._nodes.child(parent.id, key)
        if child is None:
            child = next((extra for extra in self._extras.of(parent) if name_key(extra.name) == key), None)
        if child is None or (self._case_sensitive and child.name != name) or not self._is_shown(child):
            raise NoEntryError(f"{path}: no such file or folder on the drive")
        return child


def _merged(stored: Iterator[Node], extras: Iterator[Node]) -> Iterator[Node]:
    """Both in order of name key; where both have a name, what is stored is shown."""
    last = None
    for node in heapq.merge(stored, extras, key=lambda n: name_key(n.name)):
        key = name_key(node.name)
        if key != last:
            yield node
        last = key
