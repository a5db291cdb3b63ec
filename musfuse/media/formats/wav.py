"""WAV (RIFF, and RIFX with the bytes the other way round); tags in RIFF INFO (Multimedia Programming Interface 1.0) and
an ID3 chunk."""

import struct
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.art.locate import chunk_pictures
from musfuse.media.containers.opening import check_chunks
from musfuse.media.formats.port import Format, Opened, Reading
from musfuse.media.formats.readers.sndfile import SAMPLES, open_by_sndfile, read_by_sndfile
from musfuse.media.formats.readers.tagged import read_tinytag
from musfuse.media.identity.chunks import chunk_spans
from musfuse.media.retag.pieces import Piece, total
from musfuse.media.retag.riff import ID3_NAMES, UNTOLD, Chunk, chunk_body, chunks_of, id3_chunk, junk_behind
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.info import info_list, parse_info

_CHUNK = struct.Struct("<4sI")
_MAX_INFO = 4 << 20


def _sniff(head: bytes) -> bool:
    return head[:4] in (b"RIFF", b"RIFX") and head[8:12] == b"WAVE"


def _read(opened: Opened) -> Reading:
    return read_by_sndfile(opened, under=read_tinytag)


def plan_wav(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of a WAV or RF64 file."""
    reader.seek(0)
    head = reader.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise MalformedError("it is no little-endian RIFF or RF64 file")
    chunks, ds64 = _wav_chunks(reader, size, head[:4] == b"RF64")
    junk = junk_behind(reader, chunks, size, b"data")
    infos = _infos(reader, chunks)
    id3s = [c for c in chunks if c.name in ID3_NAMES]
    pieces = chunk_body(chunks, {c.start for c in (*infos, *id3s)})
    old_info = None
    for info in infos[-1:]:
        reader.seek(info.start + 12)
        old_info = parse_info(reader.read(info.length - 4))
    pieces += [*id3_chunk(reader, id3s, edit, "<", b"id3 "), info_list(old_info, edit)]
    riff = 4 + total(pieces)
    if ds64 is None:
        if riff >= UNTOLD:
            raise MalformedError("with its tags it would be too large for RIFF")
        return [b"RIFF" + struct.pack("<I", riff) + b"WAVE", *pieces, *junk]
    return [head, *_with_riff_size(reader, pieces, ds64, riff), *junk]


def _wav_chunks(reader: BinaryIO, size: int, is_rf64: bool) -> tuple[list[Chunk], Chunk | None]:
    if not is_rf64:
        return list(chunks_of(reader, size, "<", None)), None
    reader.seek(12)
    front = reader.read(32)
    if front[:4] != b"ds64" or len(front) < 32:
        raise MalformedError("an RF64 file that does not begin with ds64")
    chunks = list(chunks_of(reader, size, "<", int.from_bytes(front[16:24], "little")))
    return chunks, chunks[0]


def _infos(reader: BinaryIO, chunks: list[Chunk]) -> list[Chunk]:
    found = []
    for chunk in chunks:
        if chunk.name == b"LIST" and 4 <= chunk.length <= _MAX_INFO:
            reader.seek(chunk.start + 8)
            if reader.read(4) == b"INFO":
                found.append(chunk)
    return found


def _with_riff_size(reader: BinaryIO, pieces: list[Piece], ds64: Chunk, riff: int) -> list[Piece]:
    """The pieces with the size of the whole put right in the ds64 chunk, which is the first."""
    reader.seek(ds64.start)
    raw = reader.read(ds64.end - ds64.start)
    return [raw[:8] + struct.pack("<Q", riff) + raw[16:], *pieces[1:]]


FORMATS = (
    Format(
        "wav",
        "WAV",
        frozenset({"wav", "wave", "bwf"}),
        _sniff,
        _read,
        bounds=lambda reader, size: check_chunks(reader, size, _CHUNK),
        pictures=lambda reader, _, size: chunk_pictures(reader, size, "<"),
        pcm=open_by_sndfile,
        plan=lambda reader, size, edit, _: plan_wav(reader, size, edit),
        audio=chunk_spans,
        codecs=SAMPLES,
    ),
)
