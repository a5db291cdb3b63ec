"""How paths are written, on Linux itself."""

import os
import sys
from pathlib import Path

import pytest

from musfuse.errors import MountError

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)

from musfuse.platform import posix


def test_paths_have_one_spelling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ann")
    assert posix.absolute_path("//a/../b") == "/b"
    assert posix.absolute_mountpoint(Path("~/mnt")) == Path("/home/ann/mnt")
    assert posix.absolute_mountpoint(Path("mnt")) == tmp_path / "mnt"
    with pytest.raises(MountError):
        posix.free_drive_letter()
    assert posix.real_path("mnt") == os.path.realpath(tmp_path / "mnt") == posix.plain_path(posix.real_path("mnt"))


def test_words_are_typed_as_a_shell_takes_them() -> None:
    assert posix.as_typed(["mount", "/My Music", "D:\\x", "a'b"]) == "mount '/My Music' 'D:\\x' 'a'\"'\"'b'"


def test_what_lies_inside_a_place() -> None:
    assert posix.path_inside("/a", "/a/b/C") == "b/C"
    assert posix.path_inside("/a", "/a") == ""
    assert [posix.path_inside("/a", path) for path in ("/", "/ab", "/A/b", "")] == [None] * 4
    assert posix.same_path("/a", "/a")
    assert not posix.same_path("/a", "/A")
