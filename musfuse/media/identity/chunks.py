"""Audio in chunks: WAV, RF64, Wave64, AIFF, CAF, AU, DSF and DSDIFF.

The samples count, and what of a header says how they sound (rate, channels, bits): the same bytes at another rate are
other audio. Everything else in these files is tags, fillers and cues.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from musfuse.media.identity.feed import Span

_MAX_CHUNKS = 10_000
_DATA_END = 1 << 62
_W64 = bytes.fromhex("f3acd3118cd100c04f8edb8a")
"""How the names of Wave64 chunks go on behind their four letters."""
_RF64_LENGTH = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a container's chunks stand: where the first is, bytes of a name and of a length, whether the length counts
    the chunk's own head, and what they are aligned to. `wanted` are the bytes of a body that count, by name."""

    first: int
    name: int
    length: int
    order: Literal["little", "big"]
    with_head: bool
    align: int
    wanted: dict[bytes, tuple[tuple[int, int], ...]]


_WAV = {b"fmt ": ((2, 8), (14, 16)), b"data": ((0, _DATA_END),)}
_LAYOUTS = {
    b"RIFF": _Layout(12, 4, 4, "little", False, 2, _WAV),
    b"RF64": _Layout(12, 4, 4, "little", False, 2, _WAV),
    b"RIFX": _Layout(12, 4, 4, "big", False, 2, _WAV),
    b"riff": _Layout(40, 16, 8, "little", True, 8, {name + _W64: ranges for name, ranges in _WAV.items()}),
    b"FORM": _Layout(12, 4, 4, "big", False, 2, {b"COMM": ((0, 2), (6, 18)), b"SSND": ((8, _DATA_END),)}),
    b"caff": _Layout(8, 4, 8, "big", False, 1, {b"desc": ((0, 12), (24, 32)), b"data": ((4, _DATA_END),)}),
    b"FRM8": _Layout(16, 4, 8, "big", False, 2, {b"DSD ": ((0, _DATA_END),), b"DST ": ((0, _DATA_END),)}),
    b"DSD ": _Layout(0, 4, 8, "little", True, 1, {b"fmt ": ((12, 24),), b"data": ((0, _DATA_END),)}),
}


def chunk_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The samples, and what says how they sound; nothing where there are no samples."""
    reader.seek(start)
    magic = reader.read(4)
    if magic in (b".snd", b"dns."):
        return _au(reader, start, size, "big" if magic == b".snd" else "little")
    layout = _LAYOUTS.get(magic)
    if layout is None:
        return []
    spans, left, sounds = [], set(layout.wanted), False
    for name, body, end in _chunks(reader, layout, start, size):
        if name not in left:
            continue
        left.remove(name)
        for since, until in layout.wanted[name]:
            spans.append(Span(min(body + since, end), min(body + until, end)))
            sounds |= until == _DATA_END and spans[-1].end > spans[-1].start
        if not left:
            break
    return spans if sounds else []


def _chunks(reader: BinaryIO, layout: _Layout, start: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start of the body, its end) of each chunk. One that reaches past the end of the file is the last."""
    at, large = start + layout.first, None
    head = layout.name + layout.length
    for _ in range(_MAX_CHUNKS):
        reader.seek(at)
        raw = reader.read(head)
        if len(raw) < head or not _is_name(raw):
            return
        name, length = raw[: layout.name], int.from_bytes(raw[layout.name :], layout.order)
        if name == b"ds64":  # of RF64: the true length of the samples
            large = int.from_bytes(reader.read(16)[8:], "little")
        if name == b"data" and length == _RF64_LENGTH and large is not None:
            length = large
        end = at + length if layout.with_head else at + head + length
        if end < at + head:
            return
        yield name, at + head, min(end, size)
        if end >= size:
            return
        room = -length % layout.align
        at = end if room == 1 and _has_name(reader, end) else end + room  # some writers forget the pad byte


def _is_name(raw: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in raw[:4])


def _has_name(reader: BinaryIO, at: int) -> bool:
    reader.seek(at)
    raw = reader.read(4)
    return len(raw) == 4 and _is_name(raw) and raw[:1] != b" "


def _au(reader: BinaryIO, start: int, size: int, order: Literal["little", "big"]) -> list[Span]:
    """An AU file says where its samples begin; where it does not say how many there are, they go to its end."""
    reader.seek(start + 4)
    raw = reader.read(8)
    begin, length = start + int.from_bytes(raw[:4], order), int.from_bytes(raw[4:], order)
    end = min(size, begin + length)
    return [Span(start + 12, start + 24), Span(begin, end)] if start + 24 <= begin < end else []
