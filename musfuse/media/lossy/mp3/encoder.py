"""Runs of MP3 frames by LAME: the same bytes on every machine with the same LAME."""

import hashlib
import re
from collections.abc import Generator
from contextlib import closing
from functools import lru_cache

import numpy as np

from musfuse.errors import MediaError
from musfuse.media.containers.mpeg import layer3_header
from musfuse.media.lossy.ends import Floats, Sound
from musfuse.media.lossy.mp3.lame import open_lame
from musfuse.media.lossy.mp3.stream import Mp3Stream
from musfuse.media.lossy.resampling import Resampled

_LOOKAHEAD = 4
"""Frames that LAME wants to hear behind one before it gives that away, and more."""
_VERSION = re.compile(rb"LAME3\.\d{2,3}")
_DEFAULT_VERSION = b"LAME3.100"


def encode_run(stream: Mp3Stream, sound: Sound, run: int, count: int) -> bytes:
    """The first `count` frames of a run. `sound` may be read outside of its ends (`ends.Endless`).

    Raises MediaError where LAME makes frames that are not as the arithmetic of `stream` has them, and what reading the
    sound raises.
    """
    first = run * stream.run_frames
    wanted = range(first, first + count)
    with closing(_frames(stream, sound, first - stream.preroll)) as frames:
        for _ in range(stream.preroll):
            next(frames)
        made = [next(frames) for _ in wanted]
    for number, frame in zip(wanted, made, strict=True):
        _check(stream, number, frame)
    return b"".join(made)


@lru_cache(1)
def fingerprint() -> str:
    """A hash of what this LAME and this resampler, on this processor, make of a fixed probe."""
    digest = hashlib.blake2b(digest_size=12)
    for frames in _probes():
        digest.update(frames)
    return digest.hexdigest()


@lru_cache(1)
def version() -> bytes:
    """The name and version that LAME leaves in frames which have room for it."""
    found = (name for frames in _probes() for name in _VERSION.findall(frames))
    return max(found, key=len, default=_DEFAULT_VERSION)  # at the end of a frame it may be cut


@lru_cache(1)
def _probes() -> tuple[bytes, ...]:
    return tuple(
        encode_run(stream, Resampled(_Probe(stream.channels), stream.rate), 0, 12)
        for stream in (
            Mp3Stream(44_100, 2, 128, 22_050),
            Mp3Stream(48_000, 1, 320, 24_000),
            Mp3Stream(24_000, 2, 64, 9),
        )
    )


class _Probe:
    """A Sound of tones and noise, the same everywhere, then silence."""

    rate, total = 96_000, 30_000

    def __init__(self, channels: int) -> None:
        self.channels = channels

    def read(self, start: int, count: int) -> Floats:
        """As Sound has it."""
        at = np.arange(start, start + count, dtype=np.int64)
        noise = (at * 1_103_515_245 + 12_345 >> 7 & 0xFF) - 128
        wave = np.where(at < 20_000, (at * (at // 700 + 9) % 400 - 200) * 64 + noise, 0)
        both = np.stack([np.roll(wave, channel) for channel in range(self.channels)])
        return both.astype(np.float32) * np.float32(1 / 32_768)


def _frames(stream: Mp3Stream, sound: Sound, first: int) -> Generator[bytes, None, None]:
    """What a fresh encoder makes that hears the sound from frame `first` on, as far as anybody asks for."""
    size, made = stream.frame_samples, 0
    piece = size * (_LOOKAHEAD + stream.preroll)
    encoder = open_lame(stream)
    try:
        for number in range(stream.preroll + stream.run_frames + _LOOKAHEAD):
            at = number * size % piece
            if at == 0:
                samples = sound.read((first + number) * size, piece)
            for frame in encoder.encode(samples[:, at : at + size]):
                made += 1
                yield frame
    finally:
        encoder.close()
    raise MediaError(f"LAME made {made} frames only")


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
