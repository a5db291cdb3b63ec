"""Queries as data."""

import pytest

from musfuse.library.query import All, Any, Match, Not, Query, Seen, Subject, Term, leaves
from musfuse.model import TagSet

TRACK = Subject(TagSet({"title": ["Ärger im Paradies", "Ärger"], "date": ["1967-05"]}), "/m/Ä.flac", "flac", "ogg")


def test_conditions_are_put_together() -> None:
    yes, no = Term("arger"), Term("nothing")
    assert All((yes, Not(no))).holds(Seen(TRACK))
    assert not All((yes, no)).holds(Seen(TRACK))
    assert Any((no, yes)).holds(Seen(TRACK))
    assert not Any(()).holds(Seen(TRACK))
    assert Query(All(())).matches(TRACK)
    assert Query(Term("1967", "year")).matches(TRACK)
    assert Query(Term("m/a", "path")).matches(TRACK)
    assert Query(Term("flac", "format", kinds=frozenset({"ogg"}))).matches(TRACK)


def test_a_path_of_windows_is_found_with_either_slash() -> None:
    """Texts are folded, as a query's are."""
    track = Subject(TagSet({}), "D:\\Music\\Ann\\a.flac", "flac")
    everything = Query(All(()))
    for text in ("music\\ann", "music/ann", "d:\\music\\ann\\a"):
        assert Query(Term(text, "path")).matches(track)
        assert not Query(Not(Term(text, "path"))).matches(track)
    for place in ("D:\\Music", "d:/music/", "D:\\Music\\Ann\\"):
        assert everything.within(place).matches(track)
    assert not everything.within("D:\\Mus").matches(track)
    other = Subject(TagSet({}), "/music/ann\\b.flac", "flac")
    assert not Query(Term("ann/b", "path")).matches(other)
    assert not everything.within("/music/ann").matches(other)


@pytest.mark.parametrize(
    ("how", "text", "places"),
    [
        (Match.PART, "an", [1, 4, 9]), (Match.START, "an", [4]), (Match.WORD, "and", [4]), (Match.WORD, "an", []), (Match.START, "b", [0]),
        (Match.WORD, "ban-d", []), (Match.PART, "-an", [3]), (Match.WORD, "-and-", [3]),
    ],
)  # fmt: skip
def test_where_a_text_stands(how: Match, text: str, places: list[int]) -> None:
    assert list(Term(text, how=how).places("ban-and-pan")) == places


def test_a_field_is_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, folded = Seen(TRACK), list[str]()
    monkeypatch.setattr("musfuse.library.query.fold", lambda text: folded.append(text) or text)
    assert seen.values("title") is seen.values("title")
    assert folded == ["Ärger im Paradies", "Ärger"]


def test_leaves_tell_whether_they_are_turned_round() -> None:
    a, b, c = Term("a"), Term("b"), Term("c")
    assert list(leaves(All((a, Not(Any((b, Not(c)))))))) == [(a, True), (b, False), (c, True)]


def test_needles_are_texts_that_the_tags_hold_as_they_are() -> None:
    asked = All(
        (
            Term("a b"),
            Term("c", "isrc"),
            Term("ä"),
            Term('"'),
            Term("x", "path"),
            Not(Term("d")),
            Term("e", how=Match.NEAR, edits=1),
        )
    )
    assert Query(asked).needles() == ["a b", "c"]
    assert Query(Any((Term("a"), Term("b")))).needles() == []
    assert Query(Term("1967", "year")).needles() == []
    assert 0 < len(Query(All(tuple(Term(f"w{n}") for n in range(5000)))).needles()) < 100
