"""The content id of decoded audio: what it sounds like, whatever container, tags and place it has.

RFC 9639 §8.2 takes the MD5 in STREAMINFO of interleaved signed little-endian samples, each in as few whole bytes as
hold it. A frame index takes its MD5 of the same bytes: a FLAC that nobody decoded and a WAV that was indexed agree.
"""

from musfuse.media.flac.index import FrameIndex


def pcm_content(md5: bytes, rate: int, channels: int, bits: int, samples: int) -> str:
    """The content id of `samples` samples a channel whose packed form has this MD5; empty where there is nothing to
    tell audio by: no samples, or an MD5 of zeros, which stands for none."""
    if not samples or not any(md5):
        return ""
    return f"pcm:{md5.hex()}:{rate}:{channels}:{bits}:{samples}"


def index_content(index: FrameIndex) -> str:
    """The content id of the audio that an index was made of."""
    return pcm_content(index.md5, index.rate, index.channels, index.bits, index.total_samples)
