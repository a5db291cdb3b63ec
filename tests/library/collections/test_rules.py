"""Rules as data: read and written, and told where they are wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.collections.rules import (
    LONGEST,
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
    RecentlyPlayed,
    Rule,
    RuleError,
    Search,
    read_definition,
    write_definition,
)
from musfuse.library.query import ORDERS

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.one_of(
    st.builds(Match, TEXT, TEXT), st.builds(DateRange, TEXT, TEXT | st.integers(0, 3000), TEXT), st.builds(Genre, TEXT),
    st.builds(RecentlyAdded, st.integers(1, 900)), st.builds(RecentlyPlayed, st.integers(1, 900)),
    st.builds(MostPlayed, st.integers(1, 900)), st.just(NeverPlayed()), st.builds(Rating, st.integers(1, 5)),
    st.builds(Search, TEXT),
)  # fmt: skip
RULES: st.SearchStrategy[Rule] = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Compound, st.sampled_from(["And", "Or"]), st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
ORDER = st.lists(st.sampled_from([*ORDERS, "-plays", "played", "-rating", "-year"]), max_size=3).map(tuple)


@given(RULES, ORDER, st.integers(0, 10_000))
def test_what_is_written_is_read(rule: Rule, order: tuple[str, ...], limit: int) -> None:
    wanted = Definition(rule, order, 0 if isinstance(rule, MostPlayed) else limit)
    assert read_definition(write_definition(wanted)) == wanted


def test_what_is_no_json_is_a_query() -> None:
    assert read_definition("  genre:jazz  ") == Definition(Search("genre:jazz"))


def nested(levels: int) -> str:
    return '{"type":"Not","child":' * levels + '{"type":"NeverPlayed"}' + "}" * levels


AND = '{"type":"Compound","op":"And","children":[%s]}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "no JSON: Input data was truncated"),
        ('{"type":"Match","field":"genre"}', "object missing required field pattern"),
        ('{"type":"NeverPlayed","more":1}', "object contains unknown field more"),
        ('{"days":3}', "object missing required field type"),
        (AND % '{"type":"Genre","genre":3}', "children[0].genre: expected str, got int"),
        (AND % '{"type":"Genre","genre":"x"},{"type":"Nope"}', "children[1].type: invalid value 'Nope'; Match, DateRange, "),
        (AND % "", "children: none"),
        (AND % '{"type":"Not","child":{"type":"Rating","min":6}}', "children[0].child.min: 6; from 1 to 5"),
        ('{"type":"Compound","op":"Xor","children":[]}', "op: invalid enum value 'Xor'"),
        ('{"type":"RecentlyAdded","days":0}', "days: 0; from 1 to"),
        ('{"type":"RecentlyPlayed","days":99999999999999999999}', "days"),
        ('{"type":"RecentlyAdded","days":1e999}', "no JSON"),
        ('{"type":"MostPlayed","limit":10001}', "limit: 10001; from 1 to 10000"),
        ('{"type":"NeverPlayed","limit":-1}', "limit: -1"),
        ('{"type":"NeverPlayed","order":"year"}', "expected array, got str"),
        ('{"type":"NeverPlayed","order":["year","-colour"]}', "order[1]: '-colour' is none; title, artist"),
        ('{"type":"NeverPlayed","order":["year","year","year","year","year","year","year","year"]}', "order: 8 are too many"),
        (nested(21), "more than 20 rules within each other"),
        (nested(500), "more than 20 rules within each other"),
        (AND % ",".join(['{"type":"NeverPlayed"}'] * 200), "children[199]: more than 200 rules"),
        ("x" * (LONGEST + 1), "characters are too many"),
        ('{"type":"Genre","genre":"\udc80"}', "no JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(RuleError) as error:
        read_definition(text)
    assert problem in str(error.value)


def test_rules_as_deep_as_they_may_be() -> None:
    assert read_definition(nested(19)).rule == read_definition(json.dumps(json.loads(nested(19)))).rule


@given(st.text(max_size=200) | st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(["And", "Compound", "Not", "Genre"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "child", "children", "op", "order", "limit", "genre"]), inner, max_size=4),
    max_leaves=10,
).map(lambda value: "{" + json.dumps(value) if not isinstance(value, dict) else json.dumps(value)))  # fmt: skip
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    try:
        read_definition(text)
    except RuleError as error:
        assert str(error)
