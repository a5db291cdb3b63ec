"""The samples of a track as lossy encoders take them, and what is done where these are not as many as was said."""

from collections.abc import Callable

from musfuse.errors import IndexMismatchError, MediaError
from musfuse.media.decoders import open_pcm
from musfuse.media.formats import FormatRegistry
from musfuse.media.lossy.ends import Floats
from musfuse.media.lossy.lengths import Length
from musfuse.media.lossy.samples import Decoded
from musfuse.media.pcm import DecoderPool, PcmSource
from musfuse.model import Track
from musfuse.origins import Origin
from musfuse.origins.places import place_in


class TrackSound:
    """A Sound over the original of a track. `disproved` is called where it has more or fewer samples than `length`
    says, or cannot be decoded. `close` lets go of its decoders."""

    def __init__(
        self, formats: FormatRegistry, track: Track, origin: Origin, length: Length, disproved: Callable[[], None]
    ) -> None:
        def opened() -> PcmSource:
            return open_pcm(formats, origin, track.file, track.format, length.sequential, track.sample_range)

        fmt = track.format
        self._decoders = DecoderPool(opened)
        self.rate, self.channels, self.total = fmt.sample_rate, fmt.channels, length.samples
        self._decoded = Decoded(self._decoders.read, fmt.sample_rate, fmt.channels, fmt.bits, length.samples)
        self._length, self._disproved = length, disproved
        self._shown = place_in(origin.name, track.file.path)

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count). Raises IndexMismatchError, which names the original, where there are not as
        many as was said or they cannot be decoded, OriginError."""
        try:
            samples = self._decoded.read(start, count)
            if self._length.announced and start + count == self.total and self._decoders.read(self.total, 1):
                raise IndexMismatchError(f"its audio goes on behind sample {self.total}, where it should end")
        except MediaError as error:
            self._disproved()
            said = str(error).removeprefix(f"{self._shown}: ")
            raise IndexMismatchError(f"{self._shown}: {said}; its samples are counted at the next open") from error
        return samples

    def close(self) -> None:
        """Let go of the decoders."""
        self._decoders.close()
