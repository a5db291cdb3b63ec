"""Mountpoints, on Linux itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import small_disk

from musfuse.errors import MountError
from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix


def test_where_nothing_can_be_mounted_it_is_said_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    for name, said in (
        ("missing", "no such folder; make it first"), ("file", "not a folder"), ("", "not empty"),
        ("loop", "no such folder|cannot be looked into"), ("x" * 300, "cannot be looked into: File name too long"),
    ):  # fmt: skip
        with pytest.raises(MountError, match=said):
            posix.check_mountpoint(tmp_path / name, False)
    with pytest.raises(MountError, match="something is mounted there already"):
        posix.check_mountpoint(Path("/dev"), False)


def test_what_is_mounted(tmp_path: Path) -> None:
    assert posix.is_mounted(Path("/"))
    assert not posix.is_mounted(tmp_path)
    assert not posix.mount_answers(tmp_path)
    assert not posix.clean_dead_mount(tmp_path)
    assert not posix.clean_dead_mount(tmp_path / "missing")
    with small_disk(tmp_path / "disk", 100) as disk:
        assert posix.is_mounted(disk)
        assert posix.mount_answers(disk)
        with subprocess.Popen([sys.executable, "-c", "input()"], cwd=disk, stdin=subprocess.PIPE) as other:
            with pytest.raises(MountError, match=f"in use by .*\\({other.pid}\\)"):
                posix.unmount(disk, lazy=False)
            posix.unmount(disk, lazy=True)
            other.kill()
        assert not posix.is_mounted(disk)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True)  # for who cleans up
