"""A plan carried out on sticks that are full, pulled out, killed, or can do less than others."""

import errno
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests_support import fill, small_disk

from devices.killed import AFTER, BEFORE, FOREIGN, LISTS, DirectTree, new_stick, stick_in
from devices.stick import Makes, Song, Stick
from musfuse.devices.carrying import Watch
from musfuse.errors import DeviceError
from musfuse.platform.posix.trees import DirTree

KILLS, SEED = 20, 7
BIG = tuple(Song(n, f"A/{n}.mp3", bytes([n]) * 300_000) for n in range(1, 9))


@pytest.mark.parametrize("renames", [True, False])
def test_killed_anywhere_the_next_one_has_it_right(renames: bool) -> None:
    """Exactly what is wanted is there then, foreign files are as they were, and nothing is done twice."""
    fast = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=fast) as name:
        state = Path(name, "state")
        new_stick(state, renames=renames).sync(*BEFORE)
        steps = int(_killed_at(state, renames, 0).split()[0])
        shutil.rmtree(f"{state}-0")
        assert steps > 50
        _killed_at(state, renames, *random.Random(SEED).sample(range(1, steps), KILLS))
        for number in range(KILLS):
            stick = stick_in(state.with_name(f"state-{number}"), renames=renames)
            looked, _ = stick.sync(*AFTER, lists=LISTS)
            assert looked.plan.left_out == []
            wanted = {song.path: song.data for song in AFTER if song.item != 8}
            assert stick.files() == {**wanted, **FOREIGN, **LISTS, "foreign/8 (2).mp3": b"eight"}
            assert stick.folders() == {"A", "B", "D", "foreign"}
            assert not list(stick.folder.glob(".musfuse-sync/*.parts/*"))
            looked, done = stick.sync(*AFTER, lists=LISTS)
            assert (done.copied, done.updated, done.moved, done.playlists, done.removed) == (0, 0, 0, 0, 0)
            stick.sync()
            assert stick.files() == FOREIGN


