"""What is asked of a catalog and a user.db beside their owners: what they lack, and how far they are."""

from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.library.catalog import Database, soundness
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb import soundness as user_soundness
from musfuse.store import KvNamespace, SqliteKv


def test_a_new_catalog_lacks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    database = Database(path)
    assert (soundness.lacks(path), soundness.faults(path)) == ([], [])
    assert (soundness.extent(path).tracks, soundness.extent(path).waiting) == (0, 0)
    with database.write() as db:
        db.execute("DROP TRIGGER file_gone")
        db.execute("DELETE FROM node")
    assert soundness.lacks(path) == ["file_gone is missing in it"]
    assert soundness.faults(path) == ["views without a root: 1"]
    soundness.have_looked_at_again(path)
    assert database.meta("overlay_seq") == "-1"
    with database.write() as db:
        db.execute("PRAGMA user_version = 3")
    database.close()
    assert (soundness.lacks(path), soundness.faults(path)) == ([], [])
    assert soundness.extent(path) == soundness.Extent(3)


def test_a_catalog_that_takes_no_note(tmp_path: Path) -> None:
    soundness.have_looked_at_again(tmp_path / "none.db")
    (tmp_path / "text.db").write_bytes(b"no database" * 500)
    soundness.have_looked_at_again(tmp_path / "text.db")
    with pytest.raises(StoreError):
        soundness.extent(tmp_path / "text.db")
    assert not (tmp_path / "none.db").exists()


def test_what_a_user_database_holds(tmp_path: Path) -> None:
    path = tmp_path / "user.db"
    SqliteKv(path).close()
    assert user_soundness.held(path) == user_soundness.Held(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)  # of an older musfuse
    user = UserDatabase(path)
    user.kv.put(KvNamespace.TRACK, "a", b"said")
    user.kv.put(KvNamespace.CHOSEN_ART, "b", b"picture")
    held = user_soundness.held(path)
    assert held is not None
    assert (held.tracks, held.pictures) == (1, 1)
    assert user_soundness.overlays(path) == [b"said"]
    assert user_soundness.lacks(path) == []
    user.execute("DROP TABLE vanished")
    user.close()
    assert user_soundness.lacks(path) == ["vanished is missing in it", "vanished_content is missing in it"]
    Database(tmp_path / "catalog.db").close()
    assert user_soundness.held(tmp_path / "catalog.db") is None
