"""What was opened for reading last: who writes a copy of something read it a moment ago."""

import threading

from musfuse.lru import Lru

_REMEMBERED = 64


class Lately:
    """The items that were opened last, on all drives of a library. May be used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: Lru[int, None] = Lru(_REMEMBERED)

    def note(self, item: int) -> None:
        """An item was opened."""
        with self._lock:
            self._items.put(item, None)

    def items(self) -> list[int]:
        """Items, the one that was opened last first."""
        with self._lock:
            return [item for item, _ in self._items.items()][::-1]
