"""What players hear of packets: decoded by FFmpeg, not by libopus."""

import av
import numpy as np

from musfuse.media.lossy.ends import Endless, Floats, Sound
from musfuse.media.lossy.opus.encoder import encode_run
from musfuse.media.lossy.opus.stream import PRE_SKIP, RATE, OpusStream
from musfuse.media.lossy.resampling import Resampled


def stream_of(sound: Sound, kbps: int) -> OpusStream:
    """The stream for a sound."""
    return OpusStream(sound.channels, kbps, -(-sound.total * RATE // sound.rate))


def at_48_khz(sound: Sound) -> Endless | Resampled:
    """A sound as the encoder hears it."""
    return Endless(sound) if sound.rate == RATE else Resampled(sound, RATE)


def encoded(sound: Sound, kbps: int) -> tuple[OpusStream, bytes]:
    """All packets of a sound."""
    stream = stream_of(sound, kbps)
    return stream, b"".join(encode_run(stream, at_48_khz(sound), run) for run in range(len(stream.runs)))


def decoded(stream: OpusStream, packets: bytes) -> Floats:
    """The samples that a player gives of packets: what comes before the track and behind it is cut off."""
    decoder = av.CodecContext.create("opus", "r")
    decoder.extradata = b"OpusHead" + bytes((1, stream.channels)) + bytes(2) + RATE.to_bytes(4, "little") + bytes(3)
    decoder.open()
    frames = [
        frame.to_ndarray()
        for at in range(0, len(packets), stream.packet_bytes)
        for frame in decoder.decode(av.Packet(packets[at : at + stream.packet_bytes]))
    ]
    return np.concatenate(frames, 1)[:, PRE_SKIP : PRE_SKIP + stream.samples]
