"""How a condition is looked for in the index."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from musfuse.library.grammar import parse_query
from musfuse.library.search.plan import EVERYTHING, MOST_WORDS, WIDE, Plan, Planner
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats

VOCABULARY = Vocabulary(default_formats())
ALL = "{title artist album albumartist composer genre}"


@dataclass
class Some:
    """Words that a test says."""

    words: Sequence[str]

    def containing(self, part: str) -> list[str]:
        return [word for word in self.words if part in word][:MOST_WORDS]

    def starting(self, start: str) -> list[str]:
        return [word for word in self.words if word.startswith(start)]

    def ending(self, end: str) -> list[str]:
        return [word for word in self.words if word.endswith(end)]

    def near(self, word: str, edits: int) -> list[str]:
        return [word, f"{word}{edits}"]


def plan(text: str, *words: str, cut: str = "") -> Plan | None:
    return Planner(Some(words), lambda columns: bool(cut) and cut in columns).plan(parse_query(text, VOCABULARY).root)


@pytest.mark.parametrize(
    ("query", "expression", "exact"),
    [
        ("beat", f'({ALL} : "beat") OR ({ALL} : "heartbeat")', True), ("title:beat", '({title} : "beat") OR ({title} : "heartbeat")', True),
        ("beat~0", f'{ALL} : "beat"', True), ("beat*", f'{ALL} : "beat" *', True), ('"a beat"*', f'{ALL} : "a beat" *', False),
        ("中島", f'{ALL} : "中島"', True), ("中", f'{ALL} : "中" *', True), ("中島み", f'{ALL} : "中島 島み"', True),
        ("year:1967", '{year} : ("1967")', True), ("year:1967..1981", None, True), ("year:", None, True), ("genre:", None, True),
        ("comment:beat", '({other} : "beat") OR ({other} : "heartbeat")', False), ("beat~", None, True),
    ],
)  # fmt: skip
def test_what_is_looked_for(query: str, expression: str | None, exact: bool) -> None:
    made = plan(query, "beat", "heartbeat")
    assert made is not None
    assert made.exact is exact
    if expression is not None:
        assert made.narrow.strip("()") == expression.strip("()")


def test_years_are_put_together() -> None:
    made = plan("year:1967..1981")
    assert made is not None
    assert made.narrow == '{year} : ("1967" OR "1968" OR "1969" OR "197" * OR "1980" OR "1981")'
    centuries = plan("year:1900..2099")
    assert centuries is not None
    assert centuries.narrow == '{year} : ("19" * OR "20" *)'


@pytest.mark.parametrize(
    "query",
    ["!!!", "path:x", "format:flac", "isrc:x", "-path:x", "bpm:90..95", "beat OR path:x", "comment:", "title:a..b"],
)
def test_what_the_index_does_not_help_with(query: str) -> None:
    assert plan(query, "beat") is None


def test_what_helps_is_taken_and_the_rest_asked() -> None:
    made = plan("beat path:x", "beat")
    assert made is not None
    assert (made.exact, made.narrow) == (False, f'({ALL} : "beat")')
    without = plan("beat -help", "beat", "help")
    assert without is not None
    assert without.exact
    assert without.narrow.endswith(f'NOT ({ALL} : "help")')
    asked = plan("beat -comment:x", "beat")
    assert asked is not None
    assert not asked.exact
    assert "NOT" not in asked.narrow


def test_what_is_only_turned_round_is_all_but_that() -> None:
    made = plan("-help", "help")
    assert made is not None
    assert made.exact
    assert made.narrow.startswith('({year} : "\ue003") NOT (')
    everything = plan("sort:year")
    assert everything is not None
    assert everything.narrow == '({year} : "\ue003")'


def test_wide_words_are_left_out_beside_narrow_ones() -> None:
    many = [f"the{number}" for number in range(WIDE + 1)]
    alone = plan("the", *many)
    assert alone is not None
    assert alone.narrow == ""
    assert sum(len(e.split(" OR ")) for e in alone.rest()) == len(many)
    beside = plan("the beat", *many, "beat")
    assert beside is not None
    assert not beside.exact
    assert "the" not in beside.narrow.replace(ALL, "")
    assert '"the"' in beside.first  # but whole words come first


def test_more_words_than_are_looked_for_are_everything() -> None:
    made = plan("the", *(f"the{number}" for number in range(MOST_WORDS)))
    assert made is not None
    assert list(made.whole())[-1] == EVERYTHING
    assert list(made.expressions())[-1] == EVERYTHING


def test_what_was_cut_is_asked() -> None:
    for query in ("beat", "beat*", "title:beat~0"):
        made = plan(query, "beat", cut="title")
        assert made is not None
        assert not made.exact
        assert "\ue002" in made.narrow
    untouched = plan("comment:beat", "beat", cut="title")
    assert untouched is not None
    assert "\ue002" not in untouched.narrow


def test_a_word_that_is_nowhere_finds_nothing() -> None:
    made = plan("nowhere")
    assert made is not None
    assert made.exact
    assert "nowhere" not in made.narrow
