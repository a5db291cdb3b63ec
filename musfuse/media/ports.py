"""The ports that MediaEngine is handed, and what it gives back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from musfuse.errors import MediaError
from musfuse.media.layout import Layout
from musfuse.media.tags.edit import TagEdit
from musfuse.model import AudioFormat, Picture, Rendition, Track
from musfuse.origins import Origin

CHUNK_BYTES = 256 * 1024


class NotIndexedError(MediaError):
    """The exact size is not known before the track's frame index is built."""

    may_retry = True


class TagOverlayService(Protocol):
    """What tags and pictures a served file carries. A track holds its merged tags itself."""

    def token(self) -> str:
        """What the bytes of tags and pictures depend on beside the track."""

    def pictures(self, track: Track) -> Sequence[Picture]:
        """Pictures for a file made here; `load` has their bytes."""

    def base_pictures(self, track: Track) -> Sequence[Picture]:
        """The pictures that `pictures` would give if nobody had set any."""

    def edit(self, track: Track, origin: Origin) -> TagEdit:
        """What has to change in an original that is served with its own audio."""

    def load(self, picture: Picture) -> bytes:
        """The bytes of a picture. Raises MediaError where they are lost."""


class FormatTranscoder(Protocol):
    """Makes one kind of rendition from an original."""

    @property
    def kind(self) -> str:
        """The kind of rendition that it makes, whatever its bitrate (Rendition.kind)."""

    def accepts(self, fmt: AudioFormat) -> bool:
        """Whether a stream with these facts can be made into it, from samples that lost nothing."""

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Whether the size of what is made of such a stream is known by its frame index only."""

    def token(self, rendition: Rendition) -> str:
        """What the sizes of its files depend on beside the track: encoder, options, header."""

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The rendition's bytes. Raises NotIndexedError where its size is not known yet."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Bytes of a served file: `CHUNK_BYTES`, the last one fewer.

    `start_ns` and `end_ns` are the times of the audio that the bytes stand for; `start_ns` rises strictly from chunk
    to chunk, and the last chunk's `end_ns` is the duration. `last` marks the end.
    """

    data: bytes
    start_ns: int
    end_ns: int
    last: bool


@dataclass(frozen=True, slots=True)
class TranscodeResult:
    """A stream: read `chunks` to its end or close it. `artwork` is the cover's bytes."""

    rendition: Rendition
    size: int
    duration_ns: int | None
    chunks: Iterator[AudioChunk]
    artwork: bytes | None
