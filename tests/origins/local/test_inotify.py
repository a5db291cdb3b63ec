"""What inotify tells: by the real kernel, and by one that runs out of what it has."""

import errno
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patient import until

from musfuse.errors import UnavailableError
from musfuse.origins.local import inotify
from musfuse.origins.local.inotify import InotifyWatch, parse
from musfuse.platform import system

pytestmark = pytest.mark.skipif(not system.has_inotify(), reason="no inotify here")


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.folders, self.files, self.lost_for = set[str](), list[tuple[str, str]](), list[str]()

    def changed(self, folder: str) -> None:
        self.folders.add(folder)

    def came(self, folder: str) -> None:
        self.files.append(("came", folder))

    def made(self, path: str) -> None:
        self.files.append(("made", path))

    def writing(self, path: str) -> None:
        self.files.append(("writing", path))

    def written(self, path: str) -> None:
        self.files.append(("written", path))

    def lost(self, why: str) -> None:
        self.lost_for.append(why)


class Kernel(inotify._Kernel):
    """The real one, with room for so many watches and instances."""

    def __init__(self, watches: int = 1000, instances: int = 1) -> None:
        super().__init__()
        self.watches, self.instances = watches, instances
        self.numbers = set[int]()

    def open(self) -> int:
        if not self.instances:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().open()

    def add(self, fd: int, path: bytes, mask: int) -> int:
        if len(self.numbers) >= self.watches:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.numbers.add(super().add(fd, path, mask))
        return super().add(fd, path, mask)


Watching = Callable[..., tuple[InotifyWatch, Heard]]


@pytest.fixture
def watching(music: Path) -> Iterator[Watching]:
    made = list[InotifyWatch]()

    def begin(untold: str = "", kernel: Kernel | None = None, *folders: str) -> tuple[InotifyWatch, Heard]:
        heard = Heard()
        made.append(InotifyWatch(str(music), heard, lambda: untold, kernel))
        for folder in ("", *folders):
            made[-1].enter(folder)
        return made[-1], heard

    yield begin
    for watch in made:
        watch.close()


def test_files_that_are_written_and_closed(watching: Watching, music: Path) -> None:
    _, heard = watching()
    with (music / "a.wav").open("wb") as file:
        until(lambda: ("made", "a.wav") in heard.files)
        assert heard.folders == {""}
        file.write(b"x")
        file.flush()
        until(lambda: ("writing", "a.wav") in heard.files)
        assert ("written", "a.wav") not in heard.files
    until(lambda: ("written", "a.wav") in heard.files)
    os.utime(music / "a.wav", (1, 1))
    (music / "a.wav").unlink()
    heard.folders.clear()
    (music / "b.wav").symlink_to("a.wav")
    until(lambda: heard.folders == {""})


