"""server.db: its schema is brought up to date in numbered steps, each whole or not done, each behind a backup."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.server.tables.database import ServerDatabase, Step, steps

MORE = (
    *steps(),
    Step(len(steps()) + 1, "ALTER TABLE user ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';\nCREATE TABLE shoe (size INTEGER);"),
    Step(len(steps()) + 2, "INSERT INTO shoe SELECT id FROM user;\nDROP INDEX bookmark_id;"),
)  # fmt: skip
USER = (
    "INSERT INTO user (name, name_key, role, owner, password, every_source, created_ns, password_ns)"
    " VALUES ('a', 'a', 'admin', 1, '', 1, 0, 0)"
)


def columns(path: Path) -> tuple[int, list[str]]:
    with closing(sqlite3.connect(path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master ORDER BY name")]
        return db.execute("PRAGMA user_version").fetchone()[0], names


def test_a_new_one_is_private_and_has_every_table(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    with closing(ServerDatabase(path)) as database:
        assert database.version == len(steps()) >= 1
        assert database.execute("SELECT * FROM user") == []
        assert database.execute("PRAGMA foreign_keys") == [(1,)]
        assert not (tmp_path / "backups").exists()  # nothing was there to lose
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(ServerDatabase(path)) as database:
        assert database.version == len(steps())


def test_each_step_has_a_backup_of_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    with closing(ServerDatabase(path)) as database:
        database.execute(USER)
    with closing(ServerDatabase(path, MORE)) as database:
        assert database.version == len(MORE)
        assert database.execute("SELECT name, colour FROM user") == [("a", "red")]
        assert database.execute("SELECT size FROM shoe") == [(1,)]
    backups = sorted((tmp_path / "backups").iterdir())
    assert [backup.name.rpartition("-")[2] for backup in backups] == [
        f"schema{len(steps())}.db", f"schema{len(steps()) + 1}.db",
    ]  # fmt: skip
    first, second = map(columns, backups)
    assert (first[0], "shoe" in first[1]) == (len(steps()), False)
    assert (second[0], "shoe" in second[1], "bookmark_id" in second[1]) == (len(steps()) + 1, True, True)


def test_one_of_a_newer_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    ServerDatabase(path, MORE).close()
    before = columns(path)
    for open_ in (ServerDatabase, ServerDatabase.for_reading):
        with pytest.raises(StoreError, match=r"made by a newer musfuse \(schema 3, known is 1\); update musfuse"):
            open_(path)
    assert columns(path) == before


def test_a_step_without_a_backup_is_not_done(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    ServerDatabase(path).close()
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreError, match="no copy can be made before"):
        ServerDatabase(path, MORE)
    assert columns(path)[0] == len(steps())


def test_a_step_that_fails_leaves_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    ServerDatabase(path).close()
    before = columns(path)
    with pytest.raises(StoreError):
        ServerDatabase(path, (*steps(), Step(2, "CREATE TABLE shoe (size INTEGER);\nINSERT INTO nowhere VALUES (1);")))
    assert columns(path) == before


def test_who_reads_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    with closing(ServerDatabase.for_reading(path)) as database:
        assert database.execute("SELECT * FROM user") == []
    assert not path.exists()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 0")
        db.execute("CREATE TABLE early (id INTEGER)")
        db.commit()
    with pytest.raises(StoreError, match="of an older musfuse"):
        ServerDatabase.for_reading(path)


def test_rows_go_with_their_user(tmp_path: Path) -> None:
    with closing(ServerDatabase(tmp_path / "server.db")) as database:
        database.execute(USER)
        database.execute("INSERT INTO user_source VALUES (1, 'x')")
        with pytest.raises(StoreError):
            database.execute("INSERT INTO user_source VALUES (2, 'x')")
        database.execute("DELETE FROM user")
        assert database.execute("SELECT * FROM user_source") == []


_MIGRATOR = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from killing import Steps
from musfuse.server.tables.database import ServerDatabase
from server.test_server_database import MORE

folder, *points = Path(sys.argv[1]), *map(int, sys.argv[2:])
connect, replace = sqlite3.connect, Path.replace

def child(folder, point):
    count = Steps(point)

    def connected(*args, **kwargs):
        made = connect(*args, **kwargs)
        made.set_trace_callback(count)
        return made

    sqlite3.connect = connected
    Path.replace = lambda *paths: (count(), replace(*paths), count())
    ServerDatabase(folder / "server.db", MORE).close()
    print(count.count, flush=True)
    os._exit(0)

for point in points:
    copy = folder.with_name(f"killed {point}")
    shutil.copytree(folder, copy)
    pid = os.fork()
    if not pid:
        child(copy, point)
    _, status = os.waitpid(pid, 0)
    if status and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        sys.exit(f"{point}: {status}")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")
def test_a_kill_at_any_point_of_a_migration_loses_nothing(tmp_path: Path) -> None:
    """At statements of two steps and of their backups, each fourth and the last ones; then the next start brings it up to date."""
    folder = tmp_path / "whole"
    folder.mkdir()
    with closing(ServerDatabase(folder / "server.db")) as database:
        database.execute(USER)
    count = int(migrated(folder, 0))
    assert count > 20
    points = sorted({*range(1, count + 1, 4), *range(count - 3, count + 1)})
    migrated(folder, *points)
    versions = set()
    for point in points:
        path = folder.with_name(f"killed {point}") / "server.db"
        versions.add(columns(path)[0])
        with closing(ServerDatabase(path, MORE)) as database:
            assert database.version == len(MORE), point
            assert database.execute("SELECT name, colour FROM user") == [("a", "red")]
            assert database.execute("SELECT size FROM shoe") == [(1,)]
            assert database.execute("PRAGMA integrity_check") == [("ok",)]
    assert versions >= {len(steps()), len(steps()) + 1}


def migrated(folder: Path, *points: int) -> str:
    """What a process says that changes copies of a folder's server.db, and is killed at these points."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _MIGRATOR, folder, *map(str, points)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
