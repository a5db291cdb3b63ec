"""The collections that every library has."""

from musfuse.library.collections.built_in import BUILT_IN
from musfuse.library.collections.compiling import compiled
from musfuse.library.collections.rules import (
    DateRange,
    Definition,
    MostPlayed,
    RecentlyAdded,
    RecentlyPlayed,
    read_definition,
    write_definition,
)
from musfuse.library.collections.shelf import checked_name
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats


def test_those_that_are_promised() -> None:
    decades = ["60s", "70s", "80s", "90s", "00s", "10s", "20s"]
    assert list(BUILT_IN) == ["Recently Added", "Recently Played", "Most Played", *decades]
    assert BUILT_IN["Recently Added"] == Definition(RecentlyAdded(30))
    assert BUILT_IN["Recently Played"] == Definition(RecentlyPlayed(7))
    assert BUILT_IN["Most Played"] == Definition(MostPlayed(100))
    assert BUILT_IN["00s"] == Definition(DateRange("year", "2000", "2009"))


def test_each_can_be_asked_and_written_like_one_of_a_user() -> None:
    for name, definition in BUILT_IN.items():
        assert checked_name(name) == name
        assert read_definition(write_definition(definition)) == definition
        compiled(definition, Vocabulary(default_formats()))
