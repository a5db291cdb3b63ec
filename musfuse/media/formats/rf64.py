"""RF64 (EBU Tech 3306), WAV with 64-bit lengths. No tag reader opens it: its ID3 and INFO chunks are read here."""

import io
import struct
from types import SimpleNamespace

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.formats.readers.sndfile import SAMPLES, open_by_sndfile, read_by_sndfile
from musfuse.media.formats.wav import plan_wav
from musfuse.media.identity.chunks import chunk_spans
from musfuse.media.tags.id3 import loaded
from musfuse.media.tags.id3frames import read_tag
from musfuse.media.tags.info import info_fields
from musfuse.media.tags.read import collect, from_mutagen
from musfuse.model import AudioFormat, TagSet

_MAX_CHUNKS = 10_000
_MAX_TAG = 64 << 20


def _read(opened: Opened) -> Reading:
    return read_by_sndfile(opened, tags=_tags)


def _tags(opened: Opened) -> tuple[TagSet, AudioFormat]:
    """Raises MalformedError where there are none to be read."""
    reader = opened.reader
    info, tags = TagSet(), TagSet()
    for name, start, length in _chunks(reader, opened.size):
        reader.seek(start)
        if name in (b"id3 ", b"ID3 ") and length <= _MAX_TAG:
            try:
                tags = from_mutagen(SimpleNamespace(tags=loaded(read_tag(reader, start, start + length))))
            except (ExcessiveError, MemoryError):
                raise
            except Exception as error:
                raise MalformedError("its ID3 chunk is damaged") from error
        elif name == b"LIST" and 4 <= length <= _MAX_TAG and reader.read(4) == b"INFO":
            info = collect(info_fields(reader.read(length - 4)))
    return TagSet({**info, **tags}), AudioFormat("rf64", "pcm")


def _chunks(reader: io.BufferedReader, size: int) -> list[tuple[bytes, int, int]]:
    reader.seek(12)
    front = reader.read(24)
    if front[:4] != b"ds64" or len(front) < 24:
        raise MalformedError("an RF64 file that does not begin with ds64")
    data = int.from_bytes(front[16:24], "little")
    at = 12
    found: list[tuple[bytes, int, int]] = []
    while at + 8 <= size and len(found) < _MAX_CHUNKS:
        reader.seek(at)
        name, length = struct.unpack("<4sI", reader.read(8))
        if name == b"data" and length == 0xFFFF_FFFF:
            length = data
        if at + 8 + length > size:
            break
        found.append((name, at + 8, length))
        at += 8 + length + (length & 1)
    return found


FORMATS = (
    Format(
        "rf64",
        "RF64",
        frozenset({"rf64"}),
        begins(b"RF64"),
        _read,
        pcm=open_by_sndfile,
        plan=lambda reader, size, edit, _: plan_wav(reader, size, edit),
        audio=chunk_spans,
        codecs=SAMPLES,
    ),
)
