"""What is open can be removed and moved on a volume that is rearranged by hand, as POSIX has it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound

from winfsp import driver
from winfsp.conftest import Windows
from winfsp.filenode import DELETE_PENDING, SHARING_VIOLATION

Mount = Callable[..., Windows]
FOLDER = "\\Ann\\Best"
ONE, TWO = f"{FOLDER}\\One.flac", f"{FOLDER}\\Two.flac"
NOT_FOUND = driver.OBJECT_NAME_NOT_FOUND
READS, NO_DELETE = 0x1 | driver.FILE_READ_ATTRIBUTES, 1


@pytest.fixture
def album(windows: Mount, music: Path) -> Windows:
    for seed, title in enumerate(("One", "Two")):
        sound.write(music / f"{title}.flac", 2000, seed=seed, artist="Ann", album="Best", title=title)
    return windows(view__writable_view=True)


def whole(one: Windows, path: str) -> bytes:
    opened = one.kernel.open(path)
    assert opened.status == driver.SUCCESS
    try:
        return one.kernel.read(opened, 0, opened.info.size)[1]
    finally:
        one.kernel.close(opened)


def names(one: Windows) -> list[str]:
    opened = one.kernel.open(FOLDER)
    try:
        return [name for name, _ in one.kernel.entries(opened) if name.endswith(".flac")]
    finally:
        one.kernel.close(opened)


def test_only_where_names_can_change(windows: Mount) -> None:
    assert not windows().volume.posix


def test_a_name_is_free_at_once_and_who_has_it_open_reads_on(album: Windows) -> None:
    assert album.volume.posix
    one, two = whole(album, ONE), whole(album, TWO)
    reader = album.kernel.open(ONE)
    assert album.kernel.delete(ONE) == driver.SUCCESS
    assert names(album) == ["Two.flac"]
    assert album.kernel.open(ONE).status == NOT_FOUND
    mover = album.kernel.open(TWO, driver.DELETE)
    assert album.kernel.rename(mover, ONE) == driver.SUCCESS
    album.kernel.close(mover)
    assert album.kernel.cached_read(reader, 0, len(one)) == one
    assert whole(album, ONE) == two
    album.kernel.close(reader)
    assert whole(album, ONE) == two


def test_a_handle_of_what_is_gone_removes_nothing_that_has_its_name_now(album: Windows) -> None:
    two = whole(album, TWO)
    old, mover = album.kernel.open(ONE, READS | driver.DELETE), album.kernel.open(TWO, driver.DELETE)
    assert album.kernel.rename(mover, ONE, replace=True) == driver.SUCCESS
    album.kernel.close(mover)
    assert album.kernel.mark(old) == driver.FILE_DELETED
    assert album.kernel.rename(old, TWO) == driver.FILE_DELETED
    album.kernel.close(old)
    assert whole(album, ONE) == two


def test_a_folder_moves_with_what_is_open_in_it_unless_somebody_keeps_it(album: Windows) -> None:
    one = whole(album, ONE)
    reader, mover = album.kernel.open(ONE), album.kernel.open("\\Ann", driver.DELETE)
    assert album.kernel.rename(mover, "\\Zoe") == driver.SUCCESS
    assert album.kernel.cached_read(reader, 0, len(one)) == one
    assert whole(album, "\\Zoe\\Best\\One.flac") == one
    album.kernel.close(reader)
    keeper = album.kernel.open("\\Zoe\\Best\\One.flac", share=NO_DELETE)
    assert album.kernel.rename(mover, "\\Ann") == SHARING_VIOLATION
    assert album.kernel.delete("\\Zoe\\Best\\One.flac") == SHARING_VIOLATION
    album.kernel.close(keeper)
    assert album.kernel.rename(mover, "\\Ann") == driver.SUCCESS
    album.kernel.close(mover)
    assert names(album) == ["One.flac", "Two.flac"]


def test_a_driver_that_knows_it_not_removes_with_the_last_handle(album: Windows) -> None:
    """WinFsp before 2021.1 does not look at the parameter."""
    album.volume.posix = False
    one = whole(album, ONE)
    reader = album.kernel.open(ONE)
    assert album.kernel.delete(ONE) == driver.SUCCESS
    assert names(album) == ["One.flac", "Two.flac"]
    assert album.kernel.open(ONE).status == DELETE_PENDING
    assert album.kernel.cached_read(reader, 0, len(one)) == one
    album.kernel.close(reader)
    assert names(album) == ["Two.flac"]
    assert album.kernel.open(ONE).status == NOT_FOUND
