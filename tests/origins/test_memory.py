"""The origin in memory, as other tests rely on it: whoever owns the originals is played by `write` and `remove`."""

import pytest

from musfuse.errors import NotFoundError, RefusedError, SourceChangedError
from musfuse.model import NodeKind
from musfuse.origins import MemoryOrigin


def test_folders_are_what_paths_say() -> None:
    origin = MemoryOrigin("m", {"a/b/1.wav": b"1", "a/2.wav": b"22", "ab.wav": b"3"})
    assert [entry.name for entry in origin.list("")] == ["a", "ab.wav"]
    assert [(entry.name, entry.stat and entry.stat.kind) for entry in origin.list("a")] == [
        ("2.wav", NodeKind.FILE), ("b", NodeKind.FOLDER),
    ]  # fmt: skip
    assert origin.stat("a/b").kind is NodeKind.FOLDER
    with pytest.raises(NotFoundError):
        origin.stat("a/2")  # though a name begins so
    origin.remove("a/b/1.wav")
    for call in (origin.stat, lambda path: list(origin.list(path))):
        with pytest.raises(NotFoundError):
            call("a/b")


def test_each_write_is_a_version_and_a_kept_mtime_hides_only_the_time() -> None:
    origin = MemoryOrigin("m", {"a": b"1"})
    first = origin.stat("a")
    origin.write("a", b"2", keep_mtime=True)
    second = origin.stat("a")
    origin.write("a", b"3")
    third = origin.stat("a")
    assert second.stamp.looks_like(first.stamp)
    assert third.stamp.mtime_ns > second.stamp.mtime_ns
    assert len({first.ident, second.ident, third.ident}) == 3
    for old in (first, second):
        with pytest.raises(SourceChangedError):
            origin.read("a", 0, 1, old.stamp)
    assert origin.read("a", 0, 9, third.stamp) == b"3"


def test_an_empty_origin_has_a_root_that_lists_nothing() -> None:
    assert list(MemoryOrigin().list("")) == []
    assert MemoryOrigin().stat("").kind is NodeKind.FOLDER


def test_nothing_is_written_outside() -> None:
    origin = MemoryOrigin("m")
    for path in ("../a", "/a", "a//b", "a/./b"):
        with pytest.raises(RefusedError):
            origin.write(path, b"1")
    assert list(origin.list("")) == []


def test_another_process_cannot_build_it() -> None:
    origin = MemoryOrigin("m", {"secret": b"1"})
    assert origin.spec() == {"local": False, "uid": "m"}
