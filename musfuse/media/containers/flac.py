"""FLAC originals (RFC 9639 §8): facts from the metadata blocks, and whether first and last frame agree with them."""

import io
from dataclasses import dataclass

from fastcrc import crc16

from musfuse.errors import MalformedError
from musfuse.media.containers.cuesheet import MAX_BLOCK
from musfuse.media.flac.frames import FrameHeader, parse_header
from musfuse.model import AudioFormat

_TAIL = 64 * 1024
_MAX_TAIL = 1 << 20
_MAX_BLOCKS = 8192
_ZEROS = bytes(4)
_VORBIS_COMMENT, _CUESHEET = 4, 5


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """STREAMINFO (§8.2)."""

    min_block: int
    max_block: int
    max_frame: int
    rate: int
    channels: int
    bits: int
    total_samples: int
    md5: bytes


def parse_streaminfo(body: bytes) -> StreamInfo:
    """Read the 34 bytes; raises MalformedError for values that no stream can have."""
    if len(body) != 34:
        raise MalformedError(f"STREAMINFO is {len(body)} bytes long, not 34")
    packed = int.from_bytes(body[10:18], "big")
    info = StreamInfo(
        int.from_bytes(body[:2], "big"),
        int.from_bytes(body[2:4], "big"),
        int.from_bytes(body[7:10], "big"),
        packed >> 44,
        (packed >> 41 & 7) + 1,
        (packed >> 36 & 31) + 1,
        packed & (1 << 36) - 1,
        body[18:],
    )
    if not info.rate or info.max_block < 16 or info.bits < 4:
        raise MalformedError(f"STREAMINFO claims {info.rate} Hz, {info.bits} bits, blocks of {info.max_block}")
    return info


def probe_flac(reader: io.BufferedReader, start: int, size: int) -> tuple[AudioFormat, tuple[str, ...], bytes]:
    """Facts about the FLAC stream that begins at byte `start` of a file of `size` bytes, what is odd about it, and the
    body of its CUESHEET block.

    Raises MalformedError where there is no usable stream. Reads the blocks' heads, one frame header, and the tail.
    """
    notes = ["an ID3v2 tag stands in front of the stream"] if start else []
    info, audio_start, cuesheet = _metadata(reader, start, size, notes)
    total = info.total_samples or None
    fmt = AudioFormat("flac", "flac", info.rate, info.channels, info.bits, total, "int")
    if audio_start == size and not info.total_samples:
        return fmt, (*notes, "shown as it is: it holds no audio samples"), b""
    reader.seek(audio_start)
    try:
        first = parse_header(reader.read(64))
    except MalformedError:
        raise MalformedError(f"no frame where the audio should begin (byte {audio_start})") from None
    notes += _first_frame_notes(info, first)
    notes += _tail_notes(reader, info, first, audio_start, size)
    return fmt, tuple(notes), cuesheet


def _metadata(reader: io.BufferedReader, start: int, size: int, notes: list[str]) -> tuple[StreamInfo, int, bytes]:
    at, info, cuesheet = start + 4, None, b""
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        if len(head) < 4:
            raise MalformedError("cut short within its metadata")
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        at += 4 + length
        if at > size:
            raise MalformedError(f"a metadata block of {length} bytes reaches past the end of the file")
        if info is None:
            if kind != 0:
                raise MalformedError("its first metadata block is not STREAMINFO")
            info = parse_streaminfo(reader.read(length))
        elif kind == 0:
            raise MalformedError("a second STREAMINFO")
        elif kind == _VORBIS_COMMENT and not _comments_fit(reader, length):
            notes.append("its VORBIS_COMMENT block is malformed")
        elif kind == _CUESHEET and length <= MAX_BLOCK:
            cuesheet = reader.read(length)
        if head[0] & 0x80:
            return info, at, cuesheet
    raise MalformedError("its metadata blocks do not end")


def _comments_fit(reader: io.BufferedReader, length: int) -> bool:
    """Whether the counts in a VORBIS_COMMENT block stay within it."""
    body = reader.read(min(length, _MAX_TAIL))
    if len(body) < length:
        return True  # too large to be looked at here
    at = 4 + int.from_bytes(body[:4], "little")
    count = int.from_bytes(body[at : at + 4], "little")
    at += 4
    for _ in range(count):
        if at + 4 > length:
            return False
        at += 4 + int.from_bytes(body[at : at + 4], "little")
    return at <= length


def _first_frame_notes(info: StreamInfo, first: FrameHeader) -> list[str]:
    notes = []
    if first.block_size > info.max_block:
        notes.append(f"its first frame has {first.block_size} samples, STREAMINFO allows {info.max_block}")
    if first.rate not in (0, info.rate) or first.channels != info.channels or first.bits not in (0, info.bits):
        notes.append("its first frame's rate, channels or bits differ from STREAMINFO")
    if not info.total_samples:
        notes.append("STREAMINFO does not tell its length")
    if not any(info.md5):
        notes.append("STREAMINFO has no MD5 of the audio")
    return notes


def _tail_notes(
    reader: io.BufferedReader, info: StreamInfo, first: FrameHeader, audio_start: int, size: int
) -> list[str]:
    window = min(size - audio_start, max(_TAIL, min(info.max_frame + 64, _MAX_TAIL)))
    reader.seek(size - window)
    last = _last_frame(reader.read(window))
    if last is None:
        return ["its last frame is damaged, or other data follows it"]
    if not info.total_samples:
        return []
    before = last.number if last.variable else last.number * first.block_size
    held = before + last.block_size
    if held != info.total_samples:
        return [f"STREAMINFO claims {info.total_samples} samples, its frames hold {held}"]
    return []


def _last_frame(tail: bytes) -> FrameHeader | None:
    """The header of the frame that ends exactly at the end of the file (or before an ID3v1 tag), if there is one."""
    if tail[-128:-125] == b"TAG":
        tail = tail[:-128]
    if tail.endswith(_ZEROS):  # zeros behind a frame leave its CRC-16 right
        return None
    at = len(tail)
    for _ in range(4096):
        at = tail.rfind(b"\xff", 0, at)
        if at < 0:
            return None
        if tail[at + 1 : at + 2] in (b"\xf8", b"\xf9"):
            try:
                header = parse_header(tail[at : at + 64])
            except MalformedError:
                continue
            if crc16.umts(tail[at:-2]) == int.from_bytes(tail[-2:], "big"):
                return header
    return None
