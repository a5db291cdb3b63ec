"""The frame that tells of the others, as FFmpeg, mpg123, mp3val and mutagen read it."""

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from fastcrc import crc16
from mutagen.mp3 import MP3, BitrateMode

from media.lossy.mp3.test_mp3_encoder import encoded
from media.lossy.tones import music
from musfuse.media.containers.mpegfacts import mp3_facts
from musfuse.media.lossy.mp3.encoder import version
from musfuse.media.lossy.mp3.infoframe import Loudness, info_frame, info_length, loudness_of
from musfuse.media.lossy.mp3.stream import Mp3Stream
from musfuse.model import TagSet

STREAMS = [
    Mp3Stream(44_100, 2, 192, 100_003), Mp3Stream(48_000, 1, 32, 60_000), Mp3Stream(44_100, 2, 320, 60_001),
    Mp3Stream(22_050, 2, 8, 30_000), Mp3Stream(24_000, 1, 160, 48), Mp3Stream(8000, 2, 64, 20_000),
    Mp3Stream(44_100, 2, 128, 1),
]  # fmt: skip


@pytest.fixture(scope="module", params=STREAMS, ids=str)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Mp3Stream, Path]:
    stream: Mp3Stream = request.param
    data = encoded(stream, music(stream.samples, stream.channels, stream.rate))
    path = tmp_path_factory.mktemp("mp3") / "a.mp3"
    path.write_bytes(info_frame(stream, version(), Loudness(-6.5, 1.2, 0.5)) + data)
    return stream, path


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_ffmpeg_decodes_exactly_the_samples(file: tuple[Mp3Stream, Path]) -> None:
    stream, path = file
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-f", "mp3", "-i", path, "-f", "s16le", "-"], capture_output=True
    )
    assert done.stderr == b""
    assert len(done.stdout) == 2 * stream.channels * stream.samples


@pytest.mark.skipif(shutil.which("mpg123") is None, reason="mpg123 is not installed")
def test_mpg123_decodes_exactly_the_samples(file: tuple[Mp3Stream, Path]) -> None:
    stream, path = file
    done = subprocess.run(["mpg123", "-q", "-s", "--no-resync", path], capture_output=True)
    assert done.stderr == b""
    assert len(done.stdout) == 2 * stream.channels * stream.samples


@pytest.mark.skipif(shutil.which("mp3val") is None, reason="mp3val is not installed")
def test_mp3val_finds_no_fault(file: tuple[Mp3Stream, Path]) -> None:
    stream, path = file
    said = subprocess.run(["mp3val", path], capture_output=True, text=True).stdout
    faults = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    faults = [line for line in faults if "No supported tags" not in line]
    assert not faults or stream.frames < 10  # it thinks that so short a file is none


def test_mutagen_reads_it(file: tuple[Mp3Stream, Path]) -> None:
    stream, path = file
    info = MP3(io.BytesIO(path.read_bytes())).info
    assert info.length == pytest.approx(stream.samples / stream.rate, abs=1e-4)
    assert info.bitrate_mode == BitrateMode.CBR
    assert (info.track_gain, info.album_gain) == (-6.5, 1.2)
    assert info.track_peak == pytest.approx(0.5)
    assert info.encoder_info.startswith("LAME 3.100")


def test_our_own_reader_agrees(file: tuple[Mp3Stream, Path]) -> None:
    stream, path = file
    facts = mp3_facts(path.read_bytes()[:4096], path.stat().st_size)
    assert facts is not None
    assert (facts.sample_rate, facts.channels) == (stream.rate, stream.channels)
    assert abs((facts.total_samples or 0) - stream.samples) <= 1


def test_its_own_sum_is_right(file: tuple[Mp3Stream, Path]) -> None:
    data = file[1].read_bytes()
    at = data.index(b"Info") + 154
    assert struct.unpack_from(">H", data, at) == (crc16.arc(data[:at]),)


@pytest.mark.parametrize("stream", STREAMS, ids=str)
def test_its_length_is_known_without_it(stream: Mp3Stream) -> None:
    assert len(info_frame(stream, b"LAME3.100", Loudness())) == info_length(stream)


def test_replay_gain_is_read_as_people_write_it() -> None:
    said = {
        "replaygain_track_gain": ("-7.03 dB",),
        "replaygain_album_gain": ("+1",),
        "replaygain_track_peak": ("1.01",),
    }
    assert loudness_of(TagSet(said)) == Loudness(-7.03, 1.0, 1.01)
    assert loudness_of(TagSet({"replaygain_track_gain": ("loud",)})) == Loudness()
