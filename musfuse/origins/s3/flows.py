"""Whole files that stream by, for servers that give no ranges as they should: who reads on gets the next bytes of the
stream, who reads elsewhere has it begin anew."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from musfuse.lru import Lru
from musfuse.origins.beats import Came

_KEPT = 8
_PIECE = 64 * 1024


class _Flow:
    """A file from `position` on."""

    def __init__(self, found: Any) -> None:
        self.meta, self.position = found.meta, 0
        self._pieces: Iterator[Any] = iter(found.stream(min_chunk_size=_PIECE))
        self._left = b""

    def take(self, size: int, came: Came) -> bytes:
        """The next bytes, fewer only at the end."""
        data = bytearray(self._left)
        while len(data) < size and (piece := next(self._pieces, None)) is not None:
            data += piece
            came(len(piece))
        self._left = bytes(data[size:])
        self.position += min(size, len(data))
        return bytes(data[:size])

    def skip(self, size: int, came: Came) -> None:
        """Let bytes go by."""
        while size > 0 and (passed := len(self.take(min(size, 1 << 20), came))):
            size -= passed


class Flows:
    """The streams that were read last, by key and version. May be used from many threads, each with its own stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Lru[tuple[str, int], _Flow] = Lru(_KEPT)

    def read(self, key: str, offset: int, size: int, begin: Callable[[], Any], came: Came) -> tuple[Any, bytes]:
        """What the server says of the file, and a range of it. Raises what `begin` and its stream raise."""
        with self._lock:
            flow = self._kept.pop((key, offset))
        if flow is None:
            flow = _Flow(begin())
            flow.skip(offset, came)
        data = flow.take(size, came) if flow.position == offset else b""
        if len(data) == size:
            with self._lock:
                self._kept.put((key, flow.position), flow)
        return flow.meta, data

    def clear(self) -> None:
        """End all of them."""
        with self._lock:
            self._kept.clear()
