"""Shares, of one's own."""

import time

from over_http.subsonic.harness import Api


def test_a_share_has_its_tracks_and_a_link(api: Api) -> None:
    soon = int(time.time() * 1000) + 10**7
    (made,) = api.ok("createShare", id=[api.ids["album"], api.ids["mp3"]], description="hear", expires=soon)["shares"][
        "share"
    ]
    assert [song["title"] for song in made["entry"]] == ["Title 1", "Title 2", "Title 4"]
    assert made["url"].startswith("http://127.0.0.1")
    assert (made["username"], made["visitCount"]) == ("ann", 0)
    bob = api.other("bob")
    assert bob.ok("getShares")["shares"] == {"share": []}
    assert bob.code("deleteShare", id=made["id"]) == 70
    assert bob.code("updateShare", id=made["id"], description="mine") == 70
    api.ok("updateShare", id=made["id"], description="other")
    assert api.ok("getShares")["shares"]["share"][0]["description"] == "other"
    api.ok("deleteShare", id=made["id"])
    assert api.ok("getShares")["shares"] == {"share": []}
    assert api.code("deleteShare", id=made["id"]) == 70
    assert api.code("createShare", id=api.ids["song"], expires=1) == 0
