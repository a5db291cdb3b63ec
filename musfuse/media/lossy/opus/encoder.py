"""libopus, as PyAV's wheels carry it: runs of packets, the same bytes on every machine with the same libopus."""

import hashlib
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from musfuse.errors import MediaError
from musfuse.media.lossy.ends import Floats
from musfuse.media.lossy.opus.stream import DELAY, LEAD, PACKET, PREROLL, RATE, RUN, OpusStream
from musfuse.media.lossy.resampling import Resampled

_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""FFmpeg's names of FLAC's channel assignments (RFC 9639 §9.1.3); it puts them into the order of RFC 7845 §5.1.1.2."""
_HEAD_FIXED = 18
"""Bytes of an identification header up to its table of channels (RFC 7845 §5.1)."""


class Heard(Protocol):
    """What an encoder hears: samples of 48 kHz, also before the track and behind it."""

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count)."""


def encode_run(stream: OpusStream, sound: Heard, run: int) -> bytes:
    """The packets of a run. Raises MediaError where libopus makes packets that are not as the arithmetic of `stream`
    has them, and what reading the sound raises."""
    first, end = run * RUN, min((run + 1) * RUN, stream.packets)
    begin = max(0, first - PREROLL)
    heard = sound.read(begin * PACKET - LEAD, (end - begin) * PACKET)
    made = _packets(stream, heard)[first - begin :]
    if len(made) != end - first or any(len(packet) != stream.packet_bytes for packet in made):
        raise MediaError(f"libopus made other packets than {end - first} of {stream.packet_bytes} bytes")
    return b"".join(made)


def channel_table(channels: int, kbps: int) -> bytes:
    """The mapping family, streams and table of an identification header for more than two channels."""
    return bytes(_open(OpusStream(channels, kbps, 0)).extradata[_HEAD_FIXED:])


@lru_cache(1)
def fingerprint() -> str:
    """A hash of what this libopus and this resampler, on this processor, make of a fixed probe."""
    digest = hashlib.blake2b(digest_size=12)
    for channels, kbps in ((1, 24), (2, 48), (2, 128), (6, 128)):
        probe = Resampled(_Probe(channels), RATE)
        digest.update(encode_run(OpusStream(channels, kbps, probe.total), probe, 0))
    return digest.hexdigest()


def _packets(stream: OpusStream, heard: Floats) -> list[bytes]:
    """What a fresh encoder makes of these samples, whose number is that of whole packets."""
    import av

    encoder, layout = _open(stream), _LAYOUTS[stream.channels]
    woven = np.ascontiguousarray(heard.T).reshape(1, -1)
    step, made = PACKET * stream.channels, []
    try:
        for at in range(0, woven.shape[1], step):
            frame = av.AudioFrame.from_ndarray(woven[:, at : at + step], "flt", layout)
            frame.sample_rate, frame.pts = RATE, at // stream.channels
            made += [bytes(packet) for packet in encoder.encode(frame)]
    except av.error.FFmpegError as error:
        raise MediaError(f"libopus failed: {error}") from error
    return made


def _open(stream: OpusStream) -> Any:
    import av

    try:
        encoder = av.codec.CodecContext.create("libopus", "w")
        encoder.sample_rate, encoder.layout, encoder.format = RATE, _LAYOUTS[stream.channels], "flt"
        encoder.bit_rate, encoder.time_base = stream.bitrate, Fraction(1, RATE)
        encoder.options = {"vbr": "off", "frame_duration": "20", "application": "audio"}
        encoder.open()
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(f"libopus is not there, or refuses {stream.bitrate} bit/s: {error}") from error
    if encoder.frame_size != PACKET or int.from_bytes(encoder.extradata[10:12], "little") != DELAY:
        raise MediaError("this libopus has another delay than every one before it")
    return encoder


class _Probe:
    """Half a second of tones and noise, the same everywhere."""

    rate, total = 44_100, 22_050

    def __init__(self, channels: int) -> None:
        self.channels = channels

    def read(self, start: int, count: int) -> Floats:
        """As Sound has it."""
        at = np.arange(start, start + count, dtype=np.int64)
        rows = [
            (at * at * (7 + n) + at * 12_345) % 4096 + (at * (300 + n) % 44_100 > 22_050) * 8192
            for n in range(self.channels)
        ]
        return (np.stack(rows) / 16_384 - 0.4).astype(np.float32)
