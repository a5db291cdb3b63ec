"""Whole Opus files of originals, as others see and hear them."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import mutagen
import numpy as np
import pytest
import sound

from media.conftest import Studio
from media.lossy.made_files import played

Read = Callable[..., bytes]


def check_by_opusinfo(path: Path, channels: int) -> None:
    """opusinfo, of opus-tools, finds no fault."""
    if shutil.which("opusinfo") is None:
        return  # what FFmpeg and mutagen find has been looked at
    done = subprocess.run(["opusinfo", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "WARNING" not in done.stdout.upper()
    assert f"Channels: {channels}\n" in done.stdout
    assert "(hard-CBR)" in done.stdout


@pytest.mark.parametrize(
    ("name", "bits", "channels", "rate", "kbps"),
    [
        ("a.wav", 16, 2, 44_100, 128), ("a.flac", 24, 2, 96_000, 96), ("a.aiff", 16, 1, 48_000, 64),
        ("a.w64", 24, 6, 48_000, 128), ("a.au", 16, 1, 8_000, 24), ("a.rf64", 16, 2, 22_050, 510),
        ("a.wav", 8, 8, 37_123, 96),
    ],
)  # fmt: skip
def test_every_format_becomes_a_whole_opus(
    studio: Studio,
    music: Path,
    tmp_path: Path,
    read_whole: Read,
    name: str,
    bits: int,
    channels: int,
    rate: int,
    kbps: int,
) -> None:
    samples = rate + 1234
    sound.write(music / name, samples, channels, bits, rate)
    track = studio.track(name, f"opus:{kbps}", index=False, title="T", artist="A; B")
    layout = studio.engine.layout(track)
    out = tmp_path / "out.opus"
    out.write_bytes(read_whole(layout))
    assert out.stat().st_size == layout.size
    assert len(played(out, channels)) == -(-samples * 48_000 // rate)
    check_by_opusinfo(out, channels)
    info = mutagen.File(out)
    assert (info["artist"], info["title"]) == (["A", "B"], ["T"])


def test_the_cover_is_carried_and_loaded_only_when_it_is_read(studio: Studio, music: Path, tmp_path: Path) -> None:
    cover = sound.picture(200)
    sound.add_picture(sound.write(music / "a.wav", 5000), cover)
    layout = studio.engine.layout(studio.track("a.wav", "opus:96", index=False))
    out = tmp_path / "a.opus"
    out.write_bytes(layout.read_at(0, layout.size))
    import base64

    from mutagen.flac import Picture

    assert Picture(base64.b64decode(mutagen.File(out)["metadata_block_picture"][0])).data == cover


def test_sound_comes_back(studio: Studio, music: Path, tmp_path: Path, read_whole: Read) -> None:
    sound.write(music / "a.wav", 48_000, rate=48_000)
    out = tmp_path / "out.opus"
    out.write_bytes(read_whole(studio.engine.layout(studio.track("a.wav", "opus:256", index=False))))
    assert np.sqrt(np.mean((played(out, 2) - sound.pcm(48_000)) ** 2)) < 0.01
