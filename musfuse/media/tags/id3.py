"""ID3v2 tags (ID3v2.2 to 2.4, https://id3.org): frames split raw, edited, and written as 2.3 or 2.4.

Frames that mutagen knows go through mutagen, which turns one version into another; unknown ones and pictures, which may
be large, stay as they are: a picture that need not change is named by its place in the file and never read.
"""

import io
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.fields import ID3_BY_FIELD, ID3_FRAMES, PAIRS, TOTALS, field_name, free_name
from musfuse.model import Picture, TagSet

MAX_TAG = (1 << 28) - 1
_SMALL = 1 << 20
"""Bytes of a frame that is read; larger ones are kept where they are."""
_MAX_FRAMES = 10_000
_UNSYNC, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_FRAME_ID = re.compile(rb"[A-Z0-9]{3,4}")
_PICTURE_IDS = {"APIC", "PIC"}
_ALSO_IN_23 = {"TSOA", "TSOP", "TSOT", "TMOO"}
_MUSICBRAINZ = "http://musicbrainz.org"


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


@dataclass(frozen=True, slots=True)
class OldBody:
    """A run of the original file that a new tag keeps."""

    start: int
    length: int


Part = bytes | OldBody | Picture
"""A piece of a new tag. A Picture stands for its bytes."""


def read_tag(reader: BinaryIO, start: int, limit: int) -> RawTag | None:
    """The tag at byte `start`, None where there is none; raises MalformedError where it reaches past `limit`."""
    reader.seek(start)
    head = reader.read(10)
    if len(head) < 10 or head[:3] != b"ID3" or head[3] not in (2, 3, 4) or any(b & 0x80 for b in head[6:10]):
        return None
    version, flags = head[3], head[5]
    size = _syncsafe(head[6:10])
    end = start + 10 + size + (10 if version == 4 and flags & _FOOTER else 0)
    if end > limit:
        raise MalformedError(f"an ID3v2 tag of {end - start} bytes reaches past the end")
    if flags & _UNSYNC or (version == 2 and flags & 0x40):
        if size > 64 * _SMALL:
            raise MalformedError("an unsynchronised ID3v2 tag of over 64 MiB")
        return RawTag(start, end, version, (), head + reader.read(size))
    at = start + 10
    if flags & _EXTENDED:
        reader.seek(at)
        raw = reader.read(4)
        at += _syncsafe(raw) if version == 4 else 4 + int.from_bytes(raw, "big")
    return RawTag(start, end, version, tuple(_frames(reader, at, start + 10 + size, version)))


def edit_tag(old: RawTag | None, edit: TagEdit) -> tuple[bytes, list[Part]]:
    """The frames of the tag after an edit, as (header's first six bytes, parts); `finish` adds length and padding."""
    tags = _loaded(old)
    for frame in list(tags.values()):
        if _touched(frame, edit):
            tags.pop(frame.HashKey, None)
    for frame in tags.getall("APIC"):
        if edit.drops_picture(int(frame.type)):
            tags.pop(frame.HashKey, None)
    fresh = edit.fresh(everything=old is None)
    for made in _new_frames(fresh):
        tags.add(made)
    version = _version(old, edit)
    parts: list[Part] = [_rendered(tags, version)]
    if old is not None:
        for raw in old.frames:
            parts += _kept(raw, old.version, edit, version)
    for number, picture in enumerate(edit.pictures):
        parts += _picture(picture, version, number)
    return b"ID3" + bytes((version, 0, 0)), parts


def parts_length(parts: Iterable[Part]) -> int:
    """Bytes of these parts."""
    return sum(len(p) if isinstance(p, bytes) else p.size if isinstance(p, Picture) else p.length for p in parts)


def finish(front: bytes, parts: Sequence[Part], total: int) -> list[Part]:
    """The whole tag, `total` bytes with its header and padding. Raises MalformedError where that is too large."""
    length = parts_length(parts)
    if total - 10 > MAX_TAG or total < length + 10:
        raise MalformedError(f"an ID3v2 tag of {length} bytes is too large")
    return [front + _to_syncsafe(total - 10), *parts, bytes(total - 10 - length)]


