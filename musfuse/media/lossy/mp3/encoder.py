"""LAME, as PyAV's wheels carry it: runs of MP3 frames, the same bytes on every machine with the same LAME."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from musfuse.errors import MediaError
from musfuse.media.containers.mpeg import layer3_header
from musfuse.media.lossy.ends import Floats, Sound
from musfuse.media.lossy.mp3.stream import Mp3Stream

_LOOKAHEAD = 4
"""Frames that LAME wants to hear behind one before it gives that away, and more."""


def encode_run(stream: Mp3Stream, sound: Sound, run: int, count: int) -> bytes:
    """The first `count` frames of a run. `sound` may be read outside of its ends (`ends.Endless`).

    Raises MediaError where LAME makes frames that are not as the arithmetic of `stream` has them, and what reading the
    sound raises.
    """
    first = run * stream.run_frames
    wanted = range(first, first + count)
    frames = _frames(stream, sound, first - stream.preroll)
    for _ in range(stream.preroll):
        next(frames)
    made = [next(frames) for _ in wanted]
    for number, frame in zip(wanted, made, strict=True):
        _check(stream, number, frame)
    return b"".join(made)


def _frames(stream: Mp3Stream, sound: Sound, first: int) -> Iterator[bytes]:
    """What a fresh encoder makes that hears the sound from frame `first` on, as far as anybody asks for."""
    import av

    encoder, size, made = _open(stream), stream.frame_samples, 0
    piece = size * (_LOOKAHEAD + stream.preroll)
    try:
        for number in range(stream.preroll + stream.run_frames + _LOOKAHEAD):
            if number * size % piece == 0:
                samples = sound.read((first + number) * size, piece)
            at = number * size % piece
            for packet in encoder.encode(_frame(stream, samples[:, at : at + size], number * size)):
                made += 1
                yield bytes(packet)
    except av.error.FFmpegError as error:
        raise MediaError(f"LAME failed: {error}") from error
    raise MediaError(f"LAME made {made} frames only")


def _open(stream: Mp3Stream) -> Any:
    import av

    try:
        encoder = av.codec.CodecContext.create("libmp3lame", "w")
        encoder.sample_rate, encoder.layout, encoder.format = stream.rate, _layout(stream), "fltp"
        encoder.bit_rate, encoder.time_base = stream.kbps * 1000, Fraction(1, stream.rate)
        encoder.options = {"reservoir": "0"}
        encoder.open()
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(f"LAME is not there, or refuses {stream.rate} Hz at {stream.kbps} kbit/s: {error}") from error
    return encoder


def _frame(stream: Mp3Stream, samples: Floats, at: int) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", _layout(stream))
    frame.sample_rate, frame.pts = stream.rate, at
    return frame


def _layout(stream: Mp3Stream) -> str:
    return "mono" if stream.channels == 1 else "stereo"


def _check(stream: Mp3Stream, number: int, frame: bytes) -> None:
    """Raise MediaError unless a frame is of the size that was told of it, and needs none of the ones before."""
    told = stream.start(number + 1) - stream.start(number)
    header = layer3_header(frame, 0)
    if header is None or header.length != len(frame) or len(frame) != told or main_data_begin(frame):
        raise MediaError(f"LAME made {len(frame)} bytes of frame {number}, which has {told}")


def main_data_begin(frame: bytes) -> int:
    """How many bytes of earlier frames a frame of layer III needs (ISO 11172-3 §2.4.1.7, 13818-3 §2.4.1.7)."""
    newer = frame[1] >> 3 & 3 == 3
    at = 4 if frame[1] & 1 else 6  # a checksum stands before the side information
    return frame[at] << 1 | frame[at + 1] >> 7 if newer else frame[at]
