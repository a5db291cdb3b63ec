"""ID3v2 tags as they stand (ID3v2.2 to 2.4, https://id3.org): split into frames, and frames made plain within bounds.

Nothing here inflates or counts more than `bounds` allows: a frame of 9 KB may hold a million values.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.tags.bounds import MAX_COPIED, MAX_ENTRIES, MAX_INFLATED, MAX_VALUES, inflated

MAX_TAG = (1 << 28) - 1
_SMALL = 1 << 20
"""Bytes of a frame that is read; larger ones are kept where they are."""
_MAX_WHOLE = 32 << 20
"""Bytes of an unsynchronised tag, which has to be read with its pictures."""
_UNSYNC, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_FRAME_ID = re.compile(rb"[A-Z0-9]{3,4}")
_UNSAFE = re.compile(rb"\xff(?:[\xe0-\xff]|\Z)")
PICTURE_IDS = frozenset({"APIC", "PIC"})
_CHAPTERS = frozenset({"CHAP", "CTOC"})
_NO_LISTS = PICTURE_IDS | {
    "GEOB", "GEO", "PRIV", "MCDI", "MCI", "UFID", "UFI", "USLT", "ULT", "COMR", "ENCR", "GRID", "SIGN", "POPM", "PCNT",
}  # fmt: skip
"""Frames with one value: zeros in them separate nothing."""
# What the second byte of a frame's flags says (ID3v2.4 §4.1, ID3v2.3 §3.3.1): encrypted, compressed, unsynchronised,
# and whether four bytes stand before the body that tell its length.
_ENCRYPTED, _COMPRESSED, _FRAME_UNSYNC, _WITH_LENGTH = (
    {3: 0x40, 4: 0x04}, {3: 0x80, 4: 0x08}, {3: 0, 4: 0x02}, {3: 0x80, 4: 0x09},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RawFrame:
    """A frame: its id, flags (two bytes, 0 in 2.2), where its body lies in the file, the body where it was read, and
    the type of an APIC picture."""

    id: str
    flags: int
    start: int
    length: int
    body: bytes | None
    kind: int = 3


@dataclass(frozen=True, slots=True)
class RawTag:
    """A tag as it stands: bytes [start, end) of the file. `frames` is empty where the tag has to be taken as a whole
    (it is unsynchronised): `whole` holds it then."""

    start: int
    end: int
    version: int
    frames: tuple[RawFrame, ...] = ()
    whole: bytes = b""


def read_tag(reader: BinaryIO, start: int, limit: int) -> RawTag | None:
    """The tag at byte `start`, None where there is none. Raises MalformedError where it reaches past `limit`,
    ExcessiveError where it has too many frames."""
    reader.seek(start)
    head = reader.read(10)
    if len(head) < 10 or head[:3] != b"ID3" or head[3] not in (2, 3, 4) or any(b & 0x80 for b in head[6:10]):
        return None
    version, flags = head[3], head[5]
    size = syncsafe(head[6:10])
    end = start + 10 + size + (10 if version == 4 and flags & _FOOTER else 0)
    if end > limit:
        raise MalformedError(f"an ID3v2 tag of {end - start} bytes reaches past the end")
    if flags & _UNSYNC or (version == 2 and flags & 0x40):
        if size > _MAX_WHOLE:
            raise ExcessiveError(f"an unsynchronised ID3v2 tag of {size} bytes; over {_MAX_WHOLE >> 20} MiB")
        return RawTag(start, end, version, (), head + reader.read(size))
    at = _first_frame(reader, start + 10, version, flags)
    return RawTag(start, end, version, tuple(_frames(reader, at, start + 10 + size, version)))


def plain_tag(tag: RawTag, known: Iterable[str] | None = None, pictures: bool = False) -> bytes:
    """A tag of the same version with the frames of `tag` that were read, neither unsynchronised nor compressed; nothing
    where there are none. `known`: only frames of these ids, but for an unsynchronised tag; `pictures`: with those that
    were read.

    Raises ExcessiveError where they inflate to too much, or hold too many values.
    """
    frames: Iterable[RawFrame] = _whole_frames(tag) if tag.whole else tag.frames
    if not pictures:
        frames = (f for f in frames if f.id not in PICTURE_IDS)
    if known is not None and not tag.whole:
        chosen = frozenset(known)
        frames = (f for f in frames if f.id in chosen)
    budget = _Budget()
    body = b"".join(budget.plain(frame, tag.version) for frame in frames if frame.body is not None)
    return b"ID3" + bytes((tag.version, 0, 0)) + to_syncsafe(len(body)) + body if body else b""


def with_bodies(reader: BinaryIO, tag: RawTag) -> RawTag:
    """The tag with the bodies of its pictures as well. Raises ExcessiveError where they are too large together."""
    frames = []
    room = _MAX_WHOLE
    for frame in tag.frames:
        if frame.id == "APIC" and frame.body is None:
            room -= frame.length
            if room < 0:
                raise ExcessiveError(f"compressed pictures of over {_MAX_WHOLE >> 20} MiB in its ID3v2 tag")
            reader.seek(frame.start)
            frame = replace(frame, body=reader.read(frame.length))
        frames.append(frame)
    return replace(tag, frames=tuple(frames))


def is_simple(tag: RawTag) -> bool:
    """Whether nothing in it is unsynchronised, compressed or nested, so that any reader may be given it as it is."""
    if tag.whole:
        return False
    return not any(frame.id in _CHAPTERS or (frame.flags & 0xFF) for frame in tag.frames)


class _Budget:
    """What the frames of one tag may still take."""

    def __init__(self) -> None:
        self._room, self._values, self._copies = MAX_INFLATED, MAX_VALUES, MAX_COPIED

    def plain(self, frame: RawFrame, version: int) -> bytes:
        """A frame that is neither unsynchronised nor compressed; nothing where that cannot be done. What is encrypted
        stays as it is."""
        body, flags = frame.body or b"", frame.flags & 0xFF
        if version > 2 and flags and not flags & _ENCRYPTED[version]:
            try:
                body = self._opened(body, flags, version)
            except zlib.error:
                return b""
            frame = replace(frame, flags=frame.flags & 0xFF00)
        if frame.id in _CHAPTERS:
            self._check_chapter(frame.id, body, version)
        self._check_values(frame.id, body)
        return whole_frame(frame.id, frame.flags, body, version)

    def _opened(self, body: bytes, flags: int, version: int) -> bytes:
        told = body[:4] if flags & _WITH_LENGTH[version] else b""
        body = body[len(told) :]
        if flags & _FRAME_UNSYNC[version]:
            body = _synchronised(body)
        if not flags & _COMPRESSED[version]:
            return body
        try:
            made = inflated(body, self._room)
        except zlib.error:
            if version == 3:
                raise
            made = inflated(told + body, self._room)  # some writers left out the length
        self._room -= len(made)
        return made

    def _check_values(self, name: str, body: bytes) -> None:
        """Raise ExcessiveError where a frame has too many values: readers copy the rest of a frame for each of them."""
        if name in _NO_LISTS:
            return
        separators = body.count(b"\0\0" if body[:1] in (b"\1", b"\2") else b"\0")
        self._values -= separators
        self._copies -= separators * len(body)
        if self._values < 0 or self._copies < 0:
            raise ExcessiveError(f"its ID3v2 tag holds more than {MAX_VALUES} values, or much too long lists of them")

    def _check_chapter(self, name: str, body: bytes, version: int, depth: int = 0) -> None:
        """Raise ExcessiveError where the frames within a chapter hold too much, or more chapters: readers read them
        with it, whatever they hold."""
        at = body.find(b"\0") + 1
        if name == "CHAP":
            at += 16
        else:
            at += 2
            for _ in range(body[at - 1] if at <= len(body) else 0):
                at = body.find(b"\0", at) + 1 or len(body)
        for frame in _frames(io.BytesIO(body), at, len(body), version):
            if frame.flags & 0xFF or depth > 1:
                raise ExcessiveError("a chapter in its ID3v2 tag holds frames that are compressed or nested")
            if frame.id in _CHAPTERS:
                self._check_chapter(frame.id, frame.body or b"", version, depth + 1)
            self._check_values(frame.id, frame.body or b"")


def _first_frame(reader: BinaryIO, at: int, version: int, flags: int) -> int:
    if not flags & _EXTENDED:
        return at
    reader.seek(at)
    raw = reader.read(4)
    return at + (syncsafe(raw) if version == 4 else 4 + int.from_bytes(raw, "big"))


def _whole_frames(tag: RawTag) -> Iterator[RawFrame]:
    """The frames of an unsynchronised tag, with their bodies. In 2.4 each frame is unsynchronised by itself."""
    head, body = tag.whole[:10], tag.whole[10:]
    if tag.version < 4:
        body = _synchronised(body)
    data = head + body
    reader = io.BytesIO(data)
    at = _first_frame(reader, 10, tag.version, head[5]) if tag.version > 2 else 10
    for frame in _frames(reader, at, 10 + len(body), tag.version):
        flags = frame.flags | _FRAME_UNSYNC[4] if tag.version == 4 else frame.flags
        yield replace(frame, flags=flags, body=data[frame.start : frame.start + frame.length])


def _synchronised(raw: bytes) -> bytes:
    """Without the zeros that unsynchronisation puts in (ID3v2.4 §6.1); as it is where it was not unsynchronised."""
    return raw if _UNSAFE.search(raw) else raw.replace(b"\xff\0", b"\xff")


def _frames(reader: BinaryIO, at: int, end: int, version: int) -> Iterator[RawFrame]:
    head_size, id_size = (6, 3) if version == 2 else (10, 4)
    for _ in range(MAX_ENTRIES):
        if at + head_size > end:
            return
        reader.seek(at)
        head = reader.read(head_size)
        if len(head) < head_size or not _FRAME_ID.fullmatch(head[:id_size]):
            return  # padding, or nothing that could be told
        if version == 2:
            length, flags = int.from_bytes(head[3:6], "big"), 0
        else:
            length = _frame_length(reader, head, at, end) if version == 4 else int.from_bytes(head[4:8], "big")
            flags = int.from_bytes(head[8:10], "big")
        start = at + head_size
        if start + length > end:
            return
        name = head[:id_size].decode("ascii")
        # Pictures of 2.2 name their format otherwise, so that they have to be read to be written anew.
        small = length <= _SMALL * 16 if version == 2 else length <= _SMALL and name not in PICTURE_IDS
        reader.seek(start)
        body = reader.read(length) if small else None
        kind = _picture_kind(reader.read(80)) if name == "APIC" and body is None else 3
        yield RawFrame(name, flags, start, length, body, kind)
        at = start + length
    raise ExcessiveError(f"its ID3v2 tag has more than {MAX_ENTRIES} frames")


def _picture_kind(front: bytes) -> int:
    """The type of a picture from the front of an APIC body (ID3v2.4 §4.14): encoding, MIME type, type."""
    end = front.find(b"\0", 1)
    return front[end + 1] if 0 < end < len(front) - 1 else 3


def _frame_length(reader: BinaryIO, head: bytes, at: int, end: int) -> int:
    """Length of a 2.4 frame; some writers (old iTunes) do not make it sync-safe: what leads to another frame counts."""
    plain = int.from_bytes(head[4:8], "big")
    if any(b & 0x80 for b in head[4:8]):
        return plain
    safe = syncsafe(head[4:8])
    if safe == plain:
        return safe
    for length in (safe, plain):
        after = at + 10 + length
        if after == end:
            return length
        if after + 4 <= end:
            reader.seek(after)
            following = reader.read(4)
            if _FRAME_ID.fullmatch(following) or following == b"\0\0\0\0":
                return length
    return safe


def whole_frame(name: str, flags: int, body: bytes, version: int) -> bytes:
    """A frame as it stands in a tag of a version."""
    if version == 2:
        return name.encode() + len(body).to_bytes(3, "big") + body
    return frame_head(name, len(body), flags, version) + body


def frame_head(name: str, length: int, flags: int, version: int) -> bytes:
    """The header of a frame whose body has `length` bytes; raises MalformedError where that is too much."""
    if length > MAX_TAG:
        raise MalformedError(f"a {name} frame of {length} bytes is too large")
    size = to_syncsafe(length) if version == 4 else struct.pack(">I", length)
    return name.encode("ascii") + size + struct.pack(">H", flags)


def syncsafe(raw: bytes) -> int:
    """The number in four bytes of seven bits (ID3v2.4 §6.2); 0 for fewer bytes."""
    return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3] if len(raw) == 4 else 0


def to_syncsafe(value: int) -> bytes:
    """A number as four bytes of seven bits (ID3v2.4 §6.2)."""
    return bytes((value >> 21 & 0x7F, value >> 14 & 0x7F, value >> 7 & 0x7F, value & 0x7F))
