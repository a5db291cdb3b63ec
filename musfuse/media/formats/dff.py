"""DSDIFF 1.5: DSD in chunks."""

import struct

from musfuse.media.containers.opening import check_chunks
from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_silent
from musfuse.media.identity.chunks import chunk_spans

_CHUNK = struct.Struct(">4sQ")

FORMATS = (
    Format(
        "dff",
        "DSDIFF",
        frozenset({"dff"}),
        begins(b"FRM8"),
        unless_framed(read_silent),
        bounds=lambda reader, size: check_chunks(reader, size, _CHUNK, first=16),
        audio=chunk_spans,
        codecs=frozenset({"dsd"}),
        called={"dsdiff": "dff"},
    ),
)
