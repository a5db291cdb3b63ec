"""The query language, and what queries find."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.grammar import QueryError, parse_query
from musfuse.library.query import All, Any, Match, Not, Order, Query, Subject, Term
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet

VOCABULARY = Vocabulary(default_formats())
HELP = Subject(
    TagSet({"title": ["Help!"], "artist": ["The Beatles"], "album": ["Help!"], "date": ["1965-08-06"],
            "genre": ["Rock", "Pop"], "tracknumber": ["1"], "bpm": ["95.5"]}),
    "/music/Beatles/Help/01.flac", "flac", "ogg",
)  # fmt: skip
TAPE = Subject(TagSet({}), "/m/a..b.wv", "wavpack", "wavpack")
MOTOR = Subject(TagSet({"title": ["Überdosis"], "artist": ["Motörhead"], "date": ["1979"]}), "/m/x.mp3", "mp3")


def parsed(text: str) -> Query:
    return parse_query(text, VOCABULARY)


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
    assert parsed(query).matches(HELP) is found


@pytest.mark.parametrize("query", ["motorhead", "MOTÖRHEAD", "uberdosis", "title:über"])
def test_case_and_accents_do_not_count(query: str) -> None:
    assert parsed(query).matches(MOTOR)


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("wv", "wavpack", "wavpack"), ("WV", "wavpack", "wavpack"), ("m4a", "mp4", "alac"), ("alac", "mp4", "alac"),
        ("ogg", "ogg", "opus"), ("oga", "ogg", "vorbis"), ("opus", "ogg", "opus"), ("aif", "aiff", "pcm_16"),
        ("pcm", "aiff", "pcm_16"), ("wav", "wav", "pcm_24"), ("wma", "asf", "wma"), ("dsf", "dsf", "dsd"),
        ("flac", "ogg", "flac"),
    ],
)  # fmt: skip
def test_formats_by_any_of_their_names(name: str, container: str, codec: str) -> None:
    assert parsed(f"format:{name}").matches(Subject(TagSet(), "", codec, container))
    assert not parsed(f"format:{name}").matches(MOTOR)


def test_wav_is_no_wavpack() -> None:
    assert not parsed("format:wav").matches(TAPE)


def test_a_path_may_hold_dots() -> None:
    assert parsed("path:a..b").matches(TAPE)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("artst:x", "did you mean artist?"), ("-artst:x", "did you mean artist?"), ("artst:", "did you mean artist?"),
        ("9:15", 'write "9:15" in quotes'), ("year:abc", "year is a number"), ("year:abc..1990", "year is a number"),
        ("year:1967-1969", "year:1967..1967"), ("year:1969..1960", "ends before it begins"),
        ("bpm:fast", "bpm is a number"), ("date:soon", "date is a date"), ("artist:b..a", "ends before it begins"),
        ("format:flca", "did you mean flac?"), ("format:wav..", "no format is called wav.."),
    ],
)  # fmt: skip
def test_what_nothing_can_answer_is_a_mistake(query: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        parsed(query)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "query", ["artist:beatles..b", "year:196", "year:", "tracknumber:A1", 'date:"may 1967"', '"9:15"']
)
def test_what_something_may_answer_is_none(query: str) -> None:
    parsed(query)


@pytest.mark.parametrize("query", ["", "   ", '"open', 'artist:"open', "-", 'a"b', "year:..", 'x "'])
def test_mistakes_are_pointed_at(query: str) -> None:
    with pytest.raises(QueryError) as error:
        parsed(query)
    assert str(error.value).endswith("^")


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_mistake(text: str) -> None:
    with contextlib.suppress(QueryError):
        parsed(text).matches(HELP)


def test_a_term_that_is_said_twice_is_asked_once() -> None:
    assert len(parsed("a A -a artist:a format:flac " * 500).terms) == 4


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("beatles OR stones", True), ("stones OR kinks", False), ("stones OR beatles help", True), ("(stones OR beatles) help", True),
        ("(stones OR beatles) live", False), ("beatles AND help", True), ("NOT live", True), ("NOT beatles", False), ("-(stones OR live)", True),
        ("NOT NOT beatles", True), ("-NOT beatles", True), ("(((beatles)))", True), ("( beatles )", True), ("beat*", True), ("eat*", False),
        ("eat", True), ("eatles~0", False), ("beatles~0", True), ("beatels~", True), ("beatels~1", True), ("beetels~1", False),
        ("beetels~2", True), ("beatles~2", True), ('"the beatles"~0', True), ('"the beat"~0', False), ('"e beat"*', False), ('"the beat"*', True),
        ("year:[1960 TO 1969]", True), ("year:[1966 TO *]", False), ("year:[* TO 1965]", True), ("date:[1965-08 TO 1965-09]", True),
        ("artist:[a TO u]", True), ("artist:[a TO b]", False), ("artist:*", True), ("composer:*", False), ("-composer:*", True),
        ("artist:beat*", True), ("title:help(x)", False), ('"help!"~0', True), ("and", False), ("help sort:year", True), ("sort:-added", True),
        ("or OR help", True), ("bpm:[90 TO 100] genre:pop~0", True), ('"OR"', False), ("title:[live]", False), ("helpORx", False),
        ("track:1", True), ("beatles(x", None), ("a)", None),
    ],
)  # fmt: skip
def test_groups_words_and_ranges(query: str, found: bool | None) -> None:
    if found is None:
        with pytest.raises(QueryError):
            parsed(query)
    else:
        assert parsed(query).matches(HELP) is found


def test_a_query_is_data() -> None:
    a, b, c = Term("a"), Term("b", how=Match.START), Term("cd", "artist", Match.NEAR, 1)
    assert parsed("a OR -(b* artist:cd~) sort:-year sort:title") == Query(
        Any((a, Not(All((b, c))))), (Order("year", True), Order("title"))
    )
    assert parsed("a a").root == a
    assert parsed("sort:date").orders == (Order("year"),)
    assert parsed("sort:year").root == All(())
    assert hash(parsed("a OR b")) == hash(parsed("a OR b"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a OR", "a term is missing beside OR"), ("OR a", "a term is missing beside OR"), ("a OR OR b", "missing beside OR"),
        ("AND a", "missing before AND"), ("a AND", "missing behind AND"), ("a AND AND b", "missing before AND"), ("NOT", "a term without a word"),
        ("(a", "is not closed"), ("()", "a group without a term"), ("a )", "a ) without a ("), ("a~3", "~0, ~1 and ~2 are known"), ("*", "a term without a word"),
        ("~", "a term without a word"), ('"a b"~1', "stand behind one word"), ("a~1", "is nearly any other"), ("ab~2", "is nearly any other"),
        ("sort:rating", "sorted by title, artist"), ("-sort:year", "write sort:-NAME"), ("year:[* TO *]", "a range without ends"),
        ("year:[1969 TO 1960]", "ends before it begins"), ("artist:(a OR b)", "is not closed"), ("(" * 50 + "a" + ")" * 50, "groups within each other"),
        ("a" * 20_000, "characters are too many"), ("\u200f", "a term without a word"), ("artist:\u200f", "signs that nobody sees"),
        ('a"b', "a quote within a word"), ("sorr:year", "did you mean sort?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(query: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        parsed(query)
    assert said in str(error.value)


def test_what_is_long_or_deep_is_read_in_no_time() -> None:
    assert len(parsed(" ".join(f"w{n}" for n in range(2000))).terms) == 2000
    for hostile in (
        "(" * 8000,
        "-" * 16_000,
        "a OR " * 3000,
        '"' * 9999,
        "~" * 16_000 + "9",
        "*" * 16_000 + "x",
        "[" * 16_000,
        "a:" * 8000,
    ):
        with contextlib.suppress(QueryError):
            parsed(hostile).matches(HELP)


def test_stars_within_a_word_cost_no_more_than_other_signs() -> None:
    began = time.process_time()
    with contextlib.suppress(QueryError):
        parsed("*" * 16_000 + "x")
    assert time.process_time() - began < 1  # 5 s where each star begins a run to its end


@pytest.mark.parametrize(
    ("query", "same"), [("ab*", "ab**"), ("ab~1", "ab~"), ("ab~1*", '"ab~1"*'), ("a9*", '"a9"*'), ("a*b", '"a*b"')]
)
def test_what_ends_a_word(query: str, same: str) -> None:
    assert parsed(query) == parsed(same)


@given(st.text(alphabet='ab ()"-*~:[]ORANDT.19', max_size=40))
def test_any_signs_of_the_language_are_a_query_or_a_mistake(text: str) -> None:
    with contextlib.suppress(QueryError):
        parsed(text).matches(HELP)
