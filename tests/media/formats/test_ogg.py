"""Packets of a stream of sound count, however they lie on pages; what cannot be told has no content id."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.formats.reading import scanned
from media.identity.conftest import ffmpeg
from media.identity.hearing import heard, heard_in
from musfuse.media.retag.oggpages import CONTINUED, FIRST, LAST, lacing_of, lay_out, make_page
from musfuse.media.tags.vorbis import Comments

OPUS = b"OpusHead\1\2\x38\1\x80\xbb\0\0\0\0\0"
SPEEX = b"Speex   " + bytes(60) + (2).to_bytes(4, "little") + bytes(8)
FLAC = b"\x7fFLAC\1\0\0\0fLaC" + bytes(38)
VORBIS = b"\1vorbis" + bytes(23)
HEADERS = {
    VORBIS: [b"\3vorbis" + bytes(40), b"\5vorbis" + bytes(400)], OPUS: [b"OpusTags" + bytes(40)],
    SPEEX: [bytes(40), b"extra one", b"extra two"], FLAC: [b"\4\0\0\x28" + bytes(40), b"\x81" + bytes(300)],
}  # fmt: skip
"""The header packets behind the one that a stream begins with."""


def stream(first: bytes, headers: list[bytes], packets: list[bytes], serial: int = 7, spread: float = 0.0) -> bytes:
    """A stream whose packets lie on as few pages as they can, or on more."""

    def pages(some: list[bytes], number: int, flags: int = 0) -> bytes:
        values = len(lacing_of(some))
        count = -(-values // 255) + int(spread * (values - -(-values // 255)))
        return lay_out(some, serial, number, count)

    made = make_page(FIRST, 0, serial, 0, lacing_of([first]), first) + pages(headers, 1) + pages(packets, 100)
    return made + make_page(LAST, 5, serial, 9999, b"\0", b"")


def content(packets: list[bytes]) -> str:
    data = b"".join(packets)
    return f"enc:{hashlib.blake2b(data, digest_size=16).hexdigest()}:{len(data)}"


PACKETS = st.lists(st.binary(max_size=700).map(lambda raw: b"\xff" + raw), min_size=1, max_size=20)


@pytest.mark.parametrize("first", HEADERS)
@given(PACKETS, st.floats(0, 1), st.integers(0, 70_000))
def test_pages_and_comments_do_not_count(first: bytes, packets: list[bytes], spread: float, grown: int) -> None:
    headers = [HEADERS[first][0] + bytes(grown), *HEADERS[first][1:]]
    assert heard_in(stream(first, headers, packets, spread=spread)) == content(packets)


def test_audio_that_begins_on_a_page_of_the_headers() -> None:
    packets = [*HEADERS[VORBIS], b"one", b"two"]
    front = make_page(FIRST, 0, 7, 0, lacing_of([VORBIS]), VORBIS)
    assert heard_in(front + lay_out(packets, 7, 1, 1)) == content([b"one", b"two"])


@pytest.mark.parametrize("first", [OPUS, VORBIS])
def test_opus_is_ogg_and_read_as_all_in_ogg_is(first: bytes) -> None:
    entries = [b"ARTISTS=A", b"ARTISTS=B", b"ARTIST=A feat. B", b"TRACKNUMBER=01"]
    comments = Comments(b"made", tuple(entries)).to_bytes()
    headers = [b"OpusTags" + comments] if first is OPUS else [b"\3vorbis" + comments + b"\1", b"\5vorbis" + bytes(400)]
    start = first if first is OPUS else b"\1vorbis\0\0\0\0\2\x44\xac\0\0" + bytes(12) + b"\xb8\1"
    read = scanned(stream(start, headers, [b"\xff" * 99]), "a.opus")
    assert (read.format.container, read.format.codec) == ("ogg", "opus" if first is OPUS else "vorbis")
    assert read.format.sample_rate == (48_000 if first is OPUS else 44_100)
    assert dict(read.tags) == {"artists": ("A", "B"), "artist": ("A feat. B",), "tracknumber": ("01",)}


def test_streams_in_a_chain_count_together() -> None:
    one = stream(OPUS, HEADERS[OPUS], [b"one"], 7)
    for serial in (8, 7):
        two = stream(VORBIS, HEADERS[VORBIS], [b"two"], serial)
        assert heard_in(one + two) == content([b"one", b"two"])
        assert heard_in(two + one) == content([b"two", b"one"])


def test_a_stream_beside_that_is_no_sound_does_not_count() -> None:
    sound, other = stream(OPUS, HEADERS[OPUS], [b"one"] * 3, 7), b"\x80theora" + bytes(40)
    begin = len(make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS))
    video = make_page(FIRST, 0, 9, 0, lacing_of([other]), other)
    frame = make_page(0, 0, 9, 1, lacing_of([b"picture"]), b"picture")
    mixed = [video + sound[:begin] + frame + sound[begin:], sound[:begin] + video + sound[begin:] + frame]
    assert {heard_in(data) for data in mixed} == {content([b"one"] * 3)}
    assert heard_in(video + frame) is None


def test_two_sounds_side_by_side_have_no_id() -> None:
    def pages(serial: int) -> tuple[bytes, bytes]:
        made = stream(OPUS, HEADERS[OPUS], [b"one"], serial)
        begin = len(make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS))
        return made[:begin], made[begin:]

    (first, one), (second, two) = pages(7), pages(8)
    assert heard_in(first + second + one + two) is None
    assert heard_in(first + one[:-40] + second + two + one) is None


def test_what_stands_around_the_pages() -> None:
    made = stream(OPUS, HEADERS[OPUS], [b"one"] * 50)
    tag = b"TAG" + bytes(125)
    assert heard_in(made + tag) == heard_in(b"ID3\4\0\0\0\0\0\5" + bytes(5) + made) == content([b"one"] * 50)
    for junk in (b"junk behind the end", b"OggZ" + bytes(300_000), bytes(70_000) + made):
        assert heard_in(made + junk) == content([b"one"] * 50)
    assert heard_in(made[:-28] + b"junk where the end is missing") is None
    assert heard_in(made[:60] + b"junk" + made[60:]) is None
    assert heard_in(b"junk" + made, "ogg") is None


def test_a_page_that_is_cut_short_counts_as_far_as_it_goes() -> None:
    packets = [b"one" * 40, b"two" * 40]
    made = stream(OPUS, HEADERS[OPUS], packets)
    cut = made[: len(made) - 28 - 100]
    assert heard_in(cut) == content([b"".join(packets)[:-100]])
    assert heard_in(made[: len(made) - 28]) == content(packets)


def test_packets_that_go_on() -> None:
    front = make_page(FIRST, 0, 7, 0, lacing_of([OPUS]), OPUS)
    comment = b"OpusTags" + bytes(502)
    pages = [
        make_page(0, 0, 7, 1, b"\xff", comment[:255]),
        make_page(CONTINUED, 0, 7, 2, b"\xff\0\xff", comment[255:] + b"\xff" * 255),
        make_page(CONTINUED | LAST, 0, 7, 3, b"\1", b"x"),
    ]
    assert heard_in(front + b"".join(pages)) == content([b"\xff" * 255 + b"x"])


def test_only_headers_have_no_id() -> None:
    assert heard_in(stream(OPUS, HEADERS[OPUS], [])) is None


def test_files_as_ffmpeg_multiplexes_them(sounds: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "m.ogg"
    video = ("-f", "lavfi", "-i", "testsrc=duration=1:size=32x32", "-map", "0:a", "-map", "1:v")
    try:
        ffmpeg("-i", sounds["a.ogg"], *video, "-c:a", "copy", "-c:v", "libtheora", path)
    except subprocess.CalledProcessError:
        pytest.skip("this ffmpeg has no Theora encoder")
    assert heard(path) == heard(sounds["a.ogg"])
