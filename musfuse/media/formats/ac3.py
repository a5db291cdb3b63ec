"""AC-3 and E-AC-3 (ETSI TS 102 366)."""

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_silent
from musfuse.media.identity.streams import stream_spans

FORMATS = (
    Format(
        "ac3",
        "AC-3",
        frozenset({"ac3", "eac3"}),
        begins(b"\x0b\x77"),
        unless_framed(read_silent),
        audio=stream_spans,
        called={"eac3": "ac3"},
    ),
)
