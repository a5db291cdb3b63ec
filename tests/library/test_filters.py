"""Filters of views: queries over what is served of an item."""

import pytest

from library.catalog.test_places import item_of
from library.conftest import FORMAT, Desk
from library.test_naming import tags
from musfuse.library.catalog import places
from musfuse.library.filters import checked_filter, kept_filter
from musfuse.library.grammar import QueryError
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats

FORMATS = default_formats()


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("genre:jazz", True), ("-genre:jazz", False), ("year:..1979", True), ("year:1980..", False),
        ("path:/src/x", True), ("path:/other", False), ("format:wav", True), ("format:mp3", False),
        ("gone:anything", False), ("format:nothing", False), ("monk", True),
        ("monk OR x", True), ("NOT (monk OR x)", False), ("monq~", True), ("mon*", True), ("mon~0", False),
    ],
)  # fmt: skip
def test_an_item_is_taken_by_what_is_served_of_it(desk: Desk, text: str, takes: bool) -> None:
    desk.put("x/1.wav", tags(title="T", artist="Monk", genre="Jazz", date="1957"))
    with desk.database.read() as db:
        (item,) = places.candidates(db, [item_of(desk, "x/1.wav")])
    assert item.format == FORMAT
    found = kept_filter(text, FORMATS)
    assert found is not None
    assert (found.text, found.takes(item)) == (text, takes)


def test_no_filter_is_none() -> None:
    assert kept_filter("", FORMATS) is None
    assert checked_filter("  ", Vocabulary(FORMATS)) == ""
    assert checked_filter(" genre:jazz ", Vocabulary(FORMATS)) == "genre:jazz"


@pytest.mark.parametrize(
    "text", ["gone:x", "format:nothing", 'title:"a', "year:old", "year:1990..1980", "jazz sort:year"]
)
def test_a_mistake_is_told_when_it_is_set(text: str) -> None:
    with pytest.raises(QueryError):
        checked_filter(text, Vocabulary(FORMATS))
