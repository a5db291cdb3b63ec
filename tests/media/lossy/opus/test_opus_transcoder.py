"""Whole Opus files of originals: sizes before anything is encoded, bytes that never depend on the order of reads."""

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

from media.conftest import Studio
from musfuse.errors import IndexMismatchError
from musfuse.media.ports import NotIndexedError
from musfuse.model import Rendition, SampleRange

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


def heard(path: Path, channels: int) -> int:
    """How many samples FFmpeg decodes, of each channel; nothing may be wrong with the file."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-i", path, "-f", "f32le", "-"], capture_output=True, check=True)
    assert done.stderr == b""
    return len(done.stdout) // 4 // channels


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
    assert heard(out, channels) == -(-samples * 48_000 // rate)
    check_by_opusinfo(out, channels)
    info = mutagen.File(out)
    assert (info["artist"], info["title"]) == (["A", "B"], ["T"])


def test_any_range_in_any_order_is_the_slice_of_the_whole(studio: Studio, music: Path, read_whole: Read) -> None:
    sound.write(music / "a.flac", 44_100 * 20)
    track = studio.track("a.flac", "opus:64", index=False)
    whole = read_whole(studio.engine.layout(track), 4096 * 7)
    studio.frame_cache.clear()
    layout = studio.engine.layout(track)
    assert layout.size == len(whole)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, layout.size + 10), st.integers(0, 100_000), st.booleans())
    def check(offset: int, size: int, anew: bool) -> None:
        if anew:
            studio.frame_cache.clear()
            layout.close()
        assert layout.read_at(offset, size) == whole[offset : offset + size]

    check()


def test_the_cover_is_carried_and_loaded_only_when_it_is_read(studio: Studio, music: Path, tmp_path: Path) -> None:
    cover = sound.picture(200)
    sound.add_picture(sound.write(music / "a.wav", 5000), cover)
    layout = studio.engine.layout(studio.track("a.wav", "opus:96", index=False))
    out = tmp_path / "a.opus"
    out.write_bytes(layout.read_at(0, layout.size))
    import base64

    from mutagen.flac import Picture

    assert Picture(base64.b64decode(mutagen.File(out)["metadata_block_picture"][0])).data == cover


def test_a_part_is_as_long_as_the_sheet_says(studio: Studio, music: Path, tmp_path: Path, read_whole: Read) -> None:
    sound.write(music / "a.flac", 44_100 * 3)
    whole = studio.track("a.flac", "opus:96", index=False)
    for part, samples in ((SampleRange(1000, 45_100), 44_100), (SampleRange(88_200, None), 44_100)):
        layout = studio.engine.layout(replace(whole, part=part))
        out = tmp_path / "out.opus"
        out.write_bytes(read_whole(layout))
        assert heard(out, 2) == 48_000
        assert layout.segments[-1].sample_at(layout.segments[-1].length) == samples  # type: ignore[attr-defined]


def test_a_header_that_promises_too_much_is_an_error_and_then_counted(studio: Studio, music: Path) -> None:
    sound.write(music / "a.flac", 44_100)
    track = studio.track("a.flac", "opus:96", index=False)
    layout = studio.engine.layout(replace(track, format=replace(track.format, total_samples=44_100 * 3)))
    with pytest.raises(
        IndexMismatchError, match=r"a\.flac: its audio ends at sample 44100, where 132300 were expected"
    ):
        layout.read_at(layout.size - 1000, 1000)
    with pytest.raises(NotIndexedError, match="its frame index is not built yet"):
        studio.engine.layout(track)


def test_what_cannot_be_decoded_is_an_error_and_then_counted(studio: Studio, music: Path) -> None:
    path = sound.write(music / "a.flac", 44_100 * 20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = bytes(20_000)
    path.write_bytes(data)
    track = studio.track("a.flac", "opus:96", index=False)
    layout = studio.engine.layout(track)
    assert layout.read_at(0, 10_000)
    with pytest.raises(IndexMismatchError, match=r"a\.flac: "):
        layout.read_at(0, layout.size)
    with pytest.raises(NotIndexedError):
        studio.engine.layout(track)


def test_a_header_that_promises_too_little_is_one_too(studio: Studio, music: Path) -> None:
    sound.write(music / "a.flac", 44_100 * 2)
    track = studio.track("a.flac", "opus:96", index=False)
    fewer = replace(track, format=replace(track.format, total_samples=44_100))
    layout = studio.engine.layout(fewer)
    with pytest.raises(IndexMismatchError, match=r"a\.flac: its audio goes on behind sample 44100"):
        layout.read_at(0, layout.size)


def test_what_was_counted_is_believed(studio: Studio, music: Path, read_whole: Read) -> None:
    sound.write(music / "a.wav", 30_000)
    track = studio.track("a.wav", "opus:96")
    lying = replace(track, format=replace(track.format, total_samples=99_000))
    assert studio.engine.layout(lying).size == studio.engine.layout(track).size


def test_times_of_a_stream_are_exact(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 44_100)
    result = studio.engine.open_stream(studio.track("a.wav", "opus:128", index=False), "opus:128")
    chunks = list(result.chunks)
    assert result.rendition is Rendition("opus:128")
    assert (result.duration_ns, chunks[-1].end_ns) == (1_000_000_000, 1_000_000_000)
    assert sum(len(chunk.data) for chunk in chunks) == result.size


def test_what_it_cannot_be_made_of_is_served_as_it_is(studio: Studio, music: Path) -> None:
    sound.write(music / "f.wav", subtype="FLOAT")
    sound.write(music / "a.mp3")
    for name in ("f.wav", "a.mp3"):
        fmt = sound.format_of(studio.origin, name)
        assert studio.engine.rendition_of(fmt, "opus:96") is Rendition.ORIGINAL


def test_sound_comes_back(studio: Studio, music: Path, tmp_path: Path, read_whole: Read) -> None:
    sound.write(music / "a.wav", 48_000, rate=48_000)
    out = tmp_path / "out.opus"
    out.write_bytes(read_whole(studio.engine.layout(studio.track("a.wav", "opus:256", index=False))))
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", out, "-f", "f32le", "-"], capture_output=True, check=True)
    made = np.frombuffer(done.stdout, np.float32).reshape(-1, 2)
    assert np.sqrt(np.mean((made - sound.pcm(48_000)) ** 2)) < 0.01
