"""Connections that read the catalog: as many as there may be, and never a deadlock."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.library.catalog import Database


def connections(path: Path) -> int:
    """How often this process has the database open; one of them writes."""
    count = 0
    for fd in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # closed by another thread meanwhile
            count += os.readlink(f"/proc/self/fd/{fd}") == str(path)
    return count


def test_many_threads_share_few_connections(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    database = Database(path, readers=3)
    most: list[int] = []

    def work(n: int) -> None:
        with database.read() as db:
            db.execute("SELECT count(*) FROM node").fetchone()
            most.append(connections(path))
            with database.read() as again:  # a query within another one, as for a report
                again.execute("SELECT count(*) FROM item").fetchone()

    with ThreadPoolExecutor(24) as threads:
        list(threads.map(work, range(200)))
    assert max(most) <= 1 + 3 * 2
    database.close()


def test_who_has_one_never_waits_for_another(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db", readers=1)
    with database.read() as first, database.read() as second:
        assert first is not second
    waiting = threading.Thread(target=lambda: database.meta("generation"))
    with database.read():
        waiting.start()
        database.set_meta("generation", "7")
        assert database.meta("generation") == "7"
    waiting.join()
    database.close()


def test_a_closed_database_is_said_to_those_who_wait(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.db", readers=1)
    said: list[str] = []

    def work() -> None:
        try:
            database.meta("generation")
        except StoreError as error:
            said.append(str(error))

    waiting = threading.Thread(target=work)
    with database.read():
        waiting.start()
        database.close()
        waiting.join()
    assert "already closed" in said[0]
    with pytest.raises(StoreError, match="already closed"), database.read():
        pass
