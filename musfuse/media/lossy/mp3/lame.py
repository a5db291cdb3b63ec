"""LAME, from wherever it is faster: the system's library where there is one, else what PyAV's wheels carry.

Both make the same of the same settings, but for the last bits of floating point. That in PyAV's wheels takes three
times as long as Debian's.
"""

import ctypes
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from musfuse.errors import MediaError
from musfuse.media.containers.mpeg import layer3_header
from musfuse.media.lossy.ends import Floats
from musfuse.media.lossy.mp3.library import REPORTS, SETTINGS, system_library
from musfuse.media.lossy.mp3.stream import Mp3Stream

_JOINT_STEREO, _MONO, _CONSTANT = 1, 3, 0


class Lame(Protocol):
    """One encoder, which has heard nothing yet when it is made. Not for use from two threads at once."""

    def encode(self, samples: Floats) -> list[bytes]:
        """The frames that are ready once it heard these samples, as many as a frame has. Raises MediaError."""

    def close(self) -> None:
        """Let go of it."""


def open_lame(stream: Mp3Stream) -> Lame:
    """An encoder for a stream. Raises MediaError where there is none, or it refuses the rate or bit rate."""
    library = system_library()
    return SystemLame(library, stream) if library is not None else AvLame(stream)


class SystemLame:
    """LAME by its own interface (lame.h)."""

    def __init__(self, library: ctypes.CDLL, stream: Mp3Stream) -> None:
        self._library = library
        self._room = ctypes.create_string_buffer(stream.frame_samples * 5 // 4 + 7200)
        self._left = b""
        self._lame: int | None = library.lame_init()
        if not self._lame:
            raise MediaError("there is not enough memory for LAME")
        for name in REPORTS:
            getattr(library, f"lame_set_{name}")(self._lame, None)
        mode = _MONO if stream.channels == 1 else _JOINT_STEREO
        values = (stream.rate, stream.rate, stream.channels, mode, _CONSTANT, stream.kbps, 1, 0)
        for name, value in zip(SETTINGS, values, strict=True):
            getattr(library, f"lame_set_{name}")(self._lame, value)
        failed = library.lame_init_params(self._lame) < 0
        if failed or library.lame_get_out_samplerate(self._lame) != stream.rate:
            self.close()
            raise _refused(stream, "its settings")

    def encode(self, samples: Floats) -> list[bytes]:
        """As Lame has it."""
        held = [np.ascontiguousarray(channel, np.float32) for channel in samples]
        left, right = (channel.ctypes.data_as(ctypes.POINTER(ctypes.c_float)) for channel in (held[0], held[-1]))
        got = self._library.lame_encode_buffer_ieee_float(
            self._lame, left, right, len(held[0]), self._room, len(self._room)
        )
        if got < 0:
            raise MediaError(f"LAME failed: {got}")
        self._left += self._room.raw[:got]
        return self._whole()

    def close(self) -> None:
        """Let go of it."""
        lame, self._lame = self._lame, None
        if lame:
            self._library.lame_close(lame)

    def _whole(self) -> list[bytes]:
        frames = []
        while (header := layer3_header(self._left, 0)) is not None and len(self._left) >= header.length:
            frames.append(self._left[: header.length])
            self._left = self._left[header.length :]
        return frames


class AvLame:
    """LAME through PyAV."""

    def __init__(self, stream: Mp3Stream) -> None:
        import av

        self._layout, self._rate, self._at = ("mono" if stream.channels == 1 else "stereo"), stream.rate, 0
        try:
            self._encoder: Any = av.codec.CodecContext.create("libmp3lame", "w")
            self._encoder.sample_rate, self._encoder.layout, self._encoder.format = stream.rate, self._layout, "fltp"
            self._encoder.bit_rate, self._encoder.time_base = stream.kbps * 1000, Fraction(1, stream.rate)
            self._encoder.options = {"reservoir": "0"}
            self._encoder.open()
        except (av.error.FFmpegError, ValueError) as error:
            raise _refused(stream, str(error)) from error

    def encode(self, samples: Floats) -> list[bytes]:
        """As Lame has it."""
        import av

        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", self._layout)
        frame.sample_rate, frame.pts = self._rate, self._at
        self._at += samples.shape[1]
        try:
            return [bytes(packet) for packet in self._encoder.encode(frame)]
        except av.error.FFmpegError as error:
            raise MediaError(f"LAME failed: {error}") from error

    def close(self) -> None:
        """Nothing is to be done: it goes with its object."""


def _refused(stream: Mp3Stream, why: str) -> MediaError:
    return MediaError(f"LAME is not there, or refuses {stream.rate} Hz at {stream.kbps} kbit/s: {why}")
