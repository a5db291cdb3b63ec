"""Facts and tags of what libsndfile decodes, and its decoder: WAV, RF64, Wave64, AIFF, CAF, AU."""

from contextlib import closing
from dataclasses import replace
from typing import Any

from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.formats.port import Opened, Reading
from musfuse.media.formats.readers.tagged import ReadTags, read_mutagen, tolerant
from musfuse.media.pcm import UNKNOWN, PcmSource, SndfilePcm, open_sndfile, sndfile_format
from musfuse.model import AudioFormat, SourceFile, TagSet
from musfuse.origins import Origin

SAMPLES = frozenset({"pcm", "float", "double", "ulaw", "alaw"})
"""What samples that are not compressed are called as codecs."""
_STRINGS = {
    "title": "title", "artist": "artist", "album": "album", "date": "date", "genre": "genre", "comment": "comment",
    "copyright": "copyright", "tracknumber": "tracknumber",
}  # fmt: skip
_WAVPACK_3 = 4096  # bytes in which the header of such a file lies, behind that of a WAV


def open_by_sndfile(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    """A decoder over libsndfile. It counts samples, so its positions never lie."""
    del fmt, sequential
    return SndfilePcm(origin, file)


def read_by_sndfile(opened: Opened, tags: ReadTags = read_mutagen, under: ReadTags | None = None) -> Reading:
    """Facts and a few tags as libsndfile tells them; over them what `under` finds, and over all what `tags` does."""
    try:
        sound, source = open_sndfile(opened.origin, opened.file)
        with sound:
            fmt = sndfile_format(sound)
            strings = _tags(sound)
        with closing(source):
            source.check()
    except MalformedError as refused:
        return _refused(opened, refused)
    notes: tuple[str, ...] = ()
    if not fmt.total_samples:
        fmt, notes = replace(fmt, pcm=""), ("shown as it is: it holds no audio samples",)
    found, _ = tolerant(tags, opened)
    more, _ = tolerant(under, opened) if under else (TagSet(), None)
    return Reading(fmt, TagSet({**strings, **more, **found}), notes)


def _refused(opened: Opened, refused: MalformedError) -> Reading:
    """A sound container whose codec libsndfile does not know is shown as it is."""
    opened.reader.seek(0)
    if b"wvpk" in opened.reader.read(_WAVPACK_3):
        raise UnsupportedError("WavPack of version 3 or older, which no decoder here reads")
    tags, fmt = tolerant(read_mutagen, opened)
    if fmt is None or not fmt.sample_rate or not fmt.channels or not fmt.total_samples:
        raise refused
    return Reading(fmt, tags, (f"shown as it is: {UNKNOWN}",))


def _tags(sound: Any) -> TagSet:
    values = ((name, getattr(sound, attribute, "")) for name, attribute in _STRINGS.items())
    return TagSet({name: [value] for name, value in values if isinstance(value, str) and value})
