"""Volumes of Windows: where they are mounted, with which parameters, and what is left when that fails or ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sound
from musfuse_winfsp.info import filetime
from musfuse_winfsp.mount import WinFspFace, parse_mountpoint
from musfuse_winfsp.volume import volume_params

from musfuse.errors import MountError
from winfsp.conftest import Windows
from winfsp.kernel import asks

Mount = Callable[..., Windows]
ONE = "\\Abbey\\Road\\01 - One.flac"


@pytest.fixture
def one(windows: Mount, music: Path) -> Windows:
    sound.write(music / "1.flac", 60_000, artist="Abbey", album="Road", tracknumber="1", title="One")
    return windows()


def test_volume_parameters(one: Windows) -> None:
    params = one.volume.params
    expected = {
        "sector_size": 4096, "sectors_per_allocation_unit": 1, "max_component_length": 255, "case_sensitive_search": 0,
        "case_preserved_names": 1, "unicode_on_disk": 1, "persistent_acls": 1, "read_only_volume": 1,
        "post_cleanup_when_modified_only": 1, "um_file_context_is_user_context2": 1, "file_info_timeout": 0xFFFFFFFF,
        "flush_and_purge_on_cleanup": 1, "dir_info_timeout_valid": 1, "dir_info_timeout": 60_000,
        "volume_info_timeout_valid": 1, "volume_info_timeout": 10_000, "file_system_name": "MUSFUSE", "prefix": "",
    }  # fmt: skip
    assert {name: params[name] for name in expected} == expected
    assert params["volume_serial_number"]
    assert params["volume_creation_time"] == filetime(1_767_225_600_000_000_000)


def test_files_open_at_stop_are_released(one: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "pid", 99_999_999, raising=False)
    for _ in range(3):
        assert one.kernel.open(ONE).status == 0
    assert one.library.drive.open_handles == 1  # of one version, for all of them
    folder = one.kernel.open("\\Abbey")
    with pytest.raises(MountError, match="3 files are open by process 99999999; close"):
        one.mount.unmount()
    assert folder.status == 0
    one.mount.unmount(force=True)
    assert one.library.drive.open_handles == 0
    assert one.mount.ended.is_set()
    assert "M:" not in one.lib.taken


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("M:", ("M:", "")), ("m:\\", ("M:", "")), ("*", ("*", "")), ("\\\\musfuse\\library", ("*", "\\musfuse\\library")),
        ("C:\\mnt\\music", ("C:\\mnt\\music", "")), ("\\\\?\\C:\\mnt", ("\\\\?\\C:\\mnt", "")),
    ],
)  # fmt: skip
def test_mountpoints(text: str, parsed: tuple[str, str]) -> None:
    assert parse_mountpoint(text) == parsed


@pytest.mark.parametrize("text", ["\\\\server", "\\\\server\\share\\deeper"])
def test_malformed_shares(text: str) -> None:
    with pytest.raises(MountError, match="server"):
        parse_mountpoint(text)


def test_mounting_in_every_way(simulation: Any, windows: Mount, music: Path) -> None:
    sound.write(music / "1.flac", artist="A", title="One")
    share = windows("\\\\musfuse\\library")
    assert (str(share.mount.mountpoint), share.volume.params["prefix"]) == ("Z:", "\\musfuse\\library")
    share.mount.unmount()
    drive = share.library.drive
    letter = WinFspFace("x", lambda: "Y:").mount(drive, Path("*"))
    assert str(letter.mountpoint) == "Y:"
    letter.unmount()
    folder = WinFspFace("x", lambda: "Y:").mount(drive, Path("C:\\mnt\\music"))
    folder.unmount()
    with pytest.raises(MountError, match="must be free"):
        WinFspFace("x", lambda: "Y:").mount(drive, Path("C:"))
    with pytest.raises(MountError, match="mount options are for FUSE"):
        WinFspFace("x", lambda: "Y:").mount(drive, Path("M:"), ["allow_other"])
    with pytest.raises(MountError, match="95 characters"):
        WinFspFace("x", lambda: "Y:").mount(drive, Path("\\\\s\\" + "x" * 100))


def test_a_start_that_fails_leaves_nothing(simulation: Any, windows: Mount, music: Path) -> None:
    sound.write(music / "1.flac", artist="A", title="One")
    first = windows()
    _, _, lib = simulation
    before = len(lib.volumes)
    lib.fail_mount = 0xC0000001
    try:
        with pytest.raises(MountError, match="could not mount"):
            WinFspFace("x").mount(first.library.drive, Path("N:"))
    finally:
        lib.fail_mount = 0
    assert len(lib.volumes) == before


def test_two_volumes_are_told_apart_by_their_serial_numbers() -> None:
    """Windows takes two of one number for the same disk."""
    numbers = {
        volume_params(label, prefix)["volume_serial_number"]
        for label, prefix in (("a", ""), ("b", ""), ("a", "\\s\\x"))
    }
    assert len(numbers) == 3
    assert all(0 < number < 1 << 32 for number in numbers)
    assert volume_params("a", "") == volume_params("a", "")  # the same at every mount


def test_unmounting_twice_is_once(one: Windows) -> None:
    assert not one.mount.ended.is_set()
    one.mount.unmount()
    one.mount.unmount()
    assert one.mount.ended.is_set()
    assert one.lib.volumes == {}


def test_what_cannot_be_made_at_all_is_said(simulation: Any, windows: Mount, music: Path, one: Windows) -> None:
    package, _, lib = simulation

    class Refused(package.FileSystem):  # type: ignore[misc, name-defined]
        def __init__(self, *_: object, **__: object) -> None:
            raise RuntimeError("no driver")

    before = len(lib.volumes)
    kept, package.FileSystem = package.FileSystem, Refused
    try:
        with pytest.raises(MountError, match="N:: WinFsp could not make the volume: no driver"):
            WinFspFace("x").mount(one.library.drive, Path("N:"))
    finally:
        package.FileSystem = kept
    assert len(lib.volumes) == before


def test_one_drive_is_shown_on_two_letters(one: Windows) -> None:
    second = WinFspFace("x").mount(one.library.drive, Path("N:"))
    assert {"M:", "N:"} <= set(one.lib.taken)
    second.unmount()
    assert one.kernel.open(ONE).status == 0  # the first goes on
    assert one.library.drive.open_handles == 1
