"""Scans of some folders: what was not visited stands, what moved between them is the same still."""

import os
import shutil
from pathlib import Path

import pytest
import sound

from library.conftest import Desk
from musfuse.errors import UnavailableError
from musfuse.library.corners import WHOLE, Corner, above, united
from musfuse.library.scanner import ScanResult
from musfuse.origins import LocalOrigin


def scan(desk: Desk, origin: LocalOrigin, *corners: Corner) -> ScanResult:
    return desk.scanner().scan(desk.source(), origin, corners=corners)


def originals(desk: Desk) -> list[str]:
    return sorted(desk.tree().values())


@pytest.fixture
def two(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "one/a.wav", 100, title="A", artist="X")
    sound.write(music / "two/b.wav", 100, title="B", artist="X", seed=2)
    sound.write(music / "two/in/c.wav", 100, title="C", artist="X", seed=3)
    desk.scan(origin)


def test_corners_that_others_hold_are_left_out() -> None:
    corners = [Corner("a/b"), Corner("a", deep=True), Corner("b"), Corner("b/c"), Corner("a")]
    assert united(corners, 9) == [Corner("a", deep=True), Corner("b"), Corner("b/c")]
    assert united(corners, 2) == [WHOLE]
    assert above("a/b/c") == ["", "a", "a/b"]
    assert above("") == []


@pytest.mark.usefixtures("two")
def test_only_what_is_asked_for_is_visited(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    for name in ("one/a.wav", "two/b.wav"):
        (music / name).unlink()
    sound.write(music / "two/in/d.wav", 100, title="D", seed=4)
    result = scan(desk, origin, Corner("two"))
    assert (result.seen, result.read, result.removed) == (0, 0, 1)
    assert originals(desk) == ["one/a.wav", "two/in/c.wav"]
    result = scan(desk, origin, Corner("two", deep=True))
    assert (result.seen, result.read, result.removed) == (2, 1, 0)
    assert originals(desk) == ["one/a.wav", "two/in/c.wav", "two/in/d.wav"]
    assert desk.scan(origin).removed == 1


@pytest.mark.usefixtures("two")
def test_what_is_new_in_a_folder_is_visited_with_all_below(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "new/deep/d.wav", 100, title="D", seed=4)
    assert scan(desk, origin, Corner("")).read == 1
    sound.write(music / "more/deep/e.wav", 100, title="E", seed=5)
    assert scan(desk, origin, Corner("more/deep")).read == 1  # nobody told of the folder above
    (music / "two/in").rename(music.parent / "out")
    sound.write(music / "two/in/f.wav", 100, title="F", seed=6)
    scan(desk, origin, Corner("two"))  # another folder in its place
    assert originals(desk) == ["more/deep/e.wav", "new/deep/d.wav", "one/a.wav", "two/b.wav", "two/in/f.wav"]


@pytest.mark.usefixtures("two")
def test_folders_that_are_gone_are_forgotten_with_all_below(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    shutil.rmtree(music / "two")
    result = scan(desk, origin, Corner("two/in"))  # in its place the folder above is looked at
    assert (result.removed, result.unreached) == (2, 0)
    assert originals(desk) == ["one/a.wav"]
    assert {file.path for file in desk.dropped} == {"two/b.wav", "two/in/c.wav"}


@pytest.mark.usefixtures("two")
def test_what_moved_between_corners_is_the_same(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    os.rename(music / "one/a.wav", music / "two/a.wav")
    os.rename(music / "two/in", music / "in")
    scan(desk, origin, Corner(""), Corner("one"), Corner("two"))
    assert originals(desk) == ["in/c.wav", "two/a.wav", "two/b.wav"]
    assert sorted((a.path, b.path) for a, b in desk.moved) == [("one/a.wav", "two/a.wav"), ("two/in/c.wav", "in/c.wav")]
    assert desk.dropped == []


@pytest.mark.usefixtures("two")
def test_after_a_scan_that_was_cut_off_what_is_gone_waits_for_a_whole_one(
    desk: Desk, music: Path, origin: LocalOrigin
) -> None:
    os.rename(music / "one/a.wav", music / "two/a.wav")
    scanner = desk.scanner()
    wanted = iter([["one"]])

    def cut_off(_: str) -> list[str]:
        found = next(wanted, None)
        if found is None:
            scanner.cancel()
        return found or []

    scanner._wanted = cut_off
    assert scanner.scan(desk.source(), origin).cancelled
    scan(desk, origin, Corner("one"))
    assert (desk.dropped, desk.moved) == ([], [])
    desk.scan(origin)
    assert [(a.path, b.path) for a, b in desk.moved] == [("one/a.wav", "two/a.wav")]


@pytest.mark.usefixtures("two")
def test_a_file_means_its_folder(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "two/in/d.wav", 100, title="D", seed=4)
    assert scan(desk, origin, Corner("two/in/d.wav", deep=True)).read == 1


@pytest.mark.usefixtures("two")
def test_what_cannot_be_reached_stands(desk: Desk, music: Path) -> None:
    class Away(LocalOrigin):
        def stat(self, path: str):  # type: ignore[no-untyped-def]
            if path:
                raise UnavailableError(f"{path}: timed out")
            return super().stat(path)

    (music / "two/b.wav").unlink()
    assert scan(desk, Away("o", str(music)), Corner("two")).unreached == 1
    assert len(originals(desk)) == 3
    music.rename(music.parent / "unplugged")
    assert scan(desk, LocalOrigin("o", str(music)), Corner("two")).problem
    assert len(originals(desk)) == 3


@pytest.mark.usefixtures("two")
def test_a_folder_that_is_not_mounted_keeps_its_files(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    (music / "two").rename(music.parent / "disk")
    (music / "two").mkdir()
    assert scan(desk, origin, Corner("two/in")).unreached == 1
    assert len(originals(desk)) == 3
