"""FLAC originals (RFC 9639 §8): facts from the metadata blocks, and whether first and last frame agree with them."""

import io
from dataclasses import dataclass, field
from typing import BinaryIO

from fastcrc import crc16

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.containers.cuesheet import MAX_BLOCK as MAX_CUESHEET
from musfuse.media.flac.frames import FrameHeader, parse_header
from musfuse.media.tags.bounds import check_comments
from musfuse.media.tags.vorbis import MAX_BLOCK, split_comments
from musfuse.model import AudioFormat
from musfuse.origins.reader import FAR_END

TAIL = 64 * 1024
"""Bytes at the end that are looked at for the last frame."""
_MAX_TAIL = 1 << 20
_MAX_CHECKED = 64 << 20
"""Bytes whose CRC is made to find the last frame: headers may turn up by chance, but not all over the place."""
_MAX_BLOCKS = 8192
_ZEROS = bytes(4)
_VORBIS_COMMENT, _CUESHEET, _PICTURE = 4, 5, 6


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What the STREAMINFO block says (RFC 9639 §8.2)."""

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


@dataclass(frozen=True, slots=True)
class FlacFacts:
    """What the metadata of a FLAC says, and what is odd about it: its comments, the body of its CUESHEET block, the MD5
    that STREAMINFO tells of its audio, and whether it has PICTURE blocks."""

    format: AudioFormat
    notes: tuple[str, ...]
    comments: tuple[bytes, ...] = ()
    cuesheet: bytes = b""
    md5: bytes = b""
    pictures: bool = True


def probe_flac(reader: io.BufferedReader, start: int, size: int, tail: int = TAIL) -> FlacFacts:
    """Facts about the FLAC stream that begins at byte `start` of a file of `size` bytes.

    Raises MalformedError where there is no usable stream, ExcessiveError where it has too many comments. Reads the
    heads of blocks, comments, one frame header, and the last frame: `tail` bytes where STREAMINFO tells that frames are
    smaller than that.
    """
    notes = ["an ID3v2 tag stands in front of the stream"] if start else []
    blocks = _metadata(reader, start, size, notes)
    info, comments = blocks.info, tuple(blocks.comments)
    fmt = AudioFormat("flac", "flac", info.rate, info.channels, info.bits, info.total_samples or None, "int")
    if blocks.end == size and not info.total_samples:
        return FlacFacts(fmt, (*notes, "shown as it is: it holds no audio samples"), comments)
    reader.seek(blocks.end)
    try:
        first = parse_header(reader.read(64))
    except MalformedError:
        raise MalformedError(f"no frame where the audio should begin (byte {blocks.end})") from None
    notes += _first_frame_notes(info, first)
    notes += _tail_notes(reader, info, first, size - blocks.end, size, tail)
    return FlacFacts(fmt, tuple(notes), comments, blocks.cuesheet, info.md5, blocks.pictures)


def audio_start(reader: BinaryIO, start: int, size: int) -> int:
    """Where the frames begin of the FLAC stream at byte `start`; raises what `probe_flac` does."""
    return _metadata(reader, start, size, []).end


@dataclass
class _Blocks:
    """The metadata blocks: what is wanted of them, and where the last one ends."""

    info: StreamInfo
    end: int
    comments: list[bytes] = field(default_factory=list)
    cuesheet: bytes = b""
    pictures: bool = False
    room: int = MAX_BLOCK


def _metadata(reader: BinaryIO, start: int, size: int, notes: list[str]) -> _Blocks:
    at, found = start + 4, None
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        if len(head) < 4:
            raise MalformedError("cut short within its metadata")
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        at += 4 + length
        if at > size:
            raise MalformedError(f"a metadata block of {length} bytes reaches past the end of the file")
        if found is None:
            if kind != 0:
                raise MalformedError("its first metadata block is not STREAMINFO")
            found = _Blocks(parse_streaminfo(reader.read(length)), at)
        elif kind == 0:
            raise MalformedError("a second STREAMINFO")
        elif kind == _VORBIS_COMMENT:
            _read_comments(reader, length, found, notes)
        elif kind == _CUESHEET and length <= MAX_CUESHEET:
            found.cuesheet = reader.read(length)
        elif kind == _PICTURE:
            found.pictures = True
        if head[0] & 0x80:
            found.end = at
            return found
    raise MalformedError("its metadata blocks do not end")


def _read_comments(reader: BinaryIO, length: int, blocks: _Blocks, notes: list[str]) -> None:
    """Take in a VORBIS_COMMENT block; what does not fit it is left out."""
    blocks.room -= length
    if blocks.room < 0:
        raise ExcessiveError(f"its VORBIS_COMMENT blocks take more than {MAX_BLOCK} bytes")
    entries, whole = split_comments(reader.read(length))
    blocks.comments += entries
    check_comments(len(blocks.comments))
    if not whole:
        notes.append("its VORBIS_COMMENT block is malformed")


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
    reader: io.BufferedReader, info: StreamInfo, first: FrameHeader, audio: int, size: int, least: int
) -> list[str]:
    window = min(audio, max(least, min(info.max_frame + 256, _MAX_TAIL)) if info.max_frame else TAIL)
    last = _last_frame(reader, size, min(window, FAR_END))
    if last is None and window > FAR_END:
        last = _last_frame(reader, size, window)
    if last is None:
        return ["its last frame is damaged, or other data follows it"]
    if not info.total_samples:
        return []
    before = last.number if last.variable else last.number * first.block_size
    held = before + last.block_size
    if held != info.total_samples:
        return [f"STREAMINFO claims {info.total_samples} samples, its frames hold {held}"]
    return []


def _last_frame(reader: io.BufferedReader, size: int, window: int) -> FrameHeader | None:
    """The header of the frame that ends exactly at the end of the file (or before an ID3v1 tag), if there is one within
    so many bytes. Most last frames are shorter than the largest, and what travels for nothing is looked at last."""
    reader.seek(size - window)
    tail = reader.read(window)
    if tail[-128:-125] == b"TAG":
        tail = tail[:-128]
    if tail.endswith(_ZEROS):  # zeros behind a frame leave its CRC-16 right
        return None
    at, room = len(tail), _MAX_CHECKED
    for _ in range(4096):
        at = tail.rfind(b"\xff", 0, at)
        if at < 0:
            return None
        if tail[at + 1 : at + 2] in (b"\xf8", b"\xf9"):
            try:
                header = parse_header(tail[at : at + 64])
            except MalformedError:
                continue
            room -= len(tail) - at
            if room < 0:
                return None
            if crc16.umts(tail[at:-2]) == int.from_bytes(tail[-2:], "big"):
                return header
    return None
