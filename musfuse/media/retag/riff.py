"""WAV, RF64 and AIFF with other tags: `fmt`, `data` and all other chunks stay where they are.

Tag chunks in front of the audio turn into JUNK of their size; ours stand at the end. RIFF INFO (Multimedia Programming
Interface 1.0), EBU Tech 3306 (RF64), AIFF 1.3; the ID3 chunk is everybody's convention.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.retag.pieces import Kept, Piece, from_parts, total
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.id3 import edit_tag, finish, parts_length
from musfuse.media.tags.id3frames import read_tag
from musfuse.media.tags.info import info_list, parse_info

_MAX_CHUNKS = 10_000
_ID3_NAMES = (b"id3 ", b"ID3 ")
_MAX_INFO = 4 << 20
_SMALL_JUNK = 64 << 10
_WHOLE = 0xFFFF_FFFF
_AIFF_TEXT = {b"NAME": "title", b"AUTH": "artist", b"(c) ": "copyright", b"ANNO": "comment"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk at byte `start`, its body `length` bytes; `end` is behind its pad byte, or the end of the file."""

    name: bytes
    start: int
    length: int
    end: int


def plan_wav(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of a WAV or RF64 file."""
    reader.seek(0)
    head = reader.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise MalformedError("it is no little-endian RIFF or RF64 file")
    chunks, ds64 = _wav_chunks(reader, size, head[:4] == b"RF64")
    junk = _junk(reader, chunks, size, b"data")
    infos = _infos(reader, chunks)
    id3s = [c for c in chunks if c.name in _ID3_NAMES]
    pieces = _body(chunks, {c.start for c in (*infos, *id3s)})
    old_info = None
    for info in infos[-1:]:
        reader.seek(info.start + 12)
        old_info = parse_info(reader.read(info.length - 4))
    pieces += [*_id3_chunk(reader, id3s, edit, "<", b"id3 "), info_list(old_info, edit)]
    riff = 4 + total(pieces)
    if ds64 is None:
        if riff >= _WHOLE:
            raise MalformedError("with its tags it would be too large for RIFF")
        return [b"RIFF" + struct.pack("<I", riff) + b"WAVE", *pieces, *junk]
    return [head, *_with_riff_size(reader, pieces, ds64, riff), *junk]


def plan_aiff(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of an AIFF or AIFF-C file."""
    reader.seek(0)
    head = reader.read(12)
    if head[:4] != b"FORM" or head[8:] not in (b"AIFF", b"AIFC"):
        raise MalformedError("it is no AIFF file")
    chunks = list(_chunks(reader, size, ">", None))
    junk = _junk(reader, chunks, size, b"SSND")
    id3s = [c for c in chunks if c.name in _ID3_NAMES]
    dropped = {c.start for c in chunks if edit.touches(_AIFF_TEXT.get(c.name, ""))}
    pieces = _body(chunks, dropped | {c.start for c in id3s}, ">")
    pieces += _id3_chunk(reader, id3s, edit, ">", b"ID3 ")
    form = 4 + total(pieces)
    if form >= 1 << 32:
        raise MalformedError("with its tags it would be too large for AIFF")
    return [b"FORM" + struct.pack(">I", form) + head[8:], *pieces, *junk]


def _wav_chunks(reader: BinaryIO, size: int, is_rf64: bool) -> tuple[list[Chunk], Chunk | None]:
    if not is_rf64:
        return list(_chunks(reader, size, "<", None)), None
    reader.seek(12)
    front = reader.read(32)
    if front[:4] != b"ds64" or len(front) < 32:
        raise MalformedError("an RF64 file that does not begin with ds64")
    chunks = list(_chunks(reader, size, "<", int.from_bytes(front[16:24], "little")))
    return chunks, chunks[0]


def _chunks(reader: BinaryIO, size: int, order: str, data_size: int | None) -> Iterator[Chunk]:
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > size:
            return
        reader.seek(at)
        name, length = struct.unpack(f"{order}4sI", reader.read(8))
        if any(not 0x20 <= byte < 0x7F for byte in name):
            return  # junk behind the last chunk
        if name == b"data" and data_size is not None and length == _WHOLE:
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


def _junk(reader: BinaryIO, chunks: list[Chunk], size: int, audio: bytes) -> list[Piece]:
    """What stands behind the last chunk that can be told apart; the audio must not be in it.

    It stays behind the file, unless it is an ID3v1 tag or nothing but zeros.
    """
    at = chunks[-1].end if chunks else 12
    reader.seek(at)
    front = reader.read(_SMALL_JUNK)
    if at + len(front) >= size and (not any(front) or (len(front) == 128 and front[:3] == b"TAG")):
        return []
    if all(chunk.name != audio for chunk in chunks):
        raise MalformedError(f"it has no chunk {audio.decode()}, or one in front of it is damaged")
    return [Kept(at, size - at)]


def _is_name(reader: BinaryIO, at: int, size: int) -> bool:
    """Whether a chunk may begin here that fits the file's kind: a printable name."""
    reader.seek(at)
    name = reader.read(4)
    return at + 8 <= size and all(0x20 <= byte < 0x7F for byte in name)


def _infos(reader: BinaryIO, chunks: list[Chunk]) -> list[Chunk]:
    found = []
    for chunk in chunks:
        if chunk.name == b"LIST" and 4 <= chunk.length <= _MAX_INFO:
            reader.seek(chunk.start + 8)
            if reader.read(4) == b"INFO":
                found.append(chunk)
    return found


def _body(chunks: list[Chunk], replaced: set[int], order: str = "<") -> list[Piece]:
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


def _id3_chunk(reader: BinaryIO, chunks: list[Chunk], edit: TagEdit, order: str, name: bytes) -> list[Piece]:
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


def _with_riff_size(reader: BinaryIO, pieces: list[Piece], ds64: Chunk, riff: int) -> list[Piece]:
    """The pieces with the size of the whole put right in the ds64 chunk, which is the first."""
    reader.seek(ds64.start)
    raw = reader.read(ds64.end - ds64.start)
    return [raw[:8] + struct.pack("<Q", riff) + raw[16:], *pieces[1:]]
