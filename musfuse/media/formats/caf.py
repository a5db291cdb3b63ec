"""CAF (Core Audio Format specification 1.0): PCM through libsndfile, Apple Lossless through FFmpeg."""

import io
import struct
from dataclasses import replace

from musfuse.media.avpcm import AvPcm
from musfuse.media.containers.fields import unpack
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.alac import ALAC_BITS
from musfuse.media.formats.readers.sndfile import SAMPLES, read_by_sndfile
from musfuse.media.identity.chunks import chunk_spans
from musfuse.media.pcm import PcmSource, SndfilePcm
from musfuse.model import AudioFormat, SourceFile, TagSet
from musfuse.origins import Origin

_DESC = struct.Struct(">d4sIIIII")  # rate, format, flags, bytes and frames a packet, channels, bits
_CHUNKS = 64


def _read(opened: Opened) -> Reading:
    alac = _probe_alac(opened.reader)
    return read_by_sndfile(opened) if alac is None else Reading(alac, TagSet())


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    """libsndfile has PCM but not all of ALAC."""
    if fmt.codec == "alac":
        return AvPcm(origin, file, fmt, sequential, demuxer="caf")
    return SndfilePcm(origin, file)


def _probe_alac(reader: io.BufferedReader) -> AudioFormat | None:
    """Facts of Apple Lossless; None where it holds something else."""
    at, fmt, total = 8, None, None
    for _ in range(_CHUNKS):
        reader.seek(at)
        head = reader.read(12)
        if len(head) < 12:
            break
        kind, length = head[:4], int.from_bytes(head[4:], "big", signed=True)
        if kind == b"desc":
            rate, codec, _, _, _, channels, _ = unpack(_DESC, reader, at + 12)
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
    return ALAC_BITS.get(cookie[5], 0) if len(cookie) >= 24 else 0


FORMATS = (
    Format(
        "caf",
        "CAF",
        frozenset({"caf"}),
        begins(b"caff"),
        _read,
        pcm=_open_pcm,
        audio=chunk_spans,
        codecs=SAMPLES | {"alac"},
    ),
)
