"""Tree: paths to nodes through a cache, listings with the extras of each folder put in their places."""

import heapq
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Set

from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.library.catalog import Node, Nodes
from musfuse.library.extras import Extras
from musfuse.library.names import name_key
from musfuse.model import NodeKind

_CACHED_NODES = 8192
_MISSING = "no such file or folder on the drive; `musfuse ls` lists what is there"


class Tree:
    """Looks names up; nothing is ever joined to a real path. `is_shown` tells whether a file may be seen yet."""

    def __init__(
        self, nodes: Nodes, extras: Extras, is_shown: Callable[[Node], bool], *, case_sensitive: bool = True
    ) -> None:
        self._nodes, self._extras = nodes, extras
        self._is_shown, self._case_sensitive = is_shown, case_sensitive
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Node] = OrderedDict()
        self._paths: dict[int, set[str]] = {}  # of a track, in the cache
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
            if epoch == self._epoch:  # else it may have been read before a change
                self._keep(path, node)
        return node

    def children(self, folder: Node, after: str = "") -> Iterator[Node]:
        """The entries of a folder in order of name key, beginning after the name `after`."""
        key = name_key(after) if after else ""
        stored = self._nodes.children(folder.id, key)
        extras = [node for node in self._extras.of(folder) if name_key(node.name) > key]
        return _merged(stored, iter(extras)) if extras else stored

    def invalidate(self) -> None:
        """Anything may have changed: look it up again."""
        with self._lock:
            self._epoch += 1
            self._cache.clear()
            self._paths.clear()
        self._extras.invalidate()

    def forget_track(self, track: int) -> None:
        """Something of a track changed, but no name: look it up again."""
        with self._lock:
            self._epoch += 1
            for path in self._paths.pop(track, ()):
                del self._cache[path]

    def forget_folders(self, folders: Set[int]) -> None:
        """These folders, by id, or entries of them changed, and no name of a folder: look them up again."""
        with self._lock:
            self._epoch += 1
            for path in [p for p, node in self._cache.items() if node.parent in folders or node.id in folders]:
                self._drop(path)
        self._extras.forget(folders)

    def _keep(self, path: str, node: Node) -> None:
        if path in self._cache:
            self._drop(path)
        elif len(self._cache) >= _CACHED_NODES:
            self._drop(next(iter(self._cache)))
        self._cache[path] = node
        if node.track:
            self._paths.setdefault(node.track, set()).add(path)

    def _drop(self, path: str) -> None:
        node = self._cache.pop(path)
        paths = self._paths.get(node.track, set())
        paths.discard(path)
        if not paths:
            self._paths.pop(node.track, None)

    def _walk(self, path: str) -> Node:
        if not path:
            return self._nodes.root()
        parent_path, _, name = path.rpartition("/")
        try:
            parent = self.lookup(parent_path)
        except (NoEntryError, NotAFolderError) as error:  # of the folder; what was asked for is to be named
            raise type(error)(f"{path}: {_MISSING}") from None
        if parent.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: no such file or folder on the drive: {parent_path} is a file")
        key = name_key(name)
        child = self._nodes.child(parent.id, key)
        if child is None:
            child = next((extra for extra in self._extras.of(parent) if name_key(extra.name) == key), None)
        if child is None or (self._case_sensitive and child.name != name) or not self._is_shown(child):
            raise NoEntryError(f"{path}: {_MISSING}")
        return child


def _merged(stored: Iterator[Node], extras: Iterator[Node]) -> Iterator[Node]:
    """Both in order of name key; where both have a name, what is stored is shown."""
    last = None
    for node in heapq.merge(stored, extras, key=lambda n: name_key(n.name)):
        key = name_key(node.name)
        if key != last:
            yield node
        last = key