def id3v1(old: bytes, edit: TagEdit) -> bytes:
    """An ID3v1 tag of 128 bytes with the fields of an edit in place."""
    from mutagen.id3 import TCON

    places = {"title": (3, 30), "artist": (33, 30), "album": (63, 30), "date": (93, 4), "comment": (97, 28)}
    tag = bytearray(old)
    for field, (at, width) in places.items():
        if edit.touches(field):
            text = (edit.tags.first(field) or "").encode("latin-1", "replace")[:width]
            tag[at : at + width] = text.ljust(width, b"\0")
    if edit.touches("tracknumber"):
        number = edit.tags.first("tracknumber") or ""
        tag[125], tag[126] = 0, int(number) & 0xFF if number.isascii() and number.isdigit() and len(number) < 4 else 0
    if edit.touches("genre"):
        genre = (edit.tags.first("genre") or "").lower()
        known = [g.lower() for g in TCON.GENRES]
        tag[127] = known.index(genre) if genre in known else 255
    return bytes(tag)


def _frames(reader: BinaryIO, at: int, end: int, version: int) -> Iterable[RawFrame]:
    head_size, id_size = (6, 3) if version == 2 else (10, 4)
    for _ in range(_MAX_FRAMES):
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
        small = length <= _SMALL * 16 if version == 2 else length <= _SMALL and name not in _PICTURE_IDS
        reader.seek(start)
        body = reader.read(length) if small else None
        kind = _picture_kind(reader.read(80)) if name == "APIC" and body is None else 3
        yield RawFrame(name, flags, start, length, body, kind)
        at = start + length


def _picture_kind(front: bytes) -> int:
    """The type of a picture from the front of an APIC body (ID3v2.4 §4.14): encoding, MIME type, type."""
    end = front.find(b"\0", 1)
    return front[end + 1] if 0 < end < len(front) - 1 else 3


def _frame_length(reader: BinaryIO, head: bytes, at: int, end: int) -> int:
    """Length of a 2.4 frame; some writers (old iTunes) do not make it sync-safe: what leads to another frame counts."""
    plain = int.from_bytes(head[4:8], "big")
    if any(b & 0x80 for b in head[4:8]):
        return plain
    safe = _syncsafe(head[4:8])
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


def _loaded(old: RawTag | None) -> Any:
    """The small frames that mutagen knows, as an ID3 object in terms of 2.4."""
    from mutagen.id3 import ID3, Frames, Frames_2_2

    tags = ID3()
    if old is None:
        return tags
    if old.whole:
        blob = old.whole
    else:
        known = Frames_2_2 if old.version == 2 else Frames
        frames = [f for f in old.frames if f.body is not None and f.id in known]
        body = b"".join(_frame(f.id, f.flags, f.body or b"", old.version) for f in frames)
        if not body:
            return tags
        blob = b"ID3" + bytes((old.version, 0, 0)) + _to_syncsafe(len(body)) + body
    try:
        return ID3(io.BytesIO(blob))
    except Exception as error:
        raise MalformedError("its ID3v2 tag is damaged") from error


def _rendered(tags: Any, version: int) -> bytes:
    """The frames of an ID3 object as bytes of version 2.3 or 2.4."""
    if not len(tags):
        return b""
    if version == 3:
        # These came with 2.4, but players read them in 2.3 as well, and iTunes writes them there.
        newer = [frame for frame in tags.values() if frame.FrameID in _ALSO_IN_23]
        tags.update_to_v23()
        for frame in newer:
            tags.add(frame)
    out = io.BytesIO()
    try:
        tags.save(out, v1=0, v2_version=version, v23_sep=None, padding=lambda _: 0)
    except Exception as error:  # mutagen reads values that it then refuses to write
        raise MalformedError("a frame of its ID3v2 tag cannot be written again") from error
    raw = out.getvalue()
    return raw[10 : 10 + _syncsafe(raw[6:10])]


def _version(old: RawTag | None, edit: TagEdit) -> int:
    """The version to write: the one asked for, unless a frame that is kept raw is compressed, encrypted or grouped by
    the rules of the old one, which differ."""
    bound = old is not None and old.version > 2 and any(_is_raw(f) and f.flags & 0xFF for f in old.frames)
    return old.version if old is not None and bound else edit.id3


def _is_raw(raw: RawFrame) -> bool:
    """Whether a frame does not go through mutagen."""
    from mutagen.id3 import Frames

    return raw.body is None or raw.id not in Frames


