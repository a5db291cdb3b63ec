"""PCM out of FLAC: libsndfile's decoder, shown the way to the frame where it has to go.

A seek opens the decoder again over STREAMINFO, a SEEKTABLE (RFC 9639 §8.5) with the frame that was found and the one
behind it, and the frames as they are. libFLAC still decodes the frame and compares its position, so a frame that was
taken for another costs time and nothing else: the stream is opened as it is then, and libFLAC finds its own way.
"""

import io
import struct
from collections.abc import Sequence
from typing import Any

from musfuse.errors import MediaError
from musfuse.media.containers.front import id3v2_length
from musfuse.media.formats.flac.finding import FrameFinder, Spot
from musfuse.media.pcm import SndfileInput, SndfilePcm, sound_over
from musfuse.model import SourceFile
from musfuse.origins import Origin

_POINT = struct.Struct(">QQH")
_LAST, _SEEKTABLE = 0x80, 3


class FlacPcm(SndfilePcm):
    """PcmSource over a FLAC whose STREAMINFO tells its length."""

    def __init__(self, origin: Origin, file: SourceFile) -> None:
        super().__init__(origin, file)
        self._size = file.stamp.size
        self._finder: FrameFinder | None = None
        self._lost = False

    def read(self, start: int, count: int) -> bytes:
        """Samples [start, start + count), fewer at the end; where they cannot be decoded behind a guided seek, what
        libFLAC makes of the stream as it is."""
        try:
            return super().read(start, count)
        except MediaError:
            if not isinstance(self._input, SplicedInput):
                raise
            self._give_up()
            return super().read(start, count)

    def _seek(self, start: int) -> None:
        """Go to a sample, by its frame's header where that is found. Raises what soundfile does."""
        if self._lost or not 0 < start < self._file.frames:
            super()._seek(start)
            return
        try:
            self._open(self._guided(start))
            super()._seek(start)
        except (MediaError, RuntimeError, OSError, ValueError, AssertionError):
            self._give_up()
            super()._seek(start)

    def _guided(self, start: int) -> SndfileInput:
        """The stream with seek points around a sample. Raises MediaError where none are found."""
        reader = self._input.reader
        if self._finder is None:
            reader.seek(0)
            self._finder = FrameFinder(reader, id3v2_length(reader.read(10)), self._size)
        spots = self._finder.around(start)
        return SplicedInput(reader, pointed_front(self._finder.streaminfo, spots), self._finder.audio, self._size)

    def _give_up(self) -> None:
        """Decode the stream as it is from now on."""
        self._lost = True
        self._open(SndfileInput(self._input.reader))

    def _open(self, source: SndfileInput) -> None:
        """Decode what `source` gives from here on."""
        source.seek(0)
        self._file.close()
        self._input = source
        self._file = sound_over(source, self._shown)


class SplicedInput(SndfileInput):
    """`front`, then the bytes of a file of `size` bytes from `behind` on."""

    def __init__(self, reader: io.BufferedReader, front: bytes, behind: int, size: int) -> None:
        super().__init__(reader)
        self._front, self._shift = front, behind - len(front)
        self._size, self._at = max(size - self._shift, len(front)), 0

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the file reaches."""
        view = memoryview(buffer).cast("B")
        part = self._front[self._at : self._at + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        if len(part) < len(view):
            try:
                self.reader.seek(self._at + self._shift)
            except (OSError, ValueError, OverflowError):
                return len(part)
            read = super().readinto(view[len(part) :])
            self._at += read
            return len(part) + read
        return len(part)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; a place before the start leaves the position where it is."""
        at = offset + (0, self._at, self._size)[whence]
        if at >= 0:
            self._at = at
        return self._at

    def tell(self) -> int:
        return self._at


def pointed_front(streaminfo: bytes, spots: Sequence[Spot]) -> bytes:
    """What stands in front of frames: the marker, STREAMINFO, and a SEEKTABLE with these frames."""
    points = b"".join(_POINT.pack(s.sample, s.offset, min(s.samples, 0xFFFF)) for s in spots)
    table = bytes((_LAST | _SEEKTABLE,)) + len(points).to_bytes(3, "big") + points
    return b"fLaC" + bytes((0,)) + len(streaminfo).to_bytes(3, "big") + streaminfo + table
