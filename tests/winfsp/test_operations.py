"""The values and behaviours that Windows needs, one by one."""

import errno
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sound
from musfuse_winfsp import status
from musfuse_winfsp.info import drive_path, label_of, windows_path

from musfuse.drive import Drive, Opened
from musfuse.errors import MountError
from winfsp import driver, filenode
from winfsp.conftest import Windows

Mount = Callable[..., Windows]
ALBUM = {"artist": "Abbey", "album": "Road", "tracknumber": "1"}
ONE = "\\Abbey\\Road\\01 - One.flac"


@pytest.fixture
def one(windows: Mount, music: Path) -> Windows:
    sound.write(music / "1.wav", 60_000, **ALBUM, title="One")
    sound.write(music / "2.mp3", 60_000, **{**ALBUM, "tracknumber": "2"}, title="Two")
    return windows()


def test_volume_info(windows: Mount, music: Path) -> None:
    sound.write(music / "1.flac", **ALBUM, title="One")
    mounted = windows(label="Sämtliche Musik von mir und allen anderen 🎵")
    lent = mounted.kernel.driver.lend(88)
    info = lent.cast("FSP_FSCTL_VOLUME_INFO *")
    assert mounted.kernel.call("GetVolumeInfo", info) == 0
    lent.check()
    assert info.FreeSize == 0
    assert info.TotalSize >= (music / "1.flac").stat().st_size
    assert info.VolumeLabelLength <= 64
    label = bytes(mounted.ffi.buffer(info.VolumeLabel))[: info.VolumeLabelLength].decode("utf-16-le")
    assert label == label_of("Sämtliche Musik von mir und allen anderen 🎵")


def test_attributes_times_sizes(one: Windows, music: Path) -> None:
    root, album, file = one.kernel.open("\\"), one.kernel.open("\\Abbey\\Road"), one.kernel.open(ONE)
    assert root.info
    assert album.info
    assert file.info
    assert (root.info.attributes, album.info.attributes, file.info.attributes) == (0x2010, 0x2010, 0x2001)
    assert file.info.size == one.library.drive.attr("Abbey/Road/01 - One.flac").size
    assert file.info.allocation == -(-file.info.size // 4096) * 4096
    assert file.info.written == (music / "1.wav").stat().st_mtime_ns // 100 + 116444736000000000
    assert len({root.info.index, album.info.index, file.info.index}) == 3
    for opened in (root, album, file):
        one.kernel.close(opened)


def test_one_descriptor_for_life(one: Windows) -> None:
    import gc

    first = one.kernel.driver.security(ONE)
    gc.collect()
    plumbing = one.package.plumbing
    wanted = plumbing.SecurityDescriptor.from_string("O:BAG:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;WD)")
    assert (
        one.kernel.driver.security("\\Abbey")[2] == first[2] == bytes(plumbing.ffi.buffer(wanted.handle, wanted.size))
    )
    opened = one.kernel.open(ONE)
    for room, expected in ((8, driver.BUFFER_OVERFLOW), (len(first[2]), 0)):
        lent, size = one.kernel.driver.lend(room), one.ffi.new("SIZE_T *", room)
        assert one.kernel.call("GetSecurity", opened.context, lent.cast("SECURITY_DESCRIPTOR *"), size) == expected
        lent.check()
        assert size[0] == len(first[2])
    one.kernel.close(opened)


def test_names_are_given_as_they_are_stored(one: Windows) -> None:
    for asked in (ONE.upper(), ONE.lower(), "\\ABBEY\\road\\01 - ONE.FLAC"):
        opened = one.kernel.open(asked)
        assert (opened.status, opened.name) == (0, ONE)
        one.kernel.close(opened)
    folder = one.kernel.open("\\ABBEY\\ROAD\\")
    assert folder.name == "\\Abbey\\Road"
    lent = one.kernel.driver.lend(104 + 510)
    info = lent.cast("FSP_FSCTL_DIR_INFO *")
    assert one.kernel.call("GetDirInfoByName", folder.context, one.kernel.driver.wide("01 - ONE.FLAC"), info) == 0
    lent.check()
    assert lent.bytes(info.Size)[104:].decode("utf-16-le") == "01 - One.flac"
    assert info.FileInfo.FileAttributes == 0x2001
    assert (
        one.kernel.call("GetDirInfoByName", folder.context, one.kernel.driver.wide("NO"), info)
        == status.OBJECT_NAME_NOT_FOUND
    )
    one.kernel.close(folder)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("\\none", status.OBJECT_NAME_NOT_FOUND), ("\\Abbey\\none", status.OBJECT_NAME_NOT_FOUND),
        ("\\none\\none", status.OBJECT_PATH_NOT_FOUND), ("\\Abbey\\no\\x", status.OBJECT_PATH_NOT_FOUND),
        (ONE + "\\x", status.OBJECT_PATH_NOT_FOUND), ("\\Abbey\\Road\\a?b", driver.OBJECT_NAME_INVALID), ("\\" + "x" * 256, driver.OBJECT_NAME_INVALID),
        ("\\Abbey\\caf\udce9", status.OBJECT_NAME_NOT_FOUND), ("\\..\\..\\etc", status.OBJECT_PATH_NOT_FOUND), (ONE + "\\", driver.NOT_A_DIRECTORY),
    ],
)  # fmt: skip
def test_missing_names(one: Windows, name: str, code: int) -> None:
    assert hex(one.kernel.open(name).status) == hex(code)


