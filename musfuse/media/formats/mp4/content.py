"""MP4 and QuickTime (ISO/IEC 14496-12): the samples of the sound, wherever a tagger moves what stands around them.

A file that says where each chunk of samples lies is believed where its tables fit together, so that chapters and
pictures beside the sound do not count. Else all `mdat` boxes count: in a file that holds nothing but sound these are
the same bytes, whether it is fragmented or not.
"""

from typing import TYPE_CHECKING, BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.containers.boxes import Box, boxes, child
from musfuse.media.formats.mp4.atoms import chunk_offsets
from musfuse.media.identity.feed import MAX_SPANS, Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MAX_SIZES = 16 << 20
"""Bytes of a table of sample sizes: 26 hours of AAC."""
_MAX_RUNS = 1 << 20


def mp4_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The samples of the first sound track. Raises MalformedError where the boxes do not fit together."""
    top = list(boxes(reader, start, size))
    moov = next((box for box in top if box.kind == b"moov"), None)
    table = _sample_table(reader, moov) if moov else None
    if table is not None:
        try:
            spans = _chunk_spans(reader, table, size)
        except MalformedError:
            spans = []
        if spans:
            return spans
    return [Span(box.body, box.end) for box in top if box.kind == b"mdat"]


def _sample_table(reader: BinaryIO, moov: Box) -> Box | None:
    """The `stbl` box of the first sound track; None where the file is fragmented."""
    if child(reader, moov, b"mvex"):
        return None
    for track in boxes(reader, moov.body, moov.end):
        media = child(reader, track, b"mdia") if track.kind == b"trak" else None
        handler = child(reader, media, b"hdlr") if media else None
        if media is None or handler is None:
            continue
        reader.seek(handler.body + 8)
        if reader.read(4) == b"soun":
            info = child(reader, media, b"minf")
            return child(reader, info, b"stbl") if info else None
    return None


def _chunk_spans(reader: BinaryIO, table: Box, size: int) -> list[Span]:
    """A span for each run of chunks that follow each other; nothing where the tables do not fit together."""
    import numpy as np

    found = {box.kind: box for box in boxes(reader, table.body, table.end)}
    place = found.get(b"stco") or found.get(b"co64")
    if place is None or b"stsc" not in found or b"stsz" not in found:
        return []
    _, starts = chunk_offsets(reader, place)
    if _is_uniform(reader, found[b"stsz"]):
        return []  # plain samples; QuickTime's old tables count others than they say
    sizes = _numbers(reader, found[b"stsz"], 12, 1, _MAX_SIZES).reshape(-1)
    runs = _numbers(reader, found[b"stsc"], 8, 3, _MAX_RUNS)
    firsts = np.append(runs[:, 0], len(starts) + 1)
    if not len(starts) or not len(sizes) or int(firsts[0]) != 1 or (np.diff(firsts) <= 0).any():
        return []
    counts = np.repeat(runs[:, 1], np.diff(firsts))
    if int(counts.max()) > len(sizes) or int(counts.sum()) != len(sizes):
        return []
    ends_of = np.concatenate(([0], np.cumsum(sizes)))
    last = np.cumsum(counts)
    begin = starts.astype(np.int64)
    end = begin + ends_of[last] - ends_of[last - counts]
    if begin.min() < 0 or begin.max() > size or end.max() > size or (begin[1:] < end[:-1]).any():
        return []
    cut = np.flatnonzero(begin[1:] != end[:-1])
    if len(cut) >= MAX_SPANS:
        return []
    firsts_of, lasts_of = np.append(0, cut + 1), np.append(cut, len(begin) - 1)
    return [Span(a, b) for a, b in zip(begin[firsts_of].tolist(), end[lasts_of].tolist(), strict=True)]


def _is_uniform(reader: BinaryIO, box: Box) -> bool:
    """Whether a table of sample sizes tells one size for all."""
    reader.seek(box.body + 4)
    return any(reader.read(4))


def _numbers(reader: BinaryIO, box: Box, head: int, columns: int, limit: int) -> "npt.NDArray[np.int64]":
    """A table of 32-bit numbers in rows, behind a head that ends with their count. Raises MalformedError."""
    import numpy as np

    reader.seek(box.body)
    raw = reader.read(min(box.end - box.body, limit))
    count = int.from_bytes(raw[head - 4 : head], "big") * columns
    if len(raw) < head or head + count * 4 > len(raw):
        raise MalformedError(f"a table of {len(raw)} bytes claims {count} numbers, or it is too large")
    return np.frombuffer(raw, ">u4", count, head).astype(np.int64).reshape(-1, columns)
