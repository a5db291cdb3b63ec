"""A complete FLAC header (RFC 9639 §8): STREAMINFO, SEEKTABLE, VORBIS_COMMENT, PICTURE, PADDING."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.media.flac.index import FrameIndex
from musfuse.media.tags.edit import grown
from musfuse.media.tags.vorbis import fitting, picture_front, vorbis_comment
from musfuse.model import Picture, TagSet

HEADER_VERSION = 1
"""Raised whenever the same track would get other header bytes, so that kept sizes are made anew."""

_STREAMINFO, _PADDING, _SEEKTABLE, _VORBIS_COMMENT, _PICTURE = 0, 1, 3, 4, 6
_MAX_BLOCK = (1 << 24) - 1
_SEEK_SECONDS, _MAX_SEEK_POINTS = 10, 4096


@dataclass(frozen=True, slots=True)
class HeaderParts:
    """A header cut where pictures go: bytes `before[i]` precede picture i, `last` follows them all."""

    before: tuple[bytes, ...]
    last: bytes

    @property
    def length(self) -> int:
        """How many bytes the header has without the pictures."""
        return sum(map(len, self.before)) + len(self.last)


def make_header(
    index: FrameIndex, tags: TagSet, pictures: Sequence[Picture] = (), padding: int = 8192, room: int = 0
) -> HeaderParts:
    """The header of a FLAC file whose frames `index` describes; pictures' bytes are left to the caller's layout.

    A field or picture that does not fit a metadata block (16 MiB) is left out. Where `room` is given, the header takes
    so many bytes, or steps of `padding` more where they are not enough.
    """
    pictures = fitting(pictures)
    text = vorbis_comment(tags)
    blocks = [
        _block(_STREAMINFO, streaminfo(index)),
        _block(_SEEKTABLE, seek_table(index)),
        _block(_VORBIS_COMMENT, text),
    ]
    before = []
    pending = b"fLaC" + b"".join(blocks)
    for picture in pictures:
        front = picture_front(picture)
        before.append(pending + _block_head(_PICTURE, len(front) + picture.size) + front)
        pending = b""
    parts = HeaderParts(tuple(before), pending)
    if room:
        used = parts.length + sum(p.size for p in pictures) + 4
        padding = min(grown(used, room, padding) - used, _MAX_BLOCK)
    return HeaderParts(parts.before, pending + _block(_PADDING, bytes(padding), last=True))


def streaminfo(index: FrameIndex) -> bytes:
    """The STREAMINFO block (RFC 9639 §8.2) of an index, 34 bytes."""
    packed = index.rate << 44 | (index.channels - 1) << 41 | (index.bits - 1) << 36 | index.total_samples
    return (
        struct.pack(">HH", index.block_size, index.block_size)
        + index.offsets.smallest.to_bytes(3, "big")
        + index.offsets.largest.to_bytes(3, "big")
        + packed.to_bytes(8, "big")
        + index.md5
    )


def seek_table(index: FrameIndex) -> bytes:
    """The SEEKTABLE block (RFC 9639 §8.5): a point about every ten seconds, each the exact start of a frame."""
    offsets = index.offsets.starts
    frames = len(index.sizes)
    step = max(1, _SEEK_SECONDS * index.rate // index.block_size, -(-frames // _MAX_SEEK_POINTS))
    return b"".join(
        struct.pack(
            ">QQH", n * index.block_size, offsets[n], min(index.block_size, index.total_samples - n * index.block_size)
        )
        for n in range(0, frames, step)
    )


def _block_head(kind: int, length: int, last: bool = False) -> bytes:
    return bytes((kind | (0x80 if last else 0),)) + length.to_bytes(3, "big")


def _block(kind: int, body: bytes, last: bool = False) -> bytes:
    return _block_head(kind, len(body), last) + body
