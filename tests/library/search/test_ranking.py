"""Which answers come first, and what is shown of why."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.grammar import QueryError, parse_query
from musfuse.library.query import Term
from musfuse.library.search.ranking import asked, highlights, score
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet

VOCABULARY = Vocabulary(default_formats())


def terms(text: str) -> list[Term]:
    return asked(parse_query(text, VOCABULARY))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"title": "Help!"}, {"title": "Help Me"}), ({"title": "Help Me"}, {"title": "Me Help"}), ({"title": "Me Help"}, {"title": "Helpless"}),
        ({"title": "Helpless"}, {"title": "Whelp"}), ({"title": "Help"}, {"genre": "Help"}), ({"genre": "Help"}, {"genre": "Whelp"}),
        ({"title": "x help help", "album": "Help"}, {"title": "x help"}),
    ],
)  # fmt: skip
def test_what_fits_better(better: dict[str, str], worse: dict[str, str]) -> None:
    first, second = (score(terms("help"), TagSet({k: [v] for k, v in tags.items()})) for tags in (better, worse))
    assert 1 >= first > second > 0


def test_what_is_only_ruled_out_or_no_text_tells_nothing() -> None:
    assert terms("-help year:1967..1969 format:flac composer:") == []
    assert score([], TagSet({})) == 1.0
    assert [term.text for term in terms("a OR (b -c) album:d")] == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("query", "title", "marked"),
    [
        ("help", "Help! <me> & help", "<b>Help</b>! &lt;me&gt; &amp; <b>help</b>"), ("ubер", "x", None), ("uber", "Über allem", "<b>Über</b> allem"),
        ("aero", "Ærø", "<b>Ærø</b>"), ("島み", "中島みゆき", "中<b>島み</b>ゆき"), ("beatels~", "The Beatles!", "The <b>Beatles</b>!"),
        ("be*", "Be a beat, maybe", "<b>Be</b> a <b>be</b>at, maybe"), ("e", "u\u0308e\u0301", "u\u0308<b>e\u0301</b>"),
    ],
)  # fmt: skip
def test_what_was_found_is_marked(query: str, title: str, marked: str | None) -> None:
    assert highlights(terms(query), TagSet({"title": [title]})).get("title") == marked


def test_the_first_value_that_answers_and_only_fields_that_were_asked() -> None:
    tags = TagSet({"artist": ["No", "Yes", "Yes too"], "comment": ["yes"]})
    assert highlights(terms("yes"), tags) == {"artist": "<b>Yes</b>"}
    assert highlights(terms("comment:yes"), tags) == {"comment": "<b>yes</b>"}


@given(st.text(min_size=1, max_size=3), st.text(max_size=20))
def test_marks_change_nothing_else(query: str, title: str) -> None:
    try:
        wanted = terms('"' + query.replace('"', "") + '"')
    except QueryError:
        return
    for marked in highlights(wanted, TagSet({"title": [title]})).values():
        assert unescape(re.sub("</?b>", "", marked)) == title or "&" in title
