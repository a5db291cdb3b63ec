"""Templates: what they render, and errors that point at the place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import TemplateError
from musfuse.library.names import units
from musfuse.library.options import DEFAULT_TEMPLATE
from musfuse.library.template_fields import FIELDS, Subject
from musfuse.library.templates import Line, Template
from musfuse.model import AudioFormat, TagSet

FORMAT = AudioFormat("wav", "pcm_16", 44_100, 2, 16, 1000, "int")


def render(
    template: str, several_discs: bool = False, path: str = "dir/file name.wav", various: bool = False, **tags: str
) -> str:
    values = TagSet({k: v.split("; ") for k, v in tags.items()})
    made = Template(template).render(Subject(values, FORMAT, path, "flac", several_discs, "/all/Music", various))
    return "/".join((*made.folders, made.name))


ALBUM = {"artist": "Ann", "album": "Best", "title": "One", "tracknumber": "3", "date": "1999-05-01"}


def test_the_default() -> None:
    assert render(DEFAULT_TEMPLATE, **ALBUM) == "Ann/Best (1999)/03 - One.flac"
    assert render(DEFAULT_TEMPLATE, True, **ALBUM, discnumber="2") == "Ann/Best (1999)/2-03 - One.flac"
    assert render(DEFAULT_TEMPLATE, **ALBUM, albumartist="Various") == "Various/Best (1999)/03 - One.flac"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dir/file name.wav", "Unknown Artist/dir/file name.flac"),
        ("a/b/01 x.y.wav", "Unknown Artist/b/01 x.y.flac"),
        ("a/Album/CD2/x.wav", "Unknown Artist/Album/x.flac"),
        ("x.wav", "Unknown Artist/Music/x.flac"),
        ("Disc 1/x.wav", "Unknown Artist/Music/x.flac"),
    ],
)
def test_names_of_files_stand_for_tags(path: str, expected: str) -> None:
    assert render(DEFAULT_TEMPLATE, path=path) == expected


def test_what_is_tagged_counts() -> None:
    assert render(DEFAULT_TEMPLATE, artist="Ann", title="One") == "Ann/dir/One.flac"
    assert render(DEFAULT_TEMPLATE, artist="Ann", title="One", tracknumber="3") == "Ann/dir/03 - One.flac"
    assert render(DEFAULT_TEMPLATE, True, album="Best", discnumber="2") == "Unknown Artist/Best/file name.flac"


def test_various_artists_are_an_album_artist() -> None:
    assert render("$albumartist/${artist|albumartist}/$title", various=True, **ALBUM) == "Various Artists/Ann/One.flac"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$title", "One.flac"),
        ("$$ $[x$] $title", "$ [x] One.flac"),
        ("${albumartist|artist} - ${title}", "Ann - One.flac"),
        ("${composer|label|'nobody'}/$title", "nobody/One.flac"),
        ("$title[ by $composer]", "One.flac"),
        ("$title[ by $artist]", "One by Ann.flac"),
        ("$title[ ($year[ $composer])]", "One (1999).flac"),
        ("$genre/$title", "Unknown Genre/One.flac"),
        ("$format $rate $bits $channels/$filename", "FLAC 44100 16 2/file name.flac"),
        ("$folder/$title", "dir/One.flac"),
        ("$artist/$label/$title", "Ann/No label/One.flac"),
    ],
)
def test_pieces(template: str, expected: str) -> None:
    assert render(template, **ALBUM) == expected


def test_values_never_make_folders_or_leave_the_drive() -> None:
    path = render("$artist/$title", artist="../../etc", title="a/b\\c")
    assert path.count("/") == 1
    assert not any(part in ("", ".", "..") for part in path.split("/"))


@pytest.mark.parametrize(
    ("template", "position", "word"),
    [
        ("$artist/$titel", 9, "title"), ("$title [x", 7, "without its ]"), ("a]b", 1, "without its ["),
        ("${title", 0, "without its }"), ("$", 0, "without a field"), ("$title $9", 7, "without a field"),
        ("", 0, "empty"),
        ("/$title", 0, "empty component"), ("$artist//$title", 7, "empty component"), ("$title/", 6, "empty component"),
        ("$title[ x]", 6, "holds no field"), ("$artist[/$title]", 7, "may not hold a /"), ("../$title", 0, "outside"),
        ("${title|'a'|artist}", 12, "nothing may follow"), ("${}", 2, "no field"),
    ],
)  # fmt: skip
def test_errors_point_at_the_place(template: str, position: int, word: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(template)
    assert word in str(caught.value)
    assert caught.value.position == position
    assert str(caught.value).splitlines()[-1] == " " * (position + 2) + "^"


@settings(max_examples=300)
@given(st.text("$[]{}|'/ab artisle", max_size=40))
def test_any_template_parses_or_is_refused(text: str) -> None:
    try:
        made = Template(text)
    except TemplateError as error:
        assert 0 <= error.position <= len(text)
        return
    rendered = made.render(Subject(TagSet(), FORMAT, "f.wav", "flac", False))
    assert rendered.name.endswith(".flac")


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(sorted(FIELDS)), st.lists(st.text(max_size=300), min_size=1, max_size=3)),
    st.text(max_size=200),
)
def test_any_tags_make_a_path_that_fits(tags: dict[str, list[str]], source: str) -> None:
    made = Template(DEFAULT_TEMPLATE).render(Subject(TagSet(tags), FORMAT, f"d/{source}", "flac", True))
    path = "/".join((*made.folders, made.name))
    assert units(path) <= 240
    assert made.name.endswith(".flac")
    assert all(len(part.encode()) <= 255 for part in path.split("/"))


@pytest.mark.parametrize(
    ("number", "shown"), [("3", "03"), ("03/12", "03"), ("123", "123"), ("A1", "A1"), ("", "00"), ("٣", "٣")]
)
def test_track_numbers(number: str, shown: str) -> None:
    assert render("$track", tracknumber=number) == f"{shown}.flac"


def line(template: str, **tags: str) -> str:
    values = TagSet({k: v.split("; ") for k, v in tags.items()})
    subject = Subject(values, FORMAT, "dir/a.wav", "flac", False, "/all/Music", drive_path="Ann/dir/a.flac")
    return Line(template).render(subject)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$path", "Ann/dir/a.flac"), ("$source", "/all/Music/dir/a.wav"), ("/$artist//$title/", "/AC/DC//a: b?/"),
        ("$title[ / $bpm][ / $mood]", "a: b? / 120"), ("${replaygain_track_gain|'none'}", "none"), ("$year", "0000"),
    ],
)  # fmt: skip
def test_lines_hold_values_as_they_are(template: str, expected: str) -> None:
    assert line(template, artist="AC/DC", title="a: b?", bpm="120") == expected


@pytest.mark.parametrize("template", ["", "$titel", "[x", "[x]"])
def test_lines_have_errors_too(template: str) -> None:
    with pytest.raises(TemplateError):
        Line(template)


def test_paths_have_no_fields_of_lines() -> None:
    with pytest.raises(TemplateError):
        Template("$source")
