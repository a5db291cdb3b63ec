"""Whole MP3 files of originals, as others see and hear them."""

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mutagen
import numpy as np
import pytest
import sound
from mutagen.id3 import ID3

from media.conftest import Studio
from media.lossy.made_files import played
from musfuse.model import ArtKind, TagSet

Read = Callable[..., bytes]


def check_by_others(path: Path) -> None:
    """mp3val and mpg123 find no fault, where they are installed."""
    if shutil.which("mp3val"):
        said = subprocess.run(["mp3val", path], capture_output=True, text=True).stdout
        assert "WARNING" not in said
        assert "ERROR" not in said
    if shutil.which("mpg123"):
        done = subprocess.run(["mpg123", "-q", "-t", "--no-resync", path], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "bits", "channels", "rate", "kbps", "served"),
    [
        ("a.wav", 16, 2, 44_100, 192, (44_100, 192)), ("a.flac", 24, 2, 96_000, 320, (48_000, 320)),
        ("a.aiff", 16, 1, 22_050, 192, (22_050, 160)), ("a.w64", 24, 6, 48_000, 128, (48_000, 128)),
        ("a.wav", 8, 8, 37_123, 64, (44_100, 64)),
    ],
)  # fmt: skip
def test_every_format_becomes_a_whole_mp3(
    studio: Studio,
    music: Path,
    tmp_path: Path,
    read_whole: Read,
    name: str,
    bits: int,
    channels: int,
    rate: int,
    kbps: int,
    served: tuple[int, int],
) -> None:
    samples = rate + 1234
    sound.write(music / name, samples, channels, bits, rate)
    track = studio.track(name, f"mp3:{kbps}", index=False, title="T", artist="A; B", replaygain_track_gain="-3.20 dB")
    layout = studio.engine.layout(track)
    out = tmp_path / "out.mp3"
    out.write_bytes(read_whole(layout))
    assert out.stat().st_size == layout.size
    assert len(played(out, min(channels, 2))) == -(-samples * served[0] // rate)
    check_by_others(out)
    info = mutagen.File(out)
    assert (info["TIT2"].text, info["TPE1"].text) == (["T"], ["A", "B"])
    assert (info.info.sample_rate, round(info.info.bitrate / 1000), info.info.track_gain) == (*served, -3.2)


def test_two_tracks_of_an_album_join_without_a_click(studio: Studio, music: Path, tmp_path: Path) -> None:
    """A sine that goes on from one original to the next, as a gapless player has it."""
    import soundfile

    total, cut, rate = 120_000, 60_037, 44_100
    sine = 0.5 * np.sin(2 * np.pi * 997 * np.arange(total) / rate)
    made = []
    for name, part in (("1.wav", sine[:cut]), ("2.wav", sine[cut:])):
        soundfile.write(music / name, np.stack([part, part], 1), rate, "PCM_16")
        layout = studio.engine.layout(studio.track(name, "mp3:192", index=False))
        out = tmp_path / f"{name}.mp3"
        out.write_bytes(layout.read_at(0, layout.size))
        made.append(played(out, 2)[:, 0])
    joined = np.concatenate(made)
    assert len(joined) == total
    off = np.abs(joined * (np.dot(sine, sine) / np.dot(joined, sine)) - sine)
    assert off[cut - 1500 : cut + 1500].max() < 1.3 * off[20_000:50_000].max() < 0.001


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_the_cover_is_carried(studio: Studio, music: Path, name: str) -> None:
    """Of a FLAC a scan tells where its cover lies, and no more."""
    cover = sound.picture(200)
    path = sound.write(music / name, 5000)
    if name == "a.wav":
        sound.add_picture(path, cover)
    else:
        from mutagen.flac import FLAC, Picture

        opened, picture = FLAC(path), Picture()
        picture.data, picture.mime, picture.type = cover, "image/png", 3
        opened.add_picture(picture)
        opened.save()
    track = studio.track(name, "mp3:96", index=False)
    assert track.picture is not None
    layout = studio.engine.layout(replace(track, picture=replace(track.picture, digest="")))
    data = layout.read_at(0, layout.size)
    assert ID3(io.BytesIO(data)).getall("APIC")[0].data == cover
    assert studio.looked == [1]


def test_a_change_of_tags_moves_no_frame(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 5000)
    track = studio.track("a.wav", "mp3:96", index=False, title="T")
    before = studio.engine.layout(track)
    changed = replace(
        track, embedded=track.tags, tags=TagSet({"title": ("Quite another title",)}), art=((ArtKind.BACK, ()),)
    )
    after = studio.engine.layout(changed)
    assert after.size == before.size
    assert after.audio == before.audio
    assert ID3(io.BytesIO(after.read_at(0, after.size)))["TIT2"].text == ["Quite another title"]
