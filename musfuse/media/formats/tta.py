"""True Audio; tags are ID3v2 in front and APEv2 or ID3v1 behind."""

import struct
from dataclasses import replace

from musfuse.media.art.locate import around_pictures
from musfuse.media.avpcm import AvPcm
from musfuse.media.containers.fields import unpack
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.lossless import read_lossless
from musfuse.media.formats.readers.tagged import read_around
from musfuse.media.identity.streams import stream_spans
from musfuse.media.pcm import PcmSource
from musfuse.media.retag.mp3 import plan_mp3
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin

_HEADER = struct.Struct("<4sHHHII")  # "TTA1", format, channels, bits, rate, samples


def _read(opened: Opened) -> Reading:
    return read_lossless(opened, _probe, read_around)


def _probe(opened: Opened, fmt: AudioFormat) -> tuple[AudioFormat, tuple[str, ...]]:
    magic, kind, channels, bits, rate, samples = unpack(_HEADER, opened.reader, opened.start)
    if magic != b"TTA1":
        return fmt, ("shown as it is: a later version of True Audio",)
    fmt = AudioFormat("tta", "tta", rate, channels, bits, samples, "int")
    return (fmt, ()) if kind == 1 else (replace(fmt, pcm=""), ("shown as it is: encrypted True Audio",))


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    return AvPcm(origin, file, fmt, sequential, demuxer="tta")


FORMATS = (
    Format(
        "tta",
        "True Audio",
        frozenset({"tta"}),
        begins(b"TTA1", b"TTA2"),
        unless_framed(_read),
        pictures=around_pictures,
        pcm=_open_pcm,
        plan=lambda reader, size, edit, _: plan_mp3(reader, size, edit),
        audio=stream_spans,
        called={"trueaudio": "tta"},
    ),
)
