"""The sources are followed: by what the system tells, and by looking again and again where it does not."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import sound
from patient import until

from musfuse.app import follower, scanning
from musfuse.app.jobs import Jobs
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import Drive
from musfuse.errors import StoreError
from musfuse.library.catalog import Files
from musfuse.library.corners import Corner
from musfuse.library.options import FollowOptions
from musfuse.library.userdb import ViewSpec
from musfuse.model import NodeKind
from musfuse.origins.local import watching
from musfuse.platform import system
from musfuse.service.tagging import Who

Followed = Callable[..., Library]


@pytest.fixture
def followed(tmp_path: Path, music: Path) -> Iterator[Followed]:
    """A library over `music` with its jobs, that follows it after the first scan; options by name."""
    sound.write(music / "a/1.flac", 100, artist="Ann", album="B", title="One")
    with ExitStack() as closing:

        def begin(**options: object) -> Library:
            flags = {"index.background": False, "follow.quiet_ms": 50}
            flags |= {name.replace("__", "."): value for name, value in options.items()}
            config = load_config(default_sections(), flags=flags, env={}).config
            library = open_library(tmp_path / "state", config, closing, sources=[music])
            jobs = Jobs(library)
            library.follow(lambda: jobs.request("rescan"))
            closing.callback(jobs.join)
            closing.callback(jobs.stop)
            if library.follower is not None:
                closing.callback(library.follower.close)
            jobs.start()
            jobs.runner.wait(jobs.request("scan").id)
            library.jobs = jobs  # type: ignore[attr-defined]
            return library

        yield begin


def tree(library: Library, path: str = "") -> list[str]:
    found = []
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found += tree(library, below) if entry.kind is NodeKind.FOLDER else [below]
    return sorted(found)


def passes(library: Library) -> int:
    return sum(job.kind == "rescan" for job in library.jobs.runner.rows())  # type: ignore[attr-defined]


def untold(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(system, "untold_changes", lambda folder: why)


def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that tells of nothing, as of what another machine does."""

    class Deaf:
        problem = "its file system tells of nothing"

        def enter(self, folder: str) -> None: ...

        def leave(self, folders: object) -> None: ...

        def catch_up(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(watching, "watch_folder", lambda root, listener: Deaf())


def test_what_comes_changes_moves_and_goes_is_followed(followed: Followed, music: Path, tmp_path: Path) -> None:
    library = followed()
    sound.write(tmp_path / "x.flac", 100, artist="Ann", album="C", title="Two")
    (music / "new/deep").mkdir(parents=True)
    shutil.copy(tmp_path / "x.flac", music / "new/deep/2.flac")
    until(lambda: tree(library) == ["Ann/B/One.flac", "Ann/C/Two.flac"])
    library.tagging.set([("Ann/C/Two.flac", "")], ["title=Second"], Who("tester"))
    os.rename(music / "new", music / "moved")
    os.rename(music / "moved/deep/2.flac", music / "a/2.flac")
    until(lambda: not any("moved" in path or "new" in path for path in originals(library)) and passes(library) > 1)
    until(lambda: tree(library) == ["Ann/B/One.flac", "Ann/C/Second.flac"])
    sound.tag(music / "a/1.flac", title="First")
    until(lambda: tree(library)[0] == "Ann/B/First.flac")
    shutil.rmtree(music / "a")
    until(lambda: tree(library) == [])


def originals(library: Library) -> list[str]:
    with library.catalog.database.read() as db:
        return [os.fsdecode(row[0] + b"/" + row[1]) for row in db.execute("SELECT path, name FROM original")]


def test_a_tree_that_is_moved_in_is_one_pass(followed: Followed, music: Path, tmp_path: Path) -> None:
    for n in range(30):
        sound.write(tmp_path / f"tree/{n % 5}/{n}.wav", 50, artist="Z", title=f"{n}", seed=n)
    library = followed()
    os.rename(tmp_path / "tree", music / "tree")
    until(lambda: len(tree(library)) == 31)
    assert passes(library) == 1


def test_a_file_that_is_being_written_waits(followed: Followed, music: Path, tmp_path: Path) -> None:
    library = followed()
    whole = sound.write(tmp_path / "x.wav", 90_000, artist="Ann", album="C", title="Two").read_bytes()
    with (music / "a/2.wav").open("wb") as file:
        for at in range(0, len(whole), len(whole) // 5 + 1):
            file.write(whole[at : at + len(whole) // 5 + 1])
            file.flush()
            before = passes(library)
            (music / f"a/{at}.txt").write_text("something else happens")
            until(lambda before=before: passes(library) > before)
            assert tree(library) == ["Ann/B/One.flac"]
    until(lambda: len(tree(library)) == 2)
    assert not any("broken" in line.reason for line in library.catalog.reports.lines())


@pytest.mark.parametrize("clock", [-(10**9), 10**9])
def test_where_nothing_is_told_it_is_looked_at_again_whatever_the_time_is_there(
    followed: Followed, music: Path, monkeypatch: pytest.MonkeyPatch, clock: int, caplog: pytest.LogCaptureFixture
) -> None:
    deaf(monkeypatch)
    library = followed(follow__poll_seconds=1)
    path = sound.write(music / "a/2.flac", 100, artist="Ann", album="B", title="Two")
    os.utime(path, (path.stat().st_mtime + clock, path.stat().st_mtime + clock))
    until(lambda: tree(library) == ["Ann/B/One.flac", "Ann/B/Two.flac"])
    path.unlink()
    until(lambda: tree(library) == ["Ann/B/One.flac"])
    assert library.follower is not None
    (told,) = library.follower.told()
    assert (told.polled > 0, told.problem) == (True, "its file system tells of nothing")
    assert "its file system tells of nothing; it is looked at every" in caplog.text


def test_a_file_system_that_does_not_tell_all_is_polled_as_well(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    untold(monkeypatch, "the file system of /far (nfs4) does not tell of all changes")
    library = followed()
    assert library.follower is not None
    until(lambda: library.follower.told()[0].polled == 300)
    untold(monkeypatch, "")
    library.jobs.runner.wait(library.jobs.request("scan").id)  # type: ignore[attr-defined]
    assert library.follower.told()[0].polled == 0


@pytest.mark.parametrize("part", ["", "a"])
def test_what_is_away_is_looked_at_again_until_it_is_back(
    followed: Followed, music: Path, tmp_path: Path, part: str
) -> None:
    """An empty folder stands where another one was, as where a disk is not mounted; mounts are told by nobody."""
    library, place = followed(follow__poll_seconds=1), music / part
    sound.write(tmp_path / "disk/2.flac", 100, artist="Ann", album="B", title="Two")
    (music / "other").mkdir()
    until(lambda: not library.follower.told()[0].problem)
    place.rename(tmp_path / "unplugged")
    place.mkdir()
    library.jobs.runner.wait(library.jobs.request("scan").id)  # type: ignore[attr-defined]
    assert library.follower is not None
    until(lambda: library.follower.told()[0].problem == "it, or what is mounted in it, was away")
    assert tree(library) == ["Ann/B/One.flac"]
    library.refresh(library.sources.rows()[0].uid, "a/1.flac")
    assert tree(library) == ["Ann/B/One.flac"]
    watch = library.follower._followees[library.sources.rows()[0].uid].watch
    assert watch is not None
    watch.leave(["", "a"])  # what comes is not told of
    place.rmdir()
    (tmp_path / "disk").rename(place)
    until(lambda: tree(library) == ["Ann/B/Two.flac"])
    until(lambda: library.follower.told()[0].problem == "")


def test_a_source_that_is_away_at_the_start_is_looked_at_again(followed: Followed, music: Path, tmp_path: Path) -> None:
    library, other = followed(follow__poll_seconds=1), tmp_path / "other"
    sound.write(other / "2.flac", 100, artist="Ann", album="B", title="Two")
    other.rename(tmp_path / "away")
    other.mkdir()
    library.add_sources([other])
    other.rmdir()
    library.jobs.runner.wait(library.jobs.request("scan").id)  # type: ignore[attr-defined]
    assert library.follower is not None
    assert [bool(one.polled) for one in library.follower.told()] == [False, True]
    (tmp_path / "away").rename(other)
    until(lambda: len(tree(library)) == 2)
    until(lambda: not any(one.polled for one in library.follower.told()))


def test_lost_events_have_all_looked_at(followed: Followed, music: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = followed()
    assert library.follower is not None
    (followee,) = library.follower._followees.values()
    assert followee.watch is not None
    followee.watch.enter, followee.watch._folders = (lambda _: None), {}  # type: ignore[attr-defined,method-assign]
    sound.write(music / "deep/er/2.flac", 100, artist="Ann", album="B", title="Two")
    followee.lost("more happened than is kept")
    until(lambda: len(tree(library)) == 2)
    assert "more happened than is kept; all of it is looked at again" in caplog.text


def test_what_is_due_a_moment_after_a_pass_is_asked_for_as_well(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files of a burst are held, and end a moment apart."""
    library = followed()
    assert library.follower is not None
    library.follower.close()
    monkeypatch.setattr(follower, "_ASK_AGAIN_SECONDS", 3600)
    taken, files, departures = set[Corner](), library.catalog.files, library.catalog.departures
    again = follower.Follower(
        library.sources, files, departures, library.config[FollowOptions],
        lambda: taken.update(corner for corners in again.take().values() for corner in corners),
    )  # fmt: skip
    with ExitStack() as closing:
        again.start(entering=False)
        closing.callback(again.close)
        (uid,) = again._followees
        again.give_back(uid, [Corner("b")], 0.2)
        again.give_back(uid, [Corner("a")], 0)
        until(lambda: taken == {Corner("a"), Corner("b")})


def test_what_changes_during_a_scan_waits_for_its_end_and_asks_nobody_meanwhile(
    followed: Followed, music: Path
) -> None:
    library = followed()
    assert library.follower is not None
    (row,) = library.sources.rows()
    with library.scans._turn(row.uid):
        sound.write(music / "a/2.flac", 100, artist="Ann", album="B", title="Two")
        until(lambda: library.scans._behind and all(job.ended for job in library.jobs.runner.rows()))  # type: ignore[attr-defined]
        until(lambda: library.follower.dirt.wait() is None)
        assert len(tree(library)) == 1
    until(lambda: len(tree(library)) == 2)


@pytest.mark.expects_errors
def test_a_pass_that_fails_is_made_again(
    followed: Followed, music: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library, begin_scan, failed = followed(), Files.begin_scan, list[int]()
    monkeypatch.setattr(scanning, "_AGAIN_SECONDS", 0.05)

    def full_once(files: Files, source: int) -> int:
        if not failed:
            failed.append(source)
            raise StoreError("no space is left on the disk")
        return begin_scan(files, source)

    monkeypatch.setattr(Files, "begin_scan", full_once)
    os.rename(sound.write(tmp_path / "2.flac", 100, artist="Ann", album="B", title="Two"), music / "a/2.flac")
    until(lambda: len(tree(library)) == 2)
    assert failed


def test_views_that_come_while_it_is_followed_show_what_changes(followed: Followed, music: Path) -> None:
    library = followed()
    library.trees.in_background = lambda: library.jobs.request("views")  # type: ignore[attr-defined]
    sound.write(music / "b/2.flac", 100, artist="Bob", album="C", title="Two")
    library.viewing.add(ViewSpec("all", "$title", "original"))
    library.viewing.add(ViewSpec("bob", "$title", "original", "artist:Bob"))
    sound.write(music / "b/3.flac", 100, artist="Bob", album="C", title="Three")
    every, bob = library.drives["all"], library.drives["bob"]

    def shown(drive: Drive) -> list[str]:
        return sorted(entry.name for entry in drive.list(""))

    until(lambda: shown(every) == ["One.flac", "Three.flac", "Two.flac"] and shown(bob) == ["Three.flac", "Two.flac"])
    until(lambda: len(tree(library)) == 3)
    number = bob.attr("Two.flac").node
    os.rename(music / "b/2.flac", music / "a/2.flac")
    until(lambda: "a/2.flac" in originals(library))
    assert bob.attr("Two.flac").node == number
    sound.tag(music / "a/1.flac", artist="Bob")
    until(lambda: shown(bob) == ["One.flac", "Three.flac", "Two.flac"])
    library.viewing.remove("all")
    (music / "a/2.flac").unlink()
    until(lambda: shown(bob) == ["One.flac", "Three.flac"] and len(tree(library)) == 2)


def test_following_can_be_turned_off_and_leaves_nothing_running(followed: Followed) -> None:
    assert followed(follow__enabled=False).follower is None
    assert {"follower", "inotify"}.isdisjoint(thread.name for thread in threading.enumerate())


@pytest.mark.skipif(not system.has_inotify(), reason="no inotify here")
def test_sources_that_went_leave_no_thread_and_no_descriptor(followed: Followed, tmp_path: Path) -> None:
    library = followed()

    def held() -> tuple[int, int]:
        names = [thread.name for thread in threading.enumerate()]
        return names.count("inotify"), sum("inotify" in link for link in _links())

    assert held() == (1, 1)
    other = tmp_path / "other"
    other.mkdir()
    for _ in range(3):
        library.add_sources([other])
        assert held() == (2, 2)
        library.sourcing.remove((str(other), str(other)))
        assert held() == (1, 1)


def _links() -> list[str]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{name}"))
    return found


def test_sources_that_come_and_go_are_followed_and_left(followed: Followed, music: Path, tmp_path: Path) -> None:
    library, other = followed(), tmp_path / "other"
    sound.write(other / "2.flac", 100, artist="Ann", album="B", title="Two")
    library.add_sources([other])
    library.jobs.request("scan")  # type: ignore[attr-defined]
    until(lambda: len(tree(library)) == 2)
    sound.write(other / "3.flac", 100, artist="Ann", album="B", title="Three")
    until(lambda: len(tree(library)) == 3)
    assert library.follower is not None
    assert len(library.follower.told()) == 2
    library.sourcing.remove((str(other), str(other)))
    assert [one.root for one in library.follower.told()] == [str(music)]
    assert len(tree(library)) == 1


def test_a_source_that_is_set_otherwise_is_followed_still(followed: Followed, music: Path) -> None:
    library = followed()
    library.sourcing.change((str(music), str(music)), ["priority=7"])
    until(lambda: passes(library) and all(job.ended for job in library.jobs.runner.rows()))  # type: ignore[attr-defined]
    sound.write(music / "a/2.flac", 100, artist="Ann", album="B", title="Two")
    until(lambda: len(tree(library)) == 2)


def test_without_a_scan_at_the_start_what_is_known_is_watched(followed: Followed, music: Path, tmp_path: Path) -> None:
    library = followed()
    assert library.follower is not None
    with ExitStack() as closing:
        library.follower.close()
        made, asked = library.follower.__class__, list[int]()
        again = made(
            library.sources, library.catalog.files, library.catalog.departures, library.follower._options,
            lambda: asked.append(1),
        )  # fmt: skip
        closing.callback(again.close)
        again.start(entering=True)
        (music / "a/2.txt").write_text("x")
        until(lambda: asked)
        (uid,) = again._followees
        assert again.take() == {uid: [Corner("a")]}
        again.give_back(uid, [Corner("a"), Corner("b", deep=True)], 0)
        assert again.take() == {uid: [Corner("a"), Corner("b", deep=True)]}
        assert again.lookout("nobody") is None
