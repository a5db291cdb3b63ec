"""A far origin for who reads files: what comes next of one that is read on is on its way before somebody asks.

The window begins with 256 KiB, doubles up to 4 MiB as long as somebody reads on, and begins anew where they read
elsewhere.
"""

import threading
from dataclasses import dataclass

from musfuse.lru import Lru
from musfuse.model import Stamp
from musfuse.sources.blocks import Blocks
from musfuse.sources.lane import LaneOrigin
from musfuse.sources.over import OverOrigin
from musfuse.sources.urgency import Urgency

FIRST, MOST = 256 * 1024, 4 * 1024 * 1024
_READERS = 256
"""Files that are remembered as being read."""


@dataclass(slots=True)
class _Reader:
    """Where somebody who reads a file is (`at`), until where it was asked for, and how far ahead that is to be."""

    at: int = 0
    until: int = 0
    window: int = FIRST


class ReadAheadOrigin(OverOrigin):
    """The origin for who asks with one urgency, over blocks that all share. The window begins with `first` bytes; where
    that is less than usual, only behind a second read: most want no more than the beginning of a file."""

    def __init__(self, origin: LaneOrigin, blocks: Blocks, urgency: Urgency, first: int = FIRST) -> None:
        super().__init__(origin)
        self._blocks, self._urgency, self._first = blocks, urgency, first
        self._ahead = max(urgency, Urgency.PREFETCH)
        self._lock = threading.Lock()
        self._readers: Lru[tuple[str, Stamp], _Reader] = Lru(_READERS)

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file. Without a `stamp`, nothing is kept of it."""
        if stamp is None:
            return self._origin.read(path, offset, size)
        if size <= 0 or offset >= stamp.size:
            return b""
        start, end, goes_on = self._window(path, stamp, offset, size)
        if goes_on and start < end:
            self._blocks.begin(self._urgency, path, stamp, offset, offset + size)  # before what comes behind it
            self._blocks.begin(Urgency(self._ahead), path, stamp, start, end)
        data = self._blocks.read(self._urgency, path, stamp, offset, size)
        if not goes_on and self._first >= FIRST:  # the first bytes wait for nothing else on the wire
            self._blocks.begin(Urgency(self._ahead), path, stamp, start, end)
        return data

    def let_go(self) -> None:
        """Forget what was read, and close what can be opened again."""
        self._blocks.clear()
        self._origin.let_go()

    def close(self) -> None:
        """Close the lane, for everybody."""
        self._blocks.clear()
        self._origin.close()

    def _window(self, path: str, stamp: Stamp, offset: int, size: int) -> tuple[int, int, bool]:
        """What is to be asked for beyond a read: from where until where, nothing where enough is under way; and whether
        the read goes on from one before."""
        end = offset + size
        with self._lock:
            known = self._readers.get((path, stamp))
            reader = known or _Reader(window=self._first)
            self._readers.put((path, stamp), reader)
            goes_on = known is not None and reader.at - reader.window <= offset <= reader.until + self._blocks.block
            if not goes_on:
                reader.window, reader.until = self._first, end
            reader.at = max(reader.at, end) if goes_on else end
            reader.until = max(reader.until, end)
            if reader.until - reader.at >= reader.window // 2:
                return 0, 0, goes_on
            if not goes_on and self._first < FIRST:
                return 0, 0, goes_on
            start, reader.until = reader.until, reader.at + reader.window
            reader.window = min(2 * reader.window, MOST)
            return start, min(reader.until, stamp.size), goes_on
