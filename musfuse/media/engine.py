"""MediaEngine: what a track is served as, its exact bytes at any offset, and the same as a timestamped stream."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from musfuse.media.art.facts import ExtractedPicture
from musfuse.media.art.port import CoverExtractor
from musfuse.media.layout import Layout, Timed
from musfuse.media.ports import CHUNK_BYTES, AudioChunk, FormatTranscoder, TranscodeResult
from musfuse.model import AudioFormat, Rendition, Track
from musfuse.origins import Origin
from musfuse.rendition import parse_policy


class MediaEngine:
    """Composes origins, transcoders, covers and tags. All methods may be called from many threads. `on_cover` hears of
    each embedded cover that had to be looked at, and keeps its bytes; None where it cannot be used."""

    def __init__(
        self,
        origin_of: Callable[[str], Origin],
        transcoders: Sequence[FormatTranscoder],
        covers: CoverExtractor,
        on_cover: Callable[[Track, ExtractedPicture | None], None] = lambda *_: None,
    ) -> None:
        self._origin_of, self._covers, self._on_cover = origin_of, covers, on_cover
        self._transcoders: Mapping[str, FormatTranscoder] = {t.kind: t for t in transcoders}

    def rendition_of(self, fmt: AudioFormat, policy: str, cut: bool = False) -> Rendition:
        """What a stream is served as under a policy: the policy's format where the stream has lost nothing, else the
        original.

        A stream that is `cut` out of an image cannot be the original: whoever cuts has seen to `can_encode`. Raises
        ConfigError for a text that is no policy.
        """
        wanted = parse_policy(policy)
        maker = self._transcoders.get(wanted.kind)
        if maker is not None and maker.accepts(fmt) and not (cut and wanted is Rendition.ORIGINAL):
            return wanted
        return (Rendition.WAV if wanted is Rendition.WAV else Rendition.FLAC) if cut else Rendition.ORIGINAL

    def needs_index(self, fmt: AudioFormat, rendition: Rendition) -> bool:
        """Whether the size of what is made of such a stream is known by its frame index only."""
        return self._transcoders[rendition.kind].needs_index(fmt)

    def makes(self, rendition: Rendition) -> bool:
        """Whether there is anything that makes such renditions."""
        return rendition.kind in self._transcoders

    def made(self) -> Sequence[Rendition]:
        """Everything without a bitrate whose size is not the original's."""
        return [Rendition.FLAC, Rendition.WAV, Rendition.RETAGGED]

    def token(self, rendition: Rendition) -> str:
        """What sizes of files served so depend on beside the track itself."""
        return self._transcoders[rendition.kind].token(rendition)

    def layout(self, track: Track) -> Layout:
        """The served file; raises NotIndexedError, NotFoundError (its source is gone from the library)."""
        transcoder = self._transcoders[track.rendition.kind]
        origin = self._origin_of(track.file.source_uid)
        return transcoder.layout(self._with_cover(track, origin), origin)

    def _with_cover(self, track: Track, origin: Origin) -> Track:
        """A track with the cover that it has: of a FLAC a scan tells only where one lies, and who encodes it anew puts
        it into another file."""
        if not track.rendition.is_lossy or track.picture is None or track.picture.digest:
            return track
        found = self._covers.extract(origin, track.file)
        self._on_cover(track, found)
        return replace(track, picture=found.picture if found else None)

    def open_stream(self, track: Track, policy: str) -> TranscodeResult:
        """The track under a policy as a stream; one blocking thread a request, encoders bounded for all.

        Raises what `layout` raises at once; errors of the original surface while the chunks are read.
        """
        served = replace(track, rendition=self.rendition_of(track.format, policy, track.part is not None))
        layout = self.layout(served)
        found = self._covers.extract(self._origin_of(track.file.source_uid), track.file)
        duration = _exact_duration(layout, track.format)
        chunks = _chunks(layout, _timeline(layout, track.format, duration), duration)
        return TranscodeResult(served.rendition, layout.size, duration, chunks, found.data if found else None)


def _chunks(layout: Layout, time_at: Callable[[int], int], duration: int | None) -> Iterator[AudioChunk]:
    start = 0
    previous = -1
    try:
        while start < layout.size:
            data = layout.read_at(start, CHUNK_BYTES)
            end = start + len(data)
            last = end == layout.size
            start_ns = max(time_at(start), previous + 1)
            end_ns = max(duration if last and duration is not None else time_at(end), start_ns)
            yield AudioChunk(data, start_ns, end_ns, last)
            start, previous = end, start_ns
    finally:
        layout.close()


def _exact_duration(layout: Layout, fmt: AudioFormat) -> int | None:
    audio = layout.segments[-1] if layout.segments else None
    if isinstance(audio, Timed) and fmt.sample_rate:
        return audio.sample_at(audio.length) * 1_000_000_000 // fmt.sample_rate
    return fmt.duration_ns


def _timeline(layout: Layout, fmt: AudioFormat, duration: int | None) -> Callable[[int], int]:
    """A function from byte offset to ns: exact where we made the frames, spread evenly over an original."""
    audio = layout.segments[-1] if layout.segments else None
    if isinstance(audio, Timed) and fmt.sample_rate:
        front, made = layout.size - audio.length, audio
        return lambda offset: made.sample_at(max(0, offset - front)) * 1_000_000_000 // fmt.sample_rate
    return lambda offset: (duration or 0) * offset // max(1, layout.size)
