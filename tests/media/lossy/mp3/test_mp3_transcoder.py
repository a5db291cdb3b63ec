"""Whole MP3 files of originals: sizes before anything is encoded, bytes that never depend on the order of reads."""

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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3

from media.conftest import Studio
from musfuse.errors import IndexMismatchError
from musfuse.media.ports import NotIndexedError
from musfuse.model import ArtKind, Rendition, SampleRange, TagSet

Read = Callable[..., bytes]


def heard(path: Path, channels: int) -> np.ndarray:
    """What FFmpeg decodes; nothing may be wrong with the file."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-i", path, "-map", "0:a", "-f", "f32le", "-"], capture_output=True, check=True
    )
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels)


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
    assert len(heard(out, min(channels, 2))) == -(-samples * served[0] // rate)
    check_by_others(out)
    info = mutagen.File(out)
    assert (info["TIT2"].text, info["TPE1"].text) == (["T"], ["A", "B"])
    assert (info.info.sample_rate, round(info.info.bitrate / 1000), info.info.track_gain) == (*served, -3.2)


def test_any_range_in_any_order_is_the_slice_of_the_whole(studio: Studio, music: Path, read_whole: Read) -> None:
    sound.write(music / "a.flac", 44_100 * 9)
    track = studio.track("a.flac", "mp3:128", index=False)
    whole = read_whole(studio.engine.layout(track), 4096 * 7)
    studio.frame_cache.clear()
    layout = studio.engine.layout(track)
    assert layout.size == len(whole)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, layout.size + 10), st.integers(0, 60_000), st.booleans())
    def check(offset: int, size: int, anew: bool) -> None:
        if anew:
            studio.frame_cache.clear()
            layout.close()
        assert layout.read_at(offset, size) == whole[offset : offset + size]

    check()


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
        made.append(heard(out, 2)[:, 0])
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


def test_a_part_is_as_long_as_the_sheet_says(studio: Studio, music: Path, tmp_path: Path, read_whole: Read) -> None:
    sound.write(music / "a.flac", 44_100 * 3)
    whole = studio.track("a.flac", "mp3:96", index=False)
    for part, samples in ((SampleRange(1000, 45_100), 44_100), (SampleRange(88_200, None), 44_100)):
        layout = studio.engine.layout(replace(whole, part=part))
        out = tmp_path / "out.mp3"
        out.write_bytes(read_whole(layout))
        assert len(heard(out, 2)) == samples
        assert layout.segments[-1].sample_at(layout.segments[-1].length) == samples  # type: ignore[attr-defined]


def test_a_header_that_promises_too_much_is_an_error_and_then_counted(studio: Studio, music: Path) -> None:
    sound.write(music / "a.flac", 44_100)
    track = studio.track("a.flac", "mp3:96", index=False)
    layout = studio.engine.layout(replace(track, format=replace(track.format, total_samples=44_100 * 3)))
    with pytest.raises(IndexMismatchError, match=r"a\.flac: "):
        layout.read_at(layout.size - 1000, 1000)
    with pytest.raises(NotIndexedError, match="its frame index is not built yet"):
        studio.engine.layout(track)


def test_damage_is_an_error_that_names_the_original(studio: Studio, music: Path) -> None:
    path = sound.write(music / "a.flac", 44_100 * 9)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = bytes(20_000)
    path.write_bytes(data)
    layout = studio.engine.layout(studio.track("a.flac", "mp3:96", index=False))
    with pytest.raises(IndexMismatchError, match=r"a\.flac: "):
        layout.read_at(0, layout.size)


def test_times_of_a_stream_are_exact(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 44_100)
    result = studio.engine.open_stream(studio.track("a.wav", "mp3:128", index=False), "mp3:128")
    chunks = list(result.chunks)
    assert result.rendition is Rendition("mp3:128")
    assert (result.duration_ns, chunks[-1].end_ns) == (1_000_000_000, 1_000_000_000)
    assert sum(len(chunk.data) for chunk in chunks) == result.size
