"""AIFF 1.3 and AIFF-C; tags in text chunks and an ID3 chunk."""

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
from musfuse.media.retag.riff import ID3_NAMES, chunk_body, chunks_of, id3_chunk, junk_behind
from musfuse.media.tags.edit import TagEdit

_CHUNK = struct.Struct(">4sI")
_TEXT = {b"NAME": "title", b"AUTH": "artist", b"(c) ": "copyright", b"ANNO": "comment"}


def _sniff(head: bytes) -> bool:
    return head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")


def _read(opened: Opened) -> Reading:
    return read_by_sndfile(opened, under=read_tinytag)


def plan_aiff(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of an AIFF or AIFF-C file."""
    reader.seek(0)
    head = reader.read(12)
    if head[:4] != b"FORM" or head[8:] not in (b"AIFF", b"AIFC"):
        raise MalformedError("it is no AIFF file")
    chunks = list(chunks_of(reader, size, ">", None))
    junk = junk_behind(reader, chunks, size, b"SSND")
    id3s = [c for c in chunks if c.name in ID3_NAMES]
    dropped = {c.start for c in chunks if edit.touches(_TEXT.get(c.name, ""))}
    pieces = chunk_body(chunks, dropped | {c.start for c in id3s}, ">")
    pieces += id3_chunk(reader, id3s, edit, ">", b"ID3 ")
    form = 4 + total(pieces)
    if form >= 1 << 32:
        raise MalformedError("with its tags it would be too large for AIFF")
    return [b"FORM" + struct.pack(">I", form) + head[8:], *pieces, *junk]


FORMATS = (
    Format(
        "aiff",
        "AIFF",
        frozenset({"aif", "aiff", "aifc", "afc"}),
        _sniff,
        _read,
        bounds=lambda reader, size: check_chunks(reader, size, _CHUNK),
        pictures=lambda reader, _, size: chunk_pictures(reader, size, ">"),
        pcm=open_by_sndfile,
        plan=lambda reader, size, edit, _: plan_aiff(reader, size, edit),
        audio=chunk_spans,
        codecs=SAMPLES,
    ),
)
