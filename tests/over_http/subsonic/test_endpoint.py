"""Every endpoint, by GET and POST, with and without .view and in any case: valid by the OpenAPI document and the XML schema."""

import json
import time
from typing import Any

import pytest
from musfuse_http.subsonic.table import ENDPOINTS

from over_http.subsonic import schemas
from over_http.subsonic.harness import Api

CLIENT = {
    "name": "x", "platform": "y", "maxAudioBitrate": 128000, "maxTranscodingAudioBitrate": 128000,
    "directPlayProfiles": [{"containers": ["flac"], "audioCodecs": ["flac"], "protocols": ["http"]}],
    "transcodingProfiles": [{"container": "mp3", "audioCodec": "mp3", "protocol": "http"}],
}  # fmt: skip


def calls(api: Api) -> dict[str, list[dict[str, Any]]]:
    """Parameters with which each endpoint is asked; what is not here takes none."""
    ids = api.ids
    song, now = {"id": ids["song"]}, int(time.time() * 1000)
    lists = (
        "random",
        "newest",
        "highest",
        "frequent",
        "recent",
        "alphabeticalByName",
        "alphabeticalByArtist",
        "starred",
    )
    albums = [
        *({"type": kind, "size": 20} for kind in lists), {"type": "byYear", "fromYear": 2000, "toYear": 1900},
        {"type": "byGenre", "genre": "rock", "musicFolderId": ids["music_folder"]},
    ]  # fmt: skip
    search = [{"query": ""}, {"query": "zoo"}, {"query": '""', "songCount": 2, "songOffset": 1}]
    return {
        "getIndexes": [{}, {"musicFolderId": ids["music_folder"]}],
        "getMusicDirectory": [{"id": ids[name]} for name in ("folder", "album", "artist", "music_folder")],
        "getArtists": [{}, {"musicFolderId": ids["music_folder"]}],
        "getArtist": [{"id": ids["artist"]}],
        "getAlbum": [{"id": ids["album"]}],
        "getSong": [song],
        "getVideoInfo": [song],
        "getArtistInfo": [{"id": ids["artist"]}],
        "getArtistInfo2": [{"id": ids["artist"]}],
        "getAlbumInfo": [{"id": ids["album"]}, song],
        "getAlbumInfo2": [{"id": ids["album"]}],
        "getSimilarSongs": [song, {"id": ids["artist"]}],
        "getSimilarSongs2": [{"id": ids["artist"], "count": 3}],
        "getTopSongs": [{"artist": "Zoo"}, {"id": ids["artist"]}, {"artist": "nobody"}],
        "getSonicSimilarTracks": [song],
        "findSonicPath": [{"startSongId": ids["song"], "endSongId": ids["second"]}],
        "getAlbumList": albums,
        "getAlbumList2": albums,
        "getRandomSongs": [{}, {"size": 3, "genre": "Rock", "fromYear": 1990, "toYear": 1995}],
        "getSongsByGenre": [{"genre": "Pop"}, {"genre": "polka"}],
        "search": [{"title": "Title"}],
        "search2": search,
        "search3": search,
        "createPlaylist": [{"name": "List", "songId": [ids["song"], ids["second"], ids["song"]]}],
        "getLyrics": [{"artist": "Zoo", "title": "Title 1"}, {"artist": "no", "title": "one"}],
        "getLyricsBySongId": [song, {**song, "enhanced": "true"}, {"id": ids["mp3"]}],
        "getAvatar": [{"username": "ann"}],
        "getCaptions": [song],
        "star": [{"id": [ids["song"], ids["second"]], "albumId": ids["album"], "artistId": ids["artist"]}],
        "unstar": [{"id": ids["second"]}],
        "setRating": [{**song, "rating": 4}, {"id": ids["album"], "rating": 5}],
        "scrobble": [song, {"id": [ids["song"], ids["second"]], "time": [now - 9000, now]}, {**song, "submission": "false"}],
        "reportPlayback": [
            {"mediaId": ids["song"], "mediaType": "song", "positionMs": 100, "state": state}
            for state in ("starting", "playing", "paused", "stopped")
        ],
        "createShare": [{"id": [ids["song"], ids["album"], ids["artist"]], "description": "d", "expires": now + 10**7}],
        "getPodcastEpisode": [song],
        "createPodcastChannel": [{"url": "http://x"}],
        "deletePodcastChannel": [song],
        "deletePodcastEpisode": [song],
        "downloadPodcastEpisode": [song],
        "jukeboxControl": [{"action": "get"}],
        "createInternetRadioStation": [{"streamUrl": "http://x", "name": "x"}],
        "updateInternetRadioStation": [{"id": "1", "streamUrl": "http://x", "name": "x"}],
        "deleteInternetRadioStation": [song],
        "addChatMessage": [{"message": "x"}],
        "getUser": [{"username": "ann"}],
        "createUser": [{"username": "x", "password": "y", "email": "z"}],
        "updateUser": [{"username": "x", "password": "y"}],
        "deleteUser": [{"username": "bob"}],
        "changePassword": [{"username": "bob", "password": "y"}],
        "createBookmark": [{**song, "position": 1234, "comment": "here"}],
        "savePlayQueue": [{"id": [ids["song"], ids["second"]], "current": ids["second"], "position": 55}],
        "savePlayQueueByIndex": [{"id": [ids["song"], ids["song"]], "currentIndex": 1, "position": 5}],
    }  # fmt: skip


