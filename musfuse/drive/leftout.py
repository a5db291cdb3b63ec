"""Which items listings left out because their sizes were not known in time."""

import threading
from typing import Any

from musfuse.drive.branches.port import Entry
from musfuse.lru import Lru

_REMEMBERED = 65_536


class LeftOut:
    """Items that a listing did not show, until their sizes are known. May be used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: Lru[int, bool] = Lru(_REMEMBERED)

    def is_sized(self, entry: Entry[Any]) -> bool:
        """Whether a listing with sizes shows an entry; if not, its item is noted."""
        if entry.size is not None:
            return True
        if entry.item:
            with self._lock:
                self._items.put(entry.item, True)
        return False

    def pop(self, item: int) -> bool:
        """Whether a listing left an item out; it is forgotten."""
        with self._lock:
            return bool(self._items.pop(item))
