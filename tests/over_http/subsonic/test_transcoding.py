"""Decisions: what a client gets of a track, and why."""

import json
from typing import Any

import pytest
from musfuse_http.subsonic.renditions import Client, at_rate, best_made, wanted_rendition, why_not_direct

from musfuse.rendition import Rendition
from musfuse.service.requests.browse import TrackTold
from over_http.subsonic.harness import Api

TRACK = TrackTold(
    "tr-1", "T", "A", (), "", "", "", "", 0, 1, 0, (), 1000, "flac", "flac", "flac", 900, 16, 44_100, 2, 10**6, "x.flac", 0, "", "u", 0, {}
)  # fmt: skip


def decided(api: Api, song: str, **client: Any) -> Any:
    answer = api.ask(
        "getTranscodeDecision", "POST", body=json.dumps({"name": "x", "platform": "y", **client}).encode(), f="json", mediaId=api.ids[song],
        mediaType="song",
    )  # fmt: skip
    return answer.json["subsonic-response"]["transcodeDecision"]


FLAC = {"containers": ["flac"], "audioCodecs": ["flac"], "protocols": ["http"]}
MADE = {"container": "flac", "audioCodec": "flac", "protocol": "http"}


def test_what_a_client_plays_it_gets_as_it_is(api: Api) -> None:
    told = decided(api, "song", directPlayProfiles=[FLAC])
    assert (told["canDirectPlay"], told["canTranscode"], told["transcodeReason"]) == (True, False, [])
    assert told["sourceStream"]["codec"] == "flac"


def test_what_it_does_not_play_is_made_for_it(api: Api) -> None:
    told = decided(api, "wav", directPlayProfiles=[FLAC], transcodingProfiles=[MADE])
    assert (told["canDirectPlay"], told["canTranscode"]) == (False, True)
    assert told["transcodeReason"] == ["container not supported"]
    answer = api.ask(
        "getTranscodeStream", mediaId=api.ids["wav"], mediaType="song", transcodeParams=told["transcodeParams"]
    )
    assert answer.body.startswith(b"fLaC")


def test_what_cannot_be_made_is_said(api: Api) -> None:
    told = decided(api, "wav", directPlayProfiles=[FLAC])
    assert (told["canDirectPlay"], told["canTranscode"]) == (False, False)
    assert told["errorReason"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"maxAudioBitrate": "x"}'])
def test_a_client_that_is_none_is_refused(api: Api, body: bytes) -> None:
    answer = api.ask(
        "getTranscodeDecision", "POST", body=body or b" ", f="json", mediaId=api.ids["song"], mediaType="song"
    )
    assert answer.json["subsonic-response"]["error"]["code"] == 0
    assert api.code("getTranscodeStream", mediaId=api.ids["song"], mediaType="song", transcodeParams="-f evil") == 0
    assert api.code("getTranscodeStream", mediaId=api.ids["song"], mediaType="podcast", transcodeParams="flac") == 70


def test_bounds_of_a_client_count() -> None:
    limit = {"name": "audioSamplerate", "comparison": "LessThanEqual", "values": ["22050"], "required": True}
    client = {
        "directPlayProfiles": [FLAC],
        "codecProfiles": [{"type": "AudioCodec", "name": "flac", "limitations": [limit]}],
    }
    import msgspec

    assert why_not_direct(TRACK, msgspec.convert(client, Client)) == ["audioSamplerate not supported"]
    assert why_not_direct(
        TRACK, msgspec.convert({"directPlayProfiles": [FLAC], "maxAudioBitrate": 128_000}, Client)
    ) == ["audio bitrate not supported"]


@pytest.mark.parametrize(
    ("form", "most", "wanted"),
    [("", 0, "original"), ("raw", 128, "original"), ("mp3", 0, "mp3:192"), ("mp3", 130, "mp3:128"), ("", 200, "mp3:192"), ("", 1000, "original"),
     ("opus", 96, "opus:96"), ("ogg", 0, "opus:128"), ("flac", 0, "original"), ("flac", 1, "mp3:8"), ("evil", 0, "original"), ("aac", 9999, "mp3:320"), ("m4a", 0, "mp3:192")],
)  # fmt: skip
def test_formats_and_bitrates(form: str, most: int, wanted: str) -> None:
    assert wanted_rendition(TRACK, form, most) == Rendition(wanted)


def test_a_rate_is_one_that_there_is() -> None:
    assert [at_rate("mp3", rate) for rate in (1, 100, 500)] == [
        Rendition("mp3:8"),
        Rendition("mp3:96"),
        Rendition("mp3:320"),
    ]


def test_a_client_that_takes_aac_first_gets_the_next_that_is_made() -> None:
    import msgspec

    profiles = [{"container": "mp4", "audioCodec": "aac"}, {"container": "mp3", "audioCodec": "mp3"}]
    client = msgspec.convert({"transcodingProfiles": profiles, "maxTranscodingAudioBitrate": 130_000}, Client)
    assert best_made(client) == (Rendition("mp3:128"), "mp3")
