"""What broke clients of other servers."""

import time
from typing import Any

import pytest

from over_http.subsonic.harness import Api, parts


def values(told: Any, path: str = "") -> Any:
    """Everything in an answer, with where it stands."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from values(value, f"{path}/{key}")
    elif isinstance(told, list):
        for value in told:
            yield from values(value, f"{path}[]")
    else:
        yield path.rpartition("/")[2], told


NUMBERS = {
    "track",
    "year",
    "size",
    "duration",
    "bitRate",
    "discNumber",
    "songCount",
    "albumCount",
    "playCount",
    "userRating",
    "bpm",
    "position",
}
TRUTHS = {"isDir", "isVideo", "openSubsonic", "public", "isCompilation", "adminRole", "readonly"}


def test_numbers_are_numbers_truths_are_truths_and_ids_are_texts(api: Api) -> None:
    for name, params in (
        ("getAlbum", {"id": api.ids["album"]}),
        ("search3", {"query": ""}),
        ("getUser", {"username": "ann"}),
    ):
        for key, value in values(api.ok(name, **params)):
            assert (type(value) is int) or key not in NUMBERS, (key, value)
            assert (type(value) is bool) or key not in TRUTHS, (key, value)
            assert isinstance(value, str) or not key.lower().endswith("id"), (key, value)
            assert value is not None


def test_every_song_says_what_it_is(api: Api) -> None:
    songs = api.ok("search3", query="")["searchResult3"]["song"]
    assert len(songs) == 5
    always = {
        "isDir", "coverArt", "replayGain", "genres", "artists", "albumArtists", "contributors", "moods", "isrc", "displayArtist", "displayAlbumArtist",
        "displayComposer", "sortName", "comment", "bpm", "musicBrainzId", "explicitStatus", "mediaType", "bitDepth", "samplingRate", "channelCount",
    }  # fmt: skip
    assert all(always <= set(song) for song in songs)
    gains = {song["title"]: song["replayGain"] for song in songs}
    assert gains["Title 1"] == {"trackGain": -3.5, "trackPeak": 0.98}
    assert gains["Title 3"] == {}
    (rich,) = (song for song in songs if song["title"] == "Title 1")
    assert (rich["displayComposer"], rich["comment"], rich["bpm"], rich["year"]) == ("Who Wrote", "<b>&\"'", 120, 1991)
    assert {one["name"] for one in rich["genres"]} == {"Rock", "Pop"}
    assert rich["contributors"][0]["role"] == "composer"


def test_one_child_is_an_array_and_none_too(api: Api) -> None:
    assert isinstance(api.ok("getAlbum", id=api.ids["album"])["album"]["song"], list)
    assert len(api.ok("getMusicFolders")["musicFolders"]["musicFolder"]) == 1
    assert parts(api.other("bob").ok("getStarred2")) == {"starred2": {"artist": [], "album": [], "song": []}}


def test_an_empty_object_is_one(api: Api) -> None:
    assert parts(api.ok("getVideos")) == {"videos": {}}
    assert parts(api.ok("getAlbumInfo", id=api.ids["album"])) == {"albumInfo": {}}


def test_a_song_is_an_entry_where_lists_have_entries(api: Api) -> None:
    bob = api.other("bob")
    made = bob.ok("createPlaylist", name="Mine", songId=[api.ids["song"], api.ids["song"], api.ids["mp3"]])["playlist"]
    assert [one["id"] for one in made["entry"]] == [api.ids["song"], api.ids["song"], api.ids["mp3"]]
    assert "song" not in made
    assert (made["songCount"], made["owner"]) == (3, "bob")
    changed = bob.ok("createPlaylist", playlistId=made["id"], songId=api.ids["wav"])["playlist"]
    assert [one["id"] for one in changed["entry"]] == [api.ids["wav"]]
    assert api.code("getPlaylist", id=made["id"]) == 70
    bob.ok(
        "updatePlaylist",
        playlistId=made["id"],
        public="true",
        songIdToAdd=[api.ids["mp3"], api.ids["song"]],
        songIndexToRemove=0,
    )
    assert [one["id"] for one in api.ok("getPlaylist", id=made["id"])["playlist"]["entry"]] == [
        api.ids["mp3"],
        api.ids["song"],
    ]
    assert api.other("eve").code("deletePlaylist", id=made["id"]) == 50
    assert api.other("eve").ok("getPlaylist", id=made["id"])["playlist"]["entry"] == []
    bob.ok("deletePlaylist", id=made["id"])


def test_cover_ids_lead_to_covers(api: Api) -> None:
    for key in ("song", "album", "artist"):
        found = api.ok("search3", query="first" if key != "artist" else "zoo")["searchResult3"][key]
        assert all(
            api.ask("getCoverArt", id=one["coverArt"]).headers["content-type"] == "image/jpeg" for one in found[:1]
        )


def test_an_empty_search_finds_everything_page_by_page(api: Api) -> None:
    pages = [
        api.ok("search3", query="", songCount=2, songOffset=at, albumCount=0, artistCount=0)["searchResult3"]
        for at in (0, 2, 4, 6)
    ]
    assert [len(page["song"]) for page in pages] == [2, 2, 1, 0]
    assert len({song["id"] for page in pages for song in page["song"]}) == 5
    assert pages[0]["album"] == pages[0]["artist"] == []


def test_plays_stars_and_ratings_are_each_users_own(api: Api) -> None:
    bob, song = api.other("bob"), api.ids["wav"]
    bob.ok("star", id=song, albumId=api.ids["album"])
    bob.ok("setRating", id=song, rating=3)
    bob.ok("scrobble", id=[song, song], time=[1000, int(time.time() * 1000)])
    told = bob.ok("getSong", id=song)["song"]
    assert (told["userRating"], told["playCount"], "starred" in told) == (3, 2, True)
    assert [one["id"] for one in bob.ok("getStarred2")["starred2"]["album"]] == [api.ids["album"]]
    assert [one["name"] for one in bob.ok("getAlbumList2", type="recent")["albumList2"]["album"]] == ["Second"]
    assert [one["name"] for one in bob.ok("getAlbumList2", type="frequent")["albumList2"]["album"]] == ["Second"]
    assert [one["name"] for one in bob.ok("getAlbumList2", type="starred")["albumList2"]["album"]] == ["First"]
    assert [one["title"] for one in bob.ok("getTopSongs", artist="zoo", count=1)["topSongs"]["song"]] == ["Title 3"]
    assert "userRating" not in api.ok("getSong", id=song)["song"]
    assert bob.code("setRating", id=song, rating=6) == 0
    bob.ok("unstar", id=song, albumId=api.ids["album"])
    assert bob.ok("getStarred")["starred"] == {"artist": [], "album": [], "song": []}


def test_what_is_played_now_is_told_to_others(api: Api) -> None:
    bob = api.other("bob")
    bob.ok("scrobble", id=api.ids["mp3"], submission="false")
    (entry,) = (one for one in api.ok("getNowPlaying")["nowPlaying"]["entry"] if one["username"] == "bob")
    assert (entry["title"], entry["playerName"], entry["minutesAgo"]) == ("Title 4", "tests", 0)
    bob.ok("reportPlayback", mediaId=api.ids["mp3"], mediaType="song", positionMs=1200, state="stopped")
    assert not [one for one in api.ok("getNowPlaying")["nowPlaying"]["entry"] if one["username"] == "bob"]
    assert bob.ok("getSong", id=api.ids["mp3"])["song"]["playCount"] == 1


def test_a_queue_is_the_same_by_id_and_by_place(api: Api) -> None:
    bob = api.other("bob")
    assert parts(bob.ok("getPlayQueue")) == {}
    bob.ok("savePlayQueueByIndex", id=[api.ids["song"], api.ids["mp3"], api.ids["song"]], currentIndex=2, position=700)
    kept = bob.ok("getPlayQueueByIndex")["playQueueByIndex"]
    assert (kept["currentIndex"], kept["position"], len(kept["entry"]), kept["changedBy"]) == (2, 700, 3, "tests")
    assert bob.ok("getPlayQueue")["playQueue"]["current"] == api.ids["song"]
    assert bob.code("savePlayQueue", id=api.ids["song"], current=api.ids["mp3"]) == 70
    bob.ok("savePlayQueue")
    assert bob.ok("getPlayQueue")["playQueue"]["entry"] == []


@pytest.mark.parametrize("kind", ["byYear", "byGenre"])
def test_lists_that_want_more_say_so(api: Api, kind: str) -> None:
    assert api.code("getAlbumList2", type=kind) == 10
    assert api.code("getAlbumList2") == 10
    assert api.code("getAlbumList2", type="sideways") == 0


@pytest.mark.parametrize("wrong", ["' OR 1=1 --", '"', "*", "title:", "NEAR(", "\x00", "a" * 4000, "🦆"])
def test_any_text_is_only_text(api: Api, wrong: str) -> None:
    api.ok("search3", query=wrong)
    api.ok("search2", query=wrong)
    api.ok("getSongsByGenre", genre=wrong)
    api.ok("getAlbumList2", type="byGenre", genre=wrong)
    assert api.code("getAlbum", id=wrong) == 70
    assert api.code("getAlbumList2", type=wrong) == 0


@pytest.mark.parametrize("number", [1 << 62, -(1 << 62), (1 << 63) - 1, 10**25])
def test_a_number_that_is_none_is_no_failure_of_the_server(api: Api, number: int) -> None:
    (share,) = api.ok("createShare", id=api.ids["song"])["shares"]["share"]
    played = {"mediaId": api.ids["song"], "mediaType": "song", "positionMs": number}
    for name, params in (
        ("createShare", {"id": api.ids["song"], "expires": number}), ("updateShare", {"id": share["id"], "expires": number}),
        ("reportPlayback", {**played, "state": "stopped"}), ("reportPlayback", {**played, "state": "playing"}),
    ):  # fmt: skip
        answer = api.told(name, **params)
        if answer["status"] != "ok":
            assert "its log says why" not in answer["error"]["message"], (name, answer)
        elif "shares" in answer:
            api.ok("deleteShare", id=answer["shares"]["share"][0]["id"])
    api.ok("deleteShare", id=share["id"])
