"""The stage that keeps the index of words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stagebench import SHEET, Bench, small_batches, words_of


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "catalog.db")
    made.pipeline.adopt_rules()
    yield made
    made.close()


def titles(bench: Bench) -> dict[str, list[str]]:
    """Terms of titles by the path of their file."""
    found: dict[str, list[str]] = {}
    with bench.database.write() as db:
        paths = dict(db.execute("SELECT i.id, CAST(f.name AS TEXT) FROM item i JOIN file f ON f.id = i.file"))
        for term, column, item, _ in words_of(db):
            if column == "title":
                found.setdefault(paths[item], []).append(term)
    return found


def test_a_change_is_there_after_the_run_that_follows_it(bench: Bench) -> None:
    bench.put("a.wav", title="First One")
    bench.put("b.wav", title="Second")
    bench.pipeline.run()
    assert titles(bench) == {"a.wav": ["first", "one"], "b.wav": ["second"]}
    bench.say("a.wav", title="Said")
    bench.overlaying.catch_up()
    bench.put("b.wav", title="Third")
    bench.pipeline.run()
    assert titles(bench) == {"a.wav": ["said"], "b.wav": ["third"]}
    bench.remove("b.wav")
    bench.pipeline.run()
    assert titles(bench) == {"a.wav": ["said"]}


def test_changes_before_it_ran_leave_nothing_behind(bench: Bench) -> None:
    bench.put("a.wav", title="First")
    bench.pipeline.run()
    for title in ("Second", "Third", "First"):
        bench.put("a.wav", title=title)
    bench.put("a.wav", title="Fourth")
    bench.remove("a.wav")
    bench.put("b.wav", title="Fifth")  # an item may get the number of one that went
    bench.pipeline.run()
    assert titles(bench) == {"b.wav": ["fifth"]}
    with bench.database.read() as db:
        assert db.execute("SELECT count(*) FROM search_old").fetchone() == (0,)
        assert db.execute("SELECT word, items FROM search_word").fetchall() == [("fifth", 1)]


def test_what_did_not_change_is_not_written_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small_batches(monkeypatch)
    bench.fill()
    bench.pipeline.run()
    with bench.database.write() as db:
        db.execute("CREATE TEMP TRIGGER never BEFORE INSERT ON search_item BEGIN SELECT RAISE(ABORT, 'again'); END")
        db.execute("INSERT OR IGNORE INTO todo SELECT 'search', id FROM item")
    bench.pipeline.run()


def test_a_rebuilt_catalog_has_the_same_index(bench: Bench, tmp_path: Path) -> None:
    bench.fill()
    bench.pipeline.run()
    bench.change()
    bench.pipeline.run()
    with bench.database.write() as db:
        before = words_of(db)
        db.execute("UPDATE meta SET value = 'older' WHERE key IN ('rules:search', 'search_rules')")
    bench.pipeline.adopt_rules()
    bench.pipeline.run()
    with bench.database.write() as db:
        assert words_of(db) == before


def test_an_image_behind_its_parts_is_not_found(bench: Bench) -> None:
    bench.put("image.wav", sheet=SHEET, artist="Band", title="Whole")
    bench.pipeline.run()
    with bench.database.write() as db:
        assert {term for term, column, _, _ in words_of(db) if column == "title"} == {"first", "second"}
    bench.put("image.wav", artist="Band", title="Whole")
    bench.pipeline.run()
    with bench.database.write() as db:
        assert {term for term, column, _, _ in words_of(db) if column == "title"} == {"whole"}
