"""PCM out of originals, through libsndfile, at any sample position.

Samples come interleaved in the form that the FLAC encoder takes: 16-bit words for 8 and 16 bits a sample (8-bit
samples in the upper byte), 32-bit words for 24 bits (in the upper three bytes). `pack` makes the packed little-endian
form of which RFC 9639 §8.2 takes the MD5 and which a WAV holds.
"""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from musfuse.errors import MalformedError, MediaError, OriginError
from musfuse.model import AudioFormat, SampleRange, SourceFile
from musfuse.origins import Origin, open_reader
from musfuse.origins.places import place_in

# libsndfile's names of sample encodings, to bits a sample that FLAC holds exactly.
_INTEGER_BITS = {
    "PCM_U8": 8, "PCM_S8": 8, "PCM_16": 16, "PCM_24": 24, "ALAC_16": 16, "ALAC_20": 24, "ALAC_24": 24,
}  # fmt: skip
_OTHER_BITS = {"PCM_32": (32, "int"), "ALAC_32": (32, "int"), "FLOAT": (32, "float"), "DOUBLE": (64, "float")}
DAMAGED = "its audio is damaged there, or of a kind that is not known; replace it by a sound copy"
UNKNOWN = "its header is damaged, or its audio is of a kind that is not known"
MAX_RATE = 655_350  # the highest that libFLAC's stream encoder takes
MAX_CHANNELS = 8


class PcmSource(Protocol):
    """Decoded audio of one version of one original. Not for use from two threads at once."""

    @property
    def format(self) -> AudioFormat:
        """The stream's facts; `total_samples` is what the decoder announces."""

    @property
    def sequential(self) -> bool:
        """Whether a decode from the start found that only such a decode finds a sample: seeks are slow then."""

    def read(self, start: int, count: int) -> bytes:
        """Samples [start, start + count) of all channels, fewer at the end. Raises MediaError."""

    def close(self) -> None:
        """Close the decoder."""


def sample_words(bits: int) -> str:
    """soundfile's name of the word that a sample of `bits` bits comes in."""
    return "int32" if bits > 16 else "int16"


def word_bytes(bits: int) -> int:
    """How many bytes that word has."""
    return 4 if bits > 16 else 2


def can_encode(fmt: AudioFormat) -> bool:
    """Whether FLAC holds this stream exactly, and our encoder takes it."""
    return (
        fmt.pcm == "int"
        and fmt.bits in (8, 16, 24)
        and 1 <= fmt.channels <= MAX_CHANNELS
        and 1 <= fmt.sample_rate <= MAX_RATE
    )


def pack(words: bytes, bits: int) -> bytes:
    """The samples as packed little-endian signed integers of `bits` bits."""
    if bits == 16:
        return words
    import numpy as np

    raw = np.frombuffer(words, np.uint8)
    if bits == 8:
        return raw[1::2].tobytes()
    return raw.reshape(-1, 4)[:, 1:].tobytes()


class SndfilePcm:
    """PcmSource over libsndfile (WAV, AIFF, W64, RF64, CAF, AU, FLAC)."""

    sequential = False

    def __init__(self, origin: Origin, file: SourceFile) -> None:
        self._shown = place_in(origin.name, file.path)
        self._file, self._input = open_sndfile(origin, file)
        self.format = sndfile_format(self._file)
        self._words = sample_words(self.format.bits)

    def read(self, start: int, count: int) -> bytes:
        """Samples [start, start + count), fewer at the end."""
        try:
            if self._file.tell() != start:
                self._seek(start)
            words = bytes(self._file.buffer_read(count, self._words))
        except (RuntimeError, OSError, ValueError, AssertionError) as error:  # soundfile asserts where a seek failed
            self._input.check()
            raise MediaError(f"{self._shown}: cannot be decoded at sample {start}: {DAMAGED}") from error
        self._input.check()
        return words

    def close(self) -> None:
        self._file.close()
        self._input.close()

    def _seek(self, start: int) -> None:
        """Go to a sample. Raises what soundfile does."""
        self._file.seek(start)


