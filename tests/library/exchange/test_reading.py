"""Playlists of other programs: what they name, in whatever encoding, and nothing else."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.library.exchange.columns import ExchangedTrack
from musfuse.library.exchange.playlists import write_m3u8, write_xspf
from musfuse.library.exchange.reading import LARGEST, MOST_PLACES, is_playlist, is_stream, read_playlist
from musfuse.model import TagSet

XSPF = '<?xml version="1.0" encoding="UTF-8"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>%s</trackList></playlist>'


def track(location: str) -> str:
    return f"<track><location>{location}</location></track>"


def test_m3u() -> None:
    text = "#EXTM3U\r\n#EXTINF:1,x\r\n a/b c.mp3 \r\n\r\n..\\Music\\x.flac\r\nC:\\m\\y.wav\r\nfile:///m/%C3%BC%20z.ogg\r\nfile://localhost/m/a\r\n"
    wanted = ["a/b c.mp3", "..\\Music\\x.flac", "C:\\m\\y.wav", "/m/ü z.ogg", "/m/a"]
    assert read_playlist("a.m3u8", text.encode()) == wanted
    assert read_playlist("a.M3U", text.encode("utf-8-sig")) == wanted
    assert read_playlist("a.m3u", text.encode("utf-16")) == wanted
    assert read_playlist("a.m3u", b"file:///C:/m/x.mp3\nfile://nas/m/x\nhttp://x/y%20z\n100%.mp3") == [
        "C:/m/x.mp3", "//nas/m/x", "http://x/y%20z", "100%.mp3",
    ]  # fmt: skip
    assert read_playlist("a.m3u", b"") == []


def test_encodings_that_nobody_wrote_down() -> None:
    assert read_playlist("a.m3u", "Motörhead/Überall.mp3\nBjörk/Jóga.mp3\n".encode("cp1252")) == [
        "Motörhead/Überall.mp3",
        "Björk/Jóga.mp3",
    ]
    assert (
        read_playlist("a.m3u", "Кино/Группа крови.mp3\nКино/Звезда по имени Солнце.mp3\n".encode("cp1251"))[0]
        == "Кино/Группа крови.mp3"
    )


def test_pls_in_order_of_its_numbers() -> None:
    assert read_playlist("a.pls", b"[playlist]\nFile2=b.mp3\nTitle1=x\nfile1 = a.mp3\nFile10=c.mp3\nFile3=\n") == [
        "a.mp3",
        "b.mp3",
        "c.mp3",
    ]
    assert read_playlist("a.pls", b"[Playlist]\n") == []
    with pytest.raises(MalformedError):
        read_playlist("a.pls", b"something else")


def test_xspf() -> None:
    text = XSPF % (
        track("file:///m/a%20b.flac") + "<track><location>one.mp3</location><location>two.mp3</location></track>"
        + "<track><title>none</title><extension><location>no</location></extension></track>" + track("../x/%C3%BC.mp3") + track("http://x/a%20b")
    )  # fmt: skip
    assert read_playlist("a.xspf", text.encode()) == ["/m/a b.flac", "one.mp3", "../x/ü.mp3", "http://x/a%20b"]


BOMB = (
    '<!DOCTYPE p [<!ENTITY a "aaaa">'
    + "".join(f'<!ENTITY b{n} "{"&a;" * 10}">' for n in range(9))
    + "]>"
    + XSPF.partition("?>")[2] % track("&b8;")
)


@pytest.mark.parametrize(
    ("name", "raw", "problem"),
    [
        ("a.xspf", BOMB.encode(), "document type"),
        ("a.xspf", ('<!DOCTYPE p SYSTEM "file:///etc/passwd">' + XSPF.partition("?>")[2] % "").encode(), "document type"),
        ("a.xspf", b"<html></html>", "no playlist in it"), ("a.xspf", b"<playlist><trackList>", "no XML"), ("a.xspf", b"", "no XML"),
        ("a.xspf", b'<?xml version="1.0" encoding="nonsense"?><playlist/>', "no XML"), ("a.xspf", b"<playlist>" + b"<a>" * 50, "within each other"),
        ("a.xspf", (XSPF % track("&undefined;")).encode(), "no XML"), ("a.xspf", (XSPF % track("x" * 9000)).encode(), "characters"),
        ("a.xspf", (XSPF % (track("x") * (MOST_PLACES + 1))).encode(), "more than 10000"),
        ("a.m3u", b"x\n" * (MOST_PLACES + 1), "more than 10000"), ("a.m3u", b"x" * 5000, "characters"), ("a.m3u", b"\0" * (LARGEST + 1), "larger"),
        ("a.m3u", b"RIFF\0\0\0\0WAVE", "no text"), ("a.pls", b"\0\0\0\0", "no text"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(name: str, raw: bytes, problem: str) -> None:
    with pytest.raises(MalformedError, match=problem):
        read_playlist(name, raw)


@pytest.mark.parametrize("raw", [
    b"root:x:0:0:root:/root:/bin/bash\nsync:x:4:65534:sync:/bin:/bin/sync\n", b"", b"Dear Ann,\nhere they are.\nOne.flac\n",
])  # fmt: skip
def test_what_is_not_called_a_playlist_has_to_look_like_one(raw: bytes) -> None:
    with pytest.raises(MalformedError, match="name a file"):
        read_playlist("passwd", raw)
    assert read_playlist("list", b"Ann/One.flac\nhttp://radio/\nTwo\n") == ["Ann/One.flac", "http://radio/", "Two"]
    assert read_playlist("list.txt", b"#EXTM3U\nTwo\n") == read_playlist("list.m3u", b"Two\n") == ["Two"]


@given(st.sampled_from(["a.m3u", "a.m3u8", "a.pls", "a.xspf", "a"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name: str, raw: bytes) -> None:
    try:
        assert all(isinstance(place, str) for place in read_playlist(name, raw))
    except MalformedError as error:
        assert str(error)
    assert issubclass(ExcessiveError, MalformedError)


@given(
    st.lists(
        st.text("aä/ #%&<>'\"日~.", min_size=1, max_size=12).map(lambda text: "d/" + text.strip() + "x"), max_size=5
    )
)
def test_what_is_written_is_read(paths: list[str]) -> None:
    tracks = [ExchangedTrack(path, path, 0, "flac", 1000, TagSet({})) for path in paths]
    for write, name in ((write_m3u8, "a.m3u8"), (write_xspf, "a.xspf")):
        out = StringIO()
        write(tracks, "t", lambda one: one.virtual_path, out)
        assert read_playlist(name, out.getvalue().encode()) == paths


def test_names_and_streams() -> None:
    assert [is_playlist(name) for name in ("a.m3u", "A.XSPF", "b.pls", "c.cue", ".m3u", "m3u", "x.m3u.txt")] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [is_stream(place) for place in ("http://x/a", "mms:x", "C:\\a", "C:/a", "/a:b", "a b.mp3")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_lines_end_where_no_name_can_have_them() -> None:
    names = ["a\u2028b.mp3", "c\x85d.mp3", "e\x0bf.mp3"]
    assert read_playlist("x.m3u8", "\r\n".join(names).encode()) == names
    assert read_playlist("x.m3u", "\r".join(names).encode()) == names
    told = "[playlist]\n" + "\n".join(f"File{number}={name}" for number, name in enumerate(names, 1))
    assert read_playlist("x.pls", told.encode()) == names
