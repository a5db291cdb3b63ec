"""The port: what a module of a format registers.

Readers get hostile bytes. They raise nothing but MusfuseError, OSError (where a header points outside of the file) and
MemoryError, read headers only, and bound what they allocate and how often they seek.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from musfuse.media.art.located import Located, TakenOut
from musfuse.media.identity.feed import FrameHash, Hashing, Span
from musfuse.media.pcm import PcmSource
from musfuse.media.retag.pieces import Piece
from musfuse.media.tags.edit import TagEdit
from musfuse.model import AudioFormat, Picture, SourceFile, TagSet
from musfuse.origins import Origin


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a scan keeps of an original; `notes` say what is odd about one that is shown all the same.

    `sheets` are embedded cue sheets: (`tag`, text in UTF-8) or (`block`, body of a FLAC's CUESHEET block). `picture` is
    what the headers tell of its cover. `content` is its content id where the headers tell it; empty otherwise.
    `bare`: its reader saw that there is no picture, so that nobody has to look for one.
    """

    format: AudioFormat
    tags: TagSet
    notes: tuple[str, ...] = ()
    sheets: tuple[tuple[str, bytes], ...] = ()
    picture: Picture | None = None
    content: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is looked into. `known` is the format it announces, which begins at byte `start` of it; an ID3v2 tag
    may stand in front. `reader` stands anywhere."""

    known: "Format"
    origin: Origin
    file: SourceFile
    reader: io.BufferedReader
    start: int

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.stamp.size


class Read(Protocol):
    """Reads facts and tags."""

    def __call__(self, opened: Opened, /) -> Reading:
        """What a scan keeps. Raises MalformedError, ExcessiveError, OSError; UnsupportedError where the file may be
        sound but nothing here reads it."""


class FindPictures(Protocol):
    """Finds pictures by their headers."""

    def __call__(self, reader: BinaryIO, start: int, size: int, /) -> Iterable[Located | TakenOut]:
        """The pictures of a file of `size` bytes that begins at `start`. Raises MediaError, struct.error or
        IndexError."""


class OpenPcm(Protocol):
    """Opens a decoder of samples."""

    def __call__(self, origin: Origin, file: SourceFile, fmt: AudioFormat, sequential: bool, /) -> PcmSource:
        """The samples of a stream that `can_encode`; `sequential`: its timestamps lie. Raises MediaError."""


class Plan(Protocol):
    """Plans a file with other tags, its encoded audio as it is."""

    def __call__(self, reader: BinaryIO, size: int, edit: TagEdit, load: Callable[[Picture], bytes], /) -> list[Piece]:
        """The pieces of the rendition with other tags; `load` gives the bytes of a picture. Raises MalformedError where
        anything would be lost that it did not understand."""


class FindAudio(Protocol):
    """Finds the bytes that a content id is made of: the same ones whatever tags and pictures the file has."""

    def __call__(self, reader: BinaryIO, start: int, size: int, /) -> list[Span]:
        """Where those bytes lie in a file of `size` bytes that begins at `start`. Raises MalformedError."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. What it has not, it cannot do: without `plan` its tags are not rewritten, without `pcm` it is
    served as it is, without `audio` it has no content id but that of its samples; without `pictures` mutagen looks."""

    name: str
    """What its streams have as `AudioFormat.container`: a lower-case word."""
    spoken: str
    """What people call it."""
    extensions: frozenset[str]
    """Extensions of files that are looked into for it, in lower case."""
    sniff: Callable[[bytes], bool]
    """Whether a file's first 12 bytes, behind an ID3v2 tag, announce it."""
    read: Read
    also: frozenset[str] = frozenset()
    """Other containers that its streams may have."""
    bounds: Callable[[BinaryIO, int], None] | None = None
    """Raises ExcessiveError where reading the tags of a file of so many bytes would take too much memory or time."""
    pictures: FindPictures | None = None
    picture_types: frozenset[str] = frozenset()
    """MIME types of pictures that its readers know; empty where they know all."""
    pcm: OpenPcm | None = None
    check_md5: Callable[[Origin, SourceFile, bytes], None] | None = None
    """Raises MalformedError where the file tells another MD5 of its whole audio than the one that was found."""
    plan: Plan | None = None
    audio: FindAudio | None = None
    hashing: Callable[[], Hashing] = FrameHash
    """Makes the content id of the bytes that `audio` found."""
    codecs: frozenset[str] = frozenset()
    """Codecs of its streams that people ask for by name, in lower case; one stands for its variants, too: `pcm` for
    `pcm_16`."""
    called: Mapping[str, str] = field(default_factory=dict)
    """Other names that people use, in lower case, and the container or codec that each means."""

    @property
    def containers(self) -> frozenset[str]:
        """All containers that its streams may have."""
        return self.also | {self.name}


def begins(*magics: bytes, at: int = 0) -> Callable[[bytes], bool]:
    """A `sniff`: one of these stands at this byte."""
    return lambda head: head.startswith(magics, at)
