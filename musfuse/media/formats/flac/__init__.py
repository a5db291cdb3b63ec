"""FLAC (RFC 9639), and frames of it without a marker."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.art.located import Located
from musfuse.media.avpcm import AvPcm
from musfuse.media.containers.front import id3v2_length
from musfuse.media.flac.content import pcm_content
from musfuse.media.formats.flac.facts import audio_start, parse_streaminfo, probe_flac
from musfuse.media.formats.flac.pcm import FlacPcm
from musfuse.media.formats.flac.retag import plan_flac
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.identity.feed import Span
from musfuse.media.identity.streams import stream_spans
from musfuse.media.pcm import PcmSource
from musfuse.media.tags.read import from_comments
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin, all_or_nothing
from musfuse.origins.places import place_in

_MAX_BLOCKS = 8192
_FRONT = 4096
_PICTURE = 6


def _read(opened: Opened) -> Reading:
    facts = probe_flac(opened.reader, opened.start, opened.size, opened.origin.traits.block_bytes)
    sheets = (("block", facts.cuesheet),) if facts.cuesheet else ()
    fmt = replace(facts.format, faulty=bool(facts.notes) and facts.format.total_samples != 0)
    tags, content = from_comments(facts.comments), _content(fmt, facts.md5)
    return Reading(fmt, tags, facts.notes, sheets, content=content, bare=not facts.pictures)


def _content(fmt: AudioFormat, md5: bytes) -> str:
    """What STREAMINFO tells of the audio; nothing where it may not be true."""
    if fmt.faulty:
        return ""
    return pcm_content(md5, fmt.sample_rate, fmt.channels, fmt.bits, fmt.total_samples or 0)


def _pictures(reader: BinaryIO, start: int, size: int) -> Iterator[Located]:
    at = start + 4
    for _ in range(_MAX_BLOCKS):
        reader.seek(at)
        head = reader.read(4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4 or at + 4 + length > size:
            return
        if head[0] & 0x7F == _PICTURE:
            front = reader.read(min(length, _FRONT))
            kind, mime = struct.unpack_from(">II", front)
            (text,) = struct.unpack_from(">I", front, 8 + mime)
            description = front[12 + mime : 12 + mime + text].decode("utf-8", "replace")
            (data,) = struct.unpack_from(">I", front, 28 + mime + text)
            if 32 + mime + text + data <= length:
                yield Located(kind, description, at + 4 + 32 + mime + text, data)
        at += 4 + length
        if head[0] & 0x80:
            return


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    """libsndfile has FLAC but where STREAMINFO tells no length. FFmpeg's parser loses frames of 10 bytes: positions
    that do not follow are an error there."""
    if fmt.total_samples is None:
        return AvPcm(origin, file, fmt, sequential, demuxer="flac", gapless=True)
    return FlacPcm(origin, file)


def _check_md5(origin: Origin, file: SourceFile, md5: bytes) -> None:
    """Raise MalformedError where STREAMINFO has an MD5 and the audio another: not all of it decoded."""
    with all_or_nothing(origin, file) as reader:
        start = id3v2_length(reader.read(10))
        reader.seek(start + 8)
        expected = parse_streaminfo(reader.read(34)).md5
    if any(expected) and expected != md5:
        raise MalformedError(
            f"{place_in(origin.name, file.path)}: its audio does not have the MD5 that STREAMINFO tells; "
            "replace it by a sound copy"
        )


def _spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The frames, without the metadata."""
    return stream_spans(reader, audio_start(reader, start, size), size)


FORMATS = (
    Format(
        "flac",
        "FLAC",
        frozenset({"flac"}),
        begins(b"fLaC"),
        _read,
        pictures=_pictures,
        pcm=_open_pcm,
        check_md5=_check_md5,
        plan=lambda reader, size, edit, _: plan_flac(reader, size, edit),
        audio=_spans,
    ),
)
