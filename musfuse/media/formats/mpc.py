"""Musepack, SV7 and SV8; an APEv2 tag stands behind."""

from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.media.identity.feed import Span
from musfuse.media.identity.streams import stream_spans
from musfuse.media.retag.ape import plan_ape

_MAX_PACKETS = 64
_SV7_GAINS = (12, 20)
"""Where a header of SV7 has gains and peaks, which ReplayGain scanners write."""


def _spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """All without the gains in the header. The packets of SV8 are a key of two letters, and a length."""
    reader.seek(start)
    if reader.read(4) != b"MPCK":
        front, behind = (start + at for at in _SV7_GAINS)
        whole = stream_spans(reader, start, size)
        return [Span(start, front), Span(behind, whole[0].end)] if whole and whole[0].end > behind else []
    at = start + 4
    for _ in range(_MAX_PACKETS):
        reader.seek(at)
        head = reader.read(12)
        if head[:2] == b"AP":
            return stream_spans(reader, at, size)
        length = _packet_length(head[2:])
        at += length
        if length < 3 or at >= size:
            break
    raise MalformedError("no packet of audio follows its headers")


def _packet_length(raw: bytes) -> int:
    """Bytes of an SV8 packet, its head included: seven bits a byte, the last without its upper bit; 0 for nonsense."""
    value = 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value
    return 0


FORMATS = (
    Format(
        "mpc",
        "Musepack",
        frozenset({"mpc", "mp+"}),
        begins(b"MPCK", b"MP+"),
        unless_framed(read_tagged),
        plan=plan_ape,
        audio=_spans,
        called={"musepack": "mpc", "mpp": "mpc"},
    ),
)
