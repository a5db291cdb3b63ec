"""PCM through FFmpeg's libraries (PyAV), for the lossless codecs that libsndfile does not have.

Positions are samples counted from the first one that a decode from the start yields. Timestamps are trusted for seeking
only where such a decode agreed with every one of them; that is settled while the frame index is built, and kept there.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from musfuse.errors import MalformedError, MediaError, UnsupportedError
from musfuse.media.containers.front import id3v2_length
from musfuse.media.pcm import DAMAGED, word_bytes
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin, open_reader, origin_error
from musfuse.origins.places import place_in

_NEAR_SECONDS = 1  # a target this close ahead is decoded up to rather than sought
_STRICT = {"err_detect": "crccheck+explode"}


class Blocks(Protocol):
    """Where the blocks of a stream lie. Needed for a container that has no index."""

    @property
    def start(self) -> int:
        """The byte at which the audio begins."""

    @property
    def end(self) -> int:
        """The byte behind the audio."""

    def find(self, sample: int) -> int:
        """The offset of a block that begins at or before a sample, close to it."""


class AvPcm:
    """PcmSource over FFmpeg. A damaged packet is an error, never a gap that closes up.

    `sequential` is set by a decode from the start when a packet does not stand where its timestamp says; handed in as
    True, every seek decodes from the start. `demuxer` is FFmpeg's name of the container: nothing is probed. `gapless`:
    positions that do not follow each other are an error. `find_blocks` finds them in a reader of so many bytes.
    """

    def __init__(
        self,
        origin: Origin,
        file: SourceFile,
        fmt: AudioFormat,
        sequential: bool = False,
        *,
        demuxer: str,
        gapless: bool = False,
        find_blocks: Callable[[io.BufferedReader, int], Blocks] | None = None,
    ) -> None:
        self._shown = place_in(origin.name, file.path)
        self.format, self.sequential = fmt, sequential
        self._reader = open_reader(origin, file)
        self._start, self._end = id3v2_length(self._reader.read(10)), file.stamp.size
        self._demuxer, self._gapless = demuxer, gapless
        self._blocks = find_blocks(self._reader, self._end) if find_blocks is not None else None
        if self._blocks is not None:
            self._start, self._end = self._blocks.start, self._blocks.end
        self._container: Any = None
        self._stream: Any = None
        self._frames: Iterator[tuple[int | None, bytes]] = iter(())
        self._left = b""
        self._at = -1  # the sample that `_left` begins with; -1: unknown
        self._unit = word_bytes(fmt.bits) * fmt.channels
        try:
            with self._translated():
                self._open_at(0)
        except BaseException:
            self.close()
            raise

    def read(self, start: int, count: int) -> bytes:
        """Samples [start, start + count), fewer at the end."""
        with self._translated():
            return self._read(start, count)

    def close(self) -> None:
        self._let_go()
        self._reader.close()

    def _let_go(self) -> None:
        self._frames = iter(())
        if self._container is not None:
            with suppress(Exception):
                self._container.close()
            self._container = self._stream = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """FFmpeg's errors as ours; those of the origin as they were."""
        import av.error

        try:
            yield
        except (av.error.FFmpegError, OSError, ValueError, MemoryError) as error:
            failure = origin_error(error)
            if failure is not None:
                raise failure from error
            why = "there is not enough memory for it" if isinstance(error, MemoryError) else DAMAGED
            raise MediaError(f"{self._shown}: cannot be decoded at sample {max(0, self._at)}: {why}") from error

    def _read(self, start: int, count: int) -> bytes:
        if not self._at <= start <= self._at + len(self._left) // self._unit + _NEAR_SECONDS * self.format.sample_rate:
            self._seek(start)
        self._skip_to(start)
        parts, missing = [], count * self._unit
        while missing > 0:
            if not self._left and not self._fill():
                break
            parts.append(self._left[:missing])
            self._left = self._left[missing:]
            missing -= len(parts[-1])
            self._at += len(parts[-1]) // self._unit
        return b"".join(parts)

    def _skip_to(self, start: int) -> None:
        while self._at < start:
            ready = len(self._left) // self._unit
            step = min(ready, start - self._at)
            self._left = self._left[step * self._unit :]
            self._at += step
            if not self._left and not self._fill():
                return

    def _fill(self) -> bool:
        """Decode one frame more; False at the end. Checks what the timestamp says against the count."""
        for position, words in self._frames:
            if self._at < 0:
                if position is None:
                    continue
                self._at = position
            elif position is not None and position != self._at:
                if self._gapless:
                    raise MediaError(f"{self._shown}: frames are missing before sample {position}")
                self.sequential = True
            self._left = words
            return True
        return False

    def _seek(self, start: int) -> None:
        """Stand at or before `start`."""
        if self.sequential or start < self._near:
            self._open_at(0)
            return
        if self._blocks is not None:
            self._open_at(self._blocks.find(start))
            self._at = -1
        else:
            stream = self._stream
            self._container.seek(int(start / self.format.sample_rate / stream.time_base), stream=stream)
            self._frames, self._left, self._at = self._decode(), b"", -1
        if not self._fill() or self._at > start:  # past the end, or the demuxer overshot
            self._open_at(0)

    @property
    def _near(self) -> int:
        return _NEAR_SECONDS * self.format.sample_rate

    def _open_at(self, offset: int) -> None:
        """Open the stream, a WavPack's from a block on, and be ready to decode from there."""
        import av

        self._let_go()
        source = _Window(self._reader, offset or self._start, self._end)
        source.seek(0)
        self._container = av.open(source, format=self._demuxer, options=_STRICT, metadata_errors="ignore")
        if not self._container.streams.audio:
            raise MalformedError(f"{self._shown}: it holds no audio stream")
        self._stream = stream = self._container.streams.audio[0]
        context = stream.codec_context
        context.options = _STRICT
        context.thread_count = 1  # whole stretches are decoded side by side, by several decoders
        self._frames, self._left, self._at = self._decode(), b"", 0

    def _decode(self) -> Iterator[tuple[int | None, bytes]]:
        """(position by timestamp, words) of frame after frame. Of the frames of one packet only the first has one."""
        stream, rate = self._stream, self.format.sample_rate
        previous = None
        for packet in self._container.demux(stream):
            for frame in packet.decode():
                if frame.rate != rate or frame.layout.nb_channels != self.format.channels:
                    raise MediaError(
                        f"{self._shown}: rate or channels change to {frame.rate} Hz, {frame.layout.nb_channels}"
                    )
                pts = None if frame.pts is None or frame.pts == previous else frame.pts
                previous = frame.pts
                position = None if pts is None else round(pts * frame.time_base * rate)
                yield position, self._words(frame)

    def _words(self, frame: Any) -> bytes:
        """Interleaved words as PcmSource gives them; raises UnsupportedError where that would lose something."""
        import numpy as np

        samples = frame.to_ndarray()
        if frame.format.is_planar and samples.shape[0] > 1:
            samples = samples.T
        samples = samples.reshape(-1)
        if samples.dtype == np.uint8:
            samples = (samples.astype(np.int16) - 128) << 8
        if samples.dtype.kind != "i":
            raise UnsupportedError(f"{self._shown}: floating-point samples are served as they are")
        held, bits = samples.dtype.itemsize * 8, self.format.bits
        unused = held - bits
        if unused > 0 and (np.bitwise_or.reduce(samples) & ((1 << unused) - 1)):
            raise UnsupportedError(f"{self._shown}: more than the {bits} bits that it announces")
        if word_bytes(bits) == 4 and held == 16:
            samples = samples.astype(np.int32) << 16
        elif word_bytes(bits) == 2 and held == 32:
            samples = (samples >> 16).astype(np.int16)
        return bytes(samples.tobytes())


class _Window(io.RawIOBase):
    """Bytes [start, end) of a reader, as a file of its own."""

    def __init__(self, reader: io.BufferedReader, start: int, end: int) -> None:
        super().__init__()
        self._inner, self._start, self._end = reader, start, end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._inner.tell() - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._inner.tell(), io.SEEK_END: self._end}[whence]
        return self._inner.seek(max(self._start, base + offset)) - self._start

    def read(self, size: int = -1) -> bytes:
        room = max(0, self._end - self._inner.tell())
        return self._inner.read(room if size < 0 else min(size, room))
