"""What browsing lists goes with its tracks: nothing is left of what is gone."""

from pathlib import Path

import pytest
from stagebench import Bench

_TABLES = (
    "listed", "track_artist", "track_genre", "album_listing", "album_source", "genre_album", "artist_album", "artist_listing", "genre",
    "folder_listing", "artist_words", "album_words",
)  # fmt: skip


def counts(bench: Bench) -> dict[str, int]:
    with bench.database.read() as db:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES}


@pytest.mark.parametrize("how", ["files", "source"])
def test_nothing_is_left_of_what_is_gone(tmp_path: Path, how: str) -> None:
    bench = Bench(tmp_path / "catalog.db")
    bench.pipeline.adopt_rules()
    for name in ("a/b/1.wav", "a/b/2.wav", "c.wav"):
        bench.put(name, artist="X", album="Y" if "b" in name else "", title=name, genre="G")
    bench.pipeline.run()
    assert all(counts(bench).values())
    if how == "files":
        for name in ("a/b/1.wav", "a/b/2.wav", "c.wav"):
            bench.remove(name)
    else:
        bench.sources.mirror([])
    bench.pipeline.run()
    assert not any(counts(bench).values())
    bench.close()


def test_a_name_that_is_spelled_anew_is_spelled_so_in_lists(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "catalog.db")
    bench.pipeline.adopt_rules()
    bench.put("b.wav", artist="ABBA", album="GOLD", title="T")
    bench.pipeline.run()
    bench.put("a.wav", artist="Abba", album="Gold", title="T")
    bench.pipeline.run()
    with bench.database.read() as db:
        assert db.execute("SELECT name FROM artist_listing").fetchall() == [("Abba",)]
        assert db.execute("SELECT title, songs FROM album_listing").fetchall() == [("Gold", 2)]
    bench.close()


def test_what_did_not_change_is_not_listed_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "catalog.db")
    bench.fill()
    bench.pipeline.run()
    with bench.database.write() as db:
        db.execute("CREATE TEMP TRIGGER never BEFORE INSERT ON listed BEGIN SELECT RAISE(ABORT, 'again'); END")
        before = db.execute("SELECT value FROM meta WHERE key = 'browse'").fetchone()
        db.execute("INSERT OR IGNORE INTO todo SELECT 'browse', id FROM item")
    bench.pipeline.run()
    with bench.database.read() as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'browse'").fetchone() == before
    bench.close()
