"""Where the pictures of an original lie, found by its headers alone: nothing is decoded, no picture is read."""

import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import ExcessiveError, MediaError
from musfuse.media.art.facts import sniff_picture
from musfuse.media.containers.boxes import boxes, child
from musfuse.media.containers.sniff import sniff_reader
from musfuse.media.containers.tails import apev2_items
from musfuse.media.tags.id3 import loaded
from musfuse.media.tags.id3frames import RawFrame, read_tag, with_bodies
from musfuse.model import Picture

_MAX_BLOCKS = 8192
_FRONT = 4096
_APE_COVERS = {b"cover art (front)": 3, b"cover art (back)": 4}


@dataclass(frozen=True, slots=True)
class Located:
    """A picture at bytes [start, start + length) of its file, of a type as RFC 9639 §8.8 has it."""

    kind: int
    description: str
    start: int
    length: int

    def read(self, reader: BinaryIO) -> bytes:
        """Its bytes."""
        reader.seek(self.start)
        return reader.read(self.length)

    def facts(self, reader: BinaryIO) -> Picture | None:
        """What can be told without reading it; None where it is no picture. Its digest stays empty."""
        reader.seek(self.start)
        mime = sniff_picture(reader.read(min(self.length, 16)))
        return Picture("", self.length, mime, self.kind, self.description) if mime else None


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A picture that does not lie in its file as it is: it was compressed or unsynchronised."""

    kind: int
    description: str
    data: bytes

    @property
    def length(self) -> int:
        """Its bytes."""
        return len(self.data)

    def read(self, reader: BinaryIO) -> bytes:
        """Its bytes."""
        del reader
        return self.data

    def facts(self, reader: BinaryIO) -> Picture | None:
        """What `Located.facts` tells."""
        del reader
        mime = sniff_picture(self.data)
        return Picture("", len(self.data), mime, self.kind, self.description[:1000]) if mime else None


def locate(reader: BinaryIO, size: int) -> list[Located | TakenOut] | None:
    """The pictures of a file, the front first; None for kinds of files that are not looked through here."""
    kind, start = sniff_reader(reader)
    found: list[Located | TakenOut]
    try:
        if kind == "flac":
            found = list(_flac(reader, start, size))
        elif kind == "mp4":
            found = list(_mp4(reader, size))
        elif kind in ("wav", "aiff"):
            found = _riff(reader, size, "<" if kind == "wav" else ">")
        elif kind in ("", "mpeg", "aac", "tta"):
            found = _id3(reader, 0, size) or list(_apev2(reader, size))
        else:
            return None
    except ExcessiveError:
        raise
    except (MediaError, struct.error, IndexError):
        return None
    return sorted(found, key=lambda picture: picture.kind != 3)


def _flac(reader: BinaryIO, start: int, size: int) -> Iterator[Located]:
    at = start + 4
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4 or at + 4 + length > size:
            return
        if head[0] & 0x7F == 6:
            front = reader.read(min(length, _FRONT))
            kind, mime = struct.unpack_from(">II", front)
            (text,) = struct.unpack_from(">I", front, 8 + mime)
            description = front[12 + mime : 12 + mime + text].decode("utf-8", "replace")
            (data,) = struct.unpack_from(">I", front, 28 + mime + text)
            if 32 + mime + text + data <= length:
                yield Located(kind, description, at + 4 + 32 + mime + text, data)
        at += 4 + length
        if head[0] & 0x80:
            return


def _mp4(reader: BinaryIO, size: int) -> Iterator[Located]:
    box = next((b for b in boxes(reader, 0, size) if b.kind == b"moov"), None)
    for kind, skip in ((b"udta", 0), (b"meta", 0), (b"ilst", 4), (b"covr", 0)):
        box = child(reader, box, kind, skip) if box else None
    for data in boxes(reader, box.body, box.end) if box else ():
        if data.kind == b"data" and data.end - data.body > 8:
            yield Located(3, "", data.body + 8, data.end - data.body - 8)


def _riff(reader: BinaryIO, size: int, order: str) -> list[Located | TakenOut]:
    at = 12
    found: list[Located | TakenOut] = []
    for _ in range(_MAX_BLOCKS):
        if at + 8 > size:
            break
        reader.seek(at)
        name, length = struct.unpack(f"{order}4sI", reader.read(8))
        if name in (b"id3 ", b"ID3 "):
            found = _id3(reader, at + 8, min(size, at + 8 + length))
        at += 8 + length + (length & 1)
    return found


def _id3(reader: BinaryIO, start: int, limit: int) -> list[Located | TakenOut]:
    tag = read_tag(reader, start, limit)
    if tag is None:
        return []
    pictures = [frame for frame in tag.frames if frame.id == "APIC"]
    if tag.whole or tag.version == 2 or any(frame.flags & 0xFF for frame in pictures):
        tag = with_bodies(reader, tag)
        return [TakenOut(int(p.type), p.desc, p.data) for p in loaded(tag).getall("APIC")]
    return [found for frame in pictures if (found := _apic(reader, frame))]


def _apic(reader: BinaryIO, frame: RawFrame) -> Located | None:
    reader.seek(frame.start)
    front = reader.read(min(frame.length, _FRONT))
    mime = front.find(b"\0", 1)
    if mime < 0 or mime + 2 > len(front):
        return None
    wide = front[0] in (1, 2)
    end = mime + 2
    while front[end : end + 1 + wide] not in (b"\0" * (1 + wide), b"", b"\0"):
        end += 1 + wide
    coding = ("latin-1", "utf-16", "utf-16-be", "utf-8")[front[0] & 3]
    description = front[mime + 2 : end].decode(coding, "replace")
    end += 1 + wide
    return Located(front[mime + 1], description, frame.start + end, frame.length - end) if end < frame.length else None


def _apev2(reader: BinaryIO, size: int) -> Iterator[Located]:
    at, end = apev2_items(reader, size) or (0, 0)
    for _ in range(_MAX_BLOCKS):
        if at + 8 > end:
            return
        reader.seek(at)
        front = reader.read(min(_FRONT, end - at))
        length = int.from_bytes(front[:4], "little")
        key, _, value = front[8:].partition(b"\0")
        start = at + 8 + len(key) + 1
        kind = _APE_COVERS.get(key.lower())
        name = value[:length].find(b"\0")
        if kind is not None and name >= 0 and start + length <= end:
            yield Located(kind, "", start + name + 1, length - name - 1)
        at = start + length


def comment_picture(value: str) -> tuple[int, str, bytes] | None:
    """(type, description, bytes) of a METADATA_BLOCK_PICTURE comment."""
    try:
        block = base64.b64decode(value)
        kind, mime = struct.unpack_from(">II", block)
        (text,) = struct.unpack_from(">I", block, 8 + mime)
        description = block[12 + mime : 12 + mime + text].decode("utf-8", "replace")
        return kind, description, block[32 + mime + text :]
    except (ValueError, struct.error):
        return None
