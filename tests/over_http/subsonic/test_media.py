"""Bytes: of tracks, ranges of them, and pictures."""

import io

import pytest
from PIL import Image

from over_http.subsonic.harness import Api


@pytest.mark.parametrize(
    ("song", "path"), [("song", "Zoo/First/1.flac"), ("wav", "Zoo/Second/1.wav"), ("mp3", "The Ann/Third/1.mp3")]
)
@pytest.mark.parametrize("name", ["stream", "download"])
def test_a_track_is_streamed_as_it_is(api: Api, song: str, path: str, name: str) -> None:
    answer = api.ask(name, id=api.ids[song])
    assert (answer.status, answer.body) == (200, (api.server.music / path).read_bytes())
    assert answer.headers["content-type"] in ("audio/flac", "audio/wav", "audio/mpeg")
    posted = api.ask(f"{name}.view", "POST", id=api.ids[song])
    assert posted.body == answer.body


def test_a_stream_has_ranges_and_counts_no_play(api: Api) -> None:
    before = api.ok("getSong", id=api.ids["wav"])["song"].get("playCount", 0)
    key = api.server.tokens["ann key"]
    whole = (api.server.music / "Zoo/Second/1.wav").read_bytes()
    answer = api.server.get(f"/rest/stream?apiKey={key}&id={api.ids['wav']}", Range="bytes=100-199")
    assert (answer.status, answer.body) == (206, whole[100:200])
    assert answer.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert api.ok("getSong", id=api.ids["wav"])["song"].get("playCount", 0) == before


def test_a_format_is_made(api: Api) -> None:
    answer = api.ask("stream", id=api.ids["wav"], format="flac")
    assert answer.headers["content-type"] == "audio/flac"
    assert answer.body.startswith(b"fLaC")
    assert len(answer.body) == int(answer.headers["content-length"])
    assert api.ask("stream", id=api.ids["wav"], format="raw").body.startswith(b"RIFF")
    assert (
        api.ask("stream", id=api.ids["mp3"], format="mp3", maxBitRate=320).body
        == (api.server.music / "The Ann/Third/1.mp3").read_bytes()
    )


@pytest.mark.parametrize(("form", "mime", "begins"), [("mp3", "audio/mpeg", b"ID3"), ("opus", "audio/ogg", b"OggS")])
def test_a_lossy_format_has_its_exact_length_at_once(api: Api, form: str, mime: str, begins: bytes) -> None:
    answer = api.ask("stream", id=api.ids["wav"], format=form, maxBitRate=96)
    assert (answer.headers["content-type"], answer.body[: len(begins)]) == (mime, begins)
    assert len(answer.body) == int(answer.headers["content-length"])


@pytest.mark.parametrize("id_", ["song", "album", "artist", "folder"])
@pytest.mark.parametrize(("size", "longest"), [(0, 600), (100, 150), (200, 300), (500, 600), (99999999, 600)])
def test_covers_in_the_sizes_that_there_are(api: Api, id_: str, size: int, longest: int) -> None:
    answer = api.ask("getCoverArt", id=api.ids[id_], size=size)
    assert answer.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(answer.body)).size) == longest


def test_what_has_no_picture_says_so(api: Api) -> None:
    assert api.code("getCoverArt", id=api.ids["mp3"]) == 70
    for wrong in ("../../etc/passwd", "al-1", "cover", "tr-0", "http://127.0.0.1/"):
        assert api.code("getCoverArt", id=wrong) == 70
        assert api.code("stream", id=wrong) == 70


def test_a_playlist_of_a_track_leads_to_its_stream(api: Api) -> None:
    answer = api.ask("hls.m3u8", id=api.ids["wav"])
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    lines = answer.body.decode().splitlines()
    assert lines[0] == "#EXTM3U"
    (place,) = (line for line in lines if not line.startswith("#"))
    assert api.server.get(f"/rest/{place}").status == 200


@pytest.mark.parametrize("wrong", [{"format": "mp3; rm -rf /"}, {"format": "../x"}, {"maxBitRate": "99999999"}])
def test_no_parameter_reaches_an_encoder_as_it_is(api: Api, wrong: dict[str, str]) -> None:
    assert api.ask("stream", id=api.ids["wav"], **wrong).body.startswith(b"RIFF")
