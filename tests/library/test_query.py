"""The query language."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.query import QueryError, Subject, parse_query
from musfuse.model import TagSet

HELP = Subject(
    TagSet({"title": ["Help!"], "artist": ["The Beatles"], "album": ["Help!"], "date": ["1965-08-06"],
            "genre": ["Rock", "Pop"], "tracknumber": ["1"], "bpm": ["95.5"]}),
    "/music/Beatles/Help/01.flac", "flac",
)  # fmt: skip
MOTOR = Subject(TagSet({"title": ["Überdosis"], "artist": ["Motörhead"], "date": ["1979"]}), "/m/x.mp3", "mp3")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("beatles", True), ("BEATLES help", True), ("beatles stones", False), ("artist:beatles", True),
        ("album:beatles", False), ('artist:"the beat"', True), ('"beatles the"', False), ("year:1965", True),
        ("year:1960..1969", True), ("year:1966..", False), ("year:..1965", True), ("-live", True), ("-help", False),
        ("-artist:beatles", False), ("genre:pop", True), ("composer:", True), ("title:", False), ("-title:", True),
        ("tracknumber:1..3", True), ("track:1..3", True), ("bpm:95..96", True), ("bpm:96..", False),
        ("path:help/01", True), ("format:flac", True), ("artist:a..the", True), ("date:1965-08..1965-09", True),
        ('year:1960..1969 -live album:"help!"', True),
    ],
)  # fmt: skip
def test_what_it_finds(query: str, found: bool) -> None:
    assert parse_query(query).matches(HELP) is found


@pytest.mark.parametrize("query", ["motorhead", "MOTÖRHEAD", "uberdosis", "title:über"])
def test_case_and_accents_do_not_count(query: str) -> None:
    assert parse_query(query).matches(MOTOR)


@pytest.mark.parametrize("query", ["", "   ", '"open', 'artist:"open', "-", 'a"b', "year:..", 'x "'])
def test_mistakes_are_pointed_at(query: str) -> None:
    with pytest.raises(QueryError) as error:
        parse_query(query)
    assert str(error.value).endswith("^")


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_mistake(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_query(text).matches(HELP)
