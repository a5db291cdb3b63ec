"""Sound in MP4 and QuickTime files, as their sample descriptions tell it (ISO/IEC 14496-12 §12.2, 23003-5; QuickTime
File Format, "Sound Sample Descriptions")."""

import struct
from dataclasses import replace
from typing import BinaryIO

from musfuse.media.containers.boxes import Box, boxes, child
from musfuse.model import AudioFormat

_MAX_DESCRIPTION = 4096
_HEAD = struct.Struct(">4s8xH6xHH4xI")  # kind, version, channels, bits, rate as 16.16
_WIDE = struct.Struct(">dI4xII")  # of version 2: rate, channels, bits, flags
_WIDE_AT = 40
_IS_FLOAT = 1
_FIXED_BITS = {"in24": 24, "in32": 32, "fl32": 32, "fl64": 64}
_FLOAT = frozenset({"fl32", "fl64", "fpcm"})
PCM = frozenset({"sowt", "twos", "raw", "NONE", "lpcm", "ipcm", *_FIXED_BITS, *_FLOAT})
"""Codecs that are plain samples."""


def probe_mp4(reader: BinaryIO, size: int) -> AudioFormat | None:
    """Facts of the first sound track of a file of `size` bytes; None where there is none. Reads headers only.

    Raises MalformedError where the boxes do not fit together.
    """
    moov = next((box for box in boxes(reader, 0, size) if box.kind == b"moov"), None)
    for track in boxes(reader, moov.body, moov.end) if moov else ():
        media = child(reader, track, b"mdia") if track.kind == b"trak" else None
        if media is not None and _body(reader, child(reader, media, b"hdlr"))[8:12] == b"soun":
            return _sound(reader, media)
    return None


def _sound(reader: BinaryIO, media: Box) -> AudioFormat | None:
    table: Box | None = media
    for kind in (b"minf", b"stbl", b"stsd"):
        table = child(reader, table, kind) if table else None
    fmt = _description(_body(reader, table)[8:])
    scale, duration = _length(_body(reader, child(reader, media, b"mdhd")))
    if fmt is None or not scale:
        return None
    rate = fmt.sample_rate or scale
    return replace(fmt, sample_rate=rate, total_samples=duration * rate // scale)


def _description(entry: bytes) -> AudioFormat | None:
    """The first entry of a sample description box."""
    if len(entry) < 4 + _HEAD.size:
        return None
    kind, version, channels, bits, rate = _HEAD.unpack_from(entry, 4)
    codec = kind.decode("latin-1").strip()
    rate, flags = rate >> 16, 0
    if version == 2:
        if len(entry) < _WIDE_AT + _WIDE.size:
            return None
        wide, channels, bits, flags = _WIDE.unpack_from(entry, _WIDE_AT)
        rate = int(wide) if 1 <= wide < 1e7 else 0
    if codec not in PCM:
        return AudioFormat("mp4", codec.replace("mp4a", "aac"), rate, channels, bits)
    if codec in ("ipcm", "fpcm"):
        bits = _pcm_config(entry)
    kind_of = "float" if codec in _FLOAT or flags & _IS_FLOAT else "int"
    return AudioFormat("mp4", codec, rate, channels, _FIXED_BITS.get(codec, bits), pcm=kind_of)


def _pcm_config(entry: bytes) -> int:
    """Bits a sample by the `pcmC` box of an entry, 0 where it has none."""
    at = entry.find(b"pcmC")
    return entry[at + 9] if 0 <= at < len(entry) - 9 else 0


def _length(header: bytes) -> tuple[int, int]:
    """Ticks a second, and the track's length in ticks, by the body of a media header box."""
    wide = header[:1] == b"\1"
    layout, at = (">IQ", 20) if wide else (">II", 12)
    if len(header) < at + struct.calcsize(layout):
        return 0, 0
    scale, duration = struct.unpack_from(layout, header, at)
    return scale, duration


def _body(reader: BinaryIO, box: Box | None) -> bytes:
    """The first bytes of a box's body; none where there is no box."""
    if box is None:
        return b""
    reader.seek(box.body)
    return reader.read(min(box.end - box.body, _MAX_DESCRIPTION))
