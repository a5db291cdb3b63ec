"""ID3v2 tags: frames edited, and written as 2.3 or 2.4.

Frames that mutagen knows go through mutagen, which turns one version into another; unknown ones and pictures, which may
be large, stay as they are: a picture that need not change is named by its place in the file and never read.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.errors import MalformedError
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.fields import ID3_BY_FIELD, ID3_FRAMES, PAIRS, TOTALS, field_name, free_name
from musfuse.media.tags.id3frames import (
    MAX_TAG,
    PICTURE_IDS,
    RawFrame,
    RawTag,
    frame_head,
    plain_tag,
    syncsafe,
    to_syncsafe,
)
from musfuse.model import Picture, TagSet

_ALSO_IN_23 = {"TSOA", "TSOP", "TSOT", "TMOO"}
_MUSICBRAINZ = "http://musicbrainz.org"


@dataclass(frozen=True, slots=True)
class OldBody:
    """A run of the original file that a new tag keeps."""

    start: int
    length: int


Part = bytes | OldBody | Picture
"""A piece of a new tag. A Picture stands for its bytes."""


def edit_tag(old: RawTag | None, edit: TagEdit) -> tuple[bytes, list[Part]]:
    """The frames of the tag after an edit, as (header's first six bytes, parts); `finish` adds length and padding."""
    tags = loaded(old)
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
    """How many bytes these parts have."""
    return sum(len(p) if isinstance(p, bytes) else p.size if isinstance(p, Picture) else p.length for p in parts)


def finish(front: bytes, parts: Sequence[Part], total: int) -> list[Part]:
    """The whole tag, `total` bytes with its header and padding. Raises MalformedError where that is too large."""
    length = parts_length(parts)
    if total - 10 > MAX_TAG or total < length + 10:
        raise MalformedError(f"an ID3v2 tag of {length} bytes is too large")
    return [front + to_syncsafe(total - 10), *parts, bytes(total - 10 - length)]


def id3v1(old: bytes, edit: TagEdit) -> bytes:
    """An ID3v1 tag of 128 bytes with the fields of an edit in place."""
    from mutagen.id3 import TCON

    places = {"title": (3, 30), "artist": (33, 30), "album": (63, 30), "date": (93, 4), "comment": (97, 28)}
    tag = bytearray(old)
    for field, (at, width) in places.items():
        if edit.touches(field):
            text = (edit.tags.first(field) or "").encode("latin-1", "replace")[:width]
            tag[at : at + width] = text.ljust(width, b"\0")
    if edit.touches("comment") and tag[125]:
        tag[125:127] = bytes(2)  # without a zero before the track number, these are the comment's last
    if edit.touches("tracknumber"):
        number = edit.tags.first("tracknumber") or ""
        tag[125], tag[126] = 0, int(number) & 0xFF if number.isascii() and number.isdigit() and len(number) < 4 else 0
    if edit.touches("genre"):
        genre = (edit.tags.first("genre") or "").lower()
        known = [g.lower() for g in TCON.GENRES]
        tag[127] = known.index(genre) if genre in known else 255
    return bytes(tag)


def loaded(old: RawTag | None) -> Any:
    """The small frames that mutagen knows, and all those of an unsynchronised tag, as an ID3 object in terms of 2.4."""
    from mutagen.id3 import ID3, Frames, Frames_2_2

    blob = plain_tag(old, Frames_2_2 if old.version == 2 else Frames, pictures=True) if old is not None else b""
    if not blob:
        return ID3()
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
    return raw[10 : 10 + syncsafe(raw[6:10])]


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
    if raw.id in PICTURE_IDS and edit.drops_picture(raw.kind):
        return []
    if version == 2 or not _is_raw(raw):
        return []  # ids of 2.2 that nobody knows have no place in a later tag
    flags = raw.flags if version == target else 0  # what is left of them says only what to do when tags are edited
    return [frame_head(raw.id, raw.length, flags, target), OldBody(raw.start, raw.length)]


def _picture(picture: Picture, version: int, number: int) -> list[Part]:
    description = picture.description or ("" if not number else str(number))
    wide = any(ord(c) > 0xFF for c in description)
    coded = description.encode("utf-16", "replace") + b"\0\0" if wide else description.encode("latin-1") + b"\0"
    mime = picture.mime.encode("ascii", "replace")
    front = bytes((1 if wide else 0,)) + mime + b"\0" + bytes((picture.kind & 0xFF,)) + coded
    return [frame_head("APIC", len(front) + picture.size, 0, version) + front, picture]


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
