"""FLAC with other tags (RFC 9639 §8): comments, pictures and padding are ours, every other block stays."""

from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.front import id3v2_length
from musfuse.media.containers.mpeg import is_flac_frame
from musfuse.media.containers.tails import tags_start
from musfuse.media.retag.pieces import Kept, Piece, total
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.vorbis import MAX_BLOCK, Comments, edit_comments, fitting, parse_comments, picture_front
from musfuse.model import Picture

_STREAMINFO, _PADDING, _VORBIS_COMMENT, _PICTURE = 0, 1, 4, 6
_MAX_BLOCKS = 8192


def plan_flac(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of the served file. An ID3v2 tag in front and tags behind the audio, which FLAC does not know, are left
    out. Raises MalformedError where the metadata cannot be read."""
    reader.seek(0)
    start = id3v2_length(reader.read(10))
    blocks, audio = _blocks(reader, start, size)
    old = next(
        (c for kind, at, length in blocks if kind == _VORBIS_COMMENT and (c := _comments(reader, at, length))), None
    )
    comments = edit_comments(old, edit).to_bytes()
    pieces: list[Piece] = [b"fLaC"]
    for kind, at, length in blocks:
        if kind in (_PADDING, _VORBIS_COMMENT) or (kind == _PICTURE and _is_dropped(reader, at, edit)):
            continue
        pieces += [block_head(kind, length), Kept(at, length)]
        if kind == _STREAMINFO:
            pieces.append(block_head(_VORBIS_COMMENT, len(comments)) + comments)
    pieces += picture_blocks(edit.pictures)
    pieces += padding(total(pieces), audio - start, edit.padding)
    end = tags_start(reader, size)
    _check_audio(reader, audio, end)
    pieces.append(Kept(audio, max(0, end - audio)))
    return pieces


def picture_blocks(pictures: tuple[Picture, ...]) -> list[Piece]:
    """A PICTURE block each; one that a block cannot hold is left out."""
    pieces: list[Piece] = []
    for picture in fitting(pictures):
        front = picture_front(picture)
        pieces += [block_head(_PICTURE, len(front) + picture.size) + front, picture]
    return pieces


def padding(used: int, old: int, step: int) -> list[Piece]:
    """Padding blocks, at least one, after `used` bytes of a header that was `old` bytes long; the last is the last
    block of all."""
    room = grown(used + 4, old, step) - used - 4
    pieces: list[Piece] = []
    while room > MAX_BLOCK:
        length = min(MAX_BLOCK, room - 4)
        pieces.append(block_head(_PADDING, length) + bytes(length))
        room -= 4 + length
    return [*pieces, block_head(_PADDING, room, last=True) + bytes(room)]


def block_head(kind: int, length: int, last: bool = False) -> bytes:
    """The four bytes in front of a metadata block (RFC 9639 §8.1)."""
    return bytes((kind | (0x80 if last else 0),)) + length.to_bytes(3, "big")


def _blocks(reader: BinaryIO, start: int, size: int) -> tuple[list[tuple[int, int, int]], int]:
    """(kind, start of its body, length) of each block, and where the audio begins."""
    reader.seek(start)
    if reader.read(4) != b"fLaC":
        raise MalformedError("it has no fLaC marker")
    at, found = start + 4, []
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4 or at + 4 + length > size:
            raise MalformedError("a metadata block reaches past the end of the file")
        found.append((head[0] & 0x7F, at + 4, length))
        at += 4 + length
        if head[0] & 0x80:
            if found[0][0] != _STREAMINFO:
                raise MalformedError("its first metadata block is not STREAMINFO")
            return found, at
    raise MalformedError("its metadata blocks do not end")


def _check_audio(reader: BinaryIO, start: int, end: int) -> None:
    """A block whose length or last-block flag is damaged may hold frames: then the audio would not begin with one."""
    reader.seek(start)
    if end > start and not is_flac_frame(reader.read(16)):
        raise MalformedError("no frame follows its metadata, which may be damaged")


def _is_dropped(reader: BinaryIO, at: int, edit: TagEdit) -> bool:
    reader.seek(at)
    return edit.drops_picture(int.from_bytes(reader.read(4), "big"))


def _comments(reader: BinaryIO, at: int, length: int) -> Comments | None:
    reader.seek(at)
    return parse_comments(reader.read(length))
