"""Tree: paths to entries through a cache, and listings, to which each branch adds what it has in a folder.

Lock order: `_lock` is innermost; no branch is asked anything while it is held. Branches forget before the cache does,
so that nothing they remembered is kept in it.
"""

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import chain
from typing import Any

from musfuse.drive.branches.port import Branch, Entry
from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.library.names import name_key
from musfuse.lru import Lru
from musfuse.model import NodeKind

_CACHED, _PAGE = 8192, 64
_MISSING = "no such file or folder on the drive; `musfuse ls` lists what is there"


class Tree:
    """Looks names up; nothing is ever joined to a real path. `root` gives the entry of the root. Where several branches
    have a name in a folder, the first of them has it."""

    def __init__(self, root: Callable[[], Entry[Any]], branches: Sequence[Branch[Any]]) -> None:
        self._root, self._branches = root, tuple(branches)
        self._lock = threading.Lock()
        self._cache: Lru[str, Entry[Any]] = Lru(_CACHED)  # by _key of a path
        self._paths: dict[int, set[str]] = {}  # of an item, in the cache
        self._epoch = 0

    def root(self) -> Entry[Any]:
        """The entry of the root, of the branch whose tree the view's is."""
        return self._root()

    def lookup(self, path: str, *, exact: bool = True) -> Entry[Any]:
        """The entry at a path, where `exact` spelled as it is stored; raises NoEntryError, NotAFolderError."""
        with self._lock:
            entry = self._cache.get(_key(path, exact))
            if entry is not None:
                return entry
            epoch = self._epoch
            above, entry = self._nearest(path, exact)
        if entry is None:
            entry = self._root()
            self._remember("", exact, epoch, entry)
        left = path[len(above) + 1 :] if above else path
        for name in left.split("/") if left else ():  # not one within another: paths have thousands of names
            if entry.kind is not NodeKind.FOLDER:
                raise NotAFolderError(f"{path}: no such file or folder on the drive: {above} is a file")
            entry = self._child(entry, name, exact, path)
            above = f"{above}/{name}" if above else name
            self._remember(above, exact, epoch, entry)
        return entry

    def children(self, folder: Entry[Any], after: str = "", sized: bool = False) -> Iterator[Entry[Any]]:
        """The entries of a folder in order of name key, beginning after the name `after`; with `sized` as
        Branch.children has it. Errors of what has to be waited for are raised by this call."""
        key = name_key(after) if after else ""
        lists = [begun for branch in self._branches if (begun := _begun(branch.children(folder, key, sized)))]
        return _merged(lists) if len(lists) > 1 else lists[0] if lists else iter(())

    def listed(
        self, path: str, folder: Entry[Any], after: str = "", sized: bool = False, *, exact: bool = True
    ) -> Iterator[Entry[Any]]:
        """As `children`, of the folder that `lookup` found at this path. What is listed is opened next: its files are
        looked up no more."""
        with self._lock:
            epoch = self._epoch
        above = _key(f"{path}/" if path else "", exact)
        return self._remembered(above, epoch, self.children(folder, after, sized))

    def _remembered(self, above: str, epoch: int, entries: Iterator[Entry[Any]]) -> Iterator[Entry[Any]]:
        page: list[Entry[Any]] = []
        try:
            for entry in entries:
                page.append(entry)
                if len(page) == _PAGE:
                    self._keep_all(above, epoch, page)
                    page.clear()
                yield entry
        finally:
            self._keep_all(above, epoch, page)

    def _keep_all(self, above: str, epoch: int, entries: Iterable[Entry[Any]]) -> None:
        with self._lock:
            if epoch == self._epoch:
                for entry in entries:
                    if not entry.hidden:
                        self._keep(above + entry.name, entry)

    def invalidate(self) -> None:
        """Anything may have changed: forget all paths."""
        for branch in self._branches:
            branch.forget(None)
        with self._lock:
            self._epoch += 1
            self._cache.clear()
            self._paths.clear()

    def forget_item(self, item: int) -> None:
        """Something of an item changed, but no name: forget the paths that show it."""
        with self._lock:
            self._epoch += 1
            for key in self._paths.pop(item, ()):
                self._cache.pop(key)

    def forget_path(self, path: str) -> None:
        """Another entry is at this path now, or none: forget the path, and all others that show the same item."""
        with self._lock:
            self._epoch += 1
            for key in (_key(path, True), _key(path, False)):
                entry = self._cache.peek(key)
                if entry is not None:
                    for same in [key, *(self._paths.get(entry.item, set()) - {key} if entry.item else ())]:
                        self._drop(same)

    def forget_folders(self, folders: Set[int]) -> None:
        """These folders, by id, or entries of them changed, but no name of a folder: forget the paths of both."""
        for branch in self._branches:
            branch.forget(folders)
        with self._lock:
            self._epoch += 1
            for key in [k for k, entry in self._cache.items() if _concerns(entry, folders)]:
                self._drop(key)

    def _keep(self, key: str, entry: Entry[Any]) -> None:
        if key in self._cache:
            self._drop(key)
        for gone, old in self._cache.put(key, entry):
            self._unlink(gone, old)
        if entry.item:
            self._paths.setdefault(entry.item, set()).add(key)

    def _drop(self, key: str) -> None:
        entry = self._cache.pop(key)
        if entry is not None:
            self._unlink(key, entry)

    def _unlink(self, key: str, entry: Entry[Any]) -> None:
        keys = self._paths.get(entry.item, set())
        keys.discard(key)
        if not keys:
            self._paths.pop(entry.item, None)

    def _nearest(self, path: str, exact: bool) -> tuple[str, Entry[Any] | None]:
        """The nearest folder above a path that is in the cache; the root, and perhaps nothing of it."""
        while path:
            path = path.rpartition("/")[0]
            entry = self._cache.get(_key(path, exact))
            if entry is not None:
                return path, entry
        return "", None

    def _remember(self, path: str, exact: bool, epoch: int, entry: Entry[Any]) -> None:
        with self._lock:
            if epoch == self._epoch:  # else it may have been read before a change
                self._keep(_key(path, exact), entry)

    def _child(self, folder: Entry[Any], name: str, exact: bool, path: str) -> Entry[Any]:
        key = name_key(name)
        found = (branch.child(folder, key, name) for branch in self._branches)
        child = next((entry for entry in found if entry is not None), None)
        if child is None or child.hidden or (exact and child.name != name):
            raise NoEntryError(f"{path}: {_MISSING}")
        return child


def _concerns(entry: Entry[Any], folders: Set[int]) -> bool:
    return entry.parent in folders or entry.id in folders or not folders.isdisjoint(entry.follows)


def _key(path: str, exact: bool) -> str:
    """The key of a path in the cache: one for exact spelling, one for any (a path never begins with a slash)."""
    return path if exact else f"/{path}"


def _begun(entries: Iterator[Entry[Any]]) -> Iterator[Entry[Any]] | None:
    """The entries with the first one found already, so that its errors are raised now; None where there are none."""
    first = next(entries, None)
    return None if first is None else chain([first], entries)


def _merged(lists: Sequence[Iterator[Entry[Any]]]) -> Iterator[Entry[Any]]:
    """The entries of several branches in order of name key; where several have a name, the first branch's is shown."""
    last = None
    for entry in heapq.merge(*lists, key=lambda e: name_key(e.name)):
        key = name_key(entry.name)
        if key != last:
            yield entry
        last = key
