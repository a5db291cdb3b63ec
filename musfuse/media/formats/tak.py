"""Tom's lossless Audio Kompressor, which no decoder here reads."""

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_silent
from musfuse.media.identity.streams import stream_spans

FORMATS = (
    Format(
        "tak",
        "TAK",
        frozenset({"tak"}),
        begins(b"tBaK"),
        unless_framed(read_silent),
        audio=stream_spans,
    ),
)
