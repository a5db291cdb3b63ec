"""Facts of lossless streams that tag readers tell only in part: ALAC (MP4, CAF), Monkey's Audio, True Audio."""

import io
import struct
from dataclasses import replace
from typing import Any

from musfuse.errors import MalformedError
from musfuse.model import AudioFormat

_TTA = struct.Struct("<4sHHHII")  # "TTA1", format, channels, bits, rate, samples
_APE_DESCRIPTOR = struct.Struct("<4sHHI")  # "MAC ", version, padding, length of the descriptor (3.98 and later)
_APE_HEADER = struct.Struct("<HHIIIHHI")  # compression, flags, frame, last frame, frames, bits, channels, rate
_APE_OLD = struct.Struct("<4sHHHHIIIII")  # version, compression, flags, channels, rate, head, tail, frames, last frame
_CAF_DESC = struct.Struct(">d4sIIIII")  # rate, format, flags, bytes and frames a packet, channels, bits
_ALAC_BITS = {16: 16, 20: 24, 24: 24, 32: 32}
_CHUNKS = 64


def probe_lossless(
    container: str, fmt: AudioFormat, reader: io.BufferedReader, start: int
) -> tuple[AudioFormat, tuple[str, ...]]:
    """`fmt`, as tags told it, with what the stream itself says; and what is odd. `start` is where an ID3v2 tag ends."""
    if container == "tta":
        return _tta(fmt, reader, start)
    if container == "ape":
        return _ape(reader, start), ()
    if container == "mp4" and fmt.codec == "alac":
        bits = _ALAC_BITS.get(fmt.bits, 0)
        return replace(fmt, bits=bits, pcm="int" if bits else ""), ()
    return fmt, ()


def _tta(fmt: AudioFormat, reader: io.BufferedReader, start: int) -> tuple[AudioFormat, tuple[str, ...]]:
    magic, kind, channels, bits, rate, samples = _unpack(_TTA, reader, start)
    if magic != b"TTA1":
        return fmt, ("shown as it is: a later version of True Audio",)
    fmt = AudioFormat("tta", "tta", rate, channels, bits, samples, "int")
    return (fmt, ()) if kind == 1 else (replace(fmt, pcm=""), ("shown as it is: encrypted True Audio",))


def _ape(reader: io.BufferedReader, start: int) -> AudioFormat:
    """Monkey's Audio headers, as its SDK's APEHeader describes them."""
    magic, version, _, length = _unpack(_APE_DESCRIPTOR, reader, start)
    if magic != b"MAC ":
        raise MalformedError("no Monkey's Audio header")
    if version >= 3980:
        _, _, block, last, frames, bits, channels, rate = _unpack(_APE_HEADER, reader, start + length)
    else:
        _, _, compression, flags, channels, rate, _, _, frames, last = _unpack(_APE_OLD, reader, start)
        bits = 8 if flags & 1 else 24 if flags & 8 else 16
        block = 73_728 if version >= 3900 or (version >= 3800 and compression >= 4000) else 9_216
        block *= 4 if version >= 3950 else 1
    total = block * (frames - 1) + last if frames else 0
    return AudioFormat("ape", "ape", rate, channels, bits, total, "int" if bits in (8, 16, 24) else "")


def probe_caf_alac(reader: io.BufferedReader) -> AudioFormat | None:
    """Facts of Apple Lossless in a CAF (Core Audio Format specification 1.0), None where it holds something else."""
    at, fmt, total = 8, None, None
    for _ in range(_CHUNKS):
        reader.seek(at)
        head = reader.read(12)
        if len(head) < 12:
            break
        kind, length = head[:4], int.from_bytes(head[4:], "big", signed=True)
        if kind == b"desc":
            rate, codec, _, _, _, channels, _ = _unpack(_CAF_DESC, reader, at + 12)
            if codec != b"alac" or not 1 <= rate <= 1e7:
                return None
            fmt = AudioFormat("caf", "alac", int(rate), channels)
        elif kind == b"kuki" and fmt is not None:
            bits = _cookie_bits(reader.read(min(max(length, 0), 256)))
            fmt = replace(fmt, bits=bits, pcm="int" if bits else "")
        elif kind == b"pakt":
            total = int.from_bytes(reader.read(16)[8:], "big", signed=True)
        if length < 0:
            break
        at += 12 + length
    return replace(fmt, total_samples=total) if fmt else None


def _cookie_bits(cookie: bytes) -> int:
    """Bits a sample from an ALACSpecificConfig, alone or behind `frma` and `alac` atoms as old files have it."""
    if cookie[4:8] == b"frma":
        cookie = cookie[24:]
    return _ALAC_BITS.get(cookie[5], 0) if len(cookie) >= 24 else 0


def _unpack(layout: struct.Struct, reader: io.BufferedReader, at: int) -> tuple[Any, ...]:
    reader.seek(at)
    data = reader.read(layout.size)
    if len(data) < layout.size:
        raise MalformedError("cut short within its header")
    return layout.unpack(data)
