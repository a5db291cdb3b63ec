"""The same library shown in each way."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import fuse_works
from drive.conftest import make_library  # noqa: F401 - a fixture
from musfuse_winfsp.mount import WinFspFace
from winfsp.conftest import simulation  # noqa: F401 - a fixture

from faces.shown import Shown, ShownByDrive, ShownByFuse, ShownByWinFsp
from musfuse.app.library import Library

FACES = ("drive", "winfsp") if sys.platform == "win32" else ("drive", "winfsp", "fuse")
Show = Callable[..., Shown]


@pytest.fixture
def show_as(
    request: pytest.FixtureRequest, make_library: Callable[..., Library], tmp_path: Path
) -> Iterator[Callable[..., Shown]]:
    """Show a library (made once, or given) through the face of a name."""
    with ExitStack() as closing:

        def show(face: str, library: Library | None = None, **options: object) -> Shown:
            if face == "winfsp":  # before the library is opened, which asks how many calls may wait there
                request.getfixturevalue("simulation")
            shown_library = library or make_library(**options)
            return _show(face, shown_library, request, closing, tmp_path)

        yield show


def _show(face: str, library: Library, request: pytest.FixtureRequest, closing: ExitStack, folder: Path) -> Shown:
    if face == "drive":
        return ShownByDrive(library.drive)
    if face == "fuse":
        if not fuse_works():
            pytest.skip("no FUSE here: /dev/fuse or fusermount3 is missing")
        from musfuse_fuse.mount import FuseFace  # its library is not on Windows, where these tests run, too

        mountpoint = folder / "mnt"
        mountpoint.mkdir()
        mounted = FuseFace("mfusepy", 10, False).mount(library.drive, mountpoint)
        closing.callback(mounted.unmount, force=True)
        return ShownByFuse(mountpoint)
    _, ffi, lib = request.getfixturevalue("simulation")
    windows = WinFspFace("Music").mount(library.drive, Path("M:"))

    def stop() -> None:
        windows.unmount(force=True)
        assert not ffi.escaped, ffi.escaped

    closing.callback(stop)
    (volume,) = lib.volumes.values()
    return ShownByWinFsp(volume.kernel)


@pytest.fixture(params=FACES)
def show(request: pytest.FixtureRequest, show_as: Callable[..., Shown]) -> Callable[..., Any]:
    """Show a library through each face in turn."""
    return lambda **options: show_as(request.param, **options)
