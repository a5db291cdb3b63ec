"""The index of words in the catalog, against what a new index of the same tags would hold."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from stagebench import words_of

from musfuse.library.catalog import search
from musfuse.library.catalog.database import Database
from musfuse.library.text.documents import document
from musfuse.model import TagSet

SMALL = st.integers(1, 4)
TEXTS = st.sampled_from(["one two", "two three", "ähnlich", "中島みゆき", "", "one one one", "x" * 70])


def indexed(item: int, text: str) -> search.Indexed:
    made = document(TagSet({"title": [text], "comment": [text, "more"]}))
    return item, made.columns, made.words


def words(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    return db.execute("SELECT word, back, items FROM search_word ORDER BY word").fetchall()


def parts(db: sqlite3.Connection) -> list[str]:
    """The words that are found by a part."""
    found = db.execute(
        "SELECT w.word FROM search_part p JOIN search_word w ON w.id = p.rowid WHERE search_part MATCH 'one OR two OR thr'"
        " ORDER BY 1"
    )
    return [row[0] for row in found]


class Indexing(RuleBasedStateMachine):
    """Documents come, change and go."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.database, self.anew = (Database(Path(self.folder.name) / name) for name in ("kept.db", "anew.db"))
        self.model: dict[int, str] = {}

    def teardown(self) -> None:
        self.database.close()
        self.anew.close()
        self.folder.cleanup()

    @rule(item=SMALL, text=TEXTS)
    def put(self, item: int, text: str) -> None:
        with self.database.write() as db:
            if item in self.model:
                search.take_out(db, [indexed(item, self.model[item])])
            search.put_in(db, [indexed(item, text)])
        self.model[item] = text

    @rule(item=SMALL)
    def remove(self, item: int) -> None:
        if item in self.model:
            with self.database.write() as db:
                search.take_out(db, [indexed(item, self.model.pop(item))])

    @invariant()
    def it_holds_what_a_new_index_would(self) -> None:
        with self.anew.write() as db:
            search.begin_anew(db, str(len(self.model)))
            db.execute("DELETE FROM meta")
            search.put_in(db, [indexed(item, text) for item, text in self.model.items()])
            wanted = words_of(db), words(db), parts(db)
        with self.database.write() as db:
            assert (words_of(db), words(db), parts(db)) == wanted
            db.execute("INSERT INTO search (search) VALUES ('integrity-check')")


TestIndexing = Indexing.TestCase
TestIndexing.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(tmp_path_factory.mktemp("search") / "catalog.db")


def test_other_rules_empty_it(database: Database) -> None:
    with database.write() as db:
        assert search.begin_anew(db, "1")
        search.put_in(db, [indexed(1, "one two")])
        assert not search.begin_anew(db, "1")
        assert words_of(db)
        assert search.begin_anew(db, "2")
        assert not words_of(db)
        assert not words(db)
        assert db.execute("SELECT count(*) FROM search_item").fetchone() == (0,)
    database.close()