MADE_FIRST = (
    "star",
    "setRating",
    "scrobble",
    "createPlaylist",
    "createShare",
    "createBookmark",
    "savePlayQueue",
    "savePlayQueueByIndex",
)
TAKEN_BACK = ("getPlaylist", "updatePlaylist", "deletePlaylist", "updateShare", "deleteShare", "deleteBookmark")
BYTES = ("stream", "download", "hls.m3u8", "getCoverArt", "getTranscodeStream")
OTHERWISE = (*BYTES, *TAKEN_BACK, "getTranscodeDecision", "startScan")


@schemas.needed
def test_the_table_has_every_endpoint_of_the_document() -> None:
    assert sorted(endpoint.name for endpoint in ENDPOINTS) == schemas.names()
    assert len(ENDPOINTS) == 87


@pytest.fixture(scope="module")
def filled(api: Api) -> Api:
    """Everything that a user may have is there: stars, ratings, plays, lists, shares, bookmarks, a queue."""
    for name in MADE_FIRST:
        for params in calls(api)[name]:
            api.ok(name, **params)
    return api


@schemas.needed
@pytest.mark.parametrize("name", [one.name for one in ENDPOINTS if one.name not in OTHERWISE])
def test_an_answer_is_as_the_document_and_the_schema_have_it(filled: Api, name: str) -> None:
    for params in calls(filled).get(name, [{}]):
        answer = filled.ask(name, f="json", **params)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        schemas.check_json(name, answer.json)
        posted = filled.ask(f"{name.upper()}.view", "POST", f="json", **params)
        schemas.check_json(name, posted.json)
        assert posted.json["subsonic-response"]["status"] == answer.json["subsonic-response"]["status"]
        schemas.check_xml(filled.xml(f"{name}.view", **params))


@schemas.needed
def test_what_was_made_is_changed_and_taken_back(filled: Api) -> None:
    lists = filled.ok("getPlaylists")["playlists"]["playlist"]
    for one in lists:
        for name, params in (
            ("getPlaylist", {}), ("updatePlaylist", {"playlistId": one["id"], "comment": "c", "public": "true", "songIndexToRemove": 0}),
            ("getPlaylist", {}), ("deletePlaylist", {}),
        ):  # fmt: skip
            asked = {"id": one["id"], **params}
            schemas.check_json(name, answer := filled.ask(name, f="json", **asked).json)
            assert answer["subsonic-response"]["status"] == "ok"
            if name == "getPlaylist":
                schemas.check_xml(filled.xml(name, **asked))
    for one in filled.ok("getShares")["shares"]["share"]:
        for name in ("updateShare", "deleteShare"):
            schemas.check_json(name, filled.ask(name, f="json", id=one["id"], description="other").json)
    schemas.check_json("deleteBookmark", filled.ask("deleteBookmark", f="json", id=filled.ids["song"]).json)
    schemas.check_json("startScan", filled.ask("startScan", f="json").json)
    assert filled.ok("getPlaylists")["playlists"]["playlist"] == []


@schemas.needed
def test_a_decision_is_as_the_document_has_it(api: Api) -> None:
    for song in (api.ids["song"], api.ids["mp3"]):
        answer = api.ask(
            "getTranscodeDecision", "POST", body=json.dumps(CLIENT).encode(), f="json", mediaId=song, mediaType="song"
        )
        schemas.check_json(
            "getTranscodeDecision", {"transcodeDecision": answer.json["subsonic-response"]["transcodeDecision"]}
        )


@pytest.mark.parametrize("name", ["nothing", "", "ping/more", "Ping.View.view", "..%2fapi%2fv1"])
def test_what_is_no_endpoint_answers_an_envelope(api: Api, name: str) -> None:
    assert api.code(name) == 70
