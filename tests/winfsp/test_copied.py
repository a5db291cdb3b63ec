"""Copying to a volume, as Explorer does it: a file is created, has its size, then its bytes, then its times."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from musfuse_winfsp import status

from musfuse.drive.copying import ROOM
from winfsp import driver
from winfsp.conftest import Windows

ONE = "\\Ann\\One.flac"


@pytest.fixture
def one(windows: Callable[..., Windows], music: Path) -> Windows:
    for number, title in enumerate(("One", "Two")):
        sound.write(music / f"{number}.flac", 30_000, seed=number, artist="Ann", title=title)
    return windows(view__writable_view=True, view__template="$artist/$title")


def data_of(mounted: Windows, name: str = ONE) -> bytes:
    opened = mounted.kernel.open(name)
    assert opened.info is not None
    try:
        return mounted.kernel.read(opened, 0, opened.info.size)[1]
    finally:
        mounted.kernel.close(opened)


def names(mounted: Windows, folder: str = "\\") -> list[str]:
    opened = mounted.kernel.open(folder)
    try:
        return [name for name, _ in mounted.kernel.entries(opened) if not name.startswith(".")]
    finally:
        mounted.kernel.close(opened)


def begun(mounted: Windows, name: str) -> driver.Opened:
    opened = mounted.kernel.driver.create(name)
    assert opened.status == driver.SUCCESS
    return opened


def test_pages_of_a_cache_come_in_any_order_and_end_behind_the_file(one: Windows) -> None:
    kernel, data = one.kernel, data_of(one)
    opened = begun(one, "\\ANN\\Copied.flac")
    assert kernel.driver.sized(opened, len(data)) == driver.SUCCESS
    assert (opened.info.size, opened.info.attributes & 0x1) == (len(data), 0)
    pages = [(at, data[at : at + 8192]) for at in range(0, len(data), 8192)]
    for at, page in reversed(pages):
        assert kernel.driver.written(opened, at, page) == driver.SUCCESS
    assert kernel.driver.said(opened) == driver.SUCCESS
    assert kernel.read(opened, 100, 50)[1] == data[100:150]
    assert names(one, "\\Ann") == ["One.flac", "Two.flac"]
    another = kernel.open("\\Ann\\copied.flac")
    assert another.info.size == len(data)
    kernel.close(another)
    kernel.close(opened)
    assert names(one, "\\Ann") == ["Copied.flac", "One.flac", "Two.flac"]
    assert data_of(one, "\\Ann\\Copied.flac") == data


def test_what_is_given_up_or_is_no_copy_leaves_nothing(one: Windows) -> None:
    kernel, data = one.kernel, data_of(one)
    assert kernel.copy_in("\\x.flac", data[:100]) == driver.SUCCESS, "Windows writes behind: nobody hears of it"
    assert kernel.copy_in("\\x.flac", data, size=len(data) * 9) == status.MEDIA_WRITE_PROTECTED
    assert kernel.copy_in("\\x.flac", b"other" + data[5:]) == status.MEDIA_WRITE_PROTECTED
    opened = begun(one, "\\y.flac")
    kernel.driver.sized(opened, len(data))
    kernel.driver.written(opened, 0, data)
    assert kernel.driver.marked(opened, False) == driver.SUCCESS
    kernel.close(opened)
    assert names(one) == ["Ann"]


def test_a_name_that_is_given_at_the_end(one: Windows) -> None:
    kernel, data = one.kernel, data_of(one)
    opened = begun(one, "\\.part")
    kernel.driver.sized(opened, len(data))
    kernel.driver.written(opened, 0, data)
    assert kernel.rename(opened, "\\ann\\Three.flac") == driver.SUCCESS
    kernel.close(opened)
    assert names(one, "\\Ann") == ["One.flac", "Three.flac", "Two.flac"]
    assert kernel.mkdir("\\New") == driver.SUCCESS
    folder = kernel.open("\\New", driver.DELETE | driver.FILE_READ_ATTRIBUTES)
    assert kernel.driver.said(folder) == driver.SUCCESS
    kernel.close(folder)
    assert kernel.delete("\\Ann\\Three.flac") == driver.SUCCESS
    assert names(one, "\\Ann") == ["One.flac", "Two.flac"]


def test_an_entry_whose_writer_has_it_open_is_moved_and_removed(one: Windows) -> None:
    kernel, data = one.kernel, data_of(one)
    opened = begun(one, "\\.part")
    kernel.driver.sized(opened, len(data))
    kernel.driver.written(opened, 0, data)
    for name in ("x.flac", "y.flac"):
        assert kernel.rename(opened, f"\\{name}") == driver.SUCCESS
        assert names(one) == ["Ann", name]
    assert kernel.driver.marked(opened, False) == driver.SUCCESS
    kernel.close(opened)
    assert names(one) == ["Ann"]


def test_what_cannot_be_created(one: Windows) -> None:
    kernel = one.kernel
    for name, code in (
        ("\\none\\x", status.OBJECT_PATH_NOT_FOUND),
        ("\\.collections\\x", status.MEDIA_WRITE_PROTECTED), ("\\Ann\\one.flac", driver.OBJECT_NAME_COLLISION),
    ):  # fmt: skip
        assert kernel.create(name) == code, name
    opened = kernel.open(ONE)
    assert kernel.driver.said(opened) == status.MEDIA_WRITE_PROTECTED
    kernel.close(opened)


def test_explorer_sees_that_there_is_room(one: Windows) -> None:
    lent = one.kernel.driver.lend(88)
    info = lent.cast("FSP_FSCTL_VOLUME_INFO *")
    assert one.kernel.call("GetVolumeInfo", info) == 0
    assert info.FreeSize == ROOM < info.TotalSize
