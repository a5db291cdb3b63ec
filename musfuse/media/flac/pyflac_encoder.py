"""The libFLAC in pyFLAC's wheels: for systems whose libsndfile was built without FLAC. An extra, `musfuse[pyflac]`."""

from collections.abc import Callable
from importlib import metadata

import numpy as np
import pyflac

from musfuse.errors import MediaError
from musfuse.media.pcm import sample_words


class _Stream(pyflac.StreamEncoder):  # type: ignore[misc]
    """A stream of samples of so many bits; pyFLAC takes the width of the array for it, and no array has 24 bits."""

    def __init__(self, bits: int, rate: int, level: int, block: int, write: Callable[..., None]) -> None:
        super().__init__(rate, write, compression_level=level, blocksize=block, streamable_subset=False)
        self._bits = bits

    def _init(self) -> None:
        self._bits_per_sample = self._bits
        super()._init()


class PyflacFrames:
    """FrameMaker over pyFLAC."""

    @property
    def version(self) -> str:
        """The version of pyFLAC."""
        return f"pyFLAC {metadata.version('pyflac')}"

    def frames(self, words: bytes, rate: int, channels: int, bits: int, level: int, block: int) -> list[bytes]:
        """Frames of samples. Raises MediaError where libFLAC refuses the parameters."""
        made: list[bytes] = []

        def write(data: bytes, size: int, samples: int, number: int) -> None:
            del size, number
            if samples:  # the others are of the header
                made.append(data)

        samples = np.frombuffer(words, sample_words(bits)).reshape(-1, channels)
        if bits != 16:  # words carry samples in their upper bits
            samples = samples.astype(np.int32) >> (8 if samples.dtype == np.int32 else 16 - bits)
        try:
            stream = _Stream(bits, rate, level, block, write)
            stream.process(samples)
            stream.finish()
        except (pyflac.EncoderInitException, pyflac.EncoderProcessException, ValueError) as error:
            raise MediaError(f"the FLAC encoder refused {rate} Hz, {channels} channels, {bits} bits") from error
        return made
