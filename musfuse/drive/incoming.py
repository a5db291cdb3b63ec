"""A file that somebody writes, and which files of the drive it may be a copy of.

Nothing of what is written is kept. It is compared, as it comes, with the files that it may be, by offset; what is none
of them is refused.
"""

import threading
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from musfuse.drive.branches.port import Entry
from musfuse.errors import MusfuseError, ReadOnlyError
from musfuse.library.names import name_key
from musfuse.media.layout import Layout

MAX_SPANS = 1024
"""Pieces that may be written of a file without touching each other."""
_CHUNK = 128 * 1024
_NOT_OURS = "bytes cannot be written; only a copy of a track that lies on the drive can"


@dataclass(slots=True)
class Candidate:
    """What a file may be a copy of: an item, or, where that is 0, the entry of a companion at a path; and its bytes as
    the drive serves them."""

    item: int
    layout: Layout
    entry: Entry[Any] | None = None
    path: str = ""


@dataclass(eq=False)
class Incoming:
    """One file that is written. `candidates` gives what it may be, likely ones first; no more of them are asked for
    than have to be. `number` is its inode number, `holders` how often it is open, `became` what it is a copy of, once
    it is an entry; one that is `refused` is no copy of anything, until it is begun again, and one that is `gone` was
    removed. Who names it, or makes an entry of it, has `settling`. May be used from many threads."""

    path: str
    number: int
    mtime_ns: int
    candidates: Callable[[], Iterator[Candidate]]
    holders: int = 1
    length: int = 0
    became: Candidate | None = None
    refused: bool = False
    gone: bool = False
    settling: threading.RLock = field(default_factory=threading.RLock)
    _like: Candidate | None = None
    _others: Iterator[Candidate] | None = None
    _spans: list[tuple[int, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, offset: int, data: bytes) -> None:
        """Some bytes come. Raises ReadOnlyError where they are those of no track at this place."""
        with self._lock:
            end = offset + len(data)
            self._check(lambda one: one.layout.size >= end and _bytes(one, offset, len(data)) == data)
            if data:
                self._add(offset, end)
            self.length = max(self.length, end)

    def resize(self, length: int) -> None:
        """It shall be so long; what is new are zeros, until it is written. Raises ReadOnlyError where no track is so
        long."""
        with self._lock:
            if length:
                self._check(lambda one: one.layout.size >= length)
            else:
                self._let_go()
                self.refused, self._others = False, None
            if length < self.length:
                self._others = None  # what was another track behind that is none any more
            self._spans = [(start, min(end, length)) for start, end in self._spans if start < length]
            self.length = length

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of what was written; zeros where nothing was."""
        with self._lock:
            found = bytearray(max(0, min(size, self.length - offset)))
            for start, end in self._spans:
                first, last = max(start, offset), min(end, offset + len(found))
                if first < last and self._like is not None:
                    found[first - offset : last - offset] = self._like.layout.read_at(first, last - first)
            return bytes(found)

    def whole(self, name: str = "") -> Candidate | None:
        """What this is a copy of by now, from the first byte to the last; None for nothing. A companion keeps its name:
        it has to be this one, where that is known."""
        with self._lock:
            if self.refused or not self.length:
                return None

            def is_it(one: Candidate) -> bool:
                named = not name or one.entry is None or name_key(one.entry.name) == name_key(name)
                return named and one.layout.size == self.length and self._zeros_elsewhere(one)

            # Twice: the second time all are asked, also those before the one that agreed until now.
            return self._like if self._agrees(is_it) or self._agrees(is_it) else None

    def close(self) -> None:
        """Nothing is compared any more."""
        with self._lock:
            self._let_go()
            self.refused, self._spans = True, []

    def _let_go(self) -> None:
        like, self._like = self._like, None
        if like is not None:
            like.layout.close()

    def _check(self, agrees: Callable[[Candidate], bool]) -> None:
        if self.refused or not self._agrees(agrees):
            self.refused = True
            raise ReadOnlyError(f"{self.path}: {_NOT_OURS}")

    def _agrees(self, agrees: Callable[[Candidate], bool]) -> bool:
        """Whether there is a track that has what was written, and with which something else agrees."""
        before = self._like
        if before is not None and agrees(before):
            return True
        self._others = self.candidates() if self._others is None else self._others
        for one in self._others:
            if agrees(one) and (before is None or self._has_written(before, one)):
                self._like = one
                if before is not None:
                    before.layout.close()
                return True
            one.layout.close()
        self._others = None  # whoever asks again gets the same answers, of all of them
        return False

    def _has_written(self, before: Candidate, one: Candidate) -> bool:
        """Whether a track has what was written, which is what another one has there."""
        return all(
            _bytes(one, at, min(_CHUNK, end - at)) == _bytes(before, at, min(_CHUNK, end - at))
            for start, end in self._spans
            for at in range(start, end, _CHUNK)
        )

    def _add(self, start: int, end: int) -> None:
        touching = [span for span in self._spans if span[0] <= end and span[1] >= start]
        if touching:
            start, end = min(start, touching[0][0]), max(end, touching[-1][1])
            self._spans = [span for span in self._spans if span not in touching]
        insort(self._spans, (start, end))
        if len(self._spans) > MAX_SPANS:
            self.refused = True
            raise ReadOnlyError(f"{self.path}: {_NOT_OURS}, and not in more than {MAX_SPANS} pieces at once")

    def _zeros_elsewhere(self, one: Candidate) -> bool:
        """Whether a candidate has zeros wherever nothing was written, as a copy of a sparse file leaves out."""
        at = 0
        for start, end in [*self._spans, (self.length, self.length)]:
            while at < start:
                data = _bytes(one, at, min(_CHUNK, start - at))
                if not data or any(data):
                    return False
                at += len(data)
            at = end
        return True


def _bytes(one: Candidate, offset: int, size: int) -> bytes:
    """Bytes of a candidate; fewer where they cannot be read, so that it counts as another file."""
    with suppress(MusfuseError):
        return one.layout.read_at(offset, size)
    return b""
