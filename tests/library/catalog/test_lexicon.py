"""The words that are in the index."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.catalog import search
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.lexicon import Lexicon
from musfuse.library.text.documents import document
from musfuse.library.text.nearness import is_near
from musfuse.model import TagSet

TITLES = ("the beatles", "the beat", "beat it", "heartbeat the", "beetles", "a b", "übermut", "i♥ny")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = filled(tmp_path / "c.db", TITLES)
    yield made
    made.close()


def filled(path: Path, titles: tuple[str, ...] | list[str]) -> Database:
    database = Database(path)
    with database.write() as db:
        made = [(number, document(TagSet({"title": [title]}))) for number, title in enumerate(titles)]
        search.put_in(db, [(number, one.columns, one.words) for number, one in made])
    return database


def test_parts_the_whole_word_first_then_beginnings_by_how_many_have_them(database: Database) -> None:
    with database.read() as db:
        words = Lexicon(db, 100)
        assert words.containing("beat") == ["beat", "beatles", "heartbeat"]
        assert words.containing("eat") == ["beat", "beatles", "heartbeat"]
        assert words.containing("e")[0] == "the"
        assert words.containing("♥") == ["i♥ny"]
        assert words.containing("muT") == []
        assert words.containing("nothing") == []
        assert Lexicon(db, 2).containing("e") == ["the", "beat"]


def test_beginnings_and_ends(database: Database) -> None:
    with database.read() as db:
        words = Lexicon(db, 100)
        assert words.starting("be") == ["beat", "beatles", "beetles"]
        assert words.starting("beatles") == ["beatles"]
        assert words.ending("eat") == ["beat", "heartbeat"]
        assert words.ending("tles") == ["beatles", "beetles"]
        assert Lexicon(db, 1).starting("be") == ["beat"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("abcd", min_size=1, max_size=7), max_size=12),
    st.text("abcd", min_size=3, max_size=7),
    st.integers(1, 2),
)
def test_near_words_are_all_that_are_near(words: list[str], wanted: str, edits: int) -> None:
    with TemporaryDirectory() as folder:
        database = filled(Path(folder) / "c.db", words)
        with database.read() as db:
            assert sorted(Lexicon(db, 100).near(wanted, edits)) == sorted(
                {w for w in words if is_near(wanted, w, edits)}
            )
        database.close()
