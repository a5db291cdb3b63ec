"""One suite for views that are rearranged by hand: the drive itself, a real FUSE mount and the simulated WinFsp."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.conftest import Make
from patient import until

from faces.conftest import FACES, Show
from faces.shown import Shown, manifest


@pytest.fixture
def originals(music: Path) -> Path:
    for number, (artist, title) in enumerate((("Ann", "One"), ("Ann", "Two"), ("Bob", "Three"))):
        sound.write(music / f"{number}.flac", 2000, seed=number, artist=artist, album="Best", title=title)
    (music / "cover.png").write_bytes(sound.picture(20))
    return music


def paths(shown: Shown, path: str = "") -> list[str]:
    found = list[str]()
    for name, seen in sorted(shown.entries(path).items()):
        below = f"{path}/{name}".lstrip("/")
        found += [below, *(paths(shown, below) if seen.folder else [])]
    return [one for one in found if "cover" not in one]


def test_folders_and_files_are_moved_made_and_removed(show: Show, originals: Path) -> None:
    shown = show(view__writable_view=True)
    shown.mkdir("Fav")
    shown.mkdir("Fav/Deep")
    shown.move("Ann/Best", "Fav/Deep/Best")
    shown.move("Fav", "Favourites")
    shown.move("Favourites/Deep/Best/Two.flac", "Bob/2.flac")
    shown.move("Bob", "BOB")
    shown.move("BOB/2.flac", "BOB/2.FLAC")
    assert paths(shown) == [
        "Ann", "BOB", "BOB/2.FLAC", "BOB/Best", "BOB/Best/Three.flac", "Favourites", "Favourites/Deep",
        "Favourites/Deep/Best", "Favourites/Deep/Best/One.flac",
    ]  # fmt: skip
    shown.move("BOB/2.FLAC", "Favourites/Deep/Best/One.flac")
    with shown.open("Favourites/Deep/Best/One.flac") as (size, read):
        assert b"Two" in read(0, size)
    shown.remove("Favourites/Deep/Best/One.flac")
    for name in list(shown.entries("Favourites/Deep/Best")):  # the cover is there until somebody removes it
        shown.remove(f"Favourites/Deep/Best/{name}")
    for folder in ("Favourites/Deep/Best", "Favourites/Deep", "Favourites", "Ann"):
        shown.remove(folder, folder=True)
    assert paths(shown) == ["BOB", "BOB/Best", "BOB/Best/Three.flac"]


def test_what_cannot_be(show: Show, originals: Path) -> None:
    shown = show(view__writable_view=True)
    before = paths(shown)
    for call, number in (
        (lambda: shown.mkdir("Ann"), errno.EEXIST),
        (lambda: shown.mkdir("ann"), errno.EEXIST),
        (lambda: shown.mkdir("none/x"), errno.ENOENT),
        (lambda: shown.remove("none"), errno.ENOENT),
        (lambda: shown.remove("Ann", folder=True), errno.ENOTEMPTY),
        (lambda: shown.remove("Ann"), errno.EISDIR),
        (lambda: shown.remove("Ann/Best/One.flac", folder=True), errno.ENOTDIR),
        (lambda: shown.move("none", "x"), errno.ENOENT),
        (lambda: shown.move("Ann/Best/One.flac", "none/x"), errno.ENOENT),
        (lambda: shown.move("Ann/Best/cover.png", "cover.png"), errno.EXDEV),
        (lambda: shown.move("Ann", "Bob"), errno.ENOTEMPTY),
        (lambda: shown.mkdir("x" * 300), errno.ENAMETOOLONG),
        (lambda: shown.mkdir(".search/x/y"), errno.EROFS),
    ):
        with pytest.raises(OSError) as caught:
            call()
        assert caught.value.errno in (number, errno.ENOENT if number == errno.ENAMETOOLONG else number), caught.value
    assert paths(shown) == before


def test_bytes_cannot_be_written_there_either(show: Show, originals: Path) -> None:
    shown = show(view__writable_view=True)
    before = list(manifest(shown))
    refusals = shown.refusals("Ann/Best/One.flac")
    written = (lambda: shown.write("Ann/Best/new", b"bytes of nobody"), lambda: shown.write("new.flac", b"fLaC" * 9000))
    for refused in (*refusals[:1], *written):  # the other refusals change names
        with pytest.raises(OSError) as caught:
            refused()
        assert caught.value.errno == errno.EROFS
    assert list(manifest(shown)) == before


def test_a_copy_of_a_track_is_one_more_entry(show: Show, originals: Path) -> None:
    shown = show(view__writable_view=True)
    with shown.open("Ann/Best/One.flac") as (size, read):
        whole = read(0, size)
    shown.mkdir("Fav")
    shown.write("Fav/Copy of one.flac", whole)
    shown.write("Fav/One.flac", whole)
    assert set(paths(shown, "Fav")) == {"Fav/Copy of one.flac", "Fav/One.flac"}
    for path in ("Fav/One.flac", "Fav/Copy of one.flac", "Ann/Best/One.flac"):
        assert shown.stat(path).size == size
        with shown.open(path) as (_, again):
            assert again(0, size) == whole
    for call, number in (
        (lambda: shown.write("Fav/2.flac", whole[:-1]), errno.EROFS),
        (lambda: shown.write("Fav/3.flac", whole + b"x"), errno.EROFS),
        (lambda: shown.write("Fav/4.flac", whole[:-1] + b"x"), errno.EROFS),
        (lambda: shown.write("none/One.flac", whole), errno.ENOENT),
        (lambda: shown.write(".collections/One.flac", whole), errno.EROFS),
    ):
        try:  # Windows writes behind, so that nobody hears of what is not all of a track
            call()
        except OSError as error:
            assert error.errno == number, error
    shown.move("Fav/Copy of one.flac", "Bob/1.flac")
    shown.remove("Ann/Best/One.flac")
    shown.remove("Fav/One.flac")
    assert [path for path in paths(shown) if path.endswith("flac")] == [
        "Ann/Best/Two.flac", "Bob/1.flac", "Bob/Best/Three.flac",
    ]  # fmt: skip
    with shown.open("Bob/1.flac") as (_, last):
        assert last(0, size) == whole


def test_the_same_from_every_face_whoever_did_it(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, originals: Path
) -> None:
    library = make_library(view__writable_view=True)
    faces = {face: show_as(face, library) for face in FACES}
    for shown in faces.values():
        list(manifest(shown))
    for face, what in zip(faces, ("Ann/Best", "Bob/Best", "Ann"), strict=False):
        faces[face].mkdir(f"By {face}")
        faces[face].move(what, f"By {face}/Moved")
    expected = list(manifest(faces["drive"]))
    for shown in faces.values():
        until(lambda shown=shown: list(manifest(shown)) == expected)  # type: ignore[misc]


def test_what_is_open_is_read_to_its_end_where_it_was_moved_or_removed(show: Show, originals: Path) -> None:
    shown = show(view__writable_view=True)
    with shown.open("Ann/Best/One.flac") as (size, read):
        whole = read(0, size)
    with shown.open("Ann/Best/One.flac") as (size, read):
        shown.move("Ann/Best/One.flac", "1.flac")
        assert read(0, size) == whole
        with shown.open("1.flac") as (other_size, other):
            assert other(0, other_size) == whole
    with shown.open("Bob/Best/Three.flac") as (size, read):
        whole = read(0, size)
        shown.move("Bob", "Bert")
        assert read(0, size) == whole
        shown.remove("Bert/Best/Three.flac")
        assert "Three.flac" not in shown.entries("Bert/Best")
        shown.move("1.flac", "Bert/Best/Three.flac")
        assert read(0, size) == whole
        with shown.open("Bert/Best/Three.flac") as (other_size, other):
            assert other(0, other_size) != whole
