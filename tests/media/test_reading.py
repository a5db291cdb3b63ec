"""What the scanner gets to know of a file: the corpus file by file, content before names, tags of every container."""

import os
from pathlib import Path

import pytest
import sound
from conftest import manifest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound import FORMATS

from musfuse.errors import MalformedError
from musfuse.media.containers.front import id3v2_length
from musfuse.media.containers.mpeg import check_mpeg, find_adts
from musfuse.media.formats.flac.facts import parse_streaminfo
from musfuse.media.reading import read_original
from musfuse.media.tags.fields import field_name
from musfuse.model import SourceFile
from musfuse.origins import LocalOrigin, MemoryOrigin

READ_HERE = {"flac", "wav", "aiff"}
# Malformed by the manifest, but sound to us: libsndfile reads big-endian RIFF, and a format that ffmpeg only lacks
# is not malformed. The stubs hold a whole RIFF header and 14 samples, whatever their names say.
SOUND_TO_US = {"rifx.wav"}


def test_every_file_of_the_corpus(corpus: Path) -> None:
    """Valid files of the formats read here appear; malformed ones are reported, as skipped or with a remark."""
    origin = LocalOrigin("c", str(corpus))
    wrong = []
    for row in manifest():
        path, note = row["path"], row["note"]
        if row["format"] not in READ_HERE or path.rsplit(".", 1)[-1].lower() not in FORMATS.extensions:
            continue
        try:
            reading = read_original(FORMATS, origin, sound.source_file(origin, path))
            shown, remarks = True, reading.notes
        except MalformedError as error:
            shown, remarks = False, (str(error),)
            assert path in str(error)
        if note.startswith("valid") and not shown:
            wrong.append((path, remarks, note))
        if note.startswith(("malformed", "undecodable")) and not remarks and Path(path).name not in SOUND_TO_US:
            wrong.append((path, "no remark", note))
    assert not wrong


def test_every_other_file_of_the_corpus_is_shown_or_refused_with_a_reason(corpus: Path) -> None:
    origin = LocalOrigin("c", str(corpus))
    shown = 0
    for row in manifest():
        path = row["path"]
        if row["format"] in READ_HERE or path.rsplit(".", 1)[-1].lower() not in FORMATS.extensions:
            continue
        try:
            read_original(FORMATS, origin, sound.source_file(origin, path))
        except MalformedError as error:
            assert path in str(error)
            assert not row["note"].startswith("valid:"), (path, str(error))
            continue
        shown += 1
    assert shown > 120


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


def test_content_decides_not_the_name(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav").rename(music / "a.flac")
    assert read_original(FORMATS, origin, sound.source_file(origin, "a.flac")).format.container == "wav"


def test_riff_info_is_read(music: Path, origin: LocalOrigin) -> None:
    import soundfile

    with soundfile.SoundFile(music / "a.wav", "w", 44_100, 1, "PCM_16") as out:
        out.title, out.artist = "Info title", "Info artist"
        out.write(sound.pcm(1000, 1))
    got = read_original(FORMATS, origin, sound.source_file(origin, "a.wav")).tags
    assert (got.first("title"), got.first("artist")) == ("Info title", "Info artist")


def test_a_flac_cut_short_or_patched_is_noted(music: Path, origin: LocalOrigin) -> None:
    raw = bytearray(sound.write(music / "a.flac", 100_000).read_bytes())
    (music / "cut.flac").write_bytes(raw[:-3000])
    (music / "long.flac").write_bytes(raw + bytes(5000))
    (music / "id3v1.flac").write_bytes(raw + b"TAG" + bytes(125))
    raw[21:26] = (int.from_bytes(raw[21:26], "big") + 7).to_bytes(5, "big")
    (music / "count.flac").write_bytes(raw)
    notes = {n: read_original(FORMATS, origin, sound.source_file(origin, n)).notes for n in os.listdir(music)}
    assert notes["a.flac"] == notes["id3v1.flac"] == ()
    assert all(notes[n] for n in ("cut.flac", "long.flac", "count.flac")), notes


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["a.flac", "a.wav", "a.aiff", "a.mp3", "a.ogg"]), st.data())
def test_flipped_and_cut_bytes_never_do_worse_than_malformed(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    seeds = tmp_path_factory.getbasetemp() / "seeds"
    if not (seeds / name).exists():
        sound.write(seeds / name, 9000, title="T", artist="A")
    raw = bytearray((seeds / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, min(len(raw) - 1, 300)))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    origin = MemoryOrigin("m", {name: bytes(raw)})
    stat = origin.stat(name)
    try:
        reading = read_original(FORMATS, origin, SourceFile("m", name, stat.stamp, stat.ident))
    except MalformedError as error:
        assert name in str(error)
    else:
        assert sum(len(v) for values in reading.tags.values() for v in values) <= 2 << 20


@given(st.binary(max_size=64))
def test_sniffing_anything(data: bytes) -> None:
    FORMATS.announced(data)
    assert id3v2_length(data) >= 0
    find_adts(data)
    with pytest.raises(MalformedError):
        check_mpeg(data[:3], whole=True)
    if len(data) != 34:
        with pytest.raises(MalformedError):
            parse_streaminfo(data)


def test_an_empty_file_is_malformed(music: Path, origin: LocalOrigin) -> None:
    (music / "e.flac").touch()
    with pytest.raises(MalformedError, match="empty"):
        read_original(FORMATS, origin, sound.source_file(origin, "e.flac"))


def test_free_form_names() -> None:
    assert field_name("MusicBrainz Album Id") == "musicbrainz_albumid"
    assert field_name("Album Artist") == "albumartist"
    assert field_name("WM/Year") == "date"
    assert field_name("Anything Else") == "anything else"
