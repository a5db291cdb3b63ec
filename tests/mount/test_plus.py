"""Listings bring attributes along: a walk asks for none."""

import os
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from drive.conftest import make_library  # noqa: F401 - a fixture

from mount.test_kernel_memory import Mounted, mounted, tree  # noqa: F401 - a fixture

pytestmark = needs_fuse


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths whose attributes are asked for."""
    from musfuse.drive import Drive

    paths: list[str] = []
    attr = Drive.attr
    monkeypatch.setattr(Drive, "attr", lambda drive, path: paths.append(path) or attr(drive, path))
    return paths


def test_a_walk_asks_for_no_attributes(mounted: Mounted, music: Path, asked: list[str]) -> None:
    for n in range(300):
        sound.write(music / f"{n}.flac", 100, artist=f"{n % 7}", album="B", title=f"{n}")
    _, mnt = mounted()
    for _ in range(2):
        found = tree(str(mnt))
        assert len([size for size in found.values() if size]) == 300
    assert [path for path in asked if path] == []  # the root's come with no listing


def test_a_size_that_is_not_known_is_asked_for_when_somebody_wants_it(
    mounted: Mounted, music: Path, asked: list[str]
) -> None:
    for n in range(3):
        sound.write(music / f"{n}.wav", 100, artist="A", album="B", title=f"{n}")
    library, mnt = mounted()
    assert sorted(os.listdir(mnt / "A/B")) == ["0.flac", "1.flac", "2.flac"]
    assert not [path for path in asked if path.endswith(".flac")]
    assert (mnt / "A/B/1.flac").stat().st_size == library.drive.attr("A/B/1.flac").size
    assert [path for path in asked if path.endswith(".flac")] == ["A/B/1.flac"] * 2


def test_names_of_every_kind_and_length_arrive(mounted: Mounted, music: Path) -> None:
    """More than one buffer of the kernel's holds, in one folder."""
    wanted = {f"{n} {'ü' * (n % 60)}é日本.flac" for n in range(700)}
    for name in wanted:
        sound.write(music / f"{name[:40]}.flac", 10, artist="A", album="B", title=name.removesuffix(".flac"))
    _, mnt = mounted()
    with os.scandir(mnt / "A/B") as entries:
        found = {entry.name: entry.stat().st_ino == entry.inode() for entry in entries}
    assert len(found) == len(wanted)
    assert all(found.values())
    assert set(os.listdir(mnt / "A/B")) == set(found)
