"""Who is let in, by what, and which error tells who is not."""

import hashlib
from collections.abc import Iterator

import pytest

from over_http.subsonic.harness import Api


@pytest.fixture(scope="module")
def password(api: Api) -> Iterator[str]:
    """An app password of bob."""
    known = api.server.context.server
    return known.devices.make_app_password(known.accounts.named("bob"), "old phone", "bob").secret


def code(api: Api, **plain: str) -> int:
    answer = api.ask("ping", plain=plain, f="json").json["subsonic-response"]
    return int(answer["error"]["code"]) if "error" in answer else -1


def token(password: str, salt: str) -> str:
    return hashlib.md5((password + salt).encode()).hexdigest()


def test_a_key_lets_in_and_tells_whose_it_is(api: Api) -> None:
    assert code(api, apiKey=api.server.tokens["ann key"]) == -1
    assert api.other("bob").ok("tokenInfo")["tokenInfo"] == {"username": "bob"}
    assert api.ask("ping", "POST", f="json").json["subsonic-response"]["status"] == "ok"


def test_an_app_password_lets_in_as_it_is_or_salted(api: Api, password: str) -> None:
    assert code(api, u="bob", p=password) == -1
    assert code(api, u="BOB", p="enc:" + password.encode().hex()) == -1
    assert code(api, u="bob", t=token(password, "salt"), s="salt") == -1


def test_what_is_wrong_has_its_code(api: Api, password: str) -> None:
    key = api.server.tokens["ann key"]
    assert code(api) == 10
    assert code(api, apiKey="mfk_wrong") == 44
    assert code(api, apiKey=key, u="ann") == 43
    assert code(api, u="bob", p=password, t="x", s="y") == 43
    assert code(api, u="bob") == 10
    assert code(api, u="bob", t="x") == 10
    assert code(api, u="bob", p="enc:zz") == 40
    assert code(api, u="bob", t=token("wrong", "salt"), s="salt") == 40
    assert code(api, u="nobody", t=token(password, "salt"), s="salt") == 40


def test_a_password_of_an_account_is_no_app_password(api: Api) -> None:
    assert code(api, u="ann", p="long enough for ann") == 40


@pytest.mark.parametrize(("plain", "wanted"), [({"t": "x", "s": "y"}, 41), ({"p": "x"}, 42)])
def test_where_they_are_off_that_is_said(
    api: Api, monkeypatch: pytest.MonkeyPatch, plain: dict[str, str], wanted: int
) -> None:
    monkeypatch.setattr(api.server.context.server.devices, "legacy", False)
    error = api.ask("ping", plain={"u": "bob", **plain}, f="json").json["subsonic-response"]["error"]
    assert error["code"] == wanted
    assert error["helpUrl"].startswith("https://")


def test_extensions_are_told_to_anybody(api: Api) -> None:
    answer = api.ask("getOpenSubsonicExtensions", plain={}, f="json").json["subsonic-response"]
    names = {one["name"] for one in answer["openSubsonicExtensions"]}
    assert {"apiKeyAuthentication", "formPost", "songLyrics", "indexBasedQueue", "playbackReport"} <= names


def test_a_cookie_lets_nobody_in_here(api: Api) -> None:
    """Any page can have a browser ask by GET."""
    answer = api.server.get("/rest/ping?f=json", Cookie=f"musfuse={api.server.tokens['ann']}")
    assert answer.json["subsonic-response"]["error"]["code"] == 10


def test_what_is_for_administrators_is_refused_to_others(api: Api) -> None:
    bob = api.other("bob")
    assert bob.code("startScan") == 50
    assert bob.code("getUsers") == 50
    assert bob.code("getUser", username="ann") == 50
    assert bob.ok("getUser", username="bob")["user"]["adminRole"] is False


def test_who_sees_no_source_finds_nothing(api: Api) -> None:
    eve = api.other("eve")
    assert eve.ok("search3", query="")["searchResult3"] == {"artist": [], "album": [], "song": []}
    assert eve.ok("getMusicFolders")["musicFolders"] == {"musicFolder": []}
    for name in (
        "getSong",
        "stream",
        "download",
        "getCoverArt",
        "hls.m3u8",
        "getLyricsBySongId",
        "star",
        "scrobble",
        "setRating",
    ):
        assert eve.code(name, id=api.ids["song"], rating=3) == 70, name
    for name, kind in (("getAlbum", "album"), ("getArtist", "artist"), ("getMusicDirectory", "folder")):
        assert eve.code(name, id=api.ids[kind]) == 70, name
    assert eve.code("createPlaylist", name="x", songId=api.ids["song"]) == 70
