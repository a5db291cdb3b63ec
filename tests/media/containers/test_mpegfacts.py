"""Facts about an MP3 from its first frames are those that mutagen finds."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen import mp3

from musfuse.media.containers.mpegfacts import mp3_facts
from musfuse.model import AudioFormat
from tests import sound

SILENCE = b"\xff\xfb\x90\x64" + bytes(413)


def by_mutagen(data: bytes) -> AudioFormat:
    info = mp3.MPEGInfo(io.BytesIO(data), 0)
    samples = int(info.length * info.sample_rate) if 0 < info.length < 1e7 else None
    return AudioFormat("mp3", "mp3", info.sample_rate, info.channels, 0, samples)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sound.write(tmp_path_factory.mktemp("mp3") / "a.mp3", 44_100).read_bytes()


def test_a_file_of_lame(encoded: bytes) -> None:
    assert mp3_facts(encoded[: 64 << 10], len(encoded)) == by_mutagen(encoded)


@pytest.mark.parametrize("rate", ["44100", "48000", "22050", "8000"])
@pytest.mark.parametrize("channels", ["1", "2"])
@pytest.mark.parametrize("header", ["0", "1"])
def test_files_of_ffmpeg(tmp_path: Path, rate: str, channels: str, header: str) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    out = tmp_path / "a.mp3"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-ar", rate, "-ac", channels]
    subprocess.run([*command, "-write_xing", header, "-id3v2_version", "0", "-b:a", "64k", str(out)], check=True)
    data = out.read_bytes()
    assert mp3_facts(data[: 64 << 10], len(data)) == by_mutagen(data)


def test_frames_without_a_header_of_their_own() -> None:
    data = SILENCE * 6
    assert mp3_facts(data, len(data)) == by_mutagen(data)


@pytest.mark.parametrize(
    "data", [b"", SILENCE * 3, SILENCE + bytes(100), b"\0" + SILENCE * 6, b"\xff\xfd\x90\x64" * 500]
)
def test_what_has_to_be_looked_for_is_left_to_others(data: bytes) -> None:
    assert mp3_facts(data, len(data)) is None


@given(st.data())
def test_a_damaged_file_is_read_the_same_or_not_at_all(encoded: bytes, data: st.DataObject) -> None:
    raw = bytearray(encoded)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, 250))
        raw[at] = data.draw(st.sampled_from([0, 1, 0x30, 0x40, 0x80, 0xFF, raw[at] ^ 1, raw[at] ^ 0x10]))
    found = mp3_facts(bytes(raw[: 64 << 10]), len(raw))
    if found is not None:
        assert found == by_mutagen(bytes(raw))
