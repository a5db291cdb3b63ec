"""What is not here says so as the API has it."""

import pytest

from over_http.subsonic.harness import Api, parts


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("getVideos", {"videos": {}}), ("getPodcasts", {"podcasts": {"channel": []}}), ("getNewestPodcasts", {"newestPodcasts": {"episode": []}}),
     ("getInternetRadioStations", {"internetRadioStations": {"internetRadioStation": []}}), ("getChatMessages", {"chatMessages": {"chatMessage": []}})],
)  # fmt: skip
def test_lists_are_empty(api: Api, name: str, wanted: object) -> None:
    assert parts(api.ok(name)) == wanted


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [("refreshPodcasts", {}, 50), ("jukeboxControl", {"action": "get"}, 50), ("jukeboxControl", {}, 10), ("addChatMessage", {"message": "x"}, 50),
     ("getVideoInfo", {"id": "1"}, 70), ("getAvatar", {"username": "ann"}, 70), ("createUser", {"username": "x"}, 50), ("changePassword", {}, 10)],
)  # fmt: skip
def test_changes_are_refused(api: Api, name: str, params: dict[str, str], code: int) -> None:
    assert api.code(name, **params) == code