def _killed_at(state: Path, renames: bool, *points: int) -> str:
    argv = [sys.executable, "-m", "devices.killed", state, str(renames), *map(str, points)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    done = subprocess.run(
        argv, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout


def test_a_stick_that_fills_meanwhile_is_told_of_and_gone_on_with(tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 4096) as place:
        stick = Stick(place, tmp_path / "devices.json")
        filler = place / "filler"

        def wrote(_: int) -> None:
            if not filler.exists():
                filler.write_bytes(bytes(1 << 20))

        with pytest.raises(DeviceError, match="something else writes to it"):
            stick.sync(*BIG, watch=Watch(wrote=wrote))
        there = stick.files().keys() - {"filler"}
        assert 0 < len(there) < len(BIG)
        filler.unlink()
        _, done = stick.sync(*BIG)
        assert done.copied == len(BIG) - len(there)
        assert stick.files() == {song.path: song.data for song in BIG}


def test_where_there_is_room_for_one_only_what_it_replaces_goes_first(tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 4096) as place:
        stick = Stick(place, tmp_path / "devices.json")
        stick.sync(*BIG[:7])
        (place / "filler").write_bytes(bytes(600_000))
        _, done = stick.sync(*(replace(song, data=song.data[::-1] + b"!") for song in BIG[:7]))
        assert done.updated == 7


def test_a_stick_without_any_room_is_made_room_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 4096) as place:
        stick = Stick(place, tmp_path / "devices.json")
        stick.sync(*BIG)
        fill(place)
        assert stick.sync(*BIG)[1].copied == 0
        _, done = stick.sync(*BIG[:2])
        assert (done.removed, stick.files().keys() - {"filler"}) == (6, {song.path for song in BIG[:2]})


class Unplugged(DirTree):
    """A stick that is pulled out after some files."""

    left = 3

    def create(self, path: str) -> int:
        Unplugged.left -= 1
        if Unplugged.left < 0:
            raise OSError(errno.EIO, "Input/output error", path)
        return super().create(path)

    def remove(self, path: str) -> None:
        if Unplugged.left < 0:
            raise OSError(errno.EIO, "Input/output error", path)
        super().remove(path)


def test_a_stick_that_is_pulled_out_ends_it_and_the_next_one_goes_on(stick: Stick) -> None:
    Unplugged.left = 5
    gone = Stick(stick.folder, stick.state, open_tree=Unplugged)
    with pytest.raises(DeviceError, match="once it is back, the same command goes on"):
        gone.sync(*BIG)
    there = len(stick.files())
    assert 0 < there < len(BIG)
    looked, done = stick.sync(*BIG)
    assert (done.copied, looked.plan.left_out) == (len(BIG) - there, [])


def test_a_name_that_a_device_cannot_have_is_told_and_the_rest_is_there(stick: Stick) -> None:
    class Picky(DirTree):
        def replace(self, old: str, new: str) -> None:
            if "é" in new:
                raise OSError(errno.EINVAL, "Invalid argument", new)
            super().replace(old, new)

    stick.open_tree = Picky
    odd = Song(9, "A/é.mp3", b"odd")
    _, done = stick.sync(*BIG, odd)
    assert [left.path for left in done.failed] == [odd.path]
    assert stick.files().keys() == {song.path for song in BIG}


def test_a_device_that_renames_nothing(stick: Stick) -> None:
    stick.open_tree = DirectTree
    stick.sync(*BEFORE, lists={"L.m3u8": b"1"})
    assert stick.files() == {**{song.path: song.data for song in BEFORE}, "L.m3u8": b"1"}
    stick.makes.lost = {1}
    _, done = stick.sync(*AFTER[:5], lists={"L.m3u8": b"2"})
    assert [left.path for left in done.failed] == [AFTER[0].path]
    stick.makes.lost = set()
    stick.sync(*AFTER[:5], lists={"L.m3u8": b"2"})
    assert stick.files() == {**{song.path: song.data for song in AFTER[:5]}, "L.m3u8": b"2"}


def test_what_a_kill_left_of_finding_out_is_in_nobodys_way(stick: Stick) -> None:
    (stick.folder / ".musfuse-sync").mkdir()
    (stick.folder / ".musfuse-sync/probe").write_bytes(b"x")
    assert stick.sync(*BEFORE)[1].copied == len(BEFORE)
    assert not (stick.folder / ".musfuse-sync/probe").exists()


def test_a_device_that_keeps_no_times(stick: Stick) -> None:
    class Timeless(DirTree):
        def set_time(self, path: str, mtime_ns: int) -> None:
            raise OSError(errno.EPERM, "Operation not permitted", path)

    stick.open_tree = Timeless
    stick.sync(*BEFORE)
    os.utime(stick.folder / BEFORE[0].path, (1, 1))
    looked, done = stick.sync(*BEFORE)
    assert (looked.plan.left_out, done.copied, done.updated) == ([], 0, 0)


def test_files_get_their_names_in_order_of_path_however_they_are_made(stick: Stick) -> None:
    """Players of FAT show and play them as they were written."""
    named = []

    class Listening(DirTree):
        def rename(self, old: str, new: str) -> None:
            named.append(new)
            super().rename(old, new)

    stick.open_tree = Listening
    stick.sync(*reversed(BIG), jobs=4)
    assert [path for path in named if not path.startswith(".")] == [song.path for song in BIG]


def test_what_is_another_than_was_planned_is_not_written(stick: Stick) -> None:
    class Changing(Makes):
        def open(self, item: int):  # type: ignore[no-untyped-def]
            self.songs[item] = replace(self.songs[item], data=b"changed")
            return super().open(item)

    stick.makes = Changing()
    _, done = stick.sync(*BEFORE[:2])
    assert [left.why.partition(";")[0] for left in done.failed] == ["changed since it was looked at"] * 2
    assert stick.files() == {}
