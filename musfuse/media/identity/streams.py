"""Streams that begin with their first frame or a header of their own: what stands around them is tags."""

from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.flac import audio_start
from musfuse.media.containers.mpeg import find_frame, is_flac_frame
from musfuse.media.containers.sniff import id3v2_length
from musfuse.media.containers.tails import audio_end
from musfuse.media.identity.feed import Span

_WINDOW = 64 * 1024
_MAX_TAGS = 8
_MAX_PACKETS = 64
_SV7_GAINS = (12, 20)
"""Where a header of Musepack SV7 has gains and peaks, which ReplayGain scanners write."""


def stream_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """All between the tags in front and those behind."""
    return [Span(start, end)] if (end := audio_end(reader, start, size)) > start else []


def framed_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """MPEG audio and ADTS: from the first frame on, a Xing or LAME frame included. Where none is found, all counts that
    is no tag."""
    for _ in range(_MAX_TAGS):
        reader.seek(start)
        length = id3v2_length(reader.read(10))
        if not length:
            break
        start += length
    reader.seek(start)
    head = reader.read(_WINDOW)
    first = 0 if is_flac_frame(head) else max(0, find_frame(head))
    return stream_spans(reader, start + first, size)


def flac_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """A FLAC's frames, without its metadata."""
    return stream_spans(reader, audio_start(reader, start, size), size)


def musepack_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """Musepack without the gains in its header: SV7, and SV8 (its packets are a key of two letters, and a length)."""
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
