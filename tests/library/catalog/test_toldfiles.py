"""What was told of files, beside what is so."""

from contextlib import closing
from pathlib import Path

from stagebench import Bench

from musfuse.library.catalog import toldfiles


def test_what_is_noted_is_told_until_it_is_gone(tmp_path: Path) -> None:
    with closing(Bench(tmp_path / "catalog.db")) as bench:
        bench.put("a/one.wav", title="One")
        with bench.database.write() as db:
            toldfiles.make_table(db)
            items = [row[0] for row in db.execute("SELECT id FROM item")]
            assert toldfiles.told(db, items) == {}
            now = toldfiles.present(db, [*items, 999])
            assert [(file.path, file.times) for file in now.values()] == [("a/one.wav", 0)]
            toldfiles.note(db, [*items, 999], now)
            assert toldfiles.told(db, items) == now
        bench.remove("a/one.wav")
        with bench.database.write() as db:
            assert toldfiles.present(db, items) == {}
            toldfiles.note(db, items, {})
            assert toldfiles.told(db, items) == {}
