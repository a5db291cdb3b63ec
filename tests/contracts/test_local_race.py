"""A folder that is exchanged for a link and back while it is listed and read leads nobody out of its source."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from musfuse.errors import OriginError, RefusedError
from musfuse.origins import LocalOrigin

TRIES = 3000
_EXCHANGE = 2
INSIDE, OUTSIDE = b"inside", b"outside!!"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source with a folder `a`, and a link `b` to a folder outside that has the same names, and one more."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/f.wav").write_bytes(OUTSIDE)
    (tmp_path / "out/secret.wav").write_bytes(OUTSIDE)
    (tmp_path / "root/a").mkdir(parents=True)
    (tmp_path / "root/a/f.wav").write_bytes(INSIDE)
    (tmp_path / "root/a/g.wav").symlink_to("f.wav")
    (tmp_path / "root/b").symlink_to(tmp_path / "out")
    return tmp_path / "root"


@contextmanager
def exchanging(one: Path, other: Path) -> Iterator[None]:
    """Exchange two names over and over within the block; each is there at any moment."""
    libc, over = ctypes.CDLL(None, use_errno=True), threading.Event()

    def exchange() -> None:
        while not over.is_set():
            libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), _EXCHANGE)

    if libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), _EXCHANGE):
        pytest.skip("this file system exchanges no names")
    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_nothing_of_a_folder_outside_is_listed_told_or_read(root: Path) -> None:
    origin, leaks, seen = LocalOrigin("u", str(root), open_files=1), list[str](), 0
    with exchanging(root / "a", root / "b"):
        for _ in range(TRIES):
            with suppress(OriginError):
                for entry in origin.list("a"):
                    told = entry.stat is not None and entry.stat.stamp.size != len(INSIDE)
                    leaks += [f"listed {entry}"] if entry.name == "secret.wav" or told else []
                seen += 1
            with suppress(OriginError):
                leaks += ["told"] if origin.stat("a/f.wav").stamp.size != len(INSIDE) else []
            with suppress(OriginError):
                leaks += ["read"] if origin.read("a/f.wav", 0, 20) != INSIDE else []
            origin.let_go()
    origin.close()
    assert seen > TRIES // 100
    assert not leaks, (len(leaks), leaks[:3])


def test_a_folder_that_becomes_a_link_is_an_error_or_stands(root: Path) -> None:
    """What a scan takes for removed is what a listing lacks; one that fails leaves what is known."""
    origin, listed, refused = LocalOrigin("u", str(root)), 0, 0
    with exchanging(root / "a", root / "b"):
        for _ in range(TRIES // 3):
            try:
                names = [entry.name for entry in origin.list("a")]
                assert names == ["f.wav", "g.wav"]
                listed += 1
            except RefusedError as error:
                assert "leads out of the source" in str(error)
                refused += 1
    assert listed
    assert refused