def test_folders_that_come_move_and_go(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    (music / "a").mkdir()
    until(lambda: heard.folders == {""} and ("came", "a") in heard.files)
    (music / "a/1.wav").write_bytes(b"x")  # it is watched without a scan
    until(lambda: ("written", "a/1.wav") in heard.files)
    (music / "a").rename(music / "b")
    until(lambda: ("written", "b") in heard.files)
    watch.enter("b")  # as a scan does
    watch.leave(["a"])
    (music / "b/2.wav").write_bytes(b"x")
    until(lambda: ("written", "b/2.wav") in heard.files)
    (music / "b").rename(music.parent / "elsewhere")
    watch.leave(["b"])
    assert list(watch._folders.values()) == [("",)]
    (music / "c").mkdir()
    until(lambda: ("c",) in watch._folders.values())
    (music / "c").rmdir()
    until(lambda: ("c",) not in watch._folders.values())
    assert (watch.problem, heard.lost_for) == ("", [])


def test_a_folder_that_links_lead_to_is_told_of_by_each_path(watching: Watching, music: Path) -> None:
    (music / "a").mkdir()
    (music / "link").symlink_to("a")
    watch, heard = watching("", None, "a", "link")
    (music / "a/1.wav").write_bytes(b"x")
    until(
        lambda: heard.folders == {"a", "link"} and {("written", "a/1.wav"), ("written", "link/1.wav")} < {*heard.files}
    )
    (music / "link").unlink()
    watch.leave(["link"])
    (music / "a/2.wav").write_bytes(b"x")
    until(lambda: ("written", "a/2.wav") in heard.files)
    (music / "a").rename(music / "b")
    watch.enter("b")  # the old path leads nowhere
    assert sorted(watch._folders.values()) == [("",), ("b",)]


def test_a_folder_that_may_be_read_from_now_on(watching: Watching, music: Path) -> None:
    (music / "a").mkdir()
    _, heard = watching()  # "a" could not be watched
    (music / "a").chmod(0o700)
    until(lambda: "a" in heard.folders)


def test_no_watches_are_left(watching: Watching, music: Path) -> None:
    for n in range(12):
        (music / str(n)).mkdir()
    kernel = Kernel(watches=10)
    watch, heard = watching("", kernel, *map(str, range(12)))
    assert "max_user_watches" in watch.problem
    (music / "3/a.wav").write_bytes(b"x")
    until(lambda: ("written", "3/a.wav") in heard.files)
    kernel.watches = 100
    watch.enter("")
    assert watch.problem == ""


def test_no_instances_are_left(watching: Watching) -> None:
    with pytest.raises(UnavailableError, match="max_user_instances"):
        watching("", Kernel(instances=0))


def test_no_descriptors_are_left(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe", pipe)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(UnavailableError, match="Too many open files"):
        watching()
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_events_are_lost(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    watch._hear(-1, inotify.OVERFLOW, "")
    assert "max_queued_events" in heard.lost_for[0]
    assert watch.problem == ""


@pytest.mark.expects_errors
def test_an_event_that_cannot_be_told_is_a_problem(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    heard.changed = heard.folders.remove  # type: ignore[method-assign]  # raises KeyError
    (music / "a.wav").write_bytes(b"x")
    until(lambda: watch.problem != "" and ("written", "a.wav") in heard.files)


def test_a_source_that_goes_away_has_a_problem_until_it_is_entered_anew(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    shutil.rmtree(music)
    until(lambda: watch.problem != "")
    assert heard.lost_for == ["its folder went away"]
    music.mkdir()
    watch.enter("")
    assert watch.problem == ""
    (music / "a.wav").write_bytes(b"x")
    until(lambda: ("written", "a.wav") in heard.files)


def test_a_file_system_that_does_not_tell_is_a_problem_at_once(watching: Watching) -> None:
    watch, _ = watching("it is far away")
    assert watch.problem == "it is far away"


def test_who_catches_up_was_told_of_what_happened_before(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    for n in range(200):
        (music / f"{n}.wav").write_bytes(b"x")
    watch.catch_up()
    assert ("written", "199.wav") in heard.files
    watch.close()
    watch.catch_up()


def test_names_of_any_bytes(watching: Watching, music: Path) -> None:
    _, heard = watching()
    (music / os.fsdecode(b"\xff\n.wav")).write_bytes(b"x")
    until(lambda: ("written", os.fsdecode(b"\xff\n.wav")) in heard.files)


def test_events_are_taken_apart() -> None:
    data = struct.pack("iIII16s", 7, 8, 0, 16, b"a.wav") + struct.pack("iIII", 8, 2, 0, 0)
    assert list(parse(data)) == [(7, 8, "a.wav"), (8, 2, "")]
    assert list(parse(data[:-4])) == [(7, 8, "a.wav")]


def test_nothing_is_told_after_the_end(watching: Watching, music: Path) -> None:
    watch, heard = watching()
    watch.close()
    watch.close()
    watch.enter("")
    watch.leave([""])
    (music / "a.wav").write_bytes(b"x")
    assert heard.files == []
