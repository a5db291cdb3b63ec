"""What was opened for reading last: who writes a copy of something read it a moment ago."""

import threading
from typing import Any

from musfuse.drive.branches.port import Entry
from musfuse.lru import Lru

_REMEMBERED = 64
Read = tuple[int, Entry[Any] | None, str]
"""An item; or 0, and the entry of a companion with its path."""


class Lately:
    """The items and companions that were opened last, on all drives of a library. May be used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: Lru[object, Read] = Lru(_REMEMBERED)

    def note(self, item: int) -> None:
        """An item was opened."""
        with self._lock:
            self._read.put(item, (item, None, ""))

    def note_companion(self, entry: Entry[Any], path: str) -> None:
        """A companion was opened."""
        with self._lock:
            self._read.put(("", entry.id), (0, entry, path))

    def all(self) -> list[Read]:
        """All of them, what was opened last first."""
        with self._lock:
            return [read for _, read in self._read.items()][::-1]
