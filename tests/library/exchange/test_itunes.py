"""Libraries as iTunes writes them, on macOS and on Windows."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from library.exchange.itunesxml import Date, library
from musfuse.errors import ConfigError
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.exchange.itunes import FAR, SECTIONS, Itunes
from musfuse.library.exchange.plist import PropertyList
from musfuse.library.exchange.steady import SteadyFile

HERE = "file://localhost/Users/ann/Music/One.m4a"


def read(
    tmp_path: Path, tracks: Sequence[Mapping[str, object]], playlists: Sequence[Mapping[str, object]] = ()
) -> tuple[list[ForeignTrack], list[ForeignPlaylist]]:
    (tmp_path / "x.xml").write_text(library(tracks, playlists))
    with SteadyFile(tmp_path / "x.xml") as file:
        opened = Itunes(PropertyList(file, SECTIONS))
        return list(opened.tracks()), list(opened.playlists())


def one(tmp_path: Path, **facts: object) -> ForeignTrack:
    named = {name.replace("_", " "): value for name, value in facts.items()}
    return read(tmp_path, [{"Location": HERE, **named}])[0][0]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("file://localhost/Users/ann/A%20%26%20B/%C3%A9%20+%231.mp3", "/Users/ann/A & B/é +#1.mp3"),
        ("file:///Volumes/Disk/x.mp3", "/Volumes/Disk/x.mp3"), ("file://localhost/C:/Music/x.mp3/", "C:/Music/x.mp3"),
        ("file://localhost//nas/music/x.mp3", "//nas/music/x.mp3"), ("file://localhost/bad%FFname.mp3", "/bad\udcffname.mp3"),
    ],
)  # fmt: skip
def test_places(tmp_path: Path, location: str, place: str) -> None:
    track = one(tmp_path, Location=location)
    assert (track.place, track.odd) == (place, "")


def test_what_lies_elsewhere(tmp_path: Path) -> None:
    for facts in ({"Track_Type": "Remote"}, {"Track_Type": "URL", "Location": "http://radio/"}, {"Location": ""}):
        assert one(tmp_path, **facts).odd == FAR


def test_tags(tmp_path: Path) -> None:
    track = one(
        tmp_path, Name="One", Artist="Ann", Album_Artist="Various", Year=1999, Track_Number=3, Track_Count=12, Genre="",
        Disc_Number=0, Compilation=True, Total_Time=182_674, BPM="fast", Sort_Artist="Ann, the", Composer=7, Sort_Name="One",
    )  # fmt: skip
    assert track.tags == {
        "title": ("One",), "artist": ("Ann",), "albumartist": ("Various",), "date": ("1999",), "tracknumber": ("3",),
        "tracktotal": ("12",), "compilation": ("1",), "artistsort": ("Ann, the",),
    }  # fmt: skip
    assert (track.id, track.seconds) == ("1", 182.674)


@pytest.mark.parametrize(
    ("facts", "stars"),
    [({"Rating": 80}, 4), ({"Rating": 50}, 3), ({"Rating": 0}, 0), ({"Rating": 80, "Rating Computed": True}, 0), ({"Rating": "x"}, 0)],
)  # fmt: skip
def test_stars(tmp_path: Path, facts: dict[str, object], stars: int) -> None:
    assert one(tmp_path, **facts).stars == stars


def test_favourites(tmp_path: Path) -> None:
    assert [one(tmp_path, **{name: True}).starred_ns for name in ("Loved", "Favorited", "Disliked")] == [0, 0, None]


@pytest.fixture
def amsterdam(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("TZ", "Europe/Amsterdam")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("amsterdam")
def test_when_it_was_played(tmp_path: Path) -> None:
    utc = Date("2015-05-04T12:20:51Z")
    seconds = 1_430_742_051
    exact = one(tmp_path, Play_Count=31, Play_Date=1, Play_Date_UTC=utc)
    assert (exact.plays, exact.last_ns) == (31, seconds * 10**9)
    assert one(tmp_path, Play_Date=3_513_594_051).last_ns == seconds * 10**9  # two hours ahead, in summer
    assert one(tmp_path, Play_Date=3_513_594_051 - 2**32).last_ns == seconds * 10**9
    for odd in (0, 2**62, "soon", True):
        assert one(tmp_path, Play_Date=odd).last_ns == 0
    assert one(tmp_path, Play_Date_UTC="text", Play_Count=-3)[6:9] == (0, 0, 0)


def test_playlists(tmp_path: Path) -> None:
    _, found = read(tmp_path, [{"Location": HERE}], [
        {"Name": "Library", "Master": True, "items": [1]}, {"Name": "Music", "Distinguished Kind": 4, "items": [1]},
        {"Name": "Folder", "Folder": True, "items": [1]}, {"Name": "Hidden", "Visible": False, "items": [1]},
        {"Name": "Mix", "items": [1, 7, 1]}, {"Name": "Smart", "Smart Info": "x", "items": [1]}, {"Name": 3, "items": []},
    ])  # fmt: skip
    assert found == [ForeignPlaylist("Mix", ["1", "7", "1"]), ForeignPlaylist("Smart", ["1"], rule=True)]


def test_a_list_without_tracks_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.xml: no library of iTunes with tracks"):
        read(tmp_path, [])
