"""The libFLAC in soundfile's libsndfile: twice as fast on one thread as pyFLAC's, and there for decoding anyway."""

import soundfile

from musfuse.errors import MediaError
from musfuse.media.pcm import sample_words

_SUBTYPES = {8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}


class _FrameSink:
    """A write-only file that keeps what libFLAC writes frame by frame; header writes are let go.

    libFLAC hands each frame over in one write, and seeks back only after the last frame, to finish STREAMINFO.
    """

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self._position = self._end = 0
        self._finishing = False

    def write(self, data: bytes) -> int:
        if not self._finishing and data[:2] == b"\xff\xf8":
            self.frames.append(data)
        self._position += len(data)
        self._end = max(self._end, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._finishing = bool(self.frames)
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position


class SoundfileFrames:
    """FrameMaker over soundfile. libsndfile takes the block size of the level's preset."""

    @property
    def version(self) -> str:
        """The version of libsndfile, which holds libFLAC."""
        return f"libsndfile {soundfile.__libsndfile_version__}"

    def frames(self, words: bytes, rate: int, channels: int, bits: int, level: int, block: int) -> list[bytes]:
        """Frames of samples. Raises MediaError where libFLAC refuses the parameters."""
        del block
        sink = _FrameSink()
        try:
            with soundfile.SoundFile(
                sink, "w", rate, channels, _SUBTYPES[bits], format="FLAC", compression_level=level / 8
            ) as out:
                out.buffer_write(words, sample_words(bits))
        except (RuntimeError, KeyError) as error:
            raise MediaError(f"the FLAC encoder refused {rate} Hz, {channels} channels, {bits} bits") from error
        return sink.frames
