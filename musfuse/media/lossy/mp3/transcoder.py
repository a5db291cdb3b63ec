"""Integer PCM to MP3, run by run on request."""

from collections.abc import Sequence

from musfuse.media.flac.index import range_text
from musfuse.media.formats import FormatRegistry
from musfuse.media.frame_cache import FrameCache
from musfuse.media.layout import Blob, Inline, Layout, Segment
from musfuse.media.lossy.installed import installed
from musfuse.media.lossy.lengths import Lengths
from musfuse.media.lossy.mp3.frames import InfoFrame, Mp3Frames
from musfuse.media.lossy.mp3.infoframe import loudness_of
from musfuse.media.lossy.mp3.library import system_version
from musfuse.media.lossy.mp3.stream import Mp3Stream, bit_rate_for, rate_for
from musfuse.media.lossy.mp3.tag import id3_tag, tag_length
from musfuse.media.lossy.rates import can_resample
from musfuse.media.lossy.runs import LateMaker, Maker, Runs
from musfuse.media.pcm import can_encode
from musfuse.media.ports import TagOverlayService
from musfuse.media.tags.options import TagOptions
from musfuse.model import AudioFormat, Picture, Rendition, TagSet, Track
from musfuse.origins import Origin
from musfuse.store import FrameFiles, PictureStore

_VERSION = 1
"""Raised whenever the same track would get other bytes."""


class Mp3Transcoder:
    """FormatTranscoder of `mp3`. Nothing of the encoder is loaded before a byte of audio is asked for."""

    kind = "mp3"

    def __init__(
        self,
        formats: FormatRegistry,
        lengths: Lengths,
        tags: TagOverlayService,
        pictures: PictureStore,
        options: TagOptions,
        frame_cache: FrameCache,
        frame_files: FrameFiles,
        read_ahead: int,
    ) -> None:
        self._formats, self._lengths = formats, lengths
        self._tags, self._pictures, self._options = tags, pictures, options
        self._frame_cache, self._frame_files, self._read_ahead = frame_cache, frame_files, read_ahead

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits, of up to eight channels: more than two are mixed down; at a rate that one
        of MP3's is made of."""
        return can_encode(fmt) and can_resample(fmt.sample_rate, rate_for(fmt.sample_rate))

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Whether its header does not tell how many samples there are."""
        return self._lengths.needs_index(fmt)

    def token(self, rendition: Rendition) -> str:
        """The versions of what is made, of PyAV, and of LAME where that is the system's: sizes do not depend on them,
        bytes do. The bit rate is in the rendition's name."""
        del rendition
        return f"mp3/{_VERSION}/{installed()}/{system_version()}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The MP3 rendition: tag, pictures, LAME's frame, frames of audio."""
        length, fmt = self._lengths.of(track, origin), track.format
        rate = rate_for(fmt.sample_rate)
        samples = -(-length.samples * rate // fmt.sample_rate)
        stream = Mp3Stream(rate, min(fmt.channels, 2), bit_rate_for(rate, track.rendition.kbps), samples)

        def disproved() -> None:
            self._lengths.disprove(track, length)
            runs.forget()

        def maker() -> Maker:
            from musfuse.media.lossy.mp3.making import Mp3Maker
            from musfuse.media.lossy.track_sound import TrackSound

            return Mp3Maker(stream, TrackSound(self._formats, track, origin, length, disproved))

        def key() -> str:
            from musfuse.media.lossy.mp3.encoder import fingerprint

            of_file = f"{track.file.index_name}/{track.file.stamp}/{range_text(track.sample_range)}"
            return f"{of_file}/{length.samples}/{track.rendition}/{_VERSION}/{fingerprint()}"

        runs = Runs(key, stream.runs, LateMaker(maker), self._frame_cache, self._frame_files, self._read_ahead)
        audio = Mp3Frames(stream, runs, fmt.sample_rate, length.samples)
        return Layout([*self._tag(track), InfoFrame(stream, loudness_of(track.tags)), audio])

    def _tag(self, track: Track) -> list[Segment]:
        pieces = self._pieces(track.tags, self._tags.pictures(track), self._room(track))
        return [
            Blob(self._pictures, piece.digest, piece.size) if isinstance(piece, Picture) else Inline(piece, "ID3v2 tag")
            for piece in pieces
        ]

    def _room(self, track: Track) -> int:
        """Bytes of the tag before anybody changed tags or art, so that a usual change moves no frame; 0 where nobody
        did."""
        if track.embedded is None and not track.art:
            return 0
        tags = track.embedded if track.embedded is not None else track.tags
        return tag_length(self._pieces(tags, self._tags.base_pictures(track)))

    def _pieces(self, tags: TagSet, pictures: Sequence[Picture], room: int = 0) -> list[bytes | Picture]:
        return id3_tag(tags, pictures, int(self._options.id3[-1]), self._options.padding, room)
