"""WavPack 4 and 5: facts out of block headers, blocks found by their samples; an APEv2 tag stands behind."""

import io
import struct
from dataclasses import dataclass

from musfuse.errors import MalformedError
from musfuse.media.avpcm import AvPcm
from musfuse.media.containers.tails import tags_start
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_apev2, tolerant
from musfuse.media.identity.streams import stream_spans
from musfuse.media.pcm import PcmSource
from musfuse.media.retag.ape import plan_ape
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin

# ckID, ckSize, version, block_index's and total_samples' upper bytes, total_samples, block_index, block_samples, flags
_HEAD = struct.Struct("<4sIHBBIIII")
HEADER_BYTES = 32
_RATES = (
    6_000, 8_000, 9_600, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000,
    192_000,
)  # fmt: skip
_MONO, _HYBRID, _FLOAT, _INITIAL, _FINAL, _DSD = 0x4, 0x8, 0x80, 0x800, 0x1000, 0x8000_0000
_MAX_BLOCK = 1 << 24
_ID_RATE, _MAX_RATE = 0x27, 0x7FFF_FFFF
_SEARCH = 64 * 1024


@dataclass(frozen=True, slots=True)
class Block:
    """A block at byte `offset`, `size` bytes long; `first` is its first sample, `samples` their number."""

    offset: int
    size: int
    first: int
    samples: int
    total: int | None
    flags: int


def parse_block(data: bytes, offset: int) -> Block | None:
    """The block whose header `data` begins with; None where there is none."""
    if len(data) < HEADER_BYTES:
        return None
    magic, size, version, index_high, total_high, total, index, samples, flags = _HEAD.unpack_from(data)
    if magic != b"wvpk" or not 0x402 <= version <= 0x410 or not 24 <= size <= _MAX_BLOCK:
        return None
    known = total != 0xFFFF_FFFF
    return Block(
        offset,
        size + 8,
        index_high << 32 | index,
        samples,
        (total_high << 32 | total) - total_high if known else None,
        flags,
    )


class WavPackBlocks:
    """Finds blocks in the audio of a WavPack file, which lies between `start` and `end` bytes."""

    def __init__(self, reader: io.BufferedReader, size: int) -> None:
        self._reader = reader
        self.end = tags_start(reader, size)
        first = self._next(0)
        if first is None:
            raise MalformedError("no WavPack block")
        self.start = first.offset

    def find(self, sample: int) -> int:
        """The offset of a block that begins at or before `sample`, close to it; by bisection, some twenty reads."""
        low, high = self.start, self.end
        while high - low > 2 * _SEARCH:
            block = self._next((low + high) // 2, high)
            if block is None or block.first > sample:
                high = (low + high) // 2
            else:
                low = block.offset
        best, at = low, low
        while (block := self._next(at, high + _MAX_BLOCK)) is not None and block.first <= sample:
            best, at = block.offset, block.offset + block.size
        return best

    def _next(self, at: int, limit: int | None = None) -> Block | None:
        """The first block with samples that begins a set of channels, at or after byte `at`."""
        limit = min(self.end, self.end if limit is None else limit)
        while at < limit:
            self._reader.seek(at)
            data = self._reader.read(_SEARCH)
            if len(data) < HEADER_BYTES:
                return None
            found = data.find(b"wvpk")
            if found < 0:
                at += len(data) - 3
                continue
            block = parse_block(
                data[found : found + HEADER_BYTES] if len(data) >= found + HEADER_BYTES else b"", at + found
            )
            if block is None and len(data) < found + HEADER_BYTES:
                if found == 0:
                    return None
                at += found
                continue
            if block is None or not self._follows(block):
                at += found + 1
            elif block.flags & _INITIAL and block.samples:
                return block
            else:
                at = block.offset + block.size
        return None

    def _follows(self, block: Block) -> bool:
        """Whether another block, or the end, stands right behind: audio may hold the four letters by chance."""
        behind = block.offset + block.size
        if behind >= self.end:
            return behind == self.end or block.offset == 0
        self._reader.seek(behind)
        return self._reader.read(4) == b"wvpk"


def _read(opened: Opened) -> Reading:
    fmt, notes = _probe(opened.reader, opened.size)
    tags, _ = tolerant(read_apev2, opened)
    return Reading(fmt, tags, notes)


def _probe(reader: io.BufferedReader, size: int) -> tuple[AudioFormat, tuple[str, ...]]:
    """Facts and what is odd; raises MalformedError where there is no block of audio."""
    blocks = WavPackBlocks(reader, size)
    channels, block, at = 0, None, blocks.start
    for _ in range(256):
        reader.seek(at)
        head = parse_block(reader.read(HEADER_BYTES), at)
        if head is None:
            break
        block = block or head
        channels += 1 if head.flags & _MONO else 2
        if head.flags & _FINAL:
            break
        at += head.size
    if block is None:
        raise MalformedError("no WavPack block")
    rate = _rate(reader, block)
    bits = ((block.flags & 3) + 1) * 8
    notes: tuple[str, ...] = ()
    pcm = "int"
    for flag, what, kind in ((_DSD, "DSD", ""), (_FLOAT, "floating-point", "float"), (_HYBRID, "hybrid (lossy)", "")):
        if block.flags & flag:
            pcm, notes = kind, (f"shown as it is: {what} WavPack",)
            break
    codec = "dsd" if block.flags & _DSD else "wavpack"
    return AudioFormat("wavpack", codec, rate, channels, bits, block.total, pcm), notes


def _rate(reader: io.BufferedReader, block: Block) -> int:
    code = block.flags >> 23 & 15
    if code < len(_RATES):
        return _RATES[code]
    reader.seek(block.offset + HEADER_BYTES)
    body = reader.read(min(block.size - HEADER_BYTES, _SEARCH))
    at = 0
    while at + 4 <= len(body):
        kind = body[at]
        words = body[at + 1] if not kind & 0x80 else int.from_bytes(body[at + 1 : at + 4], "little")
        at += 4 if kind & 0x80 else 2
        if kind & 0x3F == _ID_RATE and words:
            raw = body[at : at + words * 2 - (kind >> 6 & 1)]
            return int.from_bytes(raw, "little") & _MAX_RATE if len(raw) in (3, 4) else 0
        at += words * 2
    return 0


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    return AvPcm(origin, file, fmt, sequential, demuxer="wv", find_blocks=WavPackBlocks)


FORMATS = (
    Format(
        "wavpack",
        "WavPack",
        frozenset({"wv"}),
        begins(b"wvpk"),
        unless_framed(_read),
        pcm=_open_pcm,
        plan=plan_ape,
        audio=stream_spans,
    ),
)
