"""Values of the catalog come back from how they are stored."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.catalog.rows import (
    at,
    dump_art,
    dump_format,
    dump_picture,
    dump_tags,
    from_blob,
    join,
    load_art,
    load_format,
    load_picture,
    load_tags,
    source_file,
    to_blob,
)
from musfuse.model import ArtKind, AudioFormat, Picture, SourceFile, Stamp, TagSet

TEXT = st.text(st.characters(), max_size=8)
PICTURES = st.builds(Picture, TEXT, st.integers(0), TEXT, st.integers(0, 20), TEXT)
FORMATS = st.builds(
    AudioFormat, TEXT, TEXT, st.integers(0), st.integers(0), st.integers(0), st.none() | st.integers(0),
    st.sampled_from(["", "int", "float"]), st.booleans(),
)  # fmt: skip
NAMES = st.binary(min_size=1, max_size=8).map(lambda raw: os.fsdecode(raw.replace(b"/", b"-").replace(b"\0", b"-")))


@settings(max_examples=40)
@given(st.lists(NAMES, min_size=1, max_size=4))
def test_paths_are_stored_by_their_bytes(names: list[str]) -> None:
    path = ""
    for name in names:
        path = join(path, name)
    assert path == "/".join(names)
    assert from_blob(to_blob(path)) == path
    assert to_blob(path) == os.fsencode(path)
    uid, folder, name = at("src", path)
    stamp = Stamp(1, 2, "tag")
    assert source_file(uid, folder, name, 1, 2, "tag", "7", "old") == SourceFile("src", path, stamp, "7", "old")


@settings(max_examples=40)
@given(FORMATS, st.dictionaries(TEXT, st.lists(TEXT)), st.none() | PICTURES)
def test_facts_tags_and_pictures_come_back(
    fmt: AudioFormat, tags: dict[str, list[str]], picture: Picture | None
) -> None:
    assert load_format(dump_format(fmt)) == fmt
    assert load_tags(dump_tags(TagSet(tags))) == TagSet(tags)
    assert load_picture(dump_picture(picture)) == picture


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(ArtKind), st.lists(PICTURES, max_size=2).map(tuple)), max_size=3).map(tuple))
def test_pictures_that_are_set_and_those_that_were_taken_away_come_back(
    art: tuple[tuple[ArtKind, tuple[Picture, ...]], ...],
) -> None:
    stored = dump_art(art)
    assert (load_art(stored) if stored else ()) == art
    assert (stored is None) == (art == ())
