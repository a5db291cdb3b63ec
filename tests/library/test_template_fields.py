"""What a template can tell of a track, and what stands for a field that is missing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.template_fields import FALLBACKS, FIELDS, LINE_FIELDS, Subject
from musfuse.media.tags.fields import BUILT_IN
from musfuse.model import AudioFormat, TagSet

WAV = AudioFormat("wav", "pcm_16", 44_100, 2, 16, 1000, "int")


def subject(
    path: str = "Artist/Album/01 - file.x.wav",
    fmt: AudioFormat = WAV,
    several: bool = False,
    various: bool = False,
    **tags: str,
) -> Subject:
    values = TagSet({name: value.split("; ") for name, value in tags.items()})
    return Subject(values, fmt, path, "flac", several, "/all/Music", various, "on/drive.flac")


@pytest.mark.parametrize(
    ("field", "tags", "shown"),
    [
        ("track", {"tracknumber": "3"}, "03"), ("track", {"tracknumber": " 3 / 12"}, "03"), ("track", {"tracknumber": "123"}, "123"),
        ("track", {"tracknumber": "A1"}, "A1"), ("track", {"tracknumber": "/12"}, None), ("track", {}, None),
        ("track", {"tracknumber": "²"}, "²"), ("track", {"tracknumber": "9" * 5000}, "9" * 5000),
        ("tracktotal", {"tracktotal": "7"}, "07"), ("disctotal", {"disctotal": "02"}, "2"),
        ("year", {"date": "1999-05-01"}, "1999"), ("year", {"date": "May 1999"}, "1999"), ("year", {"date": "99"}, None),
        ("artist", {"artist": "Ann; Bob"}, "Ann, Bob"), ("genre", {}, None),
        ("format", {}, "FLAC"), ("codec", {}, "pcm_16"), ("rate", {}, "44100"), ("bits", {}, "16"), ("channels", {}, "2"),
        ("filename", {}, "01 - file.x"), ("folder", {}, "Album"),
        ("path", {}, "on/drive.flac"), ("source", {}, "/all/Music/Artist/Album/01 - file.x.wav"),
        ("replaygain_track_gain", {"replaygain_track_gain": "-3 dB"}, "-3 dB"),
    ],
)  # fmt: skip
def test_what_a_field_tells(field: str, tags: dict[str, str], shown: str | None) -> None:
    assert LINE_FIELDS[field](subject(**tags)) == shown


def test_a_disc_counts_in_a_set_of_several_alone() -> None:
    disc = FIELDS["disc"]
    assert disc(subject(discnumber="2")) is None
    assert disc(subject(several=True, discnumber="2/3")) == "2"
    assert disc(subject(several=True)) == "1"


def test_an_album_artist_is_the_tag_unless_the_album_is_a_compilation_without_one() -> None:
    assert FIELDS["albumartist"](subject(albumartist="Ann")) == "Ann"
    assert FIELDS["albumartist"](subject()) is None
    assert FIELDS["albumartist"](subject(various=True)) == "Various Artists"


def test_bits_of_lossy_audio_and_facts_that_nobody_knows_are_missing() -> None:
    mp3 = AudioFormat("mp3", "mp3", 44_100, 2, 16)
    assert (FIELDS["bits"](subject(fmt=mp3)), FIELDS["rate"](subject(fmt=mp3))) == (None, "44100")
    assert FIELDS["channels"](subject(fmt=AudioFormat("x", "y"))) is None


@pytest.mark.parametrize(
    ("path", "title", "album", "folder"),
    [
        ("Album/CD2/x.wav", "x", "Album", "CD2"), ("Album/x.tar.wav", "x.tar", "Album", "Album"), ("x.wav", "x", "Music", "Music"),
        ("CD1/x.wav", "x", "Music", "CD1"), ("a/.wav", ".wav", "a", "a"), ("a/x", "x", "a", "a"),
    ],
)  # fmt: skip
def test_names_of_files_and_folders_stand_for_titles_and_albums(path: str, title: str, album: str, folder: str) -> None:
    where = subject(path)
    assert (FALLBACKS["title"](where), FALLBACKS["album"](where), FIELDS["folder"](where)) == (title, album, folder)


def test_a_source_without_a_name_stands_for_nothing() -> None:
    root = Subject(TagSet(), WAV, "x.wav", "flac", False, "/")
    assert FALLBACKS["album"](root) == "Unknown Album"
    assert FIELDS["folder"](root) is None


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from(sorted(BUILT_IN)), st.lists(st.text(max_size=9), max_size=2)),
    st.lists(st.text("ab. ", min_size=1, max_size=3), min_size=1, max_size=3),
)
def test_no_field_tells_an_empty_text(tags: dict[str, list[str]], names: list[str]) -> None:
    """A missing one is None, so that what is optional in a template leaves."""
    where = Subject(TagSet(tags), WAV, "/".join(names), "flac", True, "/m")
    for name, read in LINE_FIELDS.items():
        assert read(where) != "", name
    for name, stand_in in FALLBACKS.items():
        assert stand_in(where), name


def test_paths_have_no_fields_of_lines_and_lines_have_all() -> None:
    assert FIELDS.keys() < LINE_FIELDS.keys()
    assert LINE_FIELDS.keys() >= BUILT_IN
    assert not {"path", "source"} & FIELDS.keys()
