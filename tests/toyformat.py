"""A format that only the tests know: a header of 32 bytes, tags as lines of text, a picture, and plain samples.

Nothing elsewhere has a line about it; it is registered by the name of this module, as a plug-in's would be.
"""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.art.located import Located
from musfuse.media.formats.port import Format, Opened, Reading, begins
from musfuse.media.identity.feed import Span
from musfuse.media.pcm import PcmSource
from musfuse.media.retag.pieces import Kept, Piece, total
from musfuse.media.tags.edit import TagEdit
from musfuse.model import AudioFormat, Picture, SourceFile, TagSet
from musfuse.origins import Origin

_MAGIC = b"TOYSOUND"
_HEADER = struct.Struct("<8sIHHIII4x")  # magic, rate, channels, bits, samples, bytes of tags, bytes of the picture
_SOUNDS = (8, 20)
"""Where the header says how its samples sound, and how many there are."""
_MAX_TAGS = 1 << 20


class _Header:
    """What the front of a file says. Raises MalformedError where that does not fit its size."""

    def __init__(self, reader: BinaryIO, size: int) -> None:
        reader.seek(0)
        raw = reader.read(_HEADER.size)
        if len(raw) < _HEADER.size or not raw.startswith(_MAGIC):
            raise MalformedError("cut short within its header")
        self.raw = raw
        _, self.rate, self.channels, self.bits, self.samples, self.tags, self.picture = _HEADER.unpack(raw)
        self.audio = _HEADER.size + self.tags + self.picture
        length = self.samples * self.channels * self.bits // 8
        if self.bits != 16 or not self.rate or not self.channels or self.tags > _MAX_TAGS:
            raise MalformedError("its header is damaged")
        if self.audio + length != size:
            raise MalformedError(f"{length} bytes of audio do not fit its size")

    @property
    def format(self) -> AudioFormat:
        return AudioFormat("toy", "toy_pcm", self.rate, self.channels, self.bits, self.samples, "int")


class ToyPcm:
    """Its samples, which lie there as they are."""

    sequential = False

    def __init__(self, origin: Origin, file: SourceFile, fmt: AudioFormat) -> None:
        self._origin, self._file, self.format = origin, file, fmt
        self._unit = fmt.channels * 2
        self._start = file.stamp.size - (fmt.total_samples or 0) * self._unit

    def read(self, start: int, count: int) -> bytes:
        left = max(0, (self.format.total_samples or 0) - start)
        room = min(count, left) * self._unit
        at = self._start + start * self._unit
        return self._origin.read(self._file.path, at, room, self._file.stamp) if room else b""

    def close(self) -> None:
        """Nothing is open."""


def _read(opened: Opened) -> Reading:
    header = _Header(opened.reader, opened.size)
    return Reading(header.format, _tags(opened.reader, header))


def _tags(reader: BinaryIO, header: _Header) -> TagSet:
    reader.seek(_HEADER.size)
    fields: dict[str, list[str]] = {}
    for line in reader.read(header.tags).decode("utf-8", "replace").splitlines():
        name, given, value = line.partition("=")
        if given:
            fields.setdefault(name, []).append(value)
    return TagSet(fields)


def _pictures(reader: BinaryIO, start: int, size: int) -> list[Located]:
    del start
    header = _Header(reader, size)
    return [Located(3, "", _HEADER.size + header.tags, header.picture)] if header.picture else []


def _open_pcm(origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool) -> PcmSource:
    del sequential
    return ToyPcm(origin, file, fmt)


def _plan(reader: BinaryIO, size: int, edit: TagEdit, load: Callable[[Picture], bytes]) -> list[Piece]:
    del load
    header = _Header(reader, size)
    tags = _tag_bytes(edit.tags)
    picture: list[Piece] = [Kept(_HEADER.size + header.tags, header.picture)]
    if edit.drops_picture(3):
        picture = list(edit.pictures[:1])
    front = header.raw[: _SOUNDS[1]] + struct.pack("<II4x", len(tags), total(picture))
    return [front + tags, *picture, Kept(header.audio, size - header.audio)]


def _audio(reader: BinaryIO, start: int, size: int) -> list[Span]:
    del start
    header = _Header(reader, size)
    return [Span(*_SOUNDS), Span(header.audio, size)]


def _tag_bytes(tags: TagSet) -> bytes:
    return "".join(f"{name}={value}\n" for name, values in tags.items() for value in values).encode()


def write(path: Path, raw: bytes, rate: int = 44_100, channels: int = 2, picture: bytes = b"", **tags: str) -> Path:
    """Write a file of packed 16-bit samples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _tag_bytes(TagSet({name: [value] for name, value in tags.items()}))
    header = _HEADER.pack(_MAGIC, rate, channels, 16, len(raw) // (2 * channels), len(text), len(picture))
    path.write_bytes(header + text + picture + raw)
    return path


FORMATS = (
    Format(
        "toy",
        "Toy",
        frozenset({"toy", "toysound"}),
        begins(_MAGIC),
        _read,
        pictures=_pictures,
        pcm=_open_pcm,
        plan=_plan,
        audio=_audio,
        codecs=frozenset({"toy"}),
        called={"plaything": "toy"},
    ),
)
