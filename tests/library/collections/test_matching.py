"""Which tracks a playlist means: relative, absolute, of another machine, in another case, with another extension."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pytest

from library.conftest import Desk
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.collections.matching import Matcher
from musfuse.model import Stamp, TagSet

Names = Callable[..., list[str]]


@pytest.fixture
def names(desk: Desk) -> Names:
    """Puts files into two sources, and tells which of them places mean, in a playlist in `lists` of the first."""
    for path in (
        "Ann/Best/One.flac",
        "Ann/Best/Zwei ü.flac",
        "Ann/Best/100%25.flac",
        "lists/here.mp3",
        "a\\b.wav",
        "Ann/x.mp3",
        "Ann/x.flac",
    ):
        desk.put(path, TagSet({"title": [path]}))
    desk.put("Bob/Far.ogg", TagSet({"title": ["Bob/Far.ogg"]}), "/other/music")
    desk.naming.run()

    def told(*places: str, folder: str = "lists") -> list[str]:
        row = Companion("list.m3u", Stamp(1, 1), "", "playlist", places=places)
        Companions(desk.database).change(desk.files.folder(desk.source().id, folder, 1), [row], [])
        found = FoundPlaylists(desk.database)
        return [titles(desk, items) for _, items in Matcher(found).matched(found.all()[0])]

    return told


def titles(desk: Desk, items: Sequence[int]) -> str:
    rows = (desk.tracks.track(item) for item in items)
    return " ".join(row.track.tags.first("title") or "" for row in rows if row is not None)


ONE, TWO, FAR = "Ann/Best/One.flac", "Ann/Best/Zwei ü.flac", "Bob/Far.ogg"


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("../Ann/Best/One.flac", ONE), ("here.mp3", "lists/here.mp3"), ("./here.mp3", "lists/here.mp3"), ("/src/Ann/Best/One.flac", ONE),
        ("/other/music/Bob/Far.ogg", FAR), ("../../other/music/Bob/Far.ogg", FAR), ("..\\Ann\\Best\\One.flac", ONE),
        ("D:\\Music\\Ann\\Best\\One.flac", ONE), ("/home/me/Music/Ann/Best/One.mp3", ONE), ("../ANN/best/ONE.FLAC", ONE),
        ("../Ann/Best/" + unicodedata.normalize("NFD", "Zwei ü.flac"), TWO), ("../Ann/Best/Zwei%20%C3%BC.flac", TWO), ("../Ann/Best/100%25.flac", "Ann/Best/100%25.flac"),
        ("../Ann/Best/One.m4a", ONE), ("Ann/Best/One.flac", ONE), ("Bob/Far.ogg", FAR), ("//nas/share/Bob/Far.mp3", FAR), ("../a\\b.wav", "a\\b.wav"),
        ("../Ann/x.ogg", "Ann/x.flac"), ("../Ann/x.mp3", "Ann/x.mp3"), ("E:/old/here.mp3", "lists/here.mp3"),
        ("../Ann/Best/None.flac", ""), ("http://x/Ann/Best/One.flac", ""), ("One.flac", ""), ("/", ""), ("..", ""), (".", ""), ("C:\\", ""), ("../../../..", ""),
        ("x/" * 200 + "One.flac", ""), ("a\udcffb.mp3", ""), ("\0", ""), ("' OR 1=1 --/x", ""), ("../Ann", ""), ("../Ann/Best/", ""),
    ],
)  # fmt: skip
def test_a_place_means_a_track_or_none(names: Names, place: str, wanted: str) -> None:
    assert names(place) == [wanted]


def test_they_are_in_order_and_follow_what_becomes_of_files(names: Names, desk: Desk) -> None:
    assert names("../Ann/Best/One.flac", "none", "here.mp3", "here.mp3") == [
        ONE,
        "",
        "lists/here.mp3",
        "lists/here.mp3",
    ]
    desk.remove("Ann/Best/One.flac")
    assert names("../Ann/Best/One.flac") == [""]
    desk.put("Ann/Best/One.wav", TagSet({"title": ["converted"]}))
    assert names("../Ann/Best/One.flac") == ["converted"]


def test_all_folders_of_a_source_are_looked_at_once(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    folders = FoundPlaylists.folders

    def counted(self: FoundPlaylists, source: int) -> Iterator[tuple[int, str]]:
        looks.append(source)
        return folders(self, source)

    monkeypatch.setattr(FoundPlaylists, "folders", counted)
    none = [f"none{number}/x/y.mp3" for number in range(300)]
    assert names(*none, "../ANN/best/ONE.FLAC") == [*[""] * 300, ONE]
    assert sorted(looks) == [1, 2]
    assert names("../Ann/Best/One.flac", "here.mp3") == [ONE, "lists/here.mp3"]
    assert len(looks) == 2  # what is where it is said to be costs no such look
