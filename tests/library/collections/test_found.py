"""Playlists among the sources: names that no other has, tracks, what they name that is not there."""

from library.conftest import Desk
from musfuse.library.catalog.companions import Companion, Companions
from musfuse.library.catalog.playlists import FoundPlaylists
from musfuse.library.collections.found import Found
from musfuse.model import Stamp, TagSet


def put(desk: Desk, folder: str, name: str, *places: str) -> None:
    row = Companion(name, Stamp(1, 1), "", "playlist", places=places)
    Companions(desk.database).change(desk.files.folder(desk.source().id, folder, 1), [row], [])


def test_names_that_are_given_get_numbers(desk: Desk) -> None:
    desk.source()
    for folder, name in (
        ("a", "Mix.m3u"),
        ("a", "Mix.pls"),
        ("b", "mix.m3u8"),
        ("b", "a:b.xspf"),
        ("c", "80s.m3u"),
        ("c", "x.m3u8.m3u"),
        ("d", "x" * 150 + ".m3u"),
    ):
        put(desk, folder, name)
    named = Found(FoundPlaylists(desk.database)).named({"80S"})
    assert [name for name, _ in named.values()] == [
        "Mix",
        "Mix (2)",
        "a-b",
        "mix (3)",
        "80s (2)",
        "x.m3u8 (2)",
        "x" * 100,
    ]
    assert [key for key, (name, _) in named.items() if key != name.upper()] == []
    assert named["MIX (2)"][1].place == "/src/a/Mix.pls"


def test_tracks_in_order_and_what_is_not_there(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"m/{number}.wav", TagSet({"title": [str(number)]}))
    put(
        desk,
        "l",
        "a.m3u",
        "../m/2.wav",
        "../m/9.wav",
        "../m/0.wav",
        "../m/2.wav",
        *(f"no{number}" for number in range(7)),
    )
    put(desk, "l", "b.m3u", "../m/1.wav")
    found = Found(FoundPlaylists(desk.database))
    assert list(found.tracks(found.named(set())["A"][1])) == [3, 1, 3]
    (odd,) = found.unmatched()
    assert (odd.place, odd.count, odd.of, odd.first) == (
        "/src/l/a.m3u",
        8,
        11,
        ("../m/9.wav", "no0", "no1", "no2", "no3"),
    )


def test_another_playlist_of_the_name_takes_the_place_of_what_it_named(desk: Desk) -> None:
    desk.put("1.wav", TagSet({"title": ["1"]}))
    put(desk, "", "a.m3u", "1.wav", "2.wav")
    put(desk, "", "a.m3u", "1.wav")
    found = Found(FoundPlaylists(desk.database))
    assert list(found.unmatched()) == []
    assert list(found.tracks(found.named(set())["A"][1])) == [1]
    Companions(desk.database).change(desk.files.folder(desk.source().id, "", 1), [], ["a.m3u"])
    assert found.named(set()) == {}
    with desk.database.read() as db:
        assert db.execute("SELECT count(*) FROM playlist_place").fetchone() == (0,)
