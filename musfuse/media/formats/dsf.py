"""DSF: DSD with an ID3v2 tag behind it."""

from typing import BinaryIO

from musfuse.media.containers.opening import check_tag
from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.media.identity.chunks import chunk_spans


def _check_bounds(reader: BinaryIO, size: int) -> None:
    reader.seek(20)
    at = int.from_bytes(reader.read(8), "little")
    if 0 < at < size:
        check_tag(reader, at, size)


FORMATS = (
    Format(
        "dsf",
        "DSF",
        frozenset({"dsf"}),
        begins(b"DSD "),
        unless_framed(read_tagged),
        bounds=_check_bounds,
        audio=chunk_spans,
        codecs=frozenset({"dsd"}),
    ),
)
