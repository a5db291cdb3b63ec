"""What Explorer, thumbnailers, virus scanners and copies do to a drive all day, also while its indexes are built."""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sound

from winfsp import driver
from winfsp.conftest import HeldIndexes, Mount, Windows, until
from winfsp.win32 import CREATE_ALWAYS, CREATE_NEW, GENERIC_READ, GENERIC_WRITE, OPEN_ALWAYS, Win32, Win32Error

FOLDER = "\\Ann\\Lib"
ONE = FOLDER + "\\01 - One.flac"
PROBES = (
    "desktop.ini", "Desktop.ini", "Thumbs.db", "ehthumbs.db", "autorun.inf", "Folder.gif", "AlbumArtSmall.jpg", ".nomedia",
    "System Volume Information", "$RECYCLE.BIN", "01 - One.lnk",
)  # fmt: skip
FILES = 3000 if int(os.environ.get("WINFSP_OPERATIONS", "0")) >= 100_000 else 400


@pytest.fixture
def album(windows: Mount, music: Path) -> Windows:
    tags = {"artist": "Ann", "album": "Lib"}
    for n, (suffix, title) in enumerate((("flac", "One"), ("mp3", "Two"), ("wav", "Three"), ("wav", "Four")), 1):
        sound.write(music / f"{n}.{suffix}", 60_000, **tags, title=title, tracknumber=str(n))
    return windows()


@pytest.fixture
def win32(album: Windows) -> Win32:
    return Win32(album.kernel, album.ffi)


def fails(call: Callable[[], Any]) -> str:
    with pytest.raises(Win32Error) as caught:
        call()
    return caught.value.name


def whole(win32: Win32, path: str) -> bytes:
    """A copy: in blocks, through the cache."""
    opened = win32.create_file(path, GENERIC_READ)
    try:
        return b"".join(win32.read(opened, at, 65_536) for at in range(0, max(1, opened.info.size), 65_536))
    finally:
        win32.close(opened)


def test_probes_are_answered_at_once_and_nothing_is_left_behind(album: Windows, win32: Win32) -> None:
    indexes = HeldIndexes(album.library)
    began = time.monotonic()
    for folder in ("", "\\Ann", FOLDER):
        for name in PROBES:
            path = f"{folder}\\{name}"
            assert album.kernel.attributes(path)[0] == driver.OBJECT_NAME_NOT_FOUND
            assert fails(lambda path=path: win32.create_file(path, GENERIC_READ)) == "ERROR_FILE_NOT_FOUND"
            for how in (CREATE_NEW, CREATE_ALWAYS, OPEN_ALWAYS):
                assert (
                    fails(lambda path=path, how=how: win32.create_file(path, GENERIC_WRITE, how=how))
                    == "ERROR_WRITE_PROTECT"
                )
            assert win32.find(path) == []
    assert fails(lambda: win32.create_file(f"{ONE}:Zone.Identifier", GENERIC_READ)) == "ERROR_INVALID_NAME"
    assert indexes.asked == []  # nothing of it waits for an index
    assert time.monotonic() - began < 30
    assert album.library.drive.open_handles == 0


def test_a_window_a_thumbnailer_and_a_scanner_on_a_cold_album(album: Windows, win32: Win32) -> None:
    """Each opens every file: for its facts, its head and tail, all of it, at the same time."""
    listed: list[list[tuple[str, int]]] = []
    problems: list[BaseException] = []
    copies: dict[str, set[bytes]] = {}
    lock = threading.Lock()

    def program(seed: int) -> None:
        try:
            entries = [(name, info.size) for name, info in win32.find(f"{FOLDER}\\*") if not name.startswith(".")]
            listed.append(entries)
            random.Random(seed).shuffle(entries)
            for name, size in entries:
                path = f"{FOLDER}\\{name}"
                assert win32.information(path).size == size
                opened = win32.create_file(path, GENERIC_READ)
                head, tail = win32.read(opened, 0, 4096), win32.read(opened, size - 128, 4096)
                win32.close(opened)
                copy = whole(win32, path)
                assert (copy[:4096], copy[-128:]) == (head, tail)
                with lock:
                    copies.setdefault(name, set()).add(hashlib.sha256(copy).digest())
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=program, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert all(sorted(one) == sorted(listed[0]) for one in listed)
    assert len(copies) == 4
    assert all(len(bytes_of) == 1 for bytes_of in copies.values())
    assert album.library.drive.open_handles == 0