class RangePcm:
    """PcmSource over some of another source's samples."""

    def __init__(self, source: PcmSource, samples: SampleRange) -> None:
        self._source, self._samples = source, samples
        self.format = replace(source.format, total_samples=samples.count_of(source.format.total_samples))

    @property
    def sequential(self) -> bool:
        """Whether the whole source has to be decoded from its start."""
        return self._source.sequential

    def read(self, start: int, count: int) -> bytes:
        """Samples of the range, fewer at its end."""
        own = self._samples.count
        room = count if own is None else min(count, own - start)
        return self._source.read(self._samples.start + start, room) if room > 0 else b""

    def close(self) -> None:
        self._source.close()


class SndfileInput:
    """What libsndfile reads from. Its callbacks must not raise: an error is kept for `check`, and looks like an end."""

    def __init__(self, reader: io.BufferedReader) -> None:
        self.reader = reader
        self._error: OSError | None = None

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the file reaches."""
        try:
            return self.reader.readinto(buffer)
        except OSError as error:
            self._error = error
            return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; a hostile file may send libsndfile before the start, which leaves the position where it is."""
        try:
            return self.reader.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return self.reader.tell()

    def tell(self) -> int:
        return self.reader.tell()

    def write(self, data: bytes) -> int:
        """Write nothing: originals are never written."""
        del data
        return 0

    def check(self) -> None:
        """Raise the origin's error that a callback had to keep."""
        error, self._error = self._error, None
        if error is not None:
            raise error.__cause__ if isinstance(error.__cause__, OriginError) else error

    def close(self) -> None:
        self.reader.close()


def open_sndfile(origin: Origin, file: SourceFile) -> tuple[Any, SndfileInput]:
    """A soundfile.SoundFile over an origin's file, and its input; raises MalformedError where libsndfile refuses it."""
    source = SndfileInput(open_reader(origin, file))
    try:
        return sound_over(source, place_in(origin.name, file.path)), source
    except BaseException:
        source.close()
        raise


def sound_over(source: SndfileInput, shown: str) -> Any:
    """A soundfile.SoundFile over an input; raises MalformedError where libsndfile refuses it."""
    import soundfile

    try:
        return soundfile.SoundFile(source)
    except (RuntimeError, OSError, ValueError, TypeError) as error:
        source.check()
        raise MalformedError(f"{shown}: {UNKNOWN}") from error


def sndfile_format(opened: Any) -> AudioFormat:
    """The facts of an open soundfile.SoundFile."""
    subtype = opened.subtype
    if subtype in _INTEGER_BITS:
        bits, kind = _INTEGER_BITS[subtype], "int"
    else:
        bits, kind = _OTHER_BITS.get(subtype, (0, ""))
    container = {"WAVEX": "wav"}.get(opened.format, opened.format.lower())
    codec = "flac" if container == "flac" else ("alac" if subtype.startswith("ALAC") else subtype.lower())
    known = opened.frames if opened.frames < 1 << 40 else None  # libsndfile's word for a FLAC that does not tell
    return AudioFormat(container, codec, opened.samplerate, opened.channels, bits, known, kind)


class DecoderPool:
    """A few decoders of one original, lent to one thread at a time.

    Lock order: the pool's lock is innermost; no decoder is opened, used or closed under it.
    """

    def __init__(self, open_source: Callable[[], PcmSource], keep: int = 2) -> None:
        self._open_source, self._keep = open_source, keep
        self._lock = threading.Lock()
        self._idle: list[PcmSource] = []
        self._closed = False

    def read(self, start: int, count: int) -> bytes:
        """As PcmSource.read, from any thread."""
        source = self._take()
        try:
            data = source.read(start, count)
        except BaseException:
            source.close()
            raise
        self._give(source)
        return data

    def close(self) -> None:
        """Close idle decoders; a lent one is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for source in idle:
            source.close()

    def _take(self) -> PcmSource:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._open_source()

    def _give(self, source: PcmSource) -> None:
        with self._lock:
            keep = not self._closed and len(self._idle) < self._keep
            if keep:
                self._idle.append(source)
        if not keep:
            source.close()
