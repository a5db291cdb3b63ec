"""A lossy view on every face: sizes without an index, bytes that are the same in any order, what stays as it is."""

import random
import subprocess
from pathlib import Path

import pytest
import sound

from faces.conftest import Show
from faces.shown import manifest

TAGS = {"artist": "Ann", "album": "B"}


@pytest.mark.parametrize(
    ("policy", "kind", "samples"), [("opus:64", "opus", (480_000, 21_769)), ("mp3:128", "mp3", (441_000, 20_000))]
)
def test_a_lossy_view(
    show: Show, music: Path, tmp_path: Path, policy: str, kind: str, samples: tuple[int, int]
) -> None:
    sound.write(music / "1.flac", 44_100 * 10, **TAGS, title="One", tracknumber="1")
    sound.write(music / "2.caf", 20_000)  # the length of this one is counted
    sound.write(music / "3.mp3", 90_000, **TAGS, title="Three", tracknumber="3")
    shown, rng = show(view__policy=policy, index__background=False), random.Random(3)
    assert sorted(shown.entries("Ann/B")) == [f"01 - One.{kind}", "03 - Three.mp3"]
    (counted,) = (path for path, seen, _ in manifest(shown) if path.endswith(f"2.{kind}"))
    for path, expected in zip((f"Ann/B/01 - One.{kind}", counted), samples, strict=True):
        told = shown.stat(path).size
        with shown.open(path) as (size, read):
            last = read(size - 3000, 3000)  # the end first
            whole = read(0, size)
            assert (told, len(whole), whole[-3000:]) == (size, size, last)
            for _ in range(20):
                offset, length = rng.randrange(size), rng.choice((1, 17, 4096, 70_000))
                assert read(offset, length) == whole[offset : offset + length]
        copy = tmp_path / f"copy.{kind}"
        copy.write_bytes(whole)
        done = subprocess.run(
            ["ffmpeg", "-v", "warning", "-i", copy, "-f", "f32le", "-"], capture_output=True, check=True
        )
        assert (done.stderr, len(done.stdout)) == (b"", expected * 8)
    with shown.open("Ann/B/03 - Three.mp3") as (size, read):
        assert read(0, size) == (music / "3.mp3").read_bytes()


def test_what_turns_out_not_to_decode_is_an_error_and_then_the_original(show: Show, music: Path) -> None:
    path = sound.write(music / "1.flac", 44_100 * 20, **TAGS, title="One", tracknumber="1")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = bytes(20_000)
    path.write_bytes(data)
    shown = show(view__policy="opus:64", index__background=False)
    (name,) = shown.entries("Ann/B")
    with shown.open(f"Ann/B/{name}") as (size, read), pytest.raises(OSError):
        read(size // 2, 50_000)
    with pytest.raises(OSError), shown.open(f"Ann/B/{name}"):
        pass
    (name,) = shown.entries("Ann/B")
    assert name == "01 - One.flac"
    with shown.open(f"Ann/B/{name}") as (size, read):
        assert read(0, size) == bytes(data)
