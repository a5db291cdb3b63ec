"""Links of shares: for anybody who has one, and for nothing else."""

import pytest

from over_http.subsonic.harness import Api


def test_a_link_is_a_playlist_of_what_is_shared(api: Api) -> None:
    (made,) = api.ok("createShare", id=api.ids["mp3"])["shares"]["share"]
    path = "/share/" + made["url"].rpartition("/")[2]
    answer = api.server.get(path)
    lines = answer.body.decode().splitlines()
    assert answer.headers["content-type"].startswith("audio/x-mpegurl")
    assert lines[:2] == ["#EXTM3U", "#EXTINF:1,The Ann - Title 4"]
    stream = api.server.get("/share/" + lines[2].partition("/share/")[2], Range="bytes=0-9")
    assert (stream.status, stream.body) == (206, (api.server.music / "The Ann/Third/1.mp3").read_bytes()[:10])
    assert api.server.get(f"{path}/{api.ids['song']}").status == 404
    assert api.server.ask("POST", path).status == 405
    api.ok("deleteShare", id=made["id"])
    assert api.server.get(path).status == 404


@pytest.mark.parametrize("secret", ["", "x", "../api/v1", "a" * 300, "%00"])
def test_what_is_no_secret_leads_nowhere(api: Api, secret: str) -> None:
    assert api.server.get(f"/share/{secret}").status == 404


def test_a_link_shows_what_its_user_sees_and_no_more(api: Api) -> None:
    bob, known = api.other("bob"), api.server.context.server
    (made,) = bob.ok("createShare", id=api.ids["mp3"])["shares"]["share"]
    path = "/share/" + made["url"].rpartition("/")[2]
    user = known.accounts.named("bob")
    try:
        known.accounts.set_sources(user, ())
        assert api.server.get(path).body == b"#EXTM3U\n"
        assert api.server.get(f"{path}/{api.ids['mp3']}").status == 404
    finally:
        known.accounts.set_sources(user, None)
        bob.ok("deleteShare", id=made["id"])
