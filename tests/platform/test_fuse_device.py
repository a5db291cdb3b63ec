"""What keeps an ordinary user from mounting, as far as the device and the tools tell."""

import grp
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.errors import MountError
from musfuse.platform.fuse_device import check_fuse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/dev/fuse is Linux's")
_AS_NOBODY = """
import grp, os, pathlib, sys
from musfuse.platform.fuse_device import check_fuse
os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.environ["PATH"] = sys.argv[2]
try:
    check_fuse(pathlib.Path(sys.argv[1]))
except Exception as error:
    print(error)
"""


def said(device: Path, path: str = os.defpath) -> str:
    if os.geteuid() != 0:
        pytest.skip("only root becomes somebody else")
    done = subprocess.run([sys.executable, "-c", _AS_NOBODY, device, path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def device() -> Iterator[Path]:
    """A file where everybody may look, which the folders of tests are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "fuse"
        path.touch()
        yield path


def test_none(tmp_path: Path) -> None:
    with pytest.raises(MountError, match="modprobe fuse"):
        check_fuse(tmp_path / "none")


def test_one_of_root_alone(device: Path) -> None:
    device.chmod(0o600)
    assert said(
        device
    ) == f"{device}: no permission; the administrator can open it to all, as most systems have it: " + (
        f"`chmod 666 {device}`"
    )


def test_one_of_a_group(device: Path) -> None:
    group = next(group for group in grp.getgrall() if group.gr_gid not in (0, 65534))
    device.chmod(0o660)
    os.chown(device, 0, group.gr_gid)
    assert f"add you to the group {group.gr_name}" in said(device)


def test_one_for_all_and_the_tool(device: Path) -> None:
    device.chmod(0o666)
    assert said(device, "/nowhere") == "fusermount3 is not installed; it comes with the package fuse3"
    tool = device.with_name("fusermount3")
    tool.touch(0o755)
    assert said(device, str(tool.parent)) == ""
