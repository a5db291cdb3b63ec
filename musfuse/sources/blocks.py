"""Blocks of files of a far origin, in memory: each is fetched once, however many want it, and several at a time.

Lock order: `_lock` before those of the lane; nothing is waited for under it.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from musfuse.errors import OriginError
from musfuse.lru import Lru
from musfuse.model import Stamp
from musfuse.origins.port import BatchOrigin, Range
from musfuse.sources.lane import Lane
from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency

BLOCK, GROUP_BYTES = 64 * 1024, 1 << 20
"""Bytes of a block, where nothing else is said, and of a call that asks for several."""
_Key = tuple[str, Stamp, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What a call brings: the blocks with these keys, of `size` bytes together; `first` is the number of the first.
    Where a call brings several pieces, it is the one at `place` of its answers."""

    task: Task
    first: int
    keys: Sequence[_Key]
    size: int
    place: int | None = None


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

    def begin_each(self, urgency: Urgency, ranges: Sequence[Range]) -> None:
        """As `begin`, of several files of a BatchOrigin in one call."""
        if self._lane.outage is not None:
            return
        origin = cast(BatchOrigin, self._lane.origin)
        with self._lock:
            asked = [(wanted, first, count) for wanted in ranges for first, count in self._missing_of(wanted)]
            if not asked:
                return
            parts = [self._range_of(wanted.path, wanted.stamp, first, count) for wanted, first, count in asked]
            try:
                task = self._lane.begin(urgency, lambda: origin.read_each(parts), sum(part.size for part in parts))
            except OriginError:  # who reads them is told
                return
            for place, (part, (_, first, count)) in enumerate(zip(parts, asked, strict=True)):
                keys = [(part.path, part.stamp, number) for number in range(first, first + count)]
                self._keep(_Piece(task, first, keys, part.size, place))

    def at_hand(self, path: str, offset: int, size: int, stamp: Stamp) -> bytes | None:
        """As `read`, where nothing has to be waited for; else None."""
        end = min(offset + size, stamp.size)
        with self._lock:
            pieces = [
                self._piece_of.get((path, stamp, number))
                for number in range(offset // self.block, -(-end // self.block))
            ]
        if any(piece is None or not piece.task.done.is_set() or piece.task.error is not None for piece in pieces):
            return None
        try:
            return self.read(Urgency.SCAN, path, stamp, offset, size)
        except OriginError:  # who waits for it is told
            return None

    def drop(self, path: str, stamp: Stamp, offset: int, end: int) -> None:
        """Forget what lies in a range of a version, and what came with it before: its reader is past it, and somebody
        else has it."""
        stop = -(-end // self.block)
        with self._lock:
            for number in range(offset // self.block, stop):
                piece = self._piece_of.get((path, stamp, number))
                if piece is not None and piece.keys[-1][2] < stop:
                    self._kept.pop(piece)
                    self._forget(piece)

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
                self._keep(piece)
            found = [piece for piece in known.values() if piece is not None]
            for piece in found:
                self._kept.get(piece)
        return found

    def _asked(self, urgency: Urgency, path: str, stamp: Stamp, first: int, count: int) -> _Piece:
        wanted = self._range_of(path, stamp, first, count)
        task = self._lane.begin(urgency, lambda: self._lane.origin.read(*wanted), wanted.size)
        return _Piece(task, first, [(path, stamp, number) for number in range(first, first + count)], wanted.size)

    def _range_of(self, path: str, stamp: Stamp, first: int, count: int) -> Range:
        start = first * self.block
        return Range(path, start, min(count * self.block, stamp.size - start), stamp)

    def _missing_of(self, wanted: Range) -> Iterator[tuple[int, int]]:
        """(first, count) of the runs of blocks of a range that nobody asked for, or that failed."""
        path, offset, size, stamp = wanted
        numbers = range(offset // self.block, -(-min(offset + size, stamp.size) // self.block))
        known = ((number, self._piece_of.get((path, stamp, number))) for number in numbers)
        missing = [number for number, piece in known if piece is None or piece.task.error is not None]
        return _runs(missing, GROUP_BYTES // self.block)

    def _keep(self, piece: _Piece) -> None:
        self._piece_of.update(dict.fromkeys(piece.keys, piece))
        for gone, _ in self._kept.put(piece, piece):
            self._forget(gone)

    def _finished(self, urgency: Urgency, piece: _Piece) -> bytes:
        try:
            answer = self._lane.finish(piece.task, urgency)
            data: bytes | OriginError = answer if piece.place is None else answer[piece.place]
            if isinstance(data, OriginError):
                raise type(data)(str(data))
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
