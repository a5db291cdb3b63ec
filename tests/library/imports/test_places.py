"""Paths of another machine: tidied, mapped, and found among those that are known."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.errors import ConfigError
from musfuse.library.catalog.candidates import Candidates
from musfuse.library.imports.places import Mapping, Places, is_absolute, read_mapping, tidy


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("/a/b", "/a/b"), ("/a/./b/../c", "/a/c"), ("a//b", "a/b"),
        ("C:\\Music\\x.mp3", "C:/Music/x.mp3"),
        ("\\\\?\\C:\\Music\\x", "C:/Music/x"), ("\\\\nas\\music\\x", "//nas/music/x"), ("/odd\\name", "/odd\\name"),
        ("sftp://host//a", "sftp://host//a"), ("/a/\udcff\ud800é", "/a/\udcff\ufffdé"),
    ],
)  # fmt: skip
def test_tidy(place: str, wanted: str) -> None:
    assert tidy(place) == wanted


def test_roots_of_any_system() -> None:
    assert [is_absolute(path) for path in ("/a", "C:/a", "sftp://h/a", "a/b", "C:a", "")] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("mapping", "path", "wanted"),
    [
        ("/home/bob=/srv", "/home/bob/x/1.mp3", "/srv/x/1.mp3"), ("/home/bob=/srv", "/home/bobby/1.mp3", None),
        ("D:\\Music=/srv", "d:/music/x/1.mp3", "/srv/x/1.mp3"), (".=/srv", "x/1.mp3", "/srv/x/1.mp3"),
        (".=/srv", "/x/1.mp3", None), ("/=/srv", "/x", "/srv/x"), ("lib=/srv", "lib/x", "/srv/x"),
    ],
)  # fmt: skip
def test_mappings(mapping: str, path: str, wanted: str | None) -> None:
    assert read_mapping(mapping).apply(path) == wanted


def test_a_mapping_has_two_sides() -> None:
    for text in ("/a", "/a=", ""):
        with pytest.raises(ConfigError, match="FROM=TO is wanted"):
            read_mapping(text)


def test_tracks_are_found_by_their_paths(make_library: Make, music: Path, tmp_path: Path) -> None:
    for name in ("Ann/Best/One.flac", "Ann/Best/Dé.flac", "Root.flac"):
        sound.write(music / name, 5000, title=name)
    (music / "Ann/Best/cd.cue").write_text(
        'FILE "One.flac" WAVE\n TRACK 01 AUDIO\n  INDEX 01 00:00:00\n TRACK 02 AUDIO\n  INDEX 01 00:00:01\n'
    )
    library = make_library(index__background=False)
    places = Places(Candidates(library.catalog.database))

    def found(path: str) -> list[str]:
        return [row.source.removeprefix(f"{music}/") for row in places.find(tidy(path))]

    assert found(f"{music}/Root.flac") == found("Root.flac") == ["Root.flac"]
    assert found(f"{music}/ANN/best/De\u0301.FLAC") == ["Ann/Best/Dé.flac"]
    assert found(f"{music}/Ann/Best") == found(f"{music}/Ann/x/One.flac") == found("") == found("/") == []
    assert [row.part for row in places.find(f"{music}/Ann/Best/One.flac")] == [1, 2]
    assert found("/other/Root.flac") == []
    for odd in ("\udcff", "\ud800", "\0"):  # bytes of a path that are no text, and what is in none
        assert [found(f"{root}/{odd}/x{odd}.flac") for root in (music, "view://main", "x", "")] == [[]] * 4
    places.map([Mapping("/other", str(music)), Mapping("/other/deep", "/nowhere")])
    assert found("/other/Root.flac") == ["Root.flac"]
    assert found("/other/deep/Root.flac") == []
