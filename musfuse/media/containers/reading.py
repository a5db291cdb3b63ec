"""Read one original: what it is, its tags, and what is odd about it. The scanner calls nothing else here."""

import io
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any

from musfuse.errors import ExcessiveError, MalformedError, MediaError, UnsupportedError
from musfuse.media.containers.flac import parse_streaminfo, probe_flac
from musfuse.media.containers.lossless import probe_caf_alac, probe_lossless
from musfuse.media.containers.mp4 import PCM, probe_mp4
from musfuse.media.containers.mpeg import check_mpeg, find_adts, is_flac_frame
from musfuse.media.containers.rf64 import read_rf64
from musfuse.media.containers.sniff import SNDFILE_CONTAINERS, SPOKEN, id3v2_length, sniff_reader
from musfuse.media.containers.tagged import (
    read_apev2,
    read_around,
    read_mp4_tags,
    read_mutagen,
    read_tinytag,
)
from musfuse.media.containers.wavpack import probe_wavpack
from musfuse.media.cue.parse import MAX_TEXT
from musfuse.media.flac.content import pcm_content
from musfuse.media.pcm import UNKNOWN, open_sndfile, sndfile_format
from musfuse.media.tags.read import from_comments
from musfuse.model import AudioFormat, Picture, SourceFile, TagSet
from musfuse.origins import Origin, all_or_nothing, allow_more

EXTENSIONS = frozenset(
    "flac wav wave bwf rf64 w64 aif aiff aifc afc caf au snd mp3 mp2 mp1 mpga m4a m4b m4r mp4 aac ogg oga opus spx wma "  # noqa: SIM905
    "asf mpc mp+ ape wv tta tak shn dsf dff ofr ofs ac3 eac3 mka".split()
)
"""Names that are looked into; everything else is not music and is not reported."""

Peek = Callable[[io.BufferedReader, int], Picture | None]

SHEET_EXTENSION = "cue"

