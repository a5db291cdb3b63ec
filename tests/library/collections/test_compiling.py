"""Rules made into conditions: as the search grammar has them, and what was heard apart."""

import pytest

from musfuse.library import query
from musfuse.library.collections.compiling import Compiled, Group, Outside, Words, compiled
from musfuse.library.collections.rules import (
    Compound,
    DateRange,
    Definition,
    Genre,
    Match,
    MostPlayed,
    NeverPlayed,
    Not,
    Rating,
    RecentlyAdded,
    Rule,
    RuleError,
    Search,
    read_definition,
)
from musfuse.library.grammar import QueryError, parse_query
from musfuse.library.query import Order, Subject
from musfuse.library.vocabulary import Anything, Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet

VOCABULARY = Vocabulary(default_formats())


def made(rule: Rule, *order: str) -> Compiled:
    return compiled(Definition(rule, order), VOCABULARY)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Match("album", "abbey"), "album:abbey"), (Match("genre", "jazz*"), "genre:jazz*"), (Match("title", ""), "title:"),
        (Match("artist", "beatels~1"), "artist:beatels~1"), (DateRange("year", 1980, "1989"), "year:[1980 TO 1989]"),
        (DateRange("date", "", "1967-05"), "date:[* TO 1967-05]"), (Genre("free jazz"), 'genre:"free jazz"~0'),
        (Match("Comment", "a"), "comment:a"), (Search("a (b OR -c)"), "a (b OR -c)"), (Not(Genre("pop")), "-genre:pop~0"),
        (Compound("And", (Search("a"), Search("b"))), "(a) AND (b)"), (Compound("Or", (Search("a"), Search("b c"))), "(a) OR (b c)"),
    ],
)  # fmt: skip
def test_a_rule_is_what_its_text_is(rule: Rule, text: str) -> None:
    part = made(rule).part
    assert isinstance(part, Words)
    assert part.node == parse_query(text, VOCABULARY).root


@pytest.mark.parametrize(
    "sign", ['"', "..", "1..2", "[a TO b]", "(", ") OR title:x", "AND", "-", 'a"b', "*x", "' OR 1=1 --", "a:b"]
)
def test_signs_of_the_grammar_are_looked_for_as_they_are(sign: str) -> None:
    part = made(Match("comment", sign)).part
    assert isinstance(part, Words)
    assert isinstance(part.node, query.Term)
    for value, holds in ((f"so {sign} it is", True), ("anything", False)):
        assert query.Query(part.node).matches(Subject(TagSet({"comment": [value]}), "", "")) is holds


def test_all_that_is_asked_of_tags_is_one_condition() -> None:
    rule = Compound("And", (Genre("jazz"), RecentlyAdded(3), Not(Search("live")), Not(Rating(2))))
    part = made(rule).part
    assert part == Group(
        (RecentlyAdded(3), Outside(Rating(2)), Words(parse_query("genre:jazz~0 -live", VOCABULARY).root))
    )
    assert made(Compound("Or", (NeverPlayed(), Compound("And", (Rating(4),))))).part == Group(
        (NeverPlayed(), Rating(4)), True
    )


def test_the_order_is_that_which_is_asked_for_else_that_which_suits() -> None:
    assert made(MostPlayed(5)).orders == (Order("plays", True),)
    assert made(Compound("And", (Genre("a"), RecentlyAdded()))).orders == (Order("added", True),)
    assert made(Compound("Or", (Genre("a"), RecentlyAdded()))).orders == ()
    assert made(Search("a sort:-year")).orders == (Order("year", True),)
    assert made(Compound("And", (Search("a sort:year"), Rating(4)))).orders == (Order("year"),)
    assert made(Search("a sort:-year"), "plays", "-title").orders == (Order("plays"), Order("title", True))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"type":"Match","field":"colour","pattern":"red"}', "field: no field is called colour"),
        ('{"type":"Match","field":"year","pattern":"soon"}', "pattern: year is a number"),
        ('{"type":"DateRange","field":"year","start":"1999","end":"1960"}', "start: the range"),
        ('{"type":"DateRange","field":"year"}', "start: a range without ends"),
        ('{"type":"Not","child":{"type":"Match","field":"bpm","pattern":"x"}}', "child.pattern: bpm is a number"),
        ('{"type":"Compound","op":"Or","children":[{"type":"Search","query":"(a"}]}', "children[0].query: query: a ( that is not closed"),
        ('{"type":"Compound","op":"Or","children":[{"type":"Search","query":""}]}', "children[0].query: query: an empty query"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(RuleError) as error:
        compiled(read_definition(text), VOCABULARY)
    assert problem in str(error.value)


def test_what_was_checked_once_is_no_mistake_later() -> None:
    assert compiled(Definition(Match("colour", "red")), Anything(default_formats())).part == Words(
        query.Term("red", "colour")
    )
    with pytest.raises(QueryError, match="not closed"):
        made(Search("(a"))
