"""What somebody streams of files of a far origin: once they got all of one, an index is built of it, and nothing
travels for that alone.

Lock order: `Tee._lock`, then that of a file, which is innermost. Nothing is asked of an origin while one is held.
"""

import bisect
import logging
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from musfuse.lru import Lru
from musfuse.model import Stamp
from musfuse.origins.port import Origin

log = logging.getLogger(__name__)

FILES, FILE_BYTES = 16, 512 << 20
"""Files that are followed at a time, and bytes of the largest."""
_REFUSED, _MOST_SPANS = 1024, 4096


class _Streamed:
    """What came by of a file, as spans that do not touch, and where they are kept, the bytes. These have no name on the
    disk, so nothing is left of them whatever happens."""

    def __init__(self, size: int, folder: Path | None) -> None:
        self._size, self._lock = size, threading.Lock()
        self._file: IO[bytes] | None = (
            None if folder is None else tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by `close`
        )
        self._keeps = folder is not None
        self._spans: list[tuple[int, int]] = []
        self._told = False

    def put(self, offset: int, data: bytes) -> bool:
        """Bytes came by; whether all have with them, which is told once. Raises OSError."""
        with self._lock:
            if not data or self._told or (self._keeps and self._file is None):
                return False
            if self._file is not None:
                self._file.seek(offset)
                self._file.write(data)
            self._note(offset, offset + len(data))
            self._told = self._spans == [(0, self._size)]
            return self._told

    def read(self, offset: int, size: int) -> bytes | None:
        """Bytes of the file, fewer only at its end; None where some of them are not kept. Raises OSError."""
        end = min(offset + size, self._size)
        with self._lock:
            if self._file is None or not any(low <= offset and end <= high for low, high in self._spans):
                return None
            self._file.seek(offset)
            return self._file.read(max(0, end - offset))

    def close(self) -> None:
        """Give up the room."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # what it did not take before it does not take now, and is wanted no more
                file.close()

    def _note(self, low: int, high: int) -> None:
        """Join a span with those that it touches."""
        first = bisect.bisect_left(self._spans, low, key=lambda span: span[1])
        last = bisect.bisect_right(self._spans, high, key=lambda span: span[0])
        touched = self._spans[first:last]
        if touched:
            low, high = min(low, touched[0][0]), max(high, touched[-1][1])
        if touched or len(self._spans) < _MOST_SPANS:
            self._spans[first:last] = [(low, high)]


class Tee:
    """Of one origin. `wants` tells of a file, by path and version, whether it is worth following; `on_whole` is called
    once all of one came by, and `forget` lets it go again. Both are called by whoever reads. The bytes are kept in
    `folder`, where something else does not keep them (None)."""

    def __init__(
        self, folder: Path | None, wants: Callable[[str, Stamp], bool], on_whole: Callable[[str, Stamp], object]
    ) -> None:
        self._folder, self._wants, self._on_whole = folder, wants, on_whole
        self._lock = threading.Lock()
        self._streamed: Lru[tuple[str, Stamp], _Streamed] = Lru(FILES)
        self._refused: Lru[tuple[str, Stamp], bool] = Lru(_REFUSED)
        self._closed = False

    def came(self, path: str, stamp: Stamp, offset: int, data: bytes) -> None:
        """Bytes of a version of a file came by."""
        streamed = self._followed(path, stamp)
        if streamed is None:
            return
        try:
            whole = streamed.put(offset, data)
        except OSError as error:  # the disk is full: another time
            log.debug("%s: is not kept for its index: %s", path, error)
            self.forget(path, stamp)
            return
        if whole:
            self._on_whole(path, stamp)

    def read(self, path: str, stamp: Stamp, offset: int, size: int) -> bytes | None:
        """Bytes of a version of a file that came by and are kept; None for others."""
        with self._lock:
            streamed = self._streamed.get((path, stamp))
        try:
            return None if streamed is None else streamed.read(offset, size)
        except OSError:
            return None

    def forget(self, path: str, stamp: Stamp) -> None:
        """Let a version of a file go, and follow it no more."""
        with self._lock:
            streamed = self._streamed.pop((path, stamp))
            self._refused.put((path, stamp), True)
        if streamed is not None:
            streamed.close()

    def close(self) -> None:
        """Let everything go, and follow nothing more."""
        with self._lock:
            self._closed = True
            left = [streamed for _, streamed in self._streamed.items()]
            self._streamed.clear()
        for streamed in left:
            streamed.close()

    def _followed(self, path: str, stamp: Stamp) -> _Streamed | None:
        key = path, stamp
        with self._lock:
            found = self._streamed.get(key)
            if found is not None or self._closed or self._refused.get(key):
                return found
        wanted = 0 < stamp.size <= FILE_BYTES and self._wants(path, stamp)
        with self._lock:
            found = self._streamed.get(key)
            if found is not None or self._closed:
                return found
            try:
                made = _Streamed(stamp.size, self._folder) if wanted else None
            except OSError:
                made = None
            if made is None:
                self._refused.put(key, True)
                return None
            dropped = self._streamed.put(key, made)
        for _, streamed in dropped:
            streamed.close()
        return made


class _SeenByTee:
    """An origin whose reads a tee sees."""

    def __init__(self, origin: Origin, tee: Tee) -> None:
        self._origin, self._tee = origin, tee

    def __getattr__(self, name: str) -> Any:
        return getattr(self._origin, name)

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file."""
        data = self._origin.read(path, offset, size, stamp)
        if stamp is not None:
            self._tee.came(path, stamp, offset, data)
        return data


class _TakenFromTee(_SeenByTee):
    """An origin of which that is not asked for which a tee has kept."""

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file."""
        kept = None if stamp is None else self._tee.read(path, stamp, offset, size)
        return self._origin.read(path, offset, size, stamp) if kept is None else kept


def seen_by_tee(origin: Origin, tee: Tee) -> Origin:
    """The origin, with a tee that sees what is read of it."""
    return cast(Origin, _SeenByTee(origin, tee))


def taken_from_tee(origin: Origin, tee: Tee) -> Origin:
    """The origin for who builds indexes."""
    return cast(Origin, _TakenFromTee(origin, tee))
