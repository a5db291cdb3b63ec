"""Repair, backup and restore over a library's files: each leaves either what was or what is to be."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.inprocess import run
from damaging import pages, spoil, spoil_all

from app.care.conftest import KNOWN, genres
from musfuse.app.care.caring import Caring
from musfuse.app.care.checking import cache_database
from musfuse.app.state import StateFolder
from musfuse.errors import ConfigError, LibraryInUseError, StoreError
from musfuse.library.userdb.backups import Backups
from musfuse.platform import system


def test_all_that_is_damaged_is_mended(state: StateFolder) -> None:
    caring = Caring(state)
    cache_database(state).parent.mkdir()
    for path in (state.catalog, state.user, state.jobs, cache_database(state)):
        if not path.exists():
            path.write_bytes(bytes(4096))
        spoil_all(path)
    plan = caring.repair(dry_run=True)
    assert len(plan.done) == 4
    assert len(caring.check().findings) >= 4  # nothing changed
    done = caring.repair()
    assert len(done.done) == 4
    assert done.rescan
    assert genres(state) == KNOWN
    assert caring.check().sound
    assert caring.repair().done == ()


def test_what_only_a_whole_look_finds_is_mended(state: StateFolder) -> None:
    spoil(state.catalog, pages(state.catalog) - 1)
    assert "is set aside as" in Caring(state).repair().done[0]
    assert genres(state) == KNOWN


def test_a_library_in_use_is_left_alone(state: StateFolder, tmp_path: Path) -> None:
    caring, copy = Caring(state), tmp_path / "copy.db"
    caring.back_up(copy)
    lock = system.ProcessLock(state.lock)
    assert lock.acquire()
    for act in (caring.repair, lambda: caring.restore(copy)):
        with pytest.raises(LibraryInUseError, match="`musfuse stop` ends it"):
            act()
    assert caring.restore(copy, dry_run=True).now.tracks == 1
    lock.release()


def test_a_copy_is_put_back_and_what_was_is_a_backup(state: StateFolder, tmp_path: Path) -> None:
    caring, copy = Caring(state), tmp_path / "copy.db"
    made = caring.back_up(copy)
    assert made.bytes == copy.stat().st_size
    with pytest.raises(ConfigError, match="is there already"):
        caring.back_up(copy)
    run("tag", "set", "--library", state.path, "title:2", "genre=Pop")
    told = caring.restore(copy, dry_run=True)
    assert (told.now.tracks, told.was and told.was.tracks, told.before) == (1, 2, None)
    restored = caring.restore(copy)
    assert genres(state) == KNOWN
    assert restored.before is not None
    caring.restore(restored.before)
    assert genres(state) == ["0 -", "1 Rock", "2 Pop"]


def test_an_automatic_backup_that_is_put_back_stays(state: StateFolder) -> None:
    backups = Backups(state.user)
    first, *_ = [backups.make().path for _ in range(4)]
    before = Caring(state).restore(first).before
    assert first.exists()
    assert before in [backup.path for backup in backups.all()]


def test_a_copy_takes_the_place_of_a_damaged_one(state: StateFolder, tmp_path: Path) -> None:
    caring, copy = Caring(state), tmp_path / "copy.db"
    caring.back_up(copy)
    for backup in Backups(state.user).all():
        backup.path.unlink()
    spoil_all(state.user)
    assert caring.restore(copy).was is None
    assert genres(state) == KNOWN


def test_pictures_go_along(state: StateFolder, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    run("art", "set", "--library", state.path, "title:1", tmp_path / "a.png")
    assert Caring(state).restore(_backed_up(state, tmp_path), dry_run=True).now.pictures == 1


def _backed_up(state: StateFolder, folder: Path) -> Path:
    return Caring(state).back_up(folder / "copy.db").file


def png() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("what", ["catalog", "empty", "text", "noise"])
def test_what_is_no_copy_changes_nothing(state: StateFolder, tmp_path: Path, what: str) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes({"catalog": state.catalog.read_bytes(), "empty": b"", "text": b"x" * 9000, "noise": b""}[what])
    if what == "noise":
        wrong.write_bytes(state.user.read_bytes())
        spoil(wrong, 2)
    with pytest.raises(StoreError, match="no sound copy"):
        Caring(state).restore(wrong)
    assert not wrong.with_name("wrong.db.suspect").exists()
    assert genres(state) == KNOWN


SQL = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON kv BEGIN DELETE FROM kv; END",
    "a view in place of a table": "DROP TABLE view; CREATE VIEW view AS SELECT 1 AS name",
    "a table of other code": "CREATE VIRTUAL TABLE f USING fts5(x)",
    "a computed column": "ALTER TABLE source ADD COLUMN x AS (upper(name))",
    "no sources": "DROP TABLE source",
    "no sources, as an older one": "DROP TABLE source; PRAGMA user_version=2",
    "no views": "DROP TABLE view",
    "options that are no JSON": "UPDATE source SET options = '{'",
    "options that are none": "UPDATE source SET options = '[]'",
    "secrets that are no texts": "UPDATE source SET secrets = '{\"a\": 1}'",
    "JSON without an end": "UPDATE source SET options = replace(hex(zeroblob(50000)), '0', '[')",
    "a name of bytes": "UPDATE source SET name = x'ff'",
    "a priority of text": "UPDATE source SET priority = 'first'",
    "a view of bytes": "INSERT INTO view VALUES ('car', x'00', '', '', 1)",
}


def test_a_copy_that_somebody_worked_on_changes_nothing(state: StateFolder, tmp_path: Path) -> None:
    sound_one, copy = _backed_up(state, tmp_path).read_bytes(), tmp_path / "changed.db"
    for what, sql in SQL.items():
        copy.write_bytes(sound_one)
        with closing(sqlite3.connect(copy)) as db:
            db.executescript(sql)
        for dry_run in (True, False):
            with pytest.raises(StoreError, match="no sound copy"):
                Caring(state).restore(copy, dry_run)
                pytest.fail(what)
    assert genres(state) == KNOWN


def test_a_copy_of_an_older_version_is_put_back(state: StateFolder, tmp_path: Path) -> None:
    copy = _backed_up(state, tmp_path)
    with closing(sqlite3.connect(copy)) as db:
        db.executescript("DROP TABLE view; PRAGMA user_version=2")
    assert Caring(state).restore(copy).now.views == 0
    assert genres(state) == KNOWN


def test_views_are_counted(state: StateFolder, tmp_path: Path) -> None:
    run("view", "add", "--library", state.path, "car", "--template", "$title")
    assert Caring(state).restore(_backed_up(state, tmp_path), dry_run=True).now.views == 1


def test_only_a_regular_file_is_put_back(state: StateFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ConfigError, match="not a regular file"):
            Caring(state).restore(path)
