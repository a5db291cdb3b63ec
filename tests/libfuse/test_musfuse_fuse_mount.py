"""Mounts by the real kernel, in this process: options, ends, and what is said where one fails."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from musfuse_fuse.mount import FuseFace, FuseMount

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import MountError

pytestmark = needs_fuse


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("fuse")
    sound.write(folder / "music/1.flac", 60_000, artist="Ann", album="Best", title="One")
    with ExitStack() as closing:
        config = load_config(default_sections(), flags={"index.background": False}).config
        made = open_library(folder / "state", config, closing, sources=[folder / "music"])
        made.scan_all(made.scanner())
        yield made


@contextmanager
def mountpoint(folder: Path) -> Iterator[Path]:
    """A place where nothing is mounted in the end, whatever a test did."""
    folder.mkdir()
    yield folder
    subprocess.run(["fusermount3", "-u", "-z", str(folder)], capture_output=True)


@pytest.fixture
def mnt(tmp_path: Path) -> Iterator[Path]:
    with mountpoint(tmp_path / "mnt") as made:
        yield made


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Path]:
    with mountpoint(tmp_path / "second") as made:
        yield made


def line_of(mnt: Path) -> str:
    """How the kernel says that a drive is mounted."""
    (found,) = (line for line in Path("/proc/self/mounts").read_text().splitlines() if f" {mnt} " in line)
    return found


def test_a_drive_is_mounted_read_only_and_leaves_when_it_is_unmounted(library: Library, mnt: Path) -> None:
    mount = FuseFace("mfusepy", 10, False).mount(library.drive, mnt)
    name, _, kind, options, *_ = line_of(mnt).split()
    assert (name, kind) == ("musfuse", "fuse.musfuse")
    assert {"ro", "default_permissions"} <= set(options.split(","))
    assert (mnt / "Ann/Best/One.flac").read_bytes()[:4] == b"fLaC"
    assert not mount.ended.is_set()
    mount.unmount()
    assert mount.ended.is_set()
    assert not os.path.ismount(mnt)
    mount.unmount()  # once more is nothing
    assert threading.enumerate() == [thread for thread in threading.enumerate() if not thread.name.startswith("fuse ")]


def test_options_reach_the_kernel_and_go_before_ours(library: Library, mnt: Path) -> None:
    mount = FuseFace("mfusepy", 10, False).mount(library.drive, mnt, ["max_read=65536,fsname=mine", "noatime"])
    name, _, _, options, *_ = line_of(mnt).split()
    assert name == "mine"
    assert {"max_read=65536", "noatime", "ro"} <= set(options.split(","))
    mount.unmount()


def test_one_in_use_is_unmounted_by_force_alone(library: Library, mnt: Path) -> None:
    mount = FuseFace("mfusepy", 10, False).mount(library.drive, mnt)
    # Not by `cwd=`: this process serves the mount, and until the new program runs it can answer nothing.
    command = ["sh", "-c", 'cd "$0" && echo there && exec sleep 1000', str(mnt)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"there\n"
        with pytest.raises(MountError, match=r"in use by (sleep|sh)"):
            mount.unmount()
        assert not mount.ended.is_set()
        mount.unmount(force=True)
        assert not os.path.ismount(mnt)
        other.kill()
    assert mount.ended.wait(30)


def test_whoever_unmounts_it_its_end_is_told(library: Library, mnt: Path) -> None:
    mount = FuseFace("mfusepy", 10, False).mount(library.drive, mnt)
    subprocess.run(["fusermount3", "-u", str(mnt)], check=True)
    assert mount.ended.wait(30)
    mount.unmount()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["rw"], "the drive is read-only"), (["ro,rw=1"], "the drive is read-only"), (["max_read=many"], "max_read=many: not a number"),
        (["max_read=-1"], "not a number"), (["no_such_option=1"], "libfuse could not mount.*no_such_option"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_leave_nothing_mounted(
    library: Library, mnt: Path, options: list[str], said: str
) -> None:
    with pytest.raises(MountError, match=said):
        FuseFace("mfusepy", 10, False).mount(library.drive, mnt, options)
    assert not os.path.ismount(mnt)
    assert library.drive.open_handles == 0


def test_a_place_is_checked_before_anything_is_loaded(library: Library, mnt: Path) -> None:
    face = FuseFace("no such binding", 10, False)
    face.check(mnt)
    with pytest.raises(MountError, match="no such folder"):
        face.mount(library.drive, mnt / "missing")
    (mnt / "file").write_bytes(b"")
    with pytest.raises(MountError, match="not empty"):
        face.check(mnt)
    (mnt / "file").unlink()


def test_one_drive_is_shown_in_two_places(library: Library, mnt: Path, second: Path) -> None:
    face = FuseFace("mfusepy", 10, False)
    mounts: list[FuseMount] = [face.mount(library.drive, place) for place in (mnt, second)]
    assert (mnt / "Ann/Best/One.flac").stat().st_ino == (second / "Ann/Best/One.flac").stat().st_ino
    mounts[0].unmount()
    assert (second / "Ann/Best/One.flac").read_bytes()[:4] == b"fLaC"
    mounts[1].unmount()


@pytest.mark.expects_errors
def test_a_loop_that_fails_is_an_end_and_says_why(library: Library, mnt: Path) -> None:
    """Whatever a binding raises."""

    class Broken:
        class Operations:
            pass

        FuseOSError = OSError

        @staticmethod
        def FUSE(*_: object, **__: object) -> None:
            raise ZeroDivisionError("inside")

    mount = FuseMount(mnt)
    with pytest.raises(MountError, match="ZeroDivisionError: inside"):
        mount.start(Broken, library.drive, {})
    assert mount.ended.is_set()
