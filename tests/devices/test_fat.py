"""A real mount of what keeps FAT's rules, and what is put there."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from conftest import needs_fuse
from hypothesis import HealthCheck, given, settings

from devices.stick import TIME_NS, Song, Stick
from devices.test_syncing import FOREIGN, WISHES, Wishes, keeps_in_step
from musfuse.devices.carrying import Watch
from musfuse.devices.naming import fitted
from musfuse.errors import DeviceError

pytestmark = needs_fuse

NUMBERS = count()
HOSTILE = (
    "../../etc/passwd.mp3", "CON/AUX.mp3", "a:b/c?d*.mp3", "dots.../x. .mp3", "🎵" * 150 + "/" + "🎶" * 150 + ".mp3",
    "x" * 300 + "/" + "y" * 300 + ".mp3", "A/one.mp3", "a/ONE.mp3", "Ä/ü.mp3", "ä/Ü.mp3", "tab\t/new\nline.mp3",
    'quo"te/<>|.mp3', "nul.txt/LPT1.tar.mp3",
)  # fmt: skip


@contextmanager
def mount(place: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Mount an empty one at a folder that is made."""
    place.mkdir()
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "-m", "devices.fat", place], env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.PIPE
    )
    for _ in range(6000):
        if os.path.ismount(place) or process.poll() is not None:
            break
        time.sleep(0.01)
    assert os.path.ismount(place), process.stderr and process.stderr.read()
    try:
        yield process
    finally:
        subprocess.run(["fusermount3", "-u", "-z", place], check=process.poll() is None)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("fat") / "mnt"
    with mount(place):
        yield place


@pytest.fixture
def fat(mounted: Path, tmp_path: Path) -> Iterator[Stick]:
    """An empty one."""
    folder = mounted / tmp_path.name
    folder.mkdir()
    stick = Stick(folder, tmp_path / "devices.json")
    yield stick
    stick.sync()


def test_it_keeps_its_rules(mounted: Path) -> None:
    for name in ("a:b", "x.", "CON", "é" * 256):
        with pytest.raises(OSError, match=r"Invalid argument|File name too long"):
            (mounted / name).mkdir()
    (mounted / "Rules").write_bytes(b"1")
    assert (mounted / "rules").read_bytes() == b"1"
    with pytest.raises(OSError, match="not permitted"):
        (mounted / "link").symlink_to("Rules")
    (mounted / "rules").unlink()


def test_whatever_tracks_are_called_they_are_there(fat: Stick) -> None:
    songs = [Song(n, path, path.encode()) for n, path in enumerate(HOSTILE, 1)]
    planned, _ = fat.sync(*songs, dry=True)
    looked, done = fat.sync(*songs, lists={fitted("My: list?.m3u8"): b"1"})
    assert (done.failed, looked.plan.left_out, done.copied, done.playlists) == ([], [], len(songs), 1)
    there = fat.files()
    assert there.pop("My- list_.m3u8") == b"1"
    assert sorted(there.values()) == sorted(song.data for song in songs)
    assert there.keys() == {copy.put.path for copy in planned.plan.copies}
    looked, done = fat.sync(*songs, lists={fitted("My: list?.m3u8"): b"1"})
    assert (len(looked.plan.stay), done.copied, done.updated, done.moved) == (len(songs) + 1, 0, 0, 0)


def test_times_come_back_as_they_were_set_or_shifted(fat: Stick) -> None:
    song = Song(1, "A/1.mp3", b"one", time=3)
    fat.sync(song)
    at = fat.folder / song.path
    assert at.stat().st_mtime_ns == TIME_NS + 6 * 10**9
    os.utime(at, ns=(0, at.stat().st_mtime_ns + 7200 * 10**9 + 1_999_999_999))
    looked, done = fat.sync(song)
    assert (looked.plan.left_out, done.copied, done.updated) == ([], 0, 0)


def test_names_change_in_case_only_and_foreign_ones_keep_theirs(fat: Stick) -> None:
    (fat.folder / "ann").mkdir()
    (fat.folder / "ann/TWO.mp3").write_bytes(b"mine")
    one, two = Song(1, "Ann/one.mp3", b"1"), Song(2, "Ann/Two.mp3", b"2")
    fat.sync(one, two)
    assert fat.files() == {"ann/one.mp3": b"1", "ann/TWO.mp3": b"mine", "ann/Two (2).mp3": b"2"}
    _, done = fat.sync(replace(one, path="Ann/ONE.mp3"), two)
    assert done.moved == 1
    assert fat.files() == {"ann/ONE.mp3": b"1", "ann/TWO.mp3": b"mine", "ann/Two (2).mp3": b"2"}
    fat.makes.lost = {1}
    fat.sync(replace(one, path="Ann/oNe.mp3", data=b"x"), Song(3, "Ann/one.mp3", b"3"))
    fat.makes.lost = set()
    fat.sync(Song(3, "Ann/one.mp3", b"3"))
    assert {name.upper() for name in fat.files()} == {"ANN/ONE (2).MP3", "ANN/TWO.MP3"}
    fat.sync()
    assert fat.files() == {"ann/TWO.mp3": b"mine"}


def test_a_full_one_is_told_of_before_anything_is_written(fat: Stick) -> None:
    with pytest.raises(DeviceError, match="M too small"):
        fat.sync(*(Song(n, f"{n}.mp3", bytes(8 << 20)) for n in range(9)))
    assert fat.files() == {}


def test_one_that_is_pulled_out_is_told_of_and_its_mountpoint_stays_empty(tmp_path: Path) -> None:
    stick = Stick(tmp_path / "mnt", tmp_path / "devices.json")
    songs = [Song(n, f"{n}.mp3", bytes(100_000)) for n in range(1, 9)]
    with mount(tmp_path / "mnt") as process:

        def wrote(_: int) -> None:
            if process.poll() is None and "3.mp3" in os.listdir(stick.folder):
                process.kill()
                process.wait()
                subprocess.run(["umount", "-l", stick.folder], check=True)

        with pytest.raises(DeviceError, match="once it is back, the same command goes on"):
            stick.sync(*songs, watch=Watch(wrote=wrote), jobs=1)
    assert os.listdir(stick.folder) == []
    with pytest.raises(DeviceError, match="is the right disk mounted"):
        stick.sync(*songs)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOREIGN, WISHES)
def test_whatever_is_wanted_is_there_and_nothing_foreign_changes(
    mounted: Path, tmp_path: Path, foreign: dict[str, bytes], wishes: Wishes
) -> None:
    folder = mounted / f"any{next(NUMBERS)}"
    folder.mkdir()
    keeps_in_step(Stick(folder, tmp_path / f"{folder.name}.json"), foreign, wishes)