def _kept(raw: RawFrame, version: int, edit: TagEdit, target: int) -> list[Part]:
    """A frame that did not go through mutagen, in the version that is written."""
    if raw.id in _PICTURE_IDS and edit.drops_picture(raw.kind):
        return []
    if version == 2 or not _is_raw(raw):
        return []  # ids of 2.2 that nobody knows have no place in a later tag
    flags = raw.flags if version == target else 0  # what is left of them says only what to do when tags are edited
    return [_frame_head(raw.id, raw.length, flags, target), OldBody(raw.start, raw.length)]


def _picture(picture: Picture, version: int, number: int) -> list[Part]:
    description = picture.description or ("" if not number else str(number))
    wide = any(ord(c) > 0xFF for c in description)
    coded = description.encode("utf-16", "replace") + b"\0\0" if wide else description.encode("latin-1") + b"\0"
    mime = picture.mime.encode("ascii", "replace")
    front = bytes((1 if wide else 0,)) + mime + b"\0" + bytes((picture.kind & 0xFF,)) + coded
    return [_frame_head("APIC", len(front) + picture.size, 0, version) + front, picture]


def _frame(name: str, flags: int, body: bytes, version: int) -> bytes:
    if version == 2:
        return name.encode() + len(body).to_bytes(3, "big") + body
    return _frame_head(name, len(body), flags, version) + body


def _frame_head(name: str, length: int, flags: int, version: int) -> bytes:
    if length > MAX_TAG:
        raise MalformedError(f"a {name} frame of {length} bytes is too large")
    size = _to_syncsafe(length) if version == 4 else struct.pack(">I", length)
    return name.encode("ascii") + size + struct.pack(">H", flags)


def _touched(frame: Any, edit: TagEdit) -> bool:
    kind = frame.FrameID
    if kind == "TXXX":
        return edit.touches(field_name(frame.desc))
    if kind == "COMM":
        return edit.touches("comment") and not frame.desc.startswith("iTun")
    if kind == "USLT":
        return edit.touches("lyrics")
    if kind == "UFID":
        return edit.touches("musicbrainz_trackid") and frame.owner == _MUSICBRAINZ
    if kind in ("TRCK", "TPOS"):
        return edit.touches("tracknumber" if kind == "TRCK" else "discnumber")
    field = "genre" if kind == "TCON" else ID3_FRAMES.get(kind, kind.lower())
    return edit.touches(field)


def _new_frames(fields: TagSet) -> Iterable[Any]:
    from mutagen.id3 import COMM, TXXX, UFID, USLT, Frames, TextFrame

    for name, values in fields.items():
        texts = list(values)
        if name in TOTALS:
            if TOTALS[name] in fields:
                continue
            name, texts = TOTALS[name], [""]  # a total without a number is written as `/12`
        if name in PAIRS:
            total = fields.first(PAIRS[name])
            texts = [f"{texts[0]}/{total}" if total else texts[0], *texts[1:]]
            yield Frames["TRCK" if name == "tracknumber" else "TPOS"](encoding=3, text=texts)
        elif name == "comment":
            yield COMM(encoding=3, lang="eng", desc="", text=texts)
        elif name == "lyrics":
            for number, text in enumerate(texts):
                yield USLT(encoding=3, lang="eng", desc=str(number) if number else "", text=text)
        elif name == "musicbrainz_trackid":
            yield UFID(owner=_MUSICBRAINZ, data=texts[0].encode("ascii", "replace"))
            if len(texts) > 1:
                yield TXXX(encoding=3, desc=free_name(name), text=texts[1:])
        elif name == "genre":
            yield Frames["TCON"](encoding=3, text=texts)
        elif (kind := ID3_BY_FIELD.get(name, name.upper())) in Frames and _holds(Frames[kind], TextFrame, texts):
            yield Frames[kind](encoding=3, text=texts)
        else:
            yield TXXX(encoding=3, desc=free_name(name), text=texts)


def _holds(kind: Any, text_frame: Any, texts: list[str]) -> bool:
    """Whether a frame of this kind gives these texts back as they are: dates and numbers may not."""
    if not issubclass(kind, text_frame) or kind.__name__ in ("TXXX", "COMM", "TCON", "TRCK", "TPOS"):
        return False
    try:
        return [str(t) for t in kind(encoding=3, text=texts).text] == texts
    except (ValueError, TypeError):
        return False


def _syncsafe(raw: bytes) -> int:
    return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3] if len(raw) == 4 else 0


def _to_syncsafe(value: int) -> bytes:
    return bytes((value >> 21 & 0x7F, value >> 14 & 0x7F, value >> 7 & 0x7F, value & 0x7F))
