"""MP4 and QuickTime (ISO/IEC 14496-12): AAC, Apple Lossless, plain samples."""

from dataclasses import replace

from musfuse.errors import MalformedError
from musfuse.media.avpcm import AvPcm
from musfuse.media.formats.mp4.content import mp4_spans
from musfuse.media.formats.mp4.facts import PCM, probe_mp4
from musfuse.media.formats.mp4.retag import plan_mp4
from musfuse.media.formats.mp4.tags import check_items, find_covers, read_mp4_tags
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.alac import ALAC_BITS
from musfuse.media.formats.readers.framed import unless_framed
from musfuse.media.formats.readers.tagged import read_mutagen, read_tagged, tolerant
from musfuse.media.pcm import PcmSource
from musfuse.media.tags.ilst import PICTURE_TYPES
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin


def _read(opened: Opened) -> Reading:
    reading = _as_described(opened) or read_tagged(opened)
    fmt = reading.format
    if fmt.codec != "alac":
        return reading
    bits = ALAC_BITS.get(fmt.bits, 0)
    return replace(reading, format=replace(fmt, bits=bits, pcm="int" if bits else ""))


def _as_described(opened: Opened) -> Reading | None:
    """An MP4 as mutagen sees it; where that makes no sense of it, or it holds PCM, by its sample description."""
    tags, known = tolerant(read_mutagen, opened)
    if known is not None and known.sample_rate and known.codec.strip() not in PCM:
        return Reading(known, tags)
    try:
        fmt = probe_mp4(opened.reader, opened.size)
    except MalformedError:
        return None
    return Reading(fmt, tags if known else read_mp4_tags(opened)) if fmt else None


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    return AvPcm(origin, file, fmt, sequential, demuxer="mov")


FORMATS = (
    Format(
        "mp4",
        "MP4",
        frozenset({"m4a", "m4b", "m4r", "mp4"}),
        # QuickTime files of before 2001 begin with one of the latter four.
        begins(b"ftyp", b"moov", b"mdat", b"wide", b"free", at=4),
        unless_framed(_read),
        bounds=check_items,
        pictures=find_covers,
        picture_types=frozenset(PICTURE_TYPES),
        pcm=_open_pcm,
        plan=lambda reader, size, edit, _: plan_mp4(reader, size, edit),
        audio=mp4_spans,
        codecs=frozenset({"aac", "alac"}),
        called={"m4p": "mp4"},
    ),
)
