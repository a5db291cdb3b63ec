"""What one open MP3 makes its runs with; loaded when the first one is asked for."""

from musfuse.media.lossy.ends import Endless, Sound
from musfuse.media.lossy.mp3.encoder import encode_run
from musfuse.media.lossy.mp3.stream import Mp3Stream
from musfuse.media.lossy.resampling import Resampled
from musfuse.media.lossy.samples import Stereo
from musfuse.media.lossy.track_sound import TrackSound


class Mp3Maker:
    """Makes runs of a stream out of a track's samples. May be asked from many threads."""

    def __init__(self, stream: Mp3Stream, sound: TrackSound) -> None:
        self._stream, self._track = stream, sound
        mixed: Sound = Stereo(sound) if sound.channels > 2 else sound
        self._heard: Sound = Endless(mixed) if mixed.rate == stream.rate else Resampled(mixed, stream.rate)

    def run(self, run: int) -> bytes:
        """The frames of a run. Raises MediaError, OriginError."""
        size = self._stream.run_frames
        return encode_run(self._stream, self._heard, run, min(size, self._stream.frames - run * size))

    def close(self) -> None:
        """Let go of the decoders."""
        self._track.close()