def test_directory_and_file_options(one: Windows) -> None:
    assert one.kernel.open(ONE, options=driver.DIRECTORY_FILE).status == driver.NOT_A_DIRECTORY
    assert one.kernel.open("\\Abbey", options=driver.NON_DIRECTORY_FILE).status == driver.FILE_IS_A_DIRECTORY
    assert one.kernel.open(ONE, access=driver.FILE_WRITE_DATA).status == filenode.ACCESS_DENIED


def test_nothing_is_ever_written(one: Windows) -> None:
    protected = status.MEDIA_WRITE_PROTECTED
    kernel, ffi = one.kernel, one.ffi
    assert kernel.create("\\new") == protected
    assert kernel.open(ONE, options=driver.DELETE_ON_CLOSE).status == protected
    opened = kernel.open(ONE)
    lent = [kernel.driver.lend(size) for size in (72, 16, 88)]  # a pointer does not keep its memory alive
    info, transferred = lent[0].cast("FSP_FSCTL_FILE_INFO *"), ffi.new("ULONG *")
    data, name = lent[1].pointer, kernel.driver.wide("\\x")
    assert kernel.call("Write", opened.context, data, 0, 16, 0, 0, transferred, info) == protected
    assert kernel.call("Overwrite", opened.context, 0, 0, 0, info) == protected
    assert kernel.call("SetBasicInfo", opened.context, 0x80, 0, 0, 0, 0, info) == protected
    assert kernel.call("SetFileSize", opened.context, 0, 0, info) == protected
    assert kernel.call("CanDelete", opened.context, name) == protected
    assert kernel.call("Rename", opened.context, name, name, 1) == protected
    assert kernel.call("SetSecurity", opened.context, 4, ffi.NULL) == protected
    assert kernel.call("SetVolumeLabel", name, lent[2].cast("FSP_FSCTL_VOLUME_INFO *")) == protected
    assert kernel.call("Flush", opened.context, info) == 0
    assert kernel.call("Flush", ffi.NULL, info) == 0
    for memory in lent:
        memory.check()
    kernel.close(opened)
    assert kernel.open(ONE).status == 0


def test_operations_that_make_no_sense_here(one: Windows) -> None:
    opened = one.kernel.open(ONE)
    lent = one.kernel.driver.lend(16)
    size = one.ffi.new("SIZE_T *", 16)
    assert (
        one.kernel.call("GetReparsePoint", opened.context, one.kernel.driver.wide(ONE), lent.pointer, size)
        == status.NOT_A_REPARSE_POINT
    )
    assert (
        one.kernel.call("GetStreamInfo", opened.context, lent.pointer, 16, one.ffi.new("ULONG *"))
        == status.INVALID_DEVICE_REQUEST
    )
    one.kernel.close(opened)


def test_reads(one: Windows) -> None:
    drive = one.library.drive
    handle = drive.open("Abbey/Road/01 - One.flac")
    whole = drive.read_at(handle.handle, 0, handle.size)
    drive.close(handle.handle)
    opened = one.kernel.open(ONE)
    assert one.kernel.read(opened, 0, 100) == (0, whole[:100])
    assert one.kernel.read(opened, len(whole) - 10, 100) == (0, whole[-10:])
    assert one.kernel.read(opened, len(whole), 1) == (driver.END_OF_FILE, b"")
    assert one.kernel.read(opened, len(whole) + 4096, 4096) == (driver.END_OF_FILE, b"")
    assert one.kernel.cached_read(opened, 5000, 20_000) == whole[5000:25_000]
    assert one.kernel.cached_read(opened, len(whole) - 5, 100) == whole[-5:]
    one.kernel.close(opened)
    folder = one.kernel.open("\\Abbey")
    assert one.kernel.read(folder, 0, 10)[0] == status.FILE_IS_A_DIRECTORY
    one.kernel.close(folder)


def test_opened_for_attributes_and_read_all_the_same(one: Windows) -> None:
    opened = one.kernel.open(ONE, access=driver.FILE_READ_ATTRIBUTES)
    assert one.library.drive.open_handles == 0
    assert one.kernel.read(opened, 0, 4) == (0, b"fLaC")
    assert one.library.drive.open_handles == 1
    one.kernel.close(opened)
    assert one.library.drive.open_handles == 0


