"""A catalog of an older version gives way to an empty one, also where a kill comes in between."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.library.catalog import Database
from musfuse.library.catalog.database import SCHEMA_VERSION

# Another connection keeps the log there, as a command that reads does. The process is killed before removal `at`;
# removals fail where that is negative.
KILLED = """
import errno, os, signal, sqlite3, sys
from pathlib import Path
from musfuse.library.catalog import Database

path, at = Path(sys.argv[1]), int(sys.argv[2])
other = sqlite3.connect(path)
other.execute("CREATE TABLE later (x)")
other.commit()
removed = []

def kill(event, args):
    if event == "os.remove" and os.fspath(args[0]).startswith(str(path)):
        removed.append(args[0])
        if at < 0:
            raise PermissionError(errno.EACCES, "in use")
        if len(removed) > at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
Database(path, renew=True).close()
"""


def old(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE item (x)")
        db.execute("INSERT INTO item VALUES (1)")
        db.execute("PRAGMA user_version=1")
        db.commit()
    return path


def check_is_new(path: Path) -> None:
    database = Database(path, renew=True)
    with database.read() as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM item").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone() == (0,)
    database.close()


def test_it_is_made_anew(tmp_path: Path) -> None:
    check_is_new(old(tmp_path / "catalog.db"))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_kill_between_removals_does_no_harm(tmp_path: Path, at: int) -> None:
    path = old(tmp_path / "catalog.db")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(at)], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    assert path.exists()  # a log alone would be taken for that of whatever is there next
    check_is_new(path)


def test_removals_that_nobody_kills_leave_a_new_one(tmp_path: Path) -> None:
    path = old(tmp_path / "catalog.db")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), "3"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check_is_new(path)


def test_one_that_cannot_be_removed_stays_whole(tmp_path: Path) -> None:
    """As on Windows, where a file that somebody has open is not removed."""
    path = old(tmp_path / "catalog.db")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), "-1"], capture_output=True, text=True)
    assert f"StoreError: {path}: made by an older musfuse, and cannot be made anew: in use" in done.stderr
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM item").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM later").fetchone() == (0,)
