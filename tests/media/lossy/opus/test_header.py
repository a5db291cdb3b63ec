"""The pages in front of the audio, whose length is known before they are made."""

import base64
import io

import mutagen.flac
import mutagen.oggopus
import pytest
import sound
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import MediaError
from musfuse.media.lossy.opus.header import Gains, OpusHeader, opus_tags
from musfuse.media.lossy.opus.stream import OpusStream
from musfuse.media.retag.oggpages import checksum, parse_page
from musfuse.model import Picture, TagSet


def header(tags: TagSet, pictures: list[bytes], channels: int = 2, gain: int = 0) -> OpusHeader:
    known = [Picture(str(n), len(data), "image/png", 3, "é", 1, 2, 24) for n, data in enumerate(pictures)]
    return OpusHeader(
        channels, 44_100, 7, tags, known, lambda p: pictures[int(p.digest)],
        lambda: b"\0" if channels <= 2 else bytes((1, 4, 2, *range(channels))), gain,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdefg", min_size=1), st.lists(st.text(max_size=400), min_size=1, max_size=4), max_size=8
    ),
    st.lists(st.binary(max_size=70_000), max_size=3),
    st.sampled_from([1, 2, 6, 8]),
)
def test_the_length_is_known_before(tags: dict[str, list[str]], pictures: list[bytes], channels: int) -> None:
    made = header(TagSet(tags), pictures, channels)
    length, pages = made.length, made.pages
    data = made.read(0, 1 << 30)
    assert len(data) == length
    at = count = 0
    while at < len(data):
        page = parse_page(data[at:], at)
        assert page is not None
        raw = data[page.start : page.end]
        assert checksum(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little")
        assert (page.sequence, page.serial) == (count, 7)
        at, count = page.end, count + 1
    assert count == pages
    assert made.read(3, 5) == data[3:8]
    made.close()
    assert made.read(0, length) == data


def test_mutagen_reads_tags_and_cover() -> None:
    cover = sound.picture()
    made = header(opus_tags(TagSet({"title": ["Tïtle"], "artist": ["A", "B"]}), Gains(-1280)), [cover], gain=256)
    stream = OpusStream(2, 64, 48_000)
    body = made.read(0, made.length)
    read = mutagen.oggopus.OggOpus(io.BytesIO(body + silent(stream, made.pages)))
    assert (read["title"], read["artist"], read["r128_track_gain"]) == (["Tïtle"], ["A", "B"], ["-1280"])
    assert read.info.channels == 2
    assert read.info.length == pytest.approx(1, abs=1e-6)
    picture = mutagen.flac.Picture(base64.b64decode(read["metadata_block_picture"][0]))
    assert (picture.data, picture.mime, picture.desc, picture.width) == (cover, "image/png", "é", 1)


def silent(stream: OpusStream, first: int) -> bytes:
    """Pages of packets that nobody decodes."""
    from musfuse.media.lossy.opus.pages import OpusPages

    class Nothing:
        def get(self, run: int) -> bytes:
            return bytes(stream.runs[run])

    pages = OpusPages(stream, Nothing(), 7, first, 48_000, stream.samples)  # type: ignore[arg-type]
    return pages.read(0, pages.length)


def test_a_picture_that_is_lost_is_an_error() -> None:
    def lost(picture: Picture) -> bytes:
        raise MediaError("picture x: lost")

    made = OpusHeader(2, 44_100, 1, TagSet(), [Picture("x", 100, "image/png")], lost, lambda: b"\0")
    with pytest.raises(MediaError, match="lost"):
        made.read(0, 10)


@pytest.mark.parametrize(
    ("tags", "gains"),
    [
        ({}, Gains()), ({"replaygain_track_gain": ["-6.50 dB"]}, Gains(-2944)),
        ({"replaygain_track_gain": ["+1"], "replaygain_album_gain": ["0.25 DB"]}, Gains(-1024, -1216)),
        ({"replaygain_track_gain": ["-6 dB"], "r128_track_gain": ["77"]}, Gains(77)),
        ({"replaygain_track_gain": ["loud"], "r128_album_gain": ["1.5"]}, Gains()),
        ({"replaygain_track_gain": ["999 dB"], "r128_album_gain": ["-99999"]}, Gains(32_767, -32_768)),
        ({"replaygain_track_gain": ["9" * 5000], "r128_track_gain": ["١"]}, Gains()),
    ],
)  # fmt: skip
def test_gains_are_those_of_opus(tags: dict[str, list[str]], gains: Gains) -> None:
    """RFC 7845 §5.2.1: 1/256 dB towards -23 LUFS, where ReplayGain goes to -18."""
    assert Gains.of(TagSet(tags)) == gains


def test_what_players_apply_to_all_is_no_part_of_the_tags() -> None:
    assert Gains(-2944, None).minus(-2944) == Gains(0, None)
    assert Gains(30_000, -100).minus(-30_000) == Gains(32_767, 29_900)
    kept = opus_tags(
        TagSet({"replaygain_track_gain": ["-6 dB"], "replaygain_track_peak": ["0.9"], "title": ["T"]}), Gains(None, 5)
    )
    assert dict(kept) == {"title": ("T",), "r128_album_gain": ("5",)}
