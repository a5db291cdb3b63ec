"""A content id made of bytes as they stream by."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from musfuse.errors import MalformedError

MAX_SPANS = 100_000
_DIGEST = 16


class Span(NamedTuple):
    """Bytes [start, end) of a file."""

    start: int
    end: int


class Hashing(Protocol):
    """Makes a content id of the bytes of a file's spans, which come in order."""

    def update(self, data: bytes) -> None:
        """Take in the bytes that come next."""

    def content(self) -> str | None:
        """The content id once all was taken in; None where there is none."""


class FrameHash:
    """Hashes all that it gets: `enc:`, 128 bits of BLAKE2b, and the number of bytes."""

    def __init__(self) -> None:
        self._hash, self._count = hashlib.blake2b(digest_size=_DIGEST), 0

    def update(self, data: bytes) -> None:
        self._hash.update(data)
        self._count += len(data)

    def content(self) -> str | None:
        """The content id; None where nothing came."""
        return f"enc:{self._hash.hexdigest()}:{self._count}" if self._count else None


class ContentFeed:
    """Takes a file's bytes from whoever reads them, and makes its content id of those that are audio.

    Bytes count in their order only. What comes too early, or twice, is passed over, so that a reader who jumps about
    only has to come back to `wanted`. Not for use from two threads at once.
    """

    def __init__(self, spans: Sequence[Span], hashing: Hashing) -> None:
        self._spans, self._hashing = spans, hashing
        self._number, self._at = 0, spans[0].start if spans else 0

    @property
    def wanted(self) -> int | None:
        """The next byte that counts; None where all were seen."""
        return self._at if self._number < len(self._spans) else None

    def reach(self, limit: int) -> int:
        """Where the last byte that counts before byte `limit` ends."""
        behind = bisect_left(self._spans, limit, lo=self._number, key=lambda span: span.start)
        last = self._spans[max(self._number, behind - 1)]
        return min(limit, last.end)

    def feed(self, offset: int, data: bytes) -> None:
        """Take in bytes of the file that lie at `offset`."""
        end = offset + len(data)
        while self._number < len(self._spans) and offset <= self._at < end:
            span = self._spans[self._number]
            stop = min(end, span.end)
            self._hashing.update(data[self._at - offset : stop - offset])
            self._at = stop
            if stop == span.end:
                self._number += 1
                self._at = self._spans[self._number].start if self._number < len(self._spans) else stop

    def content(self) -> str | None:
        """The content id; None before all was seen, and where there is none."""
        return None if self.wanted is not None else self._hashing.content()


def in_order(spans: Iterable[Span], size: int) -> list[Span]:
    """The spans that hold something, joined where they meet. Raises MalformedError where they overlap, are not in
    order, are too many, or reach outside of a file of `size` bytes."""
    found: list[Span] = []
    for span in spans:
        if span.start == span.end:
            continue
        if not (found[-1].end if found else 0) <= span.start < span.end <= size:
            raise MalformedError(f"its audio does not lie where it says, at bytes {span.start} to {span.end}")
        if found and found[-1].end == span.start:
            found[-1] = Span(found[-1].start, span.end)
        elif len(found) == MAX_SPANS:
            raise MalformedError("its audio lies in too many places")
        else:
            found.append(span)
    return found
