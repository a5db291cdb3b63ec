"""Matroska (RFC 9559): the clusters of its segment, which hold all frames; tags and attachments stand beside them."""

from collections.abc import Iterator
from typing import BinaryIO

from musfuse.media.formats.port import Format, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_silent
from musfuse.media.identity.feed import Span

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_MAX_ELEMENTS = 100_000
_HEAD = 12


def _spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The bodies of all clusters; nothing where one does not tell its length, as in live recordings."""
    spans: list[Span] = []
    for kind, body, end in _elements(reader, start, size):
        if kind == _SEGMENT:
            for inner, inner_body, inner_end in _elements(reader, body, size if end is None else end):
                if inner == _CLUSTER:
                    if inner_end is None:
                        return []
                    spans.append(Span(inner_body, inner_end))
            break
    return spans


def _elements(reader: BinaryIO, at: int, end: int) -> Iterator[tuple[int, int, int | None]]:
    """(id, start of the body, its end or None where it is not told) of each element until one does not fit."""
    for _ in range(_MAX_ELEMENTS):
        if at >= end:
            return
        reader.seek(at)
        head = reader.read(_HEAD)
        id_bytes = 9 - head[0].bit_length() if head and head[0] else 9
        length_bytes = 9 - head[id_bytes].bit_length() if id_bytes <= 4 and len(head) > id_bytes else 9
        body = at + id_bytes + length_bytes
        if length_bytes > 8 or len(head) < id_bytes + length_bytes:
            return
        unknown = (1 << 7 * length_bytes) - 1
        length = int.from_bytes(head[id_bytes : id_bytes + length_bytes], "big") & unknown
        kind = int.from_bytes(head[:id_bytes], "big")
        if length == unknown:
            yield kind, body, None
            return
        if body + length > end:
            return
        yield kind, body, body + length
        at = body + length


FORMATS = (
    Format(
        "matroska",
        "Matroska",
        frozenset({"mka"}),
        begins(bytes.fromhex("1a45dfa3")),
        unless_framed(read_silent),
        audio=_spans,
    ),
)
