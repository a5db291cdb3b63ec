"""Monkey's Audio, as its SDK's APEHeader describes it; an APEv2 tag stands behind."""

import struct

from musfuse.errors import MalformedError
from musfuse.media.avpcm import AvPcm
from musfuse.media.containers.fields import unpack
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.lossless import read_lossless
from musfuse.media.formats.readers.tagged import read_apev2, tolerant
from musfuse.media.identity.streams import stream_spans
from musfuse.media.pcm import PcmSource
from musfuse.media.retag.ape import plan_ape
from musfuse.model import AudioFormat, SourceFile, TagSet
from musfuse.origins import Origin

_DESCRIPTOR = struct.Struct("<4sHHI")  # "MAC ", version, padding, length of the descriptor (3.98 and later)
_HEADER = struct.Struct("<HHIIIHHI")  # compression, flags, frame, last frame, frames, bits, channels, rate
_OLD = struct.Struct("<4sHHHHIIIII")  # version, compression, flags, channels, rate, head, tail, frames, last frame


def _read(opened: Opened) -> Reading:
    return read_lossless(opened, _probe, _tags)


def _tags(opened: Opened) -> TagSet:
    return tolerant(read_apev2, opened)[0]


def _probe(opened: Opened, fmt: AudioFormat) -> tuple[AudioFormat, tuple[str, ...]]:
    del fmt
    reader, start = opened.reader, opened.start
    magic, version, _, length = unpack(_DESCRIPTOR, reader, start)
    if magic != b"MAC ":
        raise MalformedError("no Monkey's Audio header")
    if version >= 3980:
        _, _, block, last, frames, bits, channels, rate = unpack(_HEADER, reader, start + length)
    else:
        _, _, compression, flags, channels, rate, _, _, frames, last = unpack(_OLD, reader, start)
        bits = 8 if flags & 1 else 24 if flags & 8 else 16
        block = 73_728 if version >= 3900 or (version >= 3800 and compression >= 4000) else 9_216
        block *= 4 if version >= 3950 else 1
    total = block * (frames - 1) + last if frames else 0
    return AudioFormat("ape", "ape", rate, channels, bits, total, "int" if bits in (8, 16, 24) else ""), ()


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    return AvPcm(origin, file, fmt, sequential, demuxer="ape")


FORMATS = (
    Format(
        "ape",
        "Monkey's Audio",
        frozenset({"ape"}),
        begins(b"MAC "),
        unless_framed(_read),
        pcm=_open_pcm,
        plan=plan_ape,
        audio=stream_spans,
        called={"mac": "ape", "monkeysaudio": "ape"},
    ),
)
