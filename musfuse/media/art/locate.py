"""Where the pictures of an original lie, found by its headers alone: nothing is decoded, no picture is read. What
several formats share."""

import base64
import struct
from collections.abc import Iterator
from typing import BinaryIO

from musfuse.media.art.located import Located, TakenOut
from musfuse.media.containers.tails import apev2_items
from musfuse.media.tags.id3 import loaded
from musfuse.media.tags.id3frames import RawFrame, read_tag, with_bodies

_MAX_BLOCKS = 8192
_FRONT = 4096
_APE_COVERS = {b"cover art (front)": 3, b"cover art (back)": 4}


def around_pictures(reader: BinaryIO, start: int, size: int) -> list[Located | TakenOut]:
    """The pictures of an ID3v2 tag in front; where it has none, those of an APEv2 tag at the end."""
    del start
    return _id3(reader, 0, size) or list(_apev2(reader, size))


def chunk_pictures(reader: BinaryIO, size: int, order: str) -> list[Located | TakenOut]:
    """The pictures of the ID3 chunk, in a file of chunks with this byte order; of several ID3 chunks the last one
    counts."""
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
