"""A served file is a layout: segments of known length whose sum is the file's size, each readable at any offset.

Nothing above this module asks what kind of file it serves.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, runtime_checkable

from musfuse.errors import MediaError
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.store import PictureStore


class Segment(Protocol):
    """A run of bytes of a served file. `read` is given ranges that lie inside and returns exactly `size` bytes."""

    @property
    def length(self) -> int:
        """How many bytes the segment has."""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size) of this segment."""

    def describe(self) -> str:
        """What these bytes are, for `musfuse info`."""

    def close(self) -> None:
        """Let go of decoders and encoded runs."""


@runtime_checkable
class Timed(Segment, Protocol):
    """Audio made here, of which it is known what plays when."""

    def sample_at(self, offset: int) -> int:
        """The sample of the original that byte `offset` of this segment stands for."""


@dataclass(frozen=True, slots=True)
class Inline:
    """Bytes made here: a header, tags."""

    data: bytes
    what: str = "header"

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]

    def describe(self) -> str:
        return self.what

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class SourceRange:
    """A run of the original, read in place. A read of another version than `file.stamp` is refused by the origin."""

    origin: Origin
    file: SourceFile
    start: int
    length: int

    def read(self, offset: int, size: int) -> bytes:
        return self.origin.read(self.file.path, self.start + offset, size, self.file.stamp)

    def describe(self) -> str:
        return f"original bytes {self.start} to {self.start + self.length}"

    def close(self) -> None:
        """Nothing is to be done: the origin pools its files."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored picture."""

    pictures: PictureStore
    digest: str
    length: int

    def read(self, offset: int, size: int) -> bytes:
        value = self.pictures.get(self.digest)
        if value is None or len(value) != self.length:
            raise MediaError(f"picture {self.digest}: lost from the cache; `musfuse scan --all` restores it")
        return value[offset : offset + size]

    def describe(self) -> str:
        return f"picture {self.digest[:12]}"

    def close(self) -> None:
        """Nothing is held."""


class Layout:
    """An ordered list of segments. Thread-safe where its segments are."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(s for s in segments if s.length)
        self._ends = list(accumulate(s.length for s in self.segments))
        self.size = self._ends[-1] if self._ends else 0

    @property
    def audio(self) -> tuple[int, int]:
        """Where the audio begins, and how many bytes it has, as far as segments tell: from the first to the last that
        is neither made here nor a picture. What stands around the audio of an original counts as audio."""
        there = [at for at, segment in enumerate(self.segments) if not isinstance(segment, Inline | Blob)]
        if not there:
            return 0, 0
        start = self._ends[there[0]] - self.segments[there[0]].length
        return start, self._ends[there[-1]] - start

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes [offset, offset + size), fewer only at the end of the file.

        Raises what the segments raise (MediaError, OriginError, StoreError); never returns a short or long run.
        """
        if offset < 0 or size < 0:
            raise ValueError("offset and size are not negative")
        end = min(offset + size, self.size)
        parts = []
        at = bisect_right(self._ends, offset)
        while offset < end:
            segment = self.segments[at]
            start = self._ends[at] - segment.length
            wanted = min(end, self._ends[at]) - offset
            data = segment.read(offset - start, wanted)
            if len(data) != wanted:
                raise MediaError(f"{segment.describe()}: {len(data)} bytes instead of {wanted}")
            parts.append(data)
            offset += wanted
            at += 1
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        for segment in self.segments:
            segment.close()
