"""Blocks of files of a far origin, in memory: each is fetched once, however many want it, and several at a time.

Lock order: `_lock` before those of the lane; nothing is waited for under it.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from musfuse.errors import OriginError
from musfuse.lru import Lru
from musfuse.model import Stamp
from musfuse.sources.lane import Lane
from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency

BLOCK, GROUP_BYTES = 64 * 1024, 1 << 20
"""Bytes of a block, where nothing else is said, and of a call that asks for several."""
_Key = tuple[str, Stamp, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What a call brings: the blocks with these keys, of `size` bytes together; `first` is the number of the first."""

    task: Task
    first: int
    keys: Sequence[_Key]
    size: int


class Blocks:
    """Up to `limit` bytes of blocks, and one call's more. What came of a version of a file stays right for that
    version; what a call brought is kept, and goes, as a whole."""

    def __init__(self, lane: Lane, limit: int, block: int = BLOCK) -> None:
        self._lane, self._lock, self.block = lane, threading.Lock(), block
        self._kept: Lru[_Piece, _Piece] = Lru(limit, lambda piece: piece.size)
        self._piece_of: dict[_Key, _Piece] = {}

    def read(self, urgency: Urgency, path: str, stamp: Stamp, offset: int, size: int) -> bytes:
        """Bytes of a version of a file, fewer only at its end. Raises what the origin raises."""
        size = min(size, stamp.size - offset)
        if size <= 0:
            return b""
        numbers = range(offset // self.block, (offset + size - 1) // self.block + 1)
        parts = []
        for number, piece in zip(numbers, self._pieces(urgency, path, stamp, numbers), strict=True):
            data: bytes = self._finished(urgency, piece)
            start = (number - piece.first) * self.block
            low = start + max(0, offset - number * self.block)
            parts.append(data[low : start + min(self.block, offset + size - number * self.block)])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def begin(self, urgency: Urgency, path: str, stamp: Stamp, offset: int, end: int) -> None:
        """Begin to fetch what is missing of a range, without waiting for it; nothing where the origin is away."""
        numbers = range(offset // self.block, -(-min(end, stamp.size) // self.block))
        if self._lane.outage is None:
            try:
                self._pieces(urgency, path, stamp, numbers)
            except OriginError:  # who reads it is told
                return

    def clear(self) -> None:
        """Forget all blocks."""
        with self._lock:
            self._kept.clear()
            self._piece_of.clear()

    def _pieces(self, urgency: Urgency, path: str, stamp: Stamp, numbers: Sequence[int]) -> Sequence[_Piece]:
        """The blocks with these numbers; those that are missing, or failed, are asked for."""
        with self._lock:
            known = {number: self._piece_of.get((path, stamp, number)) for number in numbers}
            missing = [n for n, piece in known.items() if piece is None or piece.task.error is not None]
            for first, count in _runs(missing, GROUP_BYTES // self.block):
                piece = self._asked(urgency, path, stamp, first, count)
                known.update(dict.fromkeys(range(first, first + count), piece))
                self._piece_of.update(dict.fromkeys(piece.keys, piece))
                for gone, _ in self._kept.put(piece, piece):
                    self._forget(gone)
            found = [piece for piece in known.values() if piece is not None]
            for piece in found:
                self._kept.get(piece)
        return found

    def _asked(self, urgency: Urgency, path: str, stamp: Stamp, first: int, count: int) -> _Piece:
        origin = self._lane.origin
        start, size = first * self.block, min(count * self.block, stamp.size - first * self.block)
        task = self._lane.begin(urgency, lambda: origin.read(path, start, size, stamp), size)
        return _Piece(task, first, [(path, stamp, number) for number in range(first, first + count)], size)

    def _finished(self, urgency: Urgency, piece: _Piece) -> bytes:
        try:
            data: bytes = self._lane.finish(piece.task, urgency)
        except OriginError:
            with self._lock:
                self._kept.pop(piece)
                self._forget(piece)
            raise
        return data

    def _forget(self, piece: _Piece) -> None:
        for key in piece.keys:
            if self._piece_of.get(key) is piece:
                del self._piece_of[key]


def _runs(numbers: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """(first, count) of runs of at most so many neighbours."""
    at = 0
    while at < len(numbers):
        count = 1
        while count < most and at + count < len(numbers) and numbers[at + count] == numbers[at] + count:
            count += 1
        yield numbers[at], count
        at += count
