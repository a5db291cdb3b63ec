"""Listings that the kernel may keep: for half of its time, and only while nothing in them changed."""

from pathlib import Path
from types import SimpleNamespace

from musfuse_fuse.kernel import KernelMemory
from musfuse_fuse.recently import Recently


def test_a_listing_is_kept_for_half_of_the_time(tmp_path: Path) -> None:
    memory, now = KernelMemory(None, str(tmp_path), 0), [0.0]
    memory.seconds = 60
    listed = Recently(memory, lambda: now[0])
    assert not listed.is_recent("/a")
    listed.note("/a")
    now[0] = 29
    assert listed.is_recent("/a")
    now[0] = 31
    assert not listed.is_recent("/a")


def test_one_that_was_under_way_when_something_changed_is_not(tmp_path: Path) -> None:
    memory = KernelMemory(SimpleNamespace(), str(tmp_path / "ended"), 0)
    memory.seconds = 60
    listed = Recently(memory)
    memory.on_forget = listed.forget
    for path in ("/", "/a"):
        listed.note(path)
    memory.forget("/")  # the mount has ended, or the kernel knows nothing of it: what it is told later counts
    assert (listed.is_recent("/"), listed.is_recent("/a")) == (False, True)