_SNDFILE_STRINGS = {
    "title": "title", "artist": "artist", "album": "album", "date": "date", "genre": "genre", "comment": "comment",
    "copyright": "copyright", "tracknumber": "tracknumber",
}  # fmt: skip
_SYNC_WINDOW = 64 * 1024
_WAVPACK_3 = 4096  # bytes in which the header of such a file lies, behind that of a WAV
_ADVICE = "replace it by a sound copy"
_UNFRAMED = frozenset({"", "mpeg", "aac"})
_SEARCHED = 2 << 20
"""Bytes in which tinytag may look for a frame that mutagen did not find."""
_UNTAGGED = frozenset({"tak", "shorten", "optimfrog", "matroska", "ac3", "dff"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a scan keeps of an original; `notes` say what is odd about one that is shown all the same.

    `sheets` are embedded cue sheets: (`tag`, text in UTF-8) or (`block`, body of a FLAC's CUESHEET block). `picture` is
    what the headers tell of its cover. `content` is its content id where the headers tell it; empty otherwise.
    """

    format: AudioFormat
    tags: TagSet
    notes: tuple[str, ...] = ()
    sheets: tuple[tuple[str, bytes], ...] = ()
    picture: Picture | None = None
    content: str = ""


def read_sheet_file(origin: Origin, file: SourceFile) -> bytes:
    """The bytes of a cue sheet. Raises MalformedError where it is far too large, OriginError."""
    if file.stamp.size > MAX_TEXT:
        raise MalformedError(
            f"{origin.name}/{file.path}: {file.stamp.size} bytes are too many for a cue sheet; take it away"
        )
    return origin.read(file.path, 0, file.stamp.size, file.stamp)


def read_original(origin: Origin, file: SourceFile, peek: Peek | None = None) -> Reading:
    """Look into a file; `peek` looks for its cover through the same reader.

    Raises MalformedError where it cannot be shown, OriginError where it cannot be read.
    """
    shown = f"{origin.name}/{file.path}"
    if not file.stamp.size:
        raise MalformedError(f"{shown}: the file is empty; {_ADVICE}")
    try:
        with all_or_nothing(origin, file) as reader:
            container, start = sniff_reader(reader)
            reading = _read_container(container, origin, file, reader, start)
            text = reading.tags.first("cuesheet")
            if text:
                reading = replace(reading, sheets=(("tag", text.encode("utf-8", "replace")), *reading.sheets))
            return replace(reading, picture=peek(reader, file.stamp.size)) if peek else reading
    except OSError as error:  # the origin's errors came out as they were
        raise MalformedError(f"{shown}: its header points outside of the file; {_ADVICE}") from error
    except MediaError as error:
        advice = "convert it to FLAC" if isinstance(error, UnsupportedError) else _ADVICE
        raise MalformedError(f"{shown}: {str(error).removeprefix(f'{shown}: ')}; {advice}") from error


def _read_container(container: str, origin: Origin, file: SourceFile, reader: io.BufferedReader, start: int) -> Reading:
    if container == "flac":
        facts = probe_flac(reader, start, file.stamp.size)
        sheets = (("block", facts.cuesheet),) if facts.cuesheet else ()
        fmt = replace(facts.format, faulty=bool(facts.notes) and facts.format.total_samples != 0)
        return Reading(fmt, from_comments(facts.comments), facts.notes, sheets, content=_flac_content(fmt, facts.md5))
    if container == "caf" and (alac := probe_caf_alac(reader)) is not None:
        return Reading(alac, TagSet())
    if container in SNDFILE_CONTAINERS:
        return _read_sndfile(origin, file, reader)
    reader.seek(start)
    head = reader.read(_SYNC_WINDOW)
    if is_flac_frame(head):
        return Reading(AudioFormat("flac", "flac", pcm="int"), TagSet(), ("it has no fLaC marker and no metadata",))
    if container == "mpeg" or file.path.lower().endswith((".mp3", ".aac")):
        adts = find_adts(head) if container != "mpeg" else None
        if adts is not None:
            _, known = _tolerant(read_mutagen, reader, file)
            return Reading(known if known and known.codec == "aac" else adts, read_around(reader, file))
        check_mpeg(head, whole=file.stamp.size - start <= _SYNC_WINDOW)
    if container == "wavpack":
        fmt, notes = probe_wavpack(reader, file.stamp.size)
        tags, _ = _tolerant(read_apev2, reader, file)
        return Reading(fmt, tags, notes)
    if container in ("tta", "ape"):
        with suppress(MalformedError):
            fmt, notes = probe_lossless(container, AudioFormat(container, container), reader, start)
            return Reading(fmt, _tags_of(container, reader, file), notes)
    if container == "mp4" and (reading := _read_mp4(reader, file)) is not None:
        return _with_stream_facts(container, reading, reader, start)
    return _with_stream_facts(container, _read_tagged(container, file, reader), reader, start)


def _flac_content(fmt: AudioFormat, md5: bytes) -> str:
    """What STREAMINFO tells of the audio; nothing where it may not be true."""
    if fmt.faulty:
        return ""
    return pcm_content(md5, fmt.sample_rate, fmt.channels, fmt.bits, fmt.total_samples or 0)


def _tags_of(container: str, reader: io.BufferedReader, file: SourceFile) -> TagSet:
    return read_around(reader, file) if container == "tta" else _tolerant(read_apev2, reader, file)[0]


def _read_mp4(reader: io.BufferedReader, file: SourceFile) -> Reading | None:
    """An MP4 as mutagen sees it; where that makes no sense of it, or it holds PCM, by its sample description."""
    tags, known = _tolerant(read_mutagen, reader, file)
    if known is not None and known.sample_rate and known.codec.strip() not in PCM:
        return Reading(known, tags)
    try:
        fmt = probe_mp4(reader, file.stamp.size)
    except MalformedError:
        return None
    return Reading(fmt, tags if known else read_mp4_tags(reader, file)) if fmt else None


def check_md5(origin: Origin, file: SourceFile, md5: bytes) -> None:
    """Raise MalformedError where a FLAC's STREAMINFO has an MD5 and its audio another: not all of it decoded."""
    with all_or_nothing(origin, file) as reader:
        start = id3v2_length(reader.read(10))
        reader.seek(start + 8)
        expected = parse_streaminfo(reader.read(34)).md5
    if any(expected) and expected != md5:
        raise MalformedError(
            f"{origin.name}/{file.path}: its audio does not have the MD5 that STREAMINFO tells; {_ADVICE}"
        )


def _with_stream_facts(container: str, reading: Reading, reader: io.BufferedReader, start: int) -> Reading:
    try:
        fmt, notes = probe_lossless(container, reading.format, reader, start)
    except MalformedError as error:
        return replace(reading, notes=(*reading.notes, f"shown as it is: {error}"))
    return replace(reading, format=fmt, notes=(*reading.notes, *notes))


def _read_sndfile(origin: Origin, file: SourceFile, reader: io.BufferedReader) -> Reading:
    try:
        opened, source = open_sndfile(origin, file)
        with opened:
            fmt = sndfile_format(opened)
            strings = _sndfile_tags(opened)
        with closing(source):
            source.check()
    except MalformedError as refused:
        return _refused_by_sndfile(file, reader, refused)
    notes: tuple[str, ...] = ()
    if not fmt.total_samples:
        fmt, notes = replace(fmt, pcm=""), ("shown as it is: it holds no audio samples",)
    tags, _ = _tolerant(read_mutagen, reader, file)
    if fmt.container == "rf64":
        tags, _ = _tolerant(read_rf64, reader, file)
    elif fmt.container in ("wav", "aiff"):
        more, _ = _tolerant(read_tinytag, reader, file)
        strings = TagSet({**strings, **more})
    return Reading(fmt, TagSet({**strings, **tags}), notes)


def _refused_by_sndfile(file: SourceFile, reader: io.BufferedReader, refused: MalformedError) -> Reading:
    """A sound container whose codec libsndfile does not know is shown as it is."""
    reader.seek(0)
    if b"wvpk" in reader.read(_WAVPACK_3):
        raise UnsupportedError("WavPack of version 3 or older, which no decoder here reads")
    tags, fmt = _tolerant(read_mutagen, reader, file)
    if fmt is None or not fmt.sample_rate or not fmt.channels or not fmt.total_samples:
        raise refused
    return Reading(fmt, tags, (f"shown as it is: {UNKNOWN}",))


def _read_tagged(container: str, file: SourceFile, reader: io.BufferedReader) -> Reading:
    for read in (read_mutagen, read_tinytag):
        try:
            reader.seek(0)
            tags, fmt = read(reader, file)
        except ExcessiveError:
            raise
        except MalformedError:
            if container in _UNFRAMED:
                allow_more(reader, _SEARCHED)
            continue
        if fmt.sample_rate or container in _UNTAGGED:
            notes = _length_notes(fmt, file.stamp.size)
            return Reading(fmt if fmt.container else AudioFormat(container, container), tags, notes)
    if container in _UNTAGGED:
        return Reading(AudioFormat(container, container), TagSet())
    if not container:
        raise MalformedError("it is not of a kind that is known, or its front is damaged")
    raise MalformedError(f"{SPOKEN[container]} with a damaged header, or without sound")


def _length_notes(fmt: AudioFormat, size: int) -> tuple[str, ...]:
    """An MP3 whose header announces far more audio than the file can hold, at the lowest bit rate there is."""
    duration = fmt.duration_ns
    if fmt.container == "mp3" and duration and size * 8 * 1_000_000_000 // duration < 8_000:
        return (f"its header claims {duration // 1_000_000_000} s, more than its {size} bytes can hold",)
    return ()


def _sndfile_tags(opened: Any) -> TagSet:
    values = ((name, getattr(opened, attribute, "")) for name, attribute in _SNDFILE_STRINGS.items())
    return TagSet({name: [value] for name, value in values if isinstance(value, str) and value})


def _tolerant(
    read: Callable[[io.BufferedReader, SourceFile], tuple[TagSet, AudioFormat]],
    reader: io.BufferedReader,
    file: SourceFile,
) -> tuple[TagSet, AudioFormat | None]:
    """Tags of a file whose audio is known to be sound; broken tags are no tags."""
    try:
        reader.seek(0)
        return read(reader, file)
    except ExcessiveError:
        raise
    except MalformedError:
        return TagSet(), None
