"""Upkeep in the background: damage is found, backups are made when they are due, room is given back."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from damaging import pages, spoil

from app.care.conftest import KNOWN, genres
from musfuse.app.care.upkeep import Caretaker, Upkeep
from musfuse.app.library import Library, open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.jobs import JobContext
from musfuse.library.userdb.backups import Backups
from musfuse.library.userdb.options import BackupOptions
from musfuse.store import KvNamespace
from musfuse.store.opening import DamagedError
from musfuse.store.shrinking import bytes_of
from musfuse.store.suspicion import suspicion


@pytest.fixture
def library(state: StateFolder) -> Iterator[Library]:
    with ExitStack() as closing:
        yield open_library(state.path, Config(), closing)


def context(stopped: bool = False) -> JobContext:
    made = JobContext({}, lambda *_: None, lambda: False, lambda: True)
    if stopped:
        made.stop()
    return made


def upkeep(library: Library, now: list[float] | None = None, keep: int = 7) -> Upkeep:
    clock = now or [0.0]
    return Upkeep(StateFolder(library.folder), library.stores, BackupOptions(keep=keep), lambda: clock[0])


def test_a_backup_is_made_once(library: Library, state: StateFolder) -> None:
    for backup in Backups(state.user).all():
        backup.path.unlink()
    care = upkeep(library)
    assert upkeep(library, keep=0).care(context()) == {"checked": 2, "backup": ""}
    done = care.care(context())
    assert (done["checked"], Path(done["backup"]).parent) == (2, state.backups)
    assert care.care(context()) == {"checked": 0, "backup": ""}


def test_who_makes_backups_by_itself_drops_those_that_are_too_many(library: Library, state: StateFolder) -> None:
    for backup in Backups(state.user).all():
        backup.path.unlink()
    for number in range(4):
        Backups(state.user, now_ns=lambda day=number: day * 24 * 3600 * 10**9).make()
    assert upkeep(library, keep=1).back_up_if_due()
    assert len(Backups(state.user).all()) == 2


def test_all_pages_are_looked_at_once_a_day(library: Library, state: StateFolder) -> None:
    now = [0.0]
    care = upkeep(library, now)
    care.care(context())
    spoil(state.catalog, pages(state.catalog) // 2)
    assert care.care(context())["checked"] == 0
    now[0] += 24 * 3600
    with pytest.raises(DamagedError, match="`musfuse library repair` mends it"):
        care.care(context())
    assert suspicion(state.catalog)


def test_a_look_gives_up_no_lock(library: Library, state: StateFolder) -> None:
    """Else the next process that reads a database takes itself for the last one, and deletes the log that its owner
    writes: what is written from then on is lost."""
    looked_at = upkeep(library).care(context())
    assert looked_at["checked"] == 2
    library.stores.user.kv.put(KvNamespace.CHOSEN_ART, "before", b"x")
    library.catalog.database.set_meta("before", "x")
    read = (
        "import sqlite3, sys\n"
        "for path in sys.argv[1:]:\n"
        "    db = sqlite3.connect(path)\n"
        "    db.execute('SELECT count(*) FROM sqlite_master').fetchone()\n"
        "    db.close()\n"
    )
    subprocess.run([sys.executable, "-c", read, str(state.user), str(state.catalog)], check=True)
    for path in (state.user, state.catalog):
        assert path.with_name(path.name + "-wal").exists()
    library.stores.user.kv.put(KvNamespace.CHOSEN_ART, "behind", b"x")
    library.catalog.database.set_meta("behind", "x")
    with closing(sqlite3.connect(state.catalog)) as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key IN ('before', 'behind')").fetchone() == (2,)


def test_who_stops_makes_nothing(library: Library, state: StateFolder) -> None:
    before = Backups(state.user).all()
    assert upkeep(library).care(context(stopped=True)) == {"checked": 0, "backup": ""}
    assert Backups(state.user).all() == before


def test_room_is_given_back_and_everything_stays(library: Library, state: StateFolder) -> None:
    with library.catalog.database.write() as db:
        db.execute("CREATE TABLE waste (x)")
        db.executemany("INSERT INTO waste VALUES (?)", [(bytes(1000),)] * 2000)
    with library.catalog.database.write() as db:
        db.execute("DROP TABLE waste")
    library.stores.user.kv.put(KvNamespace.CHOSEN_ART, "x", bytes(1 << 20))
    library.stores.user.kv.delete(KvNamespace.CHOSEN_ART, "x")
    done = upkeep(library).vacuum(context())
    assert done["before"] - done["after"] > 2 << 20
    assert done["databases"]["catalog.db"][1] == bytes_of(state.catalog)
    assert set(done["databases"]) >= {"catalog.db", "user.db", "jobs.db"}
    library.close()
    assert genres(state) == KNOWN


def test_a_vacuum_that_is_stopped_leaves_all_as_it_was(library: Library, state: StateFolder) -> None:
    done = upkeep(library).vacuum(context(stopped=True))
    assert done["before"] == done["after"]


def test_a_caretaker_asks_now_and_then_until_it_is_stopped() -> None:
    asked, twice = [], threading.Event()

    def ask() -> None:
        asked.append(1)
        if len(asked) == 2:
            twice.set()

    caretaker = Caretaker(ask, 0.001, 0.001)
    caretaker.start()
    assert twice.wait(60)
    caretaker.stop()
    number = len(asked)
    caretaker.stop()
    assert len(asked) == number
    Caretaker(ask).stop()  # never started
