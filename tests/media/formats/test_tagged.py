"""Tags as tag readers find them: those of every container, of several tags around one stream, and damaged ones."""

from pathlib import Path

import pytest
import sound
from hostile import mpeg
from sound import FORMATS

from media.formats.reading import looked_at
from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.formats.port import Opened
from musfuse.media.formats.readers.tagged import (
    read_apev2,
    read_mutagen,
    read_silent,
    read_tagged,
    read_tinytag,
    tolerant,
)
from musfuse.media.reading import read_original
from musfuse.model import AudioFormat, TagSet
from musfuse.origins import LocalOrigin


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.mp3", "a.ogg"])
def test_tags_of_each_container(music: Path, origin: LocalOrigin, name: str) -> None:
    tags = {
        "title": "Tïtle",
        "artist": "A; B",
        "album": "Al",
        "date": "1999-05-01",
        "tracknumber": "3/12",
        "genre": "Rock",
    }
    sound.write(music / name, **tags)
    got = read_original(FORMATS, origin, sound.source_file(origin, name)).tags
    assert got["title"] == ("Tïtle",)
    assert got["artist"] == ("A", "B")
    assert got["album"] == ("Al",)
    assert got.first("date") == "1999-05-01"
    assert (got["tracknumber"], got["tracktotal"]) == (("3",), ("12",))
    assert got["genre"] == ("Rock",)


@pytest.mark.parametrize("name", ["a.tta", "a.mp3", "a.aac"])
@pytest.mark.parametrize("v1", [False, True])
@pytest.mark.parametrize("v2", [False, True])
def test_an_apev2_tag_behind_other_audio(music: Path, origin: LocalOrigin, name: str, v1: bool, v2: bool) -> None:
    """Field by field: ID3v2 before APEv2 before ID3v1."""
    path = sound.convert(sound.write(music / "w.wav"), music / name, "-bitexact", "-write_id3v2", "0")
    expected = {"title": ("Ape",), "album": ("One", "Two"), "tracknumber": ("3",), "tracktotal": ("9",)}
    if v2:
        sound.tag_id3(path, title="New", genre="Jazz")
        expected |= {"title": ("New",), "genre": ("Jazz",)}
    sound.add_apev2(path, Title="Ape", Album=["One", "Two"], Track="3/9")
    if v1:
        sound.add_id3v1(path, "Old", "Older")
        expected["artist"] = ("Older",)
    assert dict(read_original(FORMATS, origin, sound.source_file(origin, name)).tags) == expected


@pytest.mark.parametrize(
    "damage", [(12, b"\xff\xff\xff\x7f"), (16, b"\xff\xff\0\0"), (20, b"\0\0\0\0"), (0, b"APETAGEY")]
)
def test_a_damaged_apev2_tag_is_none(music: Path, origin: LocalOrigin, damage: tuple[int, bytes]) -> None:
    path = sound.convert(sound.write(music / "w.wav"), music / "a.tta")
    sound.add_apev2(path, Title="Ape")
    data = bytearray(path.read_bytes())
    at, wrong = len(data) - 32 + damage[0], damage[1]
    data[at : at + len(wrong)] = wrong
    path.write_bytes(data)
    reading = read_original(FORMATS, origin, sound.source_file(origin, "a.tta"))
    assert reading.format.total_samples == 30_000
    assert dict(reading.tags) in ({}, {"title": ("Ape",)})


def test_more_id3_fields(music: Path, origin: LocalOrigin) -> None:
    from mutagen import id3

    path = sound.write(music / "a.mp3", title="T")
    tags = id3.ID3(path)
    for frame in (
        id3.TXXX(desc="MusicBrainz Album Id", text="mb"), id3.UFID(owner="http://musicbrainz.org", data=b"mb-rec"),
        id3.TSOP(text="Sort, A"), id3.TCMP(text="1"), id3.USLT(text="la\nla"), id3.TSRC(text="US1234567890"),
        id3.TXXX(desc="replaygain_track_gain", text="-3 dB"), id3.TXXX(desc="My Own Field", text=["x", "y"]),
        id3.TPOS(text="2/3"), id3.TBPM(text="120"), id3.TPUB(text="Label"), id3.COMM(text="note"),
    ):  # fmt: skip
        tags.add(frame)
    tags.save()
    got = read_original(FORMATS, origin, sound.source_file(origin, "a.mp3")).tags
    expected = {
        "musicbrainz_albumid": ("mb",), "musicbrainz_trackid": ("mb-rec",), "artistsort": ("Sort, A",),
        "compilation": ("1",), "lyrics": ("la\nla",), "isrc": ("US1234567890",), "replaygain_track_gain": ("-3 dB",),
        "my own field": ("x", "y"), "discnumber": ("2",), "disctotal": ("3",), "bpm": ("120",), "label": ("Label",),
        "comment": ("note",),
    }  # fmt: skip
    assert {name: got.get(name) for name in expected} == expected


def test_sound_that_no_reader_finds_is_refused_unless_its_kind_may_be_silent() -> None:
    broken = b"MPCK" + bytes(200)
    with pytest.raises(MalformedError, match="Musepack with a damaged header"):
        looked_at(broken, read_tagged, "a.mpc")
    reading = looked_at(broken, read_silent, "a.mpc")
    assert (reading.format, reading.tags) == (AudioFormat("mpc", "mpc"), TagSet())
    with pytest.raises(MalformedError, match="not of a kind that is known"):
        looked_at(b"no music at all" * 20, read_tagged, "a.txt")


def test_an_mp3_that_announces_more_than_it_can_hold_is_noted(music: Path) -> None:
    data = bytearray(sound.write(music / "a.mp3", 13_000).read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info"))
    assert at > 0
    assert looked_at(bytes(data), read_tagged, "a.mp3").notes == ()
    data[at + 8 : at + 12] = (50_000_000).to_bytes(4, "big")
    (note,) = looked_at(bytes(data), read_tagged, "a.mp3").notes
    assert f"more than its {len(data)} bytes can hold" in note


def test_what_damaged_tags_cost_is_only_the_tags() -> None:
    assert looked_at(mpeg(), lambda opened: tolerant(read_apev2, opened), "a.mp3") == (TagSet(), None)
    for read in (read_apev2, read_mutagen, read_tinytag):
        with pytest.raises(MalformedError):
            looked_at(b"fLaC" + bytes(60), read, "a.flac")


def test_what_is_too_much_is_never_taken_for_damage() -> None:
    def excessive(opened: Opened) -> tuple[TagSet, AudioFormat]:
        raise ExcessiveError(opened.file.path)

    with pytest.raises(ExcessiveError):
        looked_at(mpeg(), lambda opened: tolerant(excessive, opened), "a.mp3")


def test_tinytag_names_what_it_read_after_the_file(music: Path) -> None:
    data = sound.write(music / "a.ogg", 4410, title="T").read_bytes()
    tags, fmt = looked_at(data, read_tinytag, "folder/a.OGG")
    assert tags["title"] == ("T",)
    assert (fmt.container, fmt.sample_rate, fmt.channels, fmt.total_samples) == ("ogg", 44_100, 2, 4410)
