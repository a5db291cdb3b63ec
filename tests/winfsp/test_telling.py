"""Programs that watch the drive hear what changes in the folders that Windows was shown, and listings are fresh."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from musfuse_winfsp import notices
from musfuse_winfsp.mount import WinFspFace

from musfuse.service.tagging import Who
from winfsp.conftest import HeldIndexes, Windows, until

Mount = Callable[..., Windows]
ALBUM = {"artist": "Ann", "album": "Lib"}
FOLDER = "\\Ann\\Lib"
ADDED, REMOVED, MODIFIED = 1, 2, 3
FILE, DIR, DATA = 1, 2, 0x18


@pytest.fixture
def one(windows: Mount, music: Path) -> Windows:
    sound.write(music / "1.flac", 9000, **ALBUM, title="One", tracknumber="1")
    sound.write(music / "2.mp3", 9000, **ALBUM, title="Two", tracknumber="2")
    return windows()


def listed(one: Windows, path: str) -> list[str]:
    folder = one.kernel.open(path)
    names = [name for name, _ in one.kernel.entries(folder) if name not in (".", "..")]
    one.kernel.close(folder)
    return names


def scan(one: Windows) -> None:
    one.library.scan_all(one.library.scanner())


def heard(one: Windows, *wanted: tuple[str, int, int]) -> None:
    """All of this is told, in the end."""
    until(lambda: set(wanted) <= set(one.lib.notified.told))


def test_new_files_and_those_that_went(one: Windows, music: Path) -> None:
    assert "is told of changes" in notices.what_is_told(one.package)
    listed(one, FOLDER.upper())  # however it was spelled
    sound.write(music / "3.flac", 9000, **ALBUM, title="Three", tracknumber="3")
    (music / "2.mp3").unlink()
    scan(one)
    heard(
        one,
        (FOLDER + "\\03 - Three.flac", FILE, ADDED),
        (FOLDER + "\\02 - Two.mp3", FILE, REMOVED),
        (FOLDER, DATA, MODIFIED),
    )
    assert (FOLDER + "\\01 - One.flac", DATA, MODIFIED) not in one.lib.notified.told


def test_tags_that_change_names_and_bytes(one: Windows, music: Path) -> None:
    listed(one, "\\"), listed(one, "\\Ann"), listed(one, FOLDER)
    one.library.tagging.set([(str(music / "1.flac"), str(music / "1.flac"))], ["title=Uno"], Who("x"))
    heard(one, (FOLDER + "\\01 - One.flac", FILE, REMOVED), (FOLDER + "\\01 - Uno.flac", FILE, ADDED))
    one.library.tagging.set([(str(music / "2.mp3"), str(music / "2.mp3"))], ["comment=" + "x" * 5000], Who("x"))
    heard(one, (FOLDER + "\\02 - Two.mp3", DATA, MODIFIED))
    one.library.tagging.set([(str(music), str(music))], ["artist=Bob"], Who("x"))
    heard(one, ("\\Ann", DIR, REMOVED), ("\\Bob", DIR, ADDED))
    assert listed(one, "\\") == ["Bob"]


def test_a_folder_that_stays_open_is_listed_as_it_is(one: Windows, music: Path) -> None:
    """An Explorer window: the driver remembers the listing for a minute unless it is told."""
    window = one.kernel.open(FOLDER)
    assert len(one.kernel.entries(window)) == 4
    assert one.kernel.open(FOLDER).node is window.node
    sound.write(music / "3.flac", 9000, **ALBUM, title="Three", tracknumber="3")
    scan(one)
    until(lambda: len(one.kernel.entries(window)) == 5)


def test_a_folder_that_nobody_was_shown_is_told_of_itself_alone(one: Windows, music: Path) -> None:
    sound.write(music / "3.flac", 9000, **ALBUM, title="Three", tracknumber="3")
    scan(one)
    heard(one, (FOLDER, DATA, MODIFIED))
    assert all(not name.startswith(FOLDER + "\\") for name, _, _ in one.lib.notified.told)


def test_what_a_listing_left_out_appears_once_its_size_is_known(windows: Mount, music: Path) -> None:
    for n in range(3):
        sound.write(music / f"{n}.wav", 4000, **ALBUM, title=str(n))
    one = windows(winfsp__list_seconds=0)
    indexes = HeldIndexes(one.library)
    window = one.kernel.open(FOLDER)
    assert len(one.kernel.entries(window)) == 2
    indexes.release()
    heard(one, *((f"{FOLDER}\\{n}.flac", FILE, ADDED) for n in range(3)))
    until(lambda: len(one.kernel.entries(window)) == 5)


def test_a_driver_that_has_no_time_is_told_a_moment_later(one: Windows, music: Path) -> None:
    listed(one, FOLDER)
    one.lib.notified.renaming = 2
    one.mount._telling._again = 0.01  # type: ignore[union-attr]
    (music / "2.mp3").unlink()
    scan(one)
    heard(one, (FOLDER + "\\02 - Two.mp3", FILE, REMOVED))
    assert one.lib.notified.refusals == 2


def test_an_unmount_waits_for_no_driver_that_has_no_time(one: Windows, music: Path) -> None:
    one.lib.notified.renaming = 1_000_000
    scan(one)
    one.library.drive.invalidate()
    listed(one, FOLDER)
    one.library.drive.invalidate()
    until(lambda: one.lib.notified.refusals > 0)
    one.mount.unmount()
    assert one.lib.notified.refusals < 1000


def test_a_file_that_is_to_be_read_again_is_told_to_nobody(one: Windows) -> None:
    from musfuse.drive.changes import Change

    opened = one.kernel.open(FOLDER + "\\02 - Two.mp3")
    one.kernel.cached_read(opened, 0, 100)
    assert opened.node
    assert opened.node.pages
    one.library.drive.changes.tell(Change(reread=["Ann/Lib/02 - Two.mp3"]))
    until(lambda: not opened.node.pages)  # type: ignore[union-attr]
    assert one.lib.notified.told == []
    one.kernel.close(opened)


def test_without_notifications_folders_are_asked_for_again_after_a_second(
    simulation: object, windows: Mount, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "load_library", lambda binding: None)
    sound.write(music / "1.flac", 9000, **ALBUM, title="One")
    one = windows()
    assert one.volume.params["dir_info_timeout"] == 1000
    assert notices.notices_library(one.package) is None
    assert "cannot be told" in notices.what_is_told(one.package)
    listed(one, FOLDER)
    sound.write(music / "3.flac", 9000, **ALBUM, title="Three")
    scan(one)
    assert one.lib.notified.told == []
    assert len(listed(one, FOLDER)) == 2


def test_a_mount_that_fails_hears_nothing_more(one: Windows) -> None:
    hearers = len(one.library.drive.changes._hearers)
    one.lib.fail_mount = 0xC0000001
    try:
        with pytest.raises(Exception, match="could not mount"):
            WinFspFace("x").mount(one.library.drive, Path("N:"))
    finally:
        one.lib.fail_mount = 0
    assert len(one.library.drive.changes._hearers) == hearers
