"""RF64: its chunks are found by 64-bit lengths, INFO and ID3 read; a file that ffmpeg writes and one that lies."""

import struct
from pathlib import Path

import hostile
import pytest
import sound
from hostile import frame, id3
from hypothesis import given
from hypothesis import strategies as st

from media.formats.reading import scanned
from musfuse.errors import MalformedError

FMT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16_000, 2, 16)


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def rf64(*behind: bytes, audio: bytes = bytes(range(200)), told: int | None = None, ds64: bytes = b"ds64") -> bytes:
    """A file whose data chunk tells its length in ds64 alone."""
    told = len(audio) if told is None else told
    sizes = struct.pack("<QQQI", 0, told, told // 2, 0)
    body = b"WAVE" + chunk(ds64, sizes) + FMT + b"data\xff\xff\xff\xff" + audio + b"".join(behind)
    return b"RF64\xff\xff\xff\xff" + body


def info(**fields: str) -> bytes:
    return chunk(
        b"LIST", b"INFO" + b"".join(chunk(name.encode(), text.encode() + b"\0") for name, text in fields.items())
    )


TITLE = frame(b"TIT2", b"\3Id3")


def test_id3_is_over_info_field_by_field() -> None:
    reading = scanned(rf64(info(INAM="Info", IART="Who"), chunk(b"id3 ", id3(TITLE))))
    assert (reading.format.container, reading.format.sample_rate, reading.format.total_samples) == ("rf64", 8000, 100)
    assert dict(reading.tags) == {"title": ("Id3",), "artist": ("Who",)}
    assert dict(scanned(rf64(chunk(b"ID3 ", id3(TITLE)), chunk(b"LIST", b"adtl") + info(IART="Who"))).tags) == {
        "title": ("Id3",),
        "artist": ("Who",),
    }


def test_info_is_read_in_either_encoding_and_by_all_its_names() -> None:
    """libsndfile, which reads the rest, knows neither."""
    listed = chunk(
        b"LIST",
        b"INFO" + chunk(b"IPRT", b"5\0") + chunk(b"IALB", b"Bj\xf6rk\0") + chunk(b"INAM", "Bjö".encode() + b"\0"),
    )
    for behind in (
        (listed,),
        (listed, chunk(b"LIST", b"adtlnone"), chunk(b"odd ", b"x")),
        (chunk(b"odd ", b"x"), listed),
        (listed, b"x" * 7),
    ):
        assert dict(scanned(rf64(*behind)).tags) == {"tracknumber": ("5",), "album": ("Björk",), "title": ("Bjö",)}
    assert "album" not in scanned(rf64(listed, told=1 << 40)).tags
    assert "album" not in scanned(rf64(b"LIST" + struct.pack("<I", len(listed) - 7) + listed[8:])).tags
    assert "album" not in scanned(rf64(chunk(b"LIST", b"INFX" + listed[12:]))).tags
    assert "album" not in scanned(rf64(chunk(b"list", listed[8:]))).tags


def test_what_ffmpeg_writes(tmp_path: Path) -> None:
    wav = sound.write(tmp_path / "a.wav", 5000)
    path = sound.convert(wav, tmp_path / "r.wav", "-rf64", "always", "-metadata", "title=T", "-metadata", "artist=A")
    reading = scanned(path.read_bytes())
    assert (reading.format.container, reading.format.channels, reading.format.total_samples) == ("rf64", 2, 5000)
    assert (reading.tags["title"], reading.tags["artist"]) == (("T",), ("A",))


def test_damaged_tags_are_none_and_the_sound_stays() -> None:
    good = rf64(info(INAM="Info"), chunk(b"id3 ", id3(TITLE)))
    for data in (
        good.replace(b"ds64", b"ds65"), rf64(info(INAM="Info"), told=1 << 40), rf64(chunk(b"id3 ", id3(TITLE)[:-3])),
        rf64(b"id3 \xff\xff\xff\x7f" + id3(TITLE)),
    ):  # fmt: skip
        try:
            assert dict(scanned(data).tags) in ({}, {"title": ("Info",)})
        except MalformedError as error:
            assert "a.x" in str(error)
    assert scanned(rf64(chunk(b"id3 ", id3(TITLE)[:-3]))).format.total_samples == 100


def test_a_tag_that_takes_too_much_refuses_the_file() -> None:
    with pytest.raises(MalformedError, match="inflate"):
        scanned(rf64(chunk(b"id3 ", id3(hostile.inflating(17, b"GEOB")))))


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30), st.sampled_from([info(INAM="x"), chunk(b"id3 ", id3(TITLE)), b"id3 \xff\xff\0\0"])
        ),
        max_size=4,
    )
)
def test_any_chunks_behind(pieces: list[bytes]) -> None:
    reading = scanned(rf64(*pieces))
    assert reading.format.sample_rate == 8000
    assert set(reading.tags) <= {"title"}
