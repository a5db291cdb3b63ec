"""`musfuse demo`: what it makes, and that its check would notice a drive that is wrong."""

from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from mount.conftest import Program

from cli.inprocess import run
from musfuse.cli import demo_cmd


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its originals, of a second each."""
    monkeypatch.setattr(demo_cmd, "_SECONDS", 1)
    demo_cmd._make(tmp_path / "Music")
    return tmp_path / "Music"


def test_its_originals_are_of_four_kinds_and_have_tags(music: Path) -> None:
    assert {path.suffix for path in music.iterdir()} == {".wav", ".aiff", ".flac", ".mp3"}
    for path in music.iterdir():
        opened = mutagen.File(path, easy=path.suffix == ".mp3")
        titles = opened.tags["title"] if path.suffix in (".flac", ".mp3") else opened.tags["TIT2"].text
        assert list(titles) == [path.stem]
        samples, rate = soundfile.read(path)
        assert rate == 44_100
        assert abs(len(samples) - 44_100) < 3000  # an MP3 begins before its audio
        assert 0.01 < np.abs(samples).max() < 1  # to be heard, and not cut


@pytest.mark.parametrize("wrong", ["", "sample", "length", "frame"])
def test_a_wrong_file_does_not_pass(
    music: Path, tmp_path: Path, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    samples, rate = soundfile.read(music / "Morning.wav", dtype="int16")
    if wrong == "sample":
        samples[1000, 0] ^= 1
    if wrong == "length":
        samples = samples[:-1]
    served = tmp_path / "Morning.flac"
    soundfile.write(served, samples, rate, "PCM_16")
    if wrong == "frame":
        raw = bytearray(served.read_bytes())
        raw[-20] ^= 0xFF
        served.write_bytes(raw)
    assert demo_cmd._check(music / "Morning.wav", served) is (wrong == "")
    assert ("FAILED" in capsys.readouterr().out) is (wrong != "")


def test_the_whole_of_it(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Over the real kernel; `program` skips where there is no FUSE."""
    monkeypatch.setattr(demo_cmd, "_SECONDS", 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    said = run("demo").out
    assert "==> all is well" in said
    assert said.count("passed") >= 2
    assert "Times of Day (2026)/01 - Morning.flac" in said
    assert [path for path in tmp_path.iterdir() if path.name.startswith("musfuse-demo-")] == []  # nothing is left
