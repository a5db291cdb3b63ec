"""Finds the frame of a FLAC stream that holds a sample, by bisection over frame headers (RFC 9639 §9.1).

libFLAC looks for it by interpolation between seek points; where there are none and loudness varies, it reads megabytes.
"""

import io
from dataclasses import dataclass

from musfuse.errors import MalformedError
from musfuse.media.flac.frames import MAX_HEADER, FrameHeader, parse_header
from musfuse.media.formats.flac.facts import StreamInfo, parse_streaminfo

_MAX_BLOCKS = 8192
_STREAMINFO_BYTES = 34
_PIECE = 4096
_NEAR = 512
"""Bytes between which frames are walked through, in place of halving."""
_MAX_PROBES = 96
_MAX_SCANNED = 4 << 20
"""Bytes that one search may look through: between two headers lies a frame, which is rarely over 100 KiB."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A frame: `offset` in bytes from the first frame, its first sample, and how many it has."""

    offset: int
    sample: int
    samples: int


class FrameFinder:
    """The frames of the FLAC stream whose marker `reader` has at byte `start`, in a file of `size` bytes.

    Positions are read from the file and may lie: whoever decodes from there has to look at what it gets. Raises
    MalformedError where there is no stream, or one of fixed blocks that does not tell their size, OSError what the
    reader does.
    """

    def __init__(self, reader: io.BufferedReader, start: int, size: int) -> None:
        self._reader, self._size = reader, size
        self.streaminfo, self.audio = _front(reader, start)
        self._info: StreamInfo = parse_streaminfo(self.streaminfo)
        reader.seek(self.audio)
        self._first = parse_header(reader.read(MAX_HEADER))
        if not self._first.variable and not self._info.min_block == self._info.max_block == self._first.block_size:
            # a frame's number times which of them is its first sample? libFLAC chooses by what it met before
            raise MalformedError("its blocks are not of the size that it tells")
        self._scanned = 0

    def around(self, sample: int) -> list[Spot]:
        """The frame that holds a sample and, where there is one, the frame behind it.

        Raises MalformedError where no frame is found that says so.
        """
        low = Spot(0, 0, self._first.block_size)
        high, high_sample = self._size - self.audio, max(self._info.total_samples, sample + 1)
        self._scanned = 0
        for probe in range(_MAX_PROBES):
            if high - low.offset <= _NEAR:
                break
            at = (low.offset + high) // 2
            if probe % 2 == 0:
                share = (sample - low.sample) / (high_sample - low.sample)
                at = min(max(low.offset + int((high - low.offset) * share), low.offset + 1), high - 1)
            spot = self._next(at, high)
            if spot is not None and low.sample < spot.sample <= sample:
                low = spot
            else:
                high, high_sample = at, spot.sample if spot is not None and spot.sample > sample else high_sample
        behind = self._next(low.offset + 1, self._size - self.audio)
        while behind is not None and low.sample < behind.sample <= sample:
            low, behind = behind, self._next(behind.offset + 1, self._size - self.audio)
        if not low.sample <= sample < low.sample + low.samples:
            raise MalformedError(f"no frame with sample {sample}")
        return [low] if behind is None or behind.sample <= low.sample else [low, behind]

    def _next(self, at: int, limit: int) -> Spot | None:
        """The first frame that begins at or after `at` and before `limit`; None where none is found."""
        while at < limit and self._scanned < _MAX_SCANNED:
            self._reader.seek(self.audio + at)
            data = self._reader.read(_PIECE + MAX_HEADER)
            end = min(len(data), _PIECE, limit - at)
            self._scanned += max(end, 1)
            found = data.find(b"\xff", 0, end)
            while found >= 0:
                spot = self._spot(data[found : found + MAX_HEADER], at + found)
                if spot is not None:
                    return spot
                found = data.find(b"\xff", found + 1, end)
            if len(data) < _PIECE:
                return None
            at += _PIECE
        return None

    def _spot(self, data: bytes, offset: int) -> Spot | None:
        if data[1:2] not in (b"\xf8", b"\xf9"):
            return None
        try:
            header = parse_header(data)
        except (MalformedError, IndexError):
            return None
        if not self._fits(header):
            return None
        first = header.number if header.variable else header.number * self._first.block_size
        return Spot(offset, first, header.block_size)

    def _fits(self, header: FrameHeader) -> bool:
        """Whether the stream can have this frame: the bytes of a header turn up within frames, too."""
        info, first = self._info, self._first
        return (
            header.variable == first.variable
            and header.channels == info.channels
            and header.rate in (0, info.rate)
            and header.bits in (0, info.bits)
            and 0 < header.block_size <= max(info.max_block, first.block_size)
        )


def _front(reader: io.BufferedReader, start: int) -> tuple[bytes, int]:
    """The body of STREAMINFO, and where the frames begin; other metadata is passed over."""
    reader.seek(start)
    if reader.read(4) != b"fLaC":
        raise MalformedError("no FLAC stream")
    at, streaminfo = start + 4, b""
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4:
            raise MalformedError("cut short within its metadata")
        if not streaminfo:
            if head[0] & 0x7F or length != _STREAMINFO_BYTES:
                raise MalformedError("its first metadata block is not STREAMINFO")
            streaminfo = reader.read(length)
        at += 4 + length
        if head[0] & 0x80:
            return streaminfo, at
    raise MalformedError("its metadata blocks do not end")
