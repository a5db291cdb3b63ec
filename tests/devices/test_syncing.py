"""A stick brought in line, again and again, whatever happens meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.stick import TIME_NS, Makes, Song, Stick
from musfuse.devices.carrying import Watch
from musfuse.devices.writing import StoppedError
from musfuse.errors import DeviceError
from musfuse.library.names import name_key

ONE, TWO, THREE = Song(1, "Ann/Best/01 One.flac", b"one"), Song(2, "Ann/Best/02 Two.flac", b"two"), Song(3, "Bob/X.mp3")


def test_what_it_lacks_is_copied_and_a_second_sync_does_nothing(stick: Stick) -> None:
    _, done = stick.sync(ONE, TWO, THREE)
    assert (done.copied, done.written) == (3, 11)
    assert stick.files() == {ONE.path: b"one", TWO.path: b"two", THREE.path: b"sound"}
    assert (stick.folder / ONE.path).stat().st_mtime_ns == TIME_NS
    stick.makes.opened.clear()
    looked, done = stick.sync(ONE, TWO, THREE)
    assert (len(looked.plan.stay), done.copied, done.written, stick.makes.opened) == (3, 0, 0, [])


def test_what_changed_is_written_and_what_nobody_wants_goes_with_its_folders(stick: Stick) -> None:
    stick.sync(ONE, TWO, THREE)
    _, done = stick.sync(replace(ONE, data=b"other"), TWO)
    assert (done.copied, done.updated, done.removed) == (0, 1, 1)
    assert stick.files() == {ONE.path: b"other", TWO.path: b"two"}
    assert stick.folders() == {"Ann", "Ann/Best"}


def test_foreign_files_are_never_touched_and_have_their_names(stick: Stick) -> None:
    (stick.folder / "ann/best").mkdir(parents=True)
    (stick.folder / "ann/best/01 ONE.flac").write_bytes(b"mine")
    (stick.folder / "Bob").write_bytes(b"a file")
    stick.sync(ONE, THREE)
    foreign = {"ann/best/01 ONE.flac": b"mine", "Bob": b"a file"}
    assert stick.files() == {**foreign, "ann/best/01 One (2).flac": b"one", "Bob (2)/X.mp3": b"sound"}
    _, done = stick.sync(ONE, THREE)
    assert (done.copied, done.removed) == (0, 0)
    stick.sync()
    assert stick.files() == foreign
    assert stick.folders() == {"ann", "ann/best"}


def test_names_that_change_are_changed_also_in_a_circle_and_in_case(stick: Stick) -> None:
    stick.sync(ONE, TWO, THREE)
    stick.makes.opened.clear()
    moved = replace(ONE, path=TWO.path), replace(TWO, path=ONE.path), replace(THREE, path="Bob/x.mp3")
    _, done = stick.sync(*moved)
    assert (done.moved, done.copied, done.updated, done.removed, stick.makes.opened) == (3, 0, 0, 0, [])
    assert stick.files() == {TWO.path: b"one", ONE.path: b"two", "Bob/x.mp3": b"sound"}


def test_two_that_change_and_swap_their_names(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    _, done = stick.sync(replace(ONE, path=TWO.path, data=b"1"), replace(TWO, path=ONE.path, data=b"2"))
    assert (done.updated, done.copied, done.removed) == (2, 0, 0)
    assert stick.files() == {TWO.path: b"1", ONE.path: b"2"}


def test_what_somebody_changed_on_the_stick_is_his(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    (stick.folder / ONE.path).write_bytes(b"edited")
    looked, _ = stick.sync(ONE, TWO)
    assert [left.path for left in looked.plan.left_out] == [ONE.path]
    beside = "Ann/Best/01 One (2).flac"
    assert stick.files() == {ONE.path: b"edited", beside: b"one", TWO.path: b"two"}
    stick.sync()
    assert stick.files() == {ONE.path: b"edited"}


def test_what_somebody_deleted_comes_back(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    (stick.folder / ONE.path).unlink()
    _, done = stick.sync(ONE, TWO)
    assert (done.copied, stick.files()[ONE.path]) == (1, b"one")


def test_times_that_another_time_zone_shifts_are_the_same(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    for song, shift in ((ONE, 3600), (TWO, -5.5 * 3600 + 2)):
        os.utime(stick.folder / song.path, (TIME_NS / 1e9 + shift,) * 2)
    looked, done = stick.sync(ONE, TWO)
    assert (looked.plan.left_out, done.copied, done.updated) == ([], 0, 0)


def test_what_cannot_be_read_stays_and_is_told(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    stick.makes.away = {1, 3}
    looked, done = stick.sync(replace(ONE, data=b"newer"), TWO, THREE)
    assert [(left.path, left.why) for left in looked.failed] == [
        (ONE.path, "its source is away"),
        (THREE.path, "its source is away"),
    ]
    assert done.removed == 0
    assert stick.files() == {ONE.path: b"one", TWO.path: b"two"}


def test_one_that_fails_does_not_stop_the_others(stick: Stick) -> None:
    stick.makes.lost = {1}
    _, done = stick.sync(ONE, TWO, THREE)
    assert [left.path for left in done.failed] == [ONE.path]
    assert stick.files().keys() == {TWO.path, THREE.path}
    stick.makes.lost = set()
    _, done = stick.sync(ONE, TWO, THREE)
    assert (done.copied, stick.files().keys()) == (1, {ONE.path, TWO.path, THREE.path})


def test_the_first_come_first_where_not_all_have_room(stick: Stick) -> None:
    looked, _ = stick.sync(THREE, TWO, ONE, most=8)
    assert (looked.beyond, stick.files().keys()) == (1, {THREE.path, TWO.path})


def test_a_file_over_4_gib_is_told_of_and_left_out(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musfuse.devices.planning.MOST_BYTES", 4)
    looked, _ = stick.sync(ONE, THREE)
    assert [left.path for left in looked.plan.left_out] == [THREE.path]
    assert stick.files().keys() == {ONE.path}


def test_names_keep_libraries_and_wishes_apart(stick: Stick, tmp_path: Path) -> None:
    other = Stick(stick.folder, tmp_path / "other.json", Makes())
    stick.sync(ONE)
    stick.sync(TWO, name="jazz")
    other.sync(ONE)
    assert stick.files().keys() == {ONE.path, TWO.path, "Ann/Best/01 One (2).flac"}
    stick.sync(name="jazz")
    other.sync()
    assert stick.files().keys() == {ONE.path}


def test_what_a_lost_library_put_there_is_taken_over(stick: Stick, tmp_path: Path) -> None:
    stick.sync(ONE, TWO)
    heir = Stick(stick.folder, tmp_path / "heir.json", Makes())
    with pytest.raises(DeviceError, match="no other library put files here"):
        stick.sync(ONE, takes_over=True)
    anew = replace(ONE, item=71), replace(TWO, item=72, data=b"2"), THREE
    _, done = heir.sync(*anew, takes_over=True)
    assert (done.copied, done.updated, done.removed, done.moved) == (2, 0, 1, 0)
    assert heir.files() == {ONE.path: b"one", TWO.path: b"2", THREE.path: b"sound"}
    assert heir.sync(*anew)[1].copied == 0
    with pytest.raises(DeviceError, match="is the right disk mounted"):
        stick.sync(ONE)
    stick.sync(new=True)
    heir.sync()
    assert stick.files() == {}


def test_an_empty_mountpoint_is_not_filled(stick: Stick) -> None:
    stick.sync(ONE)
    away = stick.folder.rename(stick.folder.with_name("away"))
    stick.folder.mkdir()
    with pytest.raises(DeviceError, match="is the right disk mounted"):
        stick.sync(ONE)
    assert list(stick.folder.iterdir()) == []
    stick.folder.rmdir()
    away.rename(stick.folder)
    _, done = stick.sync(ONE)
    assert done.copied == 0


def test_a_lost_manifest_makes_foreigners_of_what_was_there(stick: Stick) -> None:
    stick.sync(ONE)
    for path in (stick.folder / ".musfuse-sync").glob("*.jsonl"):
        path.write_bytes(b"{}\n")
    with pytest.raises(DeviceError, match="--new"):
        stick.sync(ONE)
    stick.sync(ONE, new=True)
    assert stick.files().keys() == {ONE.path, "Ann/Best/01 One (2).flac"}


@pytest.mark.parametrize("in_its_place", ["file", "link"])
def test_what_has_the_place_of_a_folder_stays_and_another_folder_is_made(
    stick: Stick, tmp_path: Path, in_its_place: str
) -> None:
    stick.sync(ONE, THREE)
    (stick.folder / "Ann").rename(tmp_path / "away")
    if in_its_place == "file":
        (stick.folder / "Ann").write_bytes(b"mine")
    else:
        (stick.folder / "Ann").symlink_to(tmp_path / "away")
    _, done = stick.sync(ONE, TWO, THREE)
    assert (done.copied, done.failed) == (2, [])
    assert (stick.folder / "Ann (2)/Best/01 One.flac").read_bytes() == b"one"
    stick.sync(THREE)
    assert (tmp_path / "away/Best/01 One.flac").read_bytes() == b"one"
    assert {"Ann", "Ann (2)"} & set(os.listdir(stick.folder)) == {"Ann"}


@pytest.mark.parametrize("linked", [".musfuse-sync/lock", ".musfuse-sync"])
def test_no_link_on_the_device_makes_a_lock_elsewhere(stick: Stick, tmp_path: Path, linked: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (stick.folder / linked).parent.mkdir(exist_ok=True)
    (stick.folder / linked).symlink_to(tmp_path / "elsewhere" / ("nologin" if linked.endswith("lock") else ""))
    for new in (False, True):
        with pytest.raises(DeviceError, match=rf"{linked} is no f\w+, and was not made here"):
            stick.sync(ONE, new=new)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_folder_among_unfinished_files_is_told_of(stick: Stick) -> None:
    stick.sync(ONE)
    [parts] = (stick.folder / ".musfuse-sync").glob("*.parts")
    (parts / "1").mkdir()
    with pytest.raises(DeviceError, match=r"parts/1: a folder that was not made here"):
        stick.sync(ONE, TWO)
    (parts / "1").rmdir()
    stick.sync(ONE, TWO)
    assert stick.files().keys() == {ONE.path, TWO.path}


def test_what_another_put_there_meanwhile_is_not_put_there_twice(stick: Stick) -> None:
    """The same library, as a copy of it on another machine has it: while one looks, the other one syncs."""
    other, begun = Stick(stick.folder, stick.state), list[str]()

    def working(what: str) -> None:
        if not begun:
            begun.append(what)
            other.sync(ONE, TWO)

    with pytest.raises(DeviceError, match="something else put files there meanwhile; the same command looks again"):
        stick.sync(ONE, TWO, watch=Watch(working=working))
    _, done = stick.sync(ONE, TWO)
    assert done.copied == 0
    assert stick.files().keys() == {ONE.path, TWO.path}


def test_it_is_stopped_and_goes_on(stick: Stick) -> None:
    written = []
    stops = Watch(lambda: len(written) > 2, written.append)
    _, done = stick.sync(ONE, TWO, THREE, watch=stops, jobs=1)
    assert done.stopped
    there = stick.files()
    assert len(there) < 3
    _, done = stick.sync(ONE, TWO, THREE)
    assert not done.stopped
    assert (done.copied, len(stick.files())) == (3 - len(there), 3)
    with pytest.raises(StoppedError):
        stick.sync(ONE, watch=Watch(lambda: True))


def test_what_rots_on_the_stick_is_found_and_written_again(stick: Stick) -> None:
    stick.sync(ONE, TWO)
    at = stick.folder / ONE.path
    at.write_bytes(b"0ne")
    os.utime(at, ns=(TIME_NS, TIME_NS))
    assert stick.sync(ONE, TWO)[1].updated == 0
    assert stick.sync(ONE, TWO, verify=True)[1].updated == 1
    assert stick.files()[ONE.path] == b"one"


def test_playlists_are_written_and_go(stick: Stick) -> None:
    _, done = stick.sync(ONE, lists={"Best.m3u8": b"1", "All.m3u8": b"2"})
    assert (done.copied, done.playlists) == (1, 2)
    _, done = stick.sync(ONE, lists={"Best.m3u8": b"1", "All.m3u8": b"3"})
    assert (done.playlists, done.removed) == (1, 0)
    assert stick.files() == {ONE.path: b"one", "Best.m3u8": b"1", "All.m3u8": b"3"}
    stick.sync(ONE)
    assert stick.files() == {ONE.path: b"one"}


def test_no_room_is_told_before_anything_is_done(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    from musfuse.platform.trees import Room

    stick.sync(ONE)
    monkeypatch.setattr("musfuse.platform.posix.trees.DirTree.room", lambda _: Room(2 << 20, 4096))
    with pytest.raises(DeviceError, match="M too small"):
        stick.sync(TWO, replace(THREE, data=bytes(3 << 20)))
    assert stick.files() == {ONE.path: b"one"}


@contextmanager
def new_stick() -> Iterator[Stick]:
    fast = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a disk would be flushed some thousand times
    with tempfile.TemporaryDirectory(dir=fast) as name:
        folder = Path(name, "stick")
        folder.mkdir()
        yield Stick(folder, Path(name, "devices.json"))


PATHS = st.sampled_from(["A/1.mp3", "a/1.MP3", "A/2.mp3", "1.mp3", "B/1.mp3", "b", "CON/x.", "A/1.mp3/x.mp3"])
SONGS = st.dictionaries(st.integers(1, 4), st.tuples(PATHS, st.binary(max_size=3), st.integers(0, 2)), max_size=4)
FOREIGN = st.dictionaries(st.sampled_from(["A/1.mp3", "b", "x/y", "A/2 (2).mp3"]), st.binary(max_size=2), max_size=2)
HIDDEN = st.sets(st.integers(1, 4), max_size=2)


Wishes = list[tuple[dict[int, tuple[str, bytes, int]], set[int]]]
WISHES = st.lists(st.tuples(SONGS, HIDDEN), min_size=1, max_size=4)


@settings(max_examples=40)
@given(FOREIGN, WISHES)
def test_whatever_is_wanted_is_there_and_nothing_foreign_changes(foreign: dict[str, bytes], wishes: Wishes) -> None:
    with new_stick() as stick:
        keeps_in_step(stick, foreign, wishes)


def keeps_in_step(stick: Stick, foreign: dict[str, bytes], wishes: Wishes) -> None:
    """Sync again and again, with other songs each time, some of which cannot be read: what a dry run tells is done, what
    is wanted is there, and nothing foreign changes."""
    for path, data in foreign.items():
        (stick.folder / path).parent.mkdir(exist_ok=True)
        (stick.folder / path).write_bytes(data)
    foreign = stick.files()
    for said, lost in wishes:
        songs = [Song(item, path, data, time) for item, (path, data, time) in said.items()]
        stick.makes.lost = lost
        planned, _ = stick.sync(*songs, dry=True)
        _, done = stick.sync(*songs)
        plan = planned.plan
        if not done.failed:
            assert done.copied + done.updated == len(plan.copies)
        assert (done.moved, done.removed) == (len(plan.moves), len(plan.removals))
        there = stick.files()
        assert {path: there.pop(path, None) for path in foreign} == foreign
        if not done.failed:
            assert sorted(there.values()) == sorted(song.data for song in songs)
        assert len({name_key(path) for path in stick.files()}) == len(stick.files())
    stick.makes.lost = set()
    stick.sync(*songs)
    looked, done = stick.sync(*songs)
    assert (len(looked.plan.stay), done.copied, done.updated, done.moved) == (len(songs), 0, 0, 0)
    stick.sync()
    assert stick.files() == foreign
