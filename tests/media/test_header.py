"""Header bytes: the same for the same track, bounded, with seek points that are starts of frames."""

import struct
from array import array

from musfuse.media.flac.header import make_header, seek_table, streaminfo
from musfuse.media.flac.index import FrameIndex
from musfuse.media.wav import wav_header
from musfuse.model import AudioFormat, Picture, TagSet


def index(frames: int = 100, block: int = 4096) -> FrameIndex:
    return FrameIndex(44_100, 2, 16, block, frames * block - 5, bytes(16), array("I", range(1000, 1000 + frames)))


def test_the_same_track_has_the_same_header() -> None:
    tags = TagSet({"title": ["x"]})
    assert make_header(index(), tags) == make_header(index(), tags)


def test_a_picture_over_the_block_limit_is_left_out() -> None:
    huge, small = Picture("a", 17_000_000, "image/png"), Picture("b", 10, "image/png")
    header = make_header(index(), TagSet(), (huge, small))
    assert len(header.before) == 1
    assert b"image/png" in header.before[0]


def test_seek_points_are_starts_of_frames() -> None:
    made = index(1000)
    points = list(struct.iter_unpack(">QQH", seek_table(made)))
    assert points[0] == (0, 0, 4096)
    for sample, offset, count in points:
        assert sample % 4096 == 0
        assert offset == sum(made.sizes[: sample // 4096])
        assert count == min(4096, made.total_samples - sample)
    assert len(list(struct.iter_unpack(">QQH", seek_table(index(100_000, 1152))))) <= 4096


def test_streaminfo_at_the_limits() -> None:
    big = FrameIndex(655_350, 8, 24, 4096, (1 << 36) - 1, bytes(range(16)), array("I", [14, (1 << 24) - 1]))
    raw = streaminfo(big)
    assert len(raw) == 34
    packed = int.from_bytes(raw[10:18], "big")
    assert (packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1, packed & (1 << 36) - 1) == (
        655_350,
        8,
        24,
        (1 << 36) - 1,
    )


def test_wav_beyond_4_gib_is_rf64() -> None:
    fmt = AudioFormat("aiff", "pcm_24", 192_000, 8, 24, None, "int")
    header = b"".join(wav_header(fmt, 200_000_000, TagSet()))
    assert header[:4] == b"RF64"
    audio, samples = struct.unpack_from("<QQ", header, 28)
    assert (audio, samples) == (200_000_000 * 24, 200_000_000)
    assert struct.unpack_from("<Q", header, 20)[0] == len(header) - 8 + audio
