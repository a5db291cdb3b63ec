"""Lossless integer PCM to Opus, run by run on request."""

import zlib
from functools import partial

from musfuse.media.flac.index import range_text
from musfuse.media.formats import FormatRegistry
from musfuse.media.frame_cache import FrameCache
from musfuse.media.layout import Layout
from musfuse.media.lossy.installed import installed
from musfuse.media.lossy.lengths import Lengths
from musfuse.media.lossy.opus.header import HEADER_VERSION, Gains, OpusHeader, opus_tags
from musfuse.media.lossy.opus.options import OpusOptions
from musfuse.media.lossy.opus.pages import OpusPages
from musfuse.media.lossy.opus.stream import RATE, OpusStream
from musfuse.media.lossy.rates import can_resample
from musfuse.media.lossy.runs import LateMaker, Maker, Runs
from musfuse.media.pcm import can_encode
from musfuse.media.ports import TagOverlayService
from musfuse.model import AudioFormat, Rendition, Track
from musfuse.origins import Origin
from musfuse.store import FrameFiles

_VERSION = 1
"""Raised whenever the same track would get other packets."""


class OpusTranscoder:
    """FormatTranscoder of `opus`. Nothing of the encoder is loaded before a byte of audio is asked for."""

    kind = "opus"

    def __init__(
        self,
        formats: FormatRegistry,
        lengths: Lengths,
        tags: TagOverlayService,
        options: OpusOptions,
        frame_cache: FrameCache,
        frame_files: FrameFiles,
        read_ahead: int,
    ) -> None:
        self._formats = formats
        self._lengths, self._tags, self._options = lengths, tags, options
        self._frame_cache, self._frame_files, self._read_ahead = frame_cache, frame_files, read_ahead

    def accepts(self, fmt: AudioFormat) -> bool:
        """Integer PCM of 8, 16 or 24 bits, of up to eight channels, at a rate that 48 kHz is made of."""
        return can_encode(fmt) and can_resample(fmt.sample_rate, RATE)

    def needs_index(self, fmt: AudioFormat) -> bool:
        """Whether its header does not tell how many samples there are."""
        return self._lengths.needs_index(fmt)

    def token(self, rendition: Rendition) -> str:
        """The version of headers, and that of PyAV, which brings the encoder: sizes do not depend on it, bytes do. The
        bitrate is in the rendition's name."""
        del rendition
        made = f"{HEADER_VERSION}/{_VERSION}/{installed()}/{self._options.header_gain}"
        return f"opus/{made}/{self._tags.token()}"

    def layout(self, track: Track, origin: Origin) -> Layout:
        """The Opus rendition: headers, and pages of audio."""
        length, fmt, kbps = self._lengths.of(track, origin), track.format, track.rendition.kbps
        stream = OpusStream(fmt.channels, kbps, -(-length.samples * RATE // fmt.sample_rate))
        of_file = f"{track.file.stamp}/{range_text(track.sample_range)}"
        serial = zlib.crc32(of_file.encode())
        gains = Gains.of(track.tags)
        applied = self._applied(gains)
        header = OpusHeader(
            fmt.channels, fmt.sample_rate, serial, opus_tags(track.tags, gains.minus(applied)),
            self._tags.pictures(track), self._tags.load, partial(_table, fmt.channels, kbps), applied,
        )  # fmt: skip

        def disproved() -> None:
            self._lengths.disprove(track, length)
            runs.forget()

        def maker() -> Maker:
            from musfuse.media.lossy.opus.making import OpusMaker
            from musfuse.media.lossy.track_sound import TrackSound

            return OpusMaker(stream, TrackSound(self._formats, track, origin, length, disproved))

        def key() -> str:
            from musfuse.media.lossy.opus.encoder import fingerprint

            made = f"{track.rendition}/{_VERSION}/{fingerprint()}"
            return f"{track.file.index_name}/{of_file}/{length.samples}/{made}"

        runs = Runs(key, stream.runs, LateMaker(maker), self._frame_cache, self._frame_files, self._read_ahead)
        return Layout([header, OpusPages(stream, runs, serial, header.pages, fmt.sample_rate, length.samples)])

    def _applied(self, gains: Gains) -> int:
        """The gain that players apply to all, in 1/256 dB."""
        if self._options.header_gain == "off":
            return 0
        wanted = gains.album if self._options.header_gain == "album" else None
        return wanted if wanted is not None else gains.track or 0


def _table(channels: int, kbps: int) -> bytes:
    """As encoder.channel_table, which is loaded where there are more than two channels."""
    if channels <= 2:
        return b"\0"
    from musfuse.media.lossy.opus.encoder import channel_table

    return channel_table(channels, kbps)