def test_threads_that_race_to_read_it_open_one_handle(one: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = one.kernel.open(ONE, access=driver.FILE_READ_ATTRIBUTES)
    drive, threads = one.library.drive, 4
    together, real = threading.Barrier(threads), Drive.open

    def slowly(drive: Drive, path: str) -> Opened:
        time.sleep(0.05)  # so that the others come while this one is at it
        return real(drive, path)

    monkeypatch.setattr(Drive, "open", slowly)

    def read(_: int) -> bytes:
        together.wait()
        return bytes(one.kernel.read(opened, 0, 100)[1])

    with ThreadPoolExecutor(threads) as pool:
        assert len(set(pool.map(read, range(threads)))) == 1
    assert drive.open_handles == 1
    one.kernel.close(opened)
    assert drive.open_handles == 0


def test_listings(windows: Mount, music: Path) -> None:
    names = ["b", "B2", "a", "Ä", "é", "z-z", "🎵", "_x"]
    for name in names:
        sound.write(music / f"{name}.flac", 3000, artist="A", title=name)
    mounted = windows(view__template="$artist/$title")
    folder = mounted.kernel.open("\\A")
    whole = mounted.kernel.entries(folder)
    listed = [name for name, _ in whole]
    assert listed[:2] == [".", ".."]
    assert listed[2:] == sorted((f"{n}.flac" for n in names), key=lambda n: (n.upper(), n))
    assert whole == mounted.kernel.entries(folder, first=160, later=160)
    for at, name in enumerate(listed[:-1]):
        for marker in (name, name.upper(), name.lower()):
            status_, rest, _ = mounted.kernel.directory(folder, marker, 65_536)
            assert (status_, [n for n, _ in rest]) == (0, listed[at + 1 :])
    assert [n for n, _ in mounted.kernel.directory(folder, "c.gone", 65_536)[1]] == [
        n for n in listed[2:] if n.upper() > "C.GONE"
    ]
    assert mounted.kernel.directory(folder, listed[-1], 65_536)[1] == []
    mounted.kernel.close(folder)
    root = mounted.kernel.open("\\")
    assert [n for n, _ in mounted.kernel.entries(root)] == ["A"]
    mounted.kernel.close(root)


def test_a_listing_has_exact_sizes_a_whole_folder_at_once(windows: Mount, music: Path) -> None:
    for n in range(5):
        sound.write(music / f"{n}.wav", 44_100, artist="A", album="B", title=str(n))
    mounted = windows()
    folder = mounted.kernel.open("\\A\\B")
    entries = {name: info.size for name, info in mounted.kernel.entries(folder)[2:]}
    mounted.kernel.close(folder)
    assert len(entries) == 5
    for name, size in entries.items():
        opened = mounted.kernel.open(f"\\A\\B\\{name}")
        assert opened.info
        assert opened.info.size == size > 0
        mounted.kernel.close(opened)


def test_who_opens_a_folder_to_list_it_visits_it(one: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its originals are looked at again, though the driver may answer the listing by itself."""
    visited: list[str] = []
    monkeypatch.setattr(Drive, "visit", lambda drive, path: visited.append(path))
    for access in (driver.FILE_READ_ATTRIBUTES, driver.FILE_READ_DATA):
        one.kernel.close(one.kernel.open("\\Abbey\\Road", access))
    assert visited == ["Abbey/Road"]


def test_hidden_until_indexed(windows: Mount, music: Path) -> None:
    sound.write(music / "1.wav", artist="A", title="One")
    sound.write(music / "2.mp3", artist="A", title="Two")
    mounted = windows(view__unindexed="hide")
    folder = mounted.kernel.open("\\A\\music")
    assert [n for n, _ in mounted.kernel.entries(folder)] == [".", "..", "Two.mp3"]
    mounted.kernel.close(folder)


def test_errors_have_one_status_each() -> None:
    from musfuse import errors

    def all_errors(kind: type[errors.MusfuseError]) -> list[type[errors.MusfuseError]]:
        return [kind, *(e for sub in kind.__subclasses__() for e in all_errors(sub))]

    for kind in all_errors(errors.MusfuseError):
        if kind.__module__ != "musfuse.errors" or kind is errors.TemplateError:
            continue
        error = kind("x", 1.0) if kind is errors.TooManyTriesError else kind("x")
        assert status.status_of(error) != status.SUCCESS
        assert status.status_of(error) != status.UNEXPECTED_IO_ERROR, kind
    assert status.status_of(errors.NoEntryError("x")) == status.OBJECT_NAME_NOT_FOUND
    assert errors.ReadOnlyError.errno == errno.EROFS


def test_paths() -> None:
    assert drive_path("\\") == ""
    assert drive_path("\\A\\B") == "A/B"
    assert windows_path("A/B") == "\\A\\B"
    assert windows_path("") == "\\"


def test_the_binding_is_imported_late_and_missed_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    from musfuse_winfsp.binding import load_binding

    monkeypatch.setitem(sys.modules, "winfspy", None)  # as if it were not installed
    with pytest.raises(MountError, match="winfspy"):
        load_binding()
