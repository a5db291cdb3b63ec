"""The segments of an MP3 that hold its audio: the frame that tells of all others, and these, made on request."""

from functools import cached_property

from musfuse.media.lossy.mp3.infoframe import Loudness, info_frame, info_length
from musfuse.media.lossy.mp3.stream import DECODER_DELAY, DELAY, Mp3Stream
from musfuse.media.lossy.runs import Runs


class InfoFrame:
    """The first frame of a stream, which names the version of LAME: that is asked for when it is read first."""

    def __init__(self, stream: Mp3Stream, loudness: Loudness) -> None:
        self._stream, self._loudness = stream, loudness
        self.length = info_length(stream)

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for. Raises MediaError where there is no LAME."""
        return self._data[offset : offset + size]

    def describe(self) -> str:
        return "LAME's frame: length, delay, padding and gains"

    def close(self) -> None:
        """Nothing is held."""

    @cached_property
    def _data(self) -> bytes:
        from musfuse.media.lossy.mp3.encoder import version

        return info_frame(self._stream, version(), self._loudness)


class Mp3Frames:
    """The frames of a stream. `rate` and `total` are the original's: samples a second, and how many there are."""

    def __init__(self, stream: Mp3Stream, runs: Runs, rate: int, total: int) -> None:
        self._stream, self._runs, self._rate, self._total = stream, runs, rate, total
        self._run_bytes = stream.start(stream.run_frames)
        self._expected = 0

    @property
    def length(self) -> int:
        return self._stream.length

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for; costs the runs that they lie in. Raises MediaError, OriginError."""
        if size <= 0:
            return b""
        end = offset + size
        runs = range(offset // self._run_bytes, (end - 1) // self._run_bytes + 1)
        if offset and offset == self._expected:
            self._runs.go_on(runs[-1])
        self._expected = end
        parts = []
        for run in runs:
            start = run * self._run_bytes
            parts.append(self._runs.get(run)[max(0, offset - start) : end - start])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def describe(self) -> str:
        stream = self._stream
        return f"{stream.frames} MP3 frames, {stream.kbps} kbit/s, {stream.rate} Hz, made on request"

    def sample_at(self, offset: int) -> int:
        """The sample of the original that byte `offset` of this segment stands for, spread evenly within its frame."""
        if offset >= self.length:
            return self._total
        stream = self._stream
        frame = stream.frame_at(offset)
        start, end = stream.start(frame), stream.start(frame + 1)
        place = frame * stream.frame_samples + stream.frame_samples * (offset - start) // (end - start)
        return min(max(0, place - DELAY - DECODER_DELAY) * self._rate // stream.rate, self._total)

    def close(self) -> None:
        self._runs.close()
