"""What one open Opus file makes its runs with; loaded when the first one is asked for."""

from musfuse.media.lossy.ends import Endless
from musfuse.media.lossy.opus.encoder import Heard, encode_run
from musfuse.media.lossy.opus.stream import RATE, OpusStream
from musfuse.media.lossy.resampling import Resampled
from musfuse.media.lossy.track_sound import TrackSound


class OpusMaker:
    """Makes runs of a stream out of a track's samples. May be asked from many threads."""

    def __init__(self, stream: OpusStream, sound: TrackSound) -> None:
        self._stream, self._sound = stream, sound
        self._heard: Heard = Endless(sound) if sound.rate == RATE else Resampled(sound, RATE)

    def run(self, run: int) -> bytes:
        """The packets of a run. Raises MediaError, OriginError."""
        return encode_run(self._stream, self._heard, run)

    def close(self) -> None:
        """Let go of the decoders."""
        self._sound.close()
