"""Files as they are written to a device."""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.devices.writing import StoppedError, Writer, as_it_can, pieces_of
from musfuse.errors import DeviceError
from musfuse.platform import system
from musfuse.platform.trees import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with closing(system.open_tree(str(tmp_path))) as made:
        yield made


def test_bytes_times_and_hash(tree: Tree, tmp_path: Path) -> None:
    data, told = bytes(range(256)) * 9000, list[int]()
    writer = Writer(tree, lambda: False, told.append, verify=True)
    digest = writer.write("x", pieces_of(len(data), lambda at, size: data[at : at + size]), 10**18)
    assert digest == hashlib.blake2b(data, digest_size=16).hexdigest() == writer.read("x")
    assert (tmp_path / "x").read_bytes() == data
    assert (tmp_path / "x").stat().st_mtime_ns == 10**18
    assert told == [1 << 20, 1 << 20, len(data) - (2 << 20)]


def test_a_device_that_keeps_other_bytes_is_told_of(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(tree, lambda: False, lambda _: None, verify=True)
    monkeypatch.setattr("musfuse.devices.writing._write_all", lambda fd, data: None)
    with pytest.raises(DeviceError, match="is faulty"):
        writer.write("x", iter([b"abc"]), 0)


def test_who_stops_it_is_heard_at_the_next_piece(tree: Tree) -> None:
    told: list[int] = []
    writer = Writer(tree, lambda: bool(told), told.append)
    with pytest.raises(StoppedError):
        writer.write("x", iter([b"abc", b"def"]), 0)
    assert told == [3]


def test_what_a_device_lacks_is_no_fault(tree: Tree) -> None:
    del tree
    with as_it_can():
        raise OSError(errno.EOPNOTSUPP, "no")
    with pytest.raises(OSError, match="lost"), as_it_can():
        raise OSError(errno.EIO, "lost")
