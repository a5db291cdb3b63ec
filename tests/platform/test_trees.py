"""A folder of another disk, by paths and by a descriptor."""

import ntpath
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.platform import system
from musfuse.platform.trees import PathTree, Room, Tree


@pytest.fixture(params=[PathTree, system.open_tree])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    (tmp_path / "stick").mkdir()
    opened: Callable[[str], Tree] = request.param
    with closing(opened(str(tmp_path / "stick"))) as made:
        yield made


def put(tree: Tree, path: str, data: bytes) -> None:
    fd = tree.create(path)
    os.write(fd, data)
    os.close(fd)


def test_files_are_made_named_read_and_removed(tree: Tree, tmp_path: Path) -> None:
    tree.make_folder("a")
    put(tree, "a/1", b"one")
    tree.set_time("a/1", 10**18)
    facts = tree.facts("a/1")
    assert facts
    assert (facts.is_file, facts.size, facts.mtime_ns) == (True, 3, 10**18)
    tree.rename("a/1", "2")
    put(tree, "3", b"three")
    with pytest.raises(FileExistsError):
        tree.rename("2", "3")
    with pytest.raises(FileExistsError):
        tree.create("3")
    tree.replace("2", "3")
    with os.fdopen(tree.open("3"), "rb") as file:
        assert file.read() == b"one"
    tree.flush("a")
    assert sorted(tree.names("")) == ["3", "a"]
    tree.remove_folder("a")
    tree.remove("3")
    assert os.listdir(tmp_path / "stick") == []
    assert tree.facts("a") is tree.facts("a/b/c") is None


def test_no_link_leads_out(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/file").write_bytes(b"mine")
    (tmp_path / "stick/link").symlink_to(tmp_path / "out")
    (tmp_path / "stick/alias").symlink_to(tmp_path / "out/file")
    put(tree, "own", b"x")
    for act in (
        lambda: tree.names("link"), lambda: tree.create("link/new"),
        lambda: tree.open("link/file"), lambda: tree.remove("link/file"), lambda: tree.rename("own", "link/own"),
        lambda: tree.open("alias"), lambda: tree.make_folder("link/a"), lambda: tree.replace("own", "link/file"),
    ):  # fmt: skip
        with pytest.raises(OSError, match=r".") as error:
            act()
        assert not isinstance(error.value, FileNotFoundError)
    put(tree, "file", b"x")
    assert tree.facts("link/file") is tree.facts("file/x") is None
    found = tree.facts("link")
    assert found
    assert (found.is_file, found.is_folder) == (False, False)
    assert sorted(os.listdir(tmp_path / "out")) == ["file"]
    assert (tmp_path / "out/file").read_bytes() == b"mine"


def test_room(tree: Tree) -> None:
    room = tree.room()
    assert room.free > 0
    assert Room(0, 4096).taken_by(4097) == 8192
    assert Room(0, 4096).taken_by(0) == 0
    assert tree.identity()


def test_another_disk_at_the_same_path_is_not_taken_for_it(tree: Tree, tmp_path: Path) -> None:
    """Whether that can be told or not, nothing is written there."""
    (tmp_path / "stick").rename(tmp_path / "gone")
    (tmp_path / "stick").mkdir()
    try:
        put(tree, "x", b"")
    except OSError:
        assert os.listdir(tmp_path / "gone") == []
    assert os.listdir(tmp_path / "stick") == []


def test_a_name_with_a_drive_does_not_lead_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows joins paths: `C:` behind any folder is the folder that another drive is at."""
    seen = []
    tree = PathTree(str(tmp_path))
    monkeypatch.setattr(os.path, "join", ntpath.join)
    monkeypatch.setattr(os, "lstat", lambda place: seen.append(place) or tmp_path.lstat())
    tree.facts("C:/x")
    assert seen
    assert all(place.startswith(str(tmp_path)) for place in seen)
