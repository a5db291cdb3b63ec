"""What listings showed Windows: which names, and of which version. Only of that it has to be told when it changes."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from musfuse.drive import DirEntry
from musfuse.lru import Lru
from musfuse.model import NodeKind

_NAMES = 131_072
_IN_FOLDER = 16_384


@dataclass(frozen=True, slots=True)
class Mark:
    """What of an entry can change under its name."""

    folder: bool
    node: int
    mtime_ns: int
    version: str


def mark_of(entry: DirEntry) -> Mark:
    """The mark of an entry."""
    return Mark(entry.kind is NodeKind.FOLDER, entry.node, entry.mtime_ns, entry.version)


class Shown:
    """Names and marks by folder; those that were listed last, and of a folder with more than some 16,000 names none.
    May be used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: Lru[str, Mapping[str, Mark]] = Lru(_NAMES, lambda names: len(names) + 1)

    def note(self, folder: str, entries: Iterable[DirEntry]) -> None:
        """A listing showed these, maybe beside others."""
        new = {entry.name: mark_of(entry) for entry in entries}
        with self._lock:
            self._put(folder, {**(self._folders.peek(folder) or {}), **new})

    def replace(self, folder: str, names: Mapping[str, Mark]) -> None:
        """Windows was told all of a folder."""
        with self._lock:
            self._put(folder, names)

    def drop(self, folder: str) -> None:
        """A folder is gone, and with it what lies below."""
        with self._lock:
            below = f"{folder}/"
            for path in [path for path, _ in self._folders.items() if path == folder or path.startswith(below)]:
                self._folders.pop(path)

    def names(self, folder: str) -> Mapping[str, Mark] | None:
        """What Windows was shown of a folder; None where it was nothing, or too much to remember."""
        with self._lock:
            return self._folders.peek(folder)

    def folders(self) -> list[str]:
        """Those that are remembered."""
        with self._lock:
            return [path for path, _ in self._folders.items()]

    def _put(self, folder: str, names: Mapping[str, Mark]) -> None:
        if len(names) > _IN_FOLDER:
            self._folders.pop(folder)
        else:
            self._folders.put(folder, names)
