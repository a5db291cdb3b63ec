"""Chunks of WAV, RF64 and AIFF with other tags: `fmt`, `data` and all other chunks stay where they are.

Tag chunks in front of the audio turn into JUNK of their size; ours stand at the end. The ID3 chunk is everybody's
convention.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.retag.pieces import Kept, Piece, from_parts
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.id3 import edit_tag, finish, parts_length
from musfuse.media.tags.id3frames import read_tag

_MAX_CHUNKS = 10_000
ID3_NAMES = (b"id3 ", b"ID3 ")
_SMALL_JUNK, _ID3V1 = 64 << 10, 128
UNTOLD = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk at byte `start`, its body `length` bytes; `end` is behind its pad byte, or the end of the file."""

    name: bytes
    start: int
    length: int
    end: int


def chunks_of(reader: BinaryIO, size: int, order: str, data_size: int | None) -> Iterator[Chunk]:
    """All chunks; `data_size` is how long the audio is where its chunk does not tell. Raises MalformedError where one
    reaches past the end of the file, or there are too many."""
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > size:
            return
        reader.seek(at)
        name, length = struct.unpack(f"{order}4sI", reader.read(8))
        if any(not 0x20 <= byte < 0x7F for byte in name):
            return  # junk behind the last chunk
        if name[:3] == b"TAG" and at + _ID3V1 == size:
            return
        if name == b"data" and data_size is not None and length == UNTOLD:
            length = data_size
        if at + 8 + length > size:
            if name not in (b"data", b"SSND"):
                raise MalformedError(f"its chunk {name.decode('latin-1')} reaches past the end of the file")
            raise MalformedError("its audio is cut short")
        if not length and name == b"data":
            raise MalformedError("its header does not tell how long its audio is")
        end = min(size, at + 8 + length + (length & 1))
        if length & 1 and not _is_name(reader, end, size) and _is_name(reader, end - 1, size):
            end -= 1  # some writers forget the pad byte
        yield Chunk(name, at, length, end)
        at = end
    raise MalformedError("it has too many chunks")


def junk_behind(reader: BinaryIO, chunks: list[Chunk], size: int, audio: bytes) -> list[Piece]:
    """What stands behind the last chunk that can be told apart; the audio must not be in it.

    It stays behind the file, unless it is an ID3v1 tag or nothing but zeros.
    """
    at = chunks[-1].end if chunks else 12
    reader.seek(at)
    front = reader.read(_SMALL_JUNK)
    if at + len(front) >= size and (not any(front) or (len(front) == _ID3V1 and front[:3] == b"TAG")):
        return []
    if all(chunk.name != audio for chunk in chunks):
        raise MalformedError(f"it has no chunk {audio.decode()}, or one in front of it is damaged")
    return [Kept(at, size - at)]


def _is_name(reader: BinaryIO, at: int, size: int) -> bool:
    """Whether a chunk may begin here that fits the file's kind: a printable name."""
    reader.seek(at)
    name = reader.read(4)
    return at + 8 <= size and all(0x20 <= byte < 0x7F for byte in name)


def chunk_body(chunks: list[Chunk], replaced: set[int], order: str = "<") -> list[Piece]:
    """All chunks but the replaced ones, whose place in front of the audio is kept by a filler."""
    audio = max((c.start for c in chunks if c.name in (b"data", b"SSND")), default=0)
    pieces: list[Piece] = []
    for chunk in chunks:
        length = chunk.end - chunk.start
        if chunk.start not in replaced:
            pieces.append(Kept(chunk.start, length))
            odd = length & 1
            if odd:  # the last chunk of a file may lack its pad byte
                pieces.append(b"\0")
        elif chunk.start < audio:
            pieces.append(struct.pack(f"{order}4sI", b"JUNK", length - 8) + bytes(length - 8))
    return pieces


def id3_chunk(reader: BinaryIO, chunks: list[Chunk], edit: TagEdit, order: str, name: bytes) -> list[Piece]:
    """One ID3 chunk; of several in a file readers take the last."""
    chunk = chunks[-1] if chunks else None
    old = read_tag(reader, chunk.start + 8, chunk.start + 8 + chunk.length) if chunk else None
    front, parts = edit_tag(old, edit)
    length = grown(10 + parts_length(parts), old.end - old.start if old else 0, edit.padding)
    length += length & 1
    return [
        struct.pack(f"{order}4sI", chunk.name if chunk else name, length),
        *from_parts(finish(front, parts, length)),
    ]
