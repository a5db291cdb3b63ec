"""Files whose tag is an APEv2 tag at the end (Monkey's Audio, WavPack, Musepack, TTA), and tails of other files."""

from collections.abc import Callable
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.tails import tags_start
from musfuse.media.retag.pieces import Kept, Piece, from_parts
from musfuse.media.tags.apev2 import PREAMBLE, edit_items, parse_items, render_items
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.id3 import edit_tag, finish, id3v1, parts_length
from musfuse.media.tags.id3frames import RawTag, read_tag
from musfuse.model import Picture

_MAX_TAIL = 32 << 20
_ID3V1 = 128
_FOLLOWING = 4096
_MAGIC = (b"TTA1", b"MAC ", b"wvpk", b"MPCK", b"MP+", b"ID3", b"RIFF")
"""What may follow an ID3v2 tag beside an MPEG frame."""


def plan_ape(reader: BinaryIO, size: int, edit: TagEdit, load: Callable[[Picture], bytes]) -> list[Piece]:
    """Pieces of the served file: everything up to the tags, then one APEv2 tag, and ID3v1 where there was one."""
    end = tags_start(reader, size)
    tail = _tail(reader, end, size)
    ape, v1 = _split(tail)
    covers = tuple((p, load(p)) for p in edit.pictures)
    items = edit_items(parse_items(ape) if ape else None, edit, covers)
    front, start = front_tag(reader, size, edit) if read_tag(reader, 0, size) else ([], 0)
    return [*front, Kept(start, end - start), render_items(items), id3v1(v1, edit) if v1 else b""]


def front_tag(reader: BinaryIO, size: int, edit: TagEdit) -> tuple[list[Piece], int]:
    """The ID3v2 tag in front of the audio after an edit, and where the original's ended (0 where it has none)."""
    old = read_tag(reader, 0, size)
    if old is not None:
        _check_front(reader, old)
    front, parts = edit_tag(old, edit)
    was = old.end if old else 0
    return from_parts(finish(front, parts, grown(10 + parts_length(parts), was, edit.padding))), was


def _check_front(reader: BinaryIO, tag: RawTag) -> None:
    """A tag whose size is damaged may hold audio: behind its frames there are zeros only, or audio follows it."""
    reader.seek(tag.end)
    following = reader.read(_FOLLOWING).lstrip(b"\0")
    if following.startswith(_MAGIC) or (following[:1] == b"\xff" and following[1:2] >= b"\xe0") or not following:
        return
    at = max((frame.start + frame.length for frame in tag.frames), default=tag.start + 10)
    while not tag.whole and at < tag.end:
        reader.seek(at)
        piece = reader.read(min(_FOLLOWING, tag.end - at))
        if any(piece) and not (tag.end - at <= 10 and piece[:3] == b"3DI"):
            raise MalformedError("its ID3v2 tag holds what is no frame, and no audio follows; its size may be wrong")
        at += max(1, len(piece))


def edit_tail(reader: BinaryIO, end: int, size: int, edit: TagEdit) -> list[Piece]:
    """The tags behind the audio, [end, size), with what changed put right; fields that they lack are not added."""
    tail = _tail(reader, end, size)
    ape, v1 = _split(tail)
    if not ape and not v1:
        return [Kept(end, size - end)] if size > end else []
    items = edit_items(parse_items(ape), edit) if ape else []
    return [render_items(items), id3v1(v1, edit) if v1 else b""]


def _tail(reader: BinaryIO, end: int, size: int) -> bytes:
    if size - end > _MAX_TAIL:
        raise MalformedError(f"tags of {size - end} bytes at its end are too large")
    reader.seek(end)
    return reader.read(size - end)


def _split(tail: bytes) -> tuple[bytes, bytes]:
    """The APEv2 tag and the ID3v1 tag of a tail, in whichever order they stand."""
    v1 = tail[-_ID3V1:] if tail[-_ID3V1:][:3] == b"TAG" and len(tail) >= _ID3V1 else b""
    rest = tail[: len(tail) - len(v1)]
    if rest[-32:-24] == PREAMBLE:
        return rest, v1
    # ID3v1 first, APEv2 behind it: a second round of `tags_start` found both.
    if len(rest) >= _ID3V1 and rest[:3] == b"TAG" and rest[_ID3V1 : _ID3V1 + 8] == PREAMBLE:
        return rest[_ID3V1:], rest[:_ID3V1]
    return b"", v1
