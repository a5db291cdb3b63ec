"""Streams without a container: every header of MPEG audio, ADTS as ffmpeg writes it, and what only looks like either."""

import io
import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from mutagen.mp3 import MPEGFrame

from musfuse.errors import MalformedError
from musfuse.media.containers.mpeg import (
    check_mpeg,
    find_adts,
    find_frame,
    is_adts_sync,
    is_flac_frame,
    is_mpeg_sync,
)

LAYER_1 = {3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
           2: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)}  # fmt: skip
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def header(version: int, layer: int, bits: int, rate: int, pad: int) -> bytes:
    return bytes((0xFF, 0xE1 | version << 3 | layer << 1, bits << 4 | rate << 2 | pad << 1, 0x40))


def frame_length(version: int, layer: int, bits: int, rate: int, pad: int) -> int:
    """Bytes of a frame, as mutagen has it; ISO 11172-3 §2.4.3.1 for layer I, whose slots mutagen counts twice."""
    if layer == 3:
        return (12_000 * LAYER_1[3 if version == 3 else 2][bits - 1] // RATES[version][rate] + pad) * 4
    reader = io.BytesIO(header(version, layer, bits, rate, pad) + bytes(4000))
    MPEGFrame(reader)
    return reader.tell()


def test_frames_of_every_header_follow_each_other() -> None:
    for parts in itertools.product((0, 2, 3), (1, 2, 3), range(1, 15), range(3), (0, 1)):
        length = frame_length(*parts)
        frame = header(*parts) + bytes(length - 4)
        assert find_frame(b"\xff\0junk" + frame * 2) == 6, parts
        assert find_frame(frame + b"\0" + frame) == -1, parts
        assert find_frame(frame[:-2] + frame) == -1, parts
        check_mpeg(frame * 2, whole=True)
        check_mpeg(frame, whole=True)
        with pytest.raises(MalformedError):
            check_mpeg(frame[:-1], whole=True)


def test_headers_of_no_known_rate_are_no_frames() -> None:
    for parts in ((1, 1, 9, 0, 0), (3, 0, 9, 0, 0), (3, 1, 0, 0, 0), (3, 1, 15, 0, 0), (3, 1, 9, 3, 0)):
        for length in range(100, 700):
            assert find_frame((header(*parts) + bytes(length - 4)) * 3) == -1, parts


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("streams")

    def encode(name: str, rate: int, channels: int, *options: str) -> Path:
        wav = sound.write(folder / "w.wav", rate // 4, channels, rate=rate)
        return sound.convert(wav, folder / name, *options, "-map_metadata", "-1", "-write_xing", "0", "-id3v2_version", "0") \
            if name.endswith("mp3") else sound.convert(wav, folder / name, *options)  # fmt: skip

    return encode


@pytest.mark.parametrize(("name", "rate"), [("a.mp3", 44_100), ("b.mp3", 22_050), ("c.mp3", 8000), ("d.mp2", 48_000)])
def test_streams_of_ffmpeg_are_a_row_of_frames(encoded: Callable[..., Path], name: str, rate: int) -> None:
    path = encoded(name, rate, 2)
    data = path.read_bytes()
    argv = ["ffprobe", "-v", "error", "-show_entries", "packet=pos", "-of", "csv=p=0", str(path)]
    places = [
        int(line.split(b",")[0])
        for line in subprocess.run(argv, capture_output=True, check=True).stdout.split(b"\n")
        if line
    ]
    assert len(places) > 4
    assert [at for at in places[:-1] if find_frame(data[at:]) != 0] == []
    assert is_mpeg_sync(data)
    assert not is_adts_sync(data)
    check_mpeg(data, whole=True)
    check_mpeg(data[: places[1] + 3], whole=False)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (48_000, 1), (8000, 2), (96_000, 2), (44_100, 6)])
def test_adts_of_ffmpeg(encoded: Callable[..., Path], rate: int, channels: int) -> None:
    data = encoded("a.aac", rate, channels).read_bytes()
    found = find_adts(data)
    assert found is not None
    assert (found.codec, found.sample_rate, found.channels) == ("aac", rate, channels)
    assert find_adts(b"\xff\xf1junk" + data) == found
    assert find_frame(data) == 0
    assert is_adts_sync(data)
    assert not is_mpeg_sync(data)
    first = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
    assert find_adts(data[:first]) == found
    assert find_adts(data[: first + 6]) is None
    assert find_adts(data[: first - 1]) is None
    assert find_adts(data[: first - 1] + data[first : first + 30]) is None


def test_what_ends_a_whole_stream() -> None:
    frame = header(3, 1, 9, 0, 0) + bytes(413)
    for tail in (b"", b"TAG" + bytes(125), b"APETAGEX" + bytes(24)):
        check_mpeg(frame + tail, whole=True)
        check_mpeg(b"front" + frame + tail, whole=True)
    for wrong in (b"", frame + b"junk", frame[:-1], b"no frames at all" * 9):
        with pytest.raises(MalformedError, match="no MPEG audio"):
            check_mpeg(wrong, whole=True)
    check_mpeg(b"only the front of a large file", whole=False)
    with pytest.raises(MalformedError):
        check_mpeg(b"", whole=False)


def test_flac_frames_are_told_from_adts_by_their_checksum(tmp_path: Path) -> None:
    data = sound.write(tmp_path / "a.flac", 9000).read_bytes()
    at = data.index(b"\xff\xf8", 42)
    frame = data[at : at + 20]
    assert is_flac_frame(frame)
    assert not is_flac_frame(frame[:4] + b"\1" + frame[5:])
    assert not is_flac_frame(frame[:3])
    assert not is_flac_frame(header(3, 1, 9, 0, 0) + bytes(20))


def test_a_sync_is_of_mpeg_or_of_adts_and_nothing_else() -> None:
    for first, second in itertools.product((0xFE, 0xFF), range(256)):
        head = bytes((first, second))
        assert is_mpeg_sync(head) + is_adts_sync(head) == (first == 0xFF and second >= 0xE0)
    assert not is_mpeg_sync(b"\xff")
    assert not is_adts_sync(b"\xff")
