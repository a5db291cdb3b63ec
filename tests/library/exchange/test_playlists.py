"""Playlists as other readers of them see them."""

import io
import json
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.exchange.columns import ExchangedTrack
from musfuse.library.exchange.playlists import as_uri, write_jspf, write_m3u8, write_xspf

XSPF = "{http://xspf.org/ns/0/}"
RECORDING = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"


def track(path: str = "/m/1.flac", **tags: str) -> ExchangedTrack:
    return ExchangedTrack("", path, 0, "flac", 61_500, {name: [value] for name, value in tags.items()})


def real(made: ExchangedTrack) -> str:
    return made.real_path


def test_m3u8() -> None:
    out = io.StringIO()
    tracks = [track(title="One", artist="Ann"), track("#1/two\nlines.flac", title="a\nb"), track("#2.flac")]
    assert write_m3u8(tracks, "My\nlist", real, out) == 3
    assert out.getvalue().splitlines() == [
        "#EXTM3U", "#PLAYLIST:My list", "#EXTINF:62,Ann - One", "/m/1.flac",
        "#EXTINF:62,a b", "%231/two%0Alines.flac", "#EXTINF:62,", "./#2.flac",
    ]  # fmt: skip


@given(st.text(), st.text(), st.text(min_size=1))
def test_xspf_is_well_formed_whatever_is_in_it(title: str, artist: str, path: str) -> None:
    out = io.StringIO()
    write_xspf([track(path.encode("utf-8", "replace").decode(), title=title, artist=artist)], title, real, out)
    (found,) = ET.fromstring(out.getvalue().encode("utf-8")).iter(f"{XSPF}track")
    location = found.findtext(f"{XSPF}location")
    assert location is not None
    assert location.isascii()


def test_xspf_and_jspf_say_the_same() -> None:
    tracks = [track(title="One & <two>", artist="Ann", album="B", tracknumber="3/4", musicbrainz_trackid=RECORDING)]
    xml, text = io.StringIO(), io.StringIO()
    assert write_xspf(tracks, "L", real, xml) == write_jspf(tracks, "L", real, text) == 1
    (found,) = ET.fromstring(xml.getvalue()).iter(f"{XSPF}track")
    (facts,) = json.loads(text.getvalue())["playlist"]["track"]
    assert {child.tag.removeprefix(XSPF): child.text for child in found} == {
        name: str(value[0] if isinstance(value, list) else value) for name, value in facts.items()
    }
    assert facts == {
        "location": ["file:///m/1.flac"], "identifier": [f"https://musicbrainz.org/recording/{RECORDING}"],
        "title": "One & <two>", "creator": "Ann", "album": "B", "trackNum": 3, "duration": 61_500,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "uri"),
    [
        ("/a b/é.flac", "file:///a%20b/%C3%A9.flac"), ("a/b.flac", "a/b.flac"), ("c:/x", "c%3A/x"),
        ("s3://bucket/a b", "s3://bucket/a b"), ("bytes\udcff", "bytes%FF"),
    ],
)  # fmt: skip
def test_references(place: str, uri: str) -> None:
    assert as_uri(place) == uri


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_path_comes_out_of_its_reference(name: str) -> None:
    assert unquote(as_uri("/" + name)) == "file:///" + name