def test_a_player_plays_on_while_more_files_are_opened_than_may_wait(windows: Mount, music: Path) -> None:
    for n in range(14):
        sound.write(music / f"{n}.wav", 200, artist="Ann", album="Cold", title=f"T{n}")
    sound.write(music / "warm.mp3", 90_000, artist="Ann", album="Warm", title="Warm")
    mounted = windows(winfsp__threads=16)
    indexes, win32 = HeldIndexes(mounted.library), Win32(mounted.kernel, mounted.ffi)
    with ThreadPoolExecutor(14) as pool:
        opens = [pool.submit(win32.information, f"\\Ann\\Cold\\T{n}.flac") for n in range(14)]
        until(lambda: len(indexes.asked) == 12)  # three quarters of the threads
        assert len(whole(win32, "\\Ann\\Warm\\Warm.mp3")) == (music / "warm.mp3").stat().st_size
        assert [name for name, _ in win32.find("\\Ann\\*")] == [".", "..", "Cold", "Warm"]
        assert (
            fails(lambda: win32.create_file("\\Ann\\Cold\\desktop.ini", GENERIC_WRITE, how=CREATE_NEW))
            == "ERROR_WRITE_PROTECT"
        )
        assert not any(one.done() for one in opens)
        indexes.release()
        assert all(one.result().size > 0 for one in opens)


def test_a_copy_of_many_files_with_eight_threads(windows: Mount, music: Path) -> None:
    sound.write(music / "0.mp3", 3000, album="Many")
    original = (music / "0.mp3").read_bytes()
    for n in range(1, FILES):
        (music / f"{n}.mp3").write_bytes(original)
    mounted = windows(view__template="$album/$title")
    win32 = Win32(mounted.kernel, mounted.ffi)
    names = [name for name, _ in win32.find("\\Many\\*") if not name.startswith(".")]
    assert len(names) == FILES

    def copy(name: str) -> bool:
        path = f"\\Many\\{name}"
        assert mounted.kernel.attributes(path)[0] == driver.SUCCESS
        return whole(win32, path) == original

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(copy, names))
    assert mounted.library.drive.open_handles == 0
    assert len(mounted.kernel.driver.nodes) == 0


def test_nothing_can_be_renamed_by_case_moved_deleted_or_marked(album: Windows, win32: Win32) -> None:
    before = win32.find(f"{FOLDER}\\*")
    protected = "ERROR_WRITE_PROTECT"
    assert fails(lambda: win32.move(ONE, FOLDER + "\\01 - ONE.FLAC")) == protected
    assert fails(lambda: win32.move("\\Ann", "\\ANN")) == protected
    assert fails(lambda: win32.move(ONE, FOLDER + "\\new.flac")) == protected
    assert fails(lambda: win32.move(ONE, FOLDER + "\\02 - Two.mp3")) == "ERROR_ALREADY_EXISTS"
    assert fails(lambda: win32.move(ONE, FOLDER + "\\02 - Two.mp3", replace=True)) == "ERROR_ACCESS_DENIED"
    assert fails(lambda: win32.delete(ONE)) == "ERROR_ACCESS_DENIED"  # of a file that is read only, before it is asked
    assert fails(lambda: win32.delete(FOLDER, folder=True)) == protected
    assert fails(lambda: win32.create_directory("\\New folder")) == protected
    assert fails(lambda: win32.create_directory(FOLDER)) == "ERROR_ALREADY_EXISTS"
    for change in (win32.set_basic_info, win32.set_security):
        assert fails(lambda change=change: change(ONE)) == protected
    assert fails(lambda: win32.create_file(ONE, GENERIC_WRITE)) == "ERROR_ACCESS_DENIED"
    assert win32.find(f"{FOLDER}\\*") == before
    assert album.kernel.open(ONE.upper()).name == ONE
