"""Plays on a real mount, whose kernel keeps bytes from before."""

import json
import os
import subprocess
import time
from contextlib import closing
from pathlib import Path

import sound
from conftest import needs_fuse
from drive.conftest import make_library  # noqa: F401 - a fixture
from patient import HandClock, until
from tests_support import needs_program

from mount.conftest import Program
from mount.test_kernel_memory import Mounted, mounted  # noqa: F401 - a fixture
from musfuse.app.library import Library
from musfuse.library.userdb import PlayTable, UserDatabase

pytestmark = needs_fuse
LENGTH = 60


def share(library: Library) -> float:
    """How much was read of the one file that is open."""
    ((_, known),) = library.drive._accesses._open.items()
    assert known.reader is not None
    return known.reader.reached.share


def test_a_second_play_is_seen_though_the_kernel_has_all_of_it(mounted: Mounted, music: Path) -> None:
    sound.write(music / "one.flac", LENGTH * 8000, 1, rate=8000, artist="A", album="B", title="One")
    library, mnt = mounted(view__policy="original")
    listening, clock = library.playing.listening, HandClock()
    assert listening is not None
    listening._clock = clock
    (mnt / "A/B/One.flac").read_bytes()  # a copy
    until(lambda: not library.drive.open_handles)
    for count in (1, 2):
        file = os.open(mnt / "A/B/One.flac", os.O_RDONLY)
        size = os.fstat(file).st_size
        os.pread(file, 5000, 0)
        assert share(library) == 0  # of what the kernel has, nobody hears
        clock.now += 10
        listening.look()
        until(lambda: os.pread(file, size, 0) and share(library) > 0.9)  # noqa: B023
        clock.now += LENGTH
        os.close(file)
        until(lambda n=count: len(list(library.playing.table.last())) == n)  # type: ignore[misc]


def test_who_walks_copies_and_looks_into_files_plays_nothing(
    mounted: Mounted,
    music: Path,
    tmp_path: Path,
) -> None:
    needs_program("rsync")
    needs_program("file")
    for number in range(5):
        path = music / f"{number}.wav"
        sound.write(path, 9000, 1, rate=8000, seed=number, artist="A", album="B", title=f"{number}")
    library, mnt = mounted()
    for words in (
        ["find", mnt, "-type", "f", "-size", "+0"], ["du", "-s", mnt], ["rsync", "-a", f"{mnt}/", tmp_path / "copy"],
        ["file", *mnt.rglob("*.flac")], ["sha256sum", *mnt.rglob("*.flac")],
    ):  # fmt: skip
        subprocess.run(words, check=True, capture_output=True)
    until(lambda: not library.drive.open_handles)
    listening = library.playing.listening
    assert listening is not None
    listening.look()
    until(lambda: listening.idle)
    assert list(library.playing.table.last()) == []


def test_who_walks_has_nothing_made_ready_and_a_look_behind_prefetch_does(
    mounted: Mounted,
    music: Path,
    tmp_path: Path,
) -> None:
    needs_program("rsync")
    for number in range(3):
        path = music / f"{number}.wav"
        sound.write(path, 9000, 1, rate=8000, seed=number, artist="A", album="B", title=f"{number}")
    library, mnt = mounted()
    for words in (
        ["find", mnt, "-type", "f", "-size", "+0"], ["du", "-s", mnt], ["rsync", "-a", f"{mnt}/", tmp_path / "copy"],
        ["ls", "-laR", mnt, mnt / ".prefetch"],
    ):  # fmt: skip
        subprocess.run(words, check=True, capture_output=True)
    prefetcher = library.playing.prefetcher
    assert sorted(os.listdir(tmp_path / "copy")) == ["A"]
    assert os.listdir(mnt / ".prefetch") == []
    assert prefetcher.figures.waiting == prefetcher.figures.made == 0
    assert prefetcher._thread is None
    assert (mnt / ".prefetch/A/B/0.flac").read_bytes() == (mnt / "A/B/0.flac").read_bytes()
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.made == 1
    assert sorted(os.listdir(mnt / ".prefetch/A/B")) == ["0.flac", "1.flac", "2.flac"]
    assert prefetcher.queue.wait_until_idle(60)
    assert prefetcher.figures.made == 3


def test_kill_9_loses_no_play_but_those_of_open_files(program: Program, music: Path) -> None:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 3 * 8000, 1, rate=8000, artist="A", album="B", title=title)
    program.mount("--policy", "original")
    program.wait_for_scan()
    one, two = (os.open(program.mnt / f"A/B/{title}.flac", os.O_RDONLY) for title in ("One", "Two"))
    for file in (one, two):
        os.pread(file, 1 << 20, 0)
    end = time.monotonic() + 1.1  # a third of the track has to go by, on the clock of another process
    until(lambda: time.monotonic() > end)
    os.close(one)

    def plays() -> list[str]:
        with closing(UserDatabase(program.library / "user.db", read_only=True)) as database:
            return [play.path for play in PlayTable(database).last()]

    until(plays)
    program.kill()
    os.close(two)
    program.clean()
    told = json.loads(program.run("history", "--library", program.library, "--json").stdout)
    assert [row["path"] for row in told] == ["A/B/One.flac"]
    assert "ok" in program.run("library", "check", "--library", program.library).stdout
