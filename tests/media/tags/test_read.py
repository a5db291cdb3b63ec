"""What mutagen and tinytag read of a file becomes fields, each value once, within bounds."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mutagen
import pytest
import sound
from mutagen import id3
from mutagen.apev2 import APEv2, APEValue
from mutagen.asf import ASFTags
from mutagen.flac import Picture as MutagenPicture
from mutagen.mp4 import MP4Tags
from tinytag import TinyTag

from musfuse.errors import ExcessiveError
from musfuse.media.tags.read import MAX_VALUE, collect, from_comments, from_mutagen, from_tinytag
from musfuse.model import TagSet


def of_id3(*frames: Any, v1: bytes = b"") -> TagSet:
    """What is read of these frames in front of an ID3v1 tag."""
    made, out = id3.ID3(), io.BytesIO(b"x" * 300 + v1)
    for frame in frames:
        made.add(frame)
    made.save(out, v1=1 if v1 else 0)
    out.seek(0)

    class Opened:
        tags = id3.ID3(out)

    return from_mutagen(Opened)


def test_id3_frames() -> None:
    found = of_id3(
        id3.TCON(encoding=3, text=["(17)(18)", "Own"]), id3.TRCK(encoding=3, text="03/12"), id3.TPOS(encoding=3, text="1"),
        id3.TXXX(encoding=3, desc="MusicBrainz Album Id", text="mb"), id3.TXXX(encoding=3, desc="", text="nameless"),
        id3.UFID(owner="http://musicbrainz.org", data=b"rec"), id3.UFID(owner="http://other.org", data=b"no"),
        id3.COMM(encoding=3, lang="eng", desc="iTunNORM", text="000"), id3.COMM(encoding=3, lang="eng", desc="", text="note"),
        id3.USLT(encoding=3, lang="eng", desc="", text="la\nla"), id3.TDLY(encoding=3, text="7"), id3.TIPL(encoding=3, people=[["a", "b"]]),
        id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=b"x"), id3.TPE1(encoding=3, text=["A", "B", "A"]),
    )  # fmt: skip
    assert dict(found) == {
        "genre": ("Rock", "Techno", "Own"), "tracknumber": ("03",), "tracktotal": ("12",), "discnumber": ("1",),
        "musicbrainz_albumid": ("mb",), "musicbrainz_trackid": ("rec",), "comment": ("note",), "lyrics": ("la\nla",),
        "tdly": ("7",), "artist": ("A", "B"),
    }  # fmt: skip


def test_a_comment_of_id3v1_counts_only_alone() -> None:
    v1 = b"TAG" + bytes(94) + b"a comment that is cut off he" + bytes(2) + b"\xff"
    comment = id3.COMM(encoding=3, lang="eng", desc="", text="a comment that is cut off here")
    assert dict(of_id3(comment, v1=v1)) == {"comment": ("a comment that is cut off here",)}
    both = id3.ID3()
    both.add(id3.COMM(encoding=0, lang="eng", desc="ID3v1 Comment", text="old"))
    assert dict(from_mutagen(type("Opened", (), {"tags": both}))) == {"comment": ("old",)}
    both.add(comment)
    assert dict(from_mutagen(type("Opened", (), {"tags": both}))) == {"comment": ("a comment that is cut off here",)}


def test_apev2_items(tmp_path: Path) -> None:
    path = tmp_path / "a.ape"
    made = APEv2()
    made["Title"], made["Year"], made["Artist"] = "T", "1999", ["A", "B"]
    made["Track"] = "2/9"
    made["Cover Art (Front)"] = APEValue(b"c.png\0x", 1)
    made["Blob"] = APEValue(b"\0\1", 1)
    made.save(str(path))
    tags = dict(from_mutagen(type("Opened", (), {"tags": APEv2(str(path))})))
    assert tags == {
        "title": ("T",),
        "date": ("1999",),
        "artist": ("A", "B"),
        "tracknumber": ("2",),
        "tracktotal": ("9",),
    }


def test_vorbis_comments_of_a_file(tmp_path: Path) -> None:
    path = sound.write(tmp_path / "a.ogg", 3000, title="T", artist="A; B")
    opened = mutagen.File(path)
    picture = MutagenPicture()
    picture.data = b"x" * 30
    opened["metadata_block_picture"] = [base64.b64encode(picture.write()).decode()]
    opened["coverart"], opened["DESCRIPTION"], opened["totaltracks"] = "eA==", "note", "9"
    opened.save()
    expected = {
        "title": ("T",),
        "artist": ("A", "B"),
        "comment": ("note",),
        "tracktotal": ("9",),
        "encoder": ("libsndfile",),
    }
    assert dict(from_mutagen(mutagen.File(path))) == expected
    assert from_mutagen(type("Opened", (), {"tags": None})) == TagSet()


def test_an_mp4(tmp_path: Path) -> None:
    path = sound.convert(sound.write(tmp_path / "a.wav", 3000), tmp_path / "a.m4a", "-c:a", "aac", "-bitexact")
    opened = mutagen.File(path)
    opened["trkn"], opened["disk"], opened["cpil"], opened["tmpo"] = [(3, 0)], [(0, 2)], False, [120]
    opened["----:com.apple.iTunes:MusicBrainz Album Id"], opened["\xa9nam"] = [b"mb"], ["T"]
    opened["covr"] = [mutagen.mp4.MP4Cover(b"x")]
    opened.save()
    found = from_mutagen(mutagen.File(path))
    assert {name: found.get(name) for name in ("tracknumber", "tracktotal", "discnumber", "disctotal", "compilation")} == {
        "tracknumber": ("3",), "tracktotal": None, "discnumber": None, "disctotal": ("2",), "compilation": ("0",)
    }  # fmt: skip
    assert (found["bpm"], found["musicbrainz_albumid"], found["title"]) == (("120",), ("mb",), ("T",))
    assert not any(name.startswith("cov") for name in found)


def test_what_tinytag_reads(tmp_path: Path) -> None:
    path = sound.write(
        tmp_path / "a.mp3", title="T", artist="A", album="Al", date="1999", tracknumber="3/12", genre="Rock"
    )
    found = from_tinytag(TinyTag.get(path))
    assert {name: found.get(name) for name in ("title", "artist", "album", "date", "genre")} == {
        "title": ("T",), "artist": ("A",), "album": ("Al",), "date": ("1999",), "genre": ("Rock",)
    }  # fmt: skip
    assert not {"filename", "duration", "samplerate", "bitrate"} & found.keys()


def test_raw_comments() -> None:
    entries = [
        b"title=T", b"TITLE=T", b"Comments=c", b"TrackNumber=03/012", b"DISCNUMBER=side A", b"TOTALDISCS=2", b"no value",
        b"METADATA_BLOCK_PICTURE=xx", b"Album=a=b", b"x=\xff", b"=nameless", b"LABEL=",
    ]  # fmt: skip
    assert dict(from_comments(entries)) == {
        "title": ("T",), "comment": ("c",), "tracknumber": ("3",), "tracktotal": ("12",), "disctotal": ("2",),
        "album": ("a=b",), "x": ("\ufffd",), "": ("nameless",),
    }  # fmt: skip


def in_id3() -> object:
    tags = id3.ID3()
    tags.add(id3.TXXX(encoding=3, desc="Artists", text=["A", "B"]))
    tags.add(id3.TPE1(encoding=3, text=["A feat. B"]))
    return tags


def in_mp4() -> object:
    tags = MP4Tags()
    tags["----:com.apple.iTunes:ARTISTS"], tags["\xa9ART"] = [b"A", b"B"], ["A feat. B"]
    return tags


def in_ape() -> object:
    tags = APEv2()
    tags["Artists"], tags["Artist"] = ["A", "B"], "A feat. B"
    return tags


def in_asf() -> object:
    tags = ASFTags()
    tags["WM/ARTISTS"], tags["Author"] = ["A", "B"], ["A feat. B"]
    return tags


@pytest.mark.parametrize("made", [in_id3, in_mp4, in_ape, in_asf])
def test_whom_a_credit_names_is_no_other_credit(made: Callable[[], object]) -> None:
    """As MusicBrainz Picard writes both."""
    assert dict(from_mutagen(SimpleNamespace(tags=made()))) == {"artist": ("A feat. B",), "artists": ("A", "B")}


@pytest.mark.parametrize("turned", [False, True])
def test_whom_a_credit_in_comments_names_is_no_other_credit(turned: bool) -> None:
    entries = [
        b"ARTIST=A feat. B",
        b"ALBUMARTIST=A & B",
        b"ARTISTS=A",
        b"ARTISTS=B",
        b"ALBUMARTISTS=A",
        b"ALBUMARTISTS=B",
    ]
    found = from_comments(reversed(entries) if turned else entries)
    assert (found["artist"], found["albumartist"]) == (("A feat. B",), ("A & B",))
    assert {*found["artists"]} == {*found["albumartists"]} == {"A", "B"}


def test_where_no_credit_is_those_whom_it_would_name_are_the_artist() -> None:
    assert dict(from_comments([b"ARTISTS=A", b"ARTISTS=B"])) == {"artist": ("A", "B"), "artists": ("A", "B")}


def test_values_are_trimmed_and_bounded() -> None:
    pairs = [
        ("title", " T\0 "),
        ("title", "T"),
        ("lyrics", "\0 la\0la \0"),
        ("tracknumber", " 3 / 12 "),
        ("artist", "\0"),
    ]
    found = collect(iter(pairs))
    assert dict(found) == {"title": ("T",), "lyrics": (" la\0la ",), "tracknumber": ("3",), "tracktotal": ("12",)}
    long = collect(iter([(f"f{n}", "x" * 300_000) for n in range(6)]))
    assert [len(values[0]) for values in long.values()] == [MAX_VALUE] * 3
    assert len(collect(iter([("a", str(n)) for n in range(50_001)]))["a"]) == 50_001
    with pytest.raises(ExcessiveError, match="50000 values"):
        collect(iter([("a", "x")] * 50_002))
