"""Plays are kept, and wait in memory where user.db cannot be written."""

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from musfuse.errors import StoreError
from musfuse.library.playlog import PlayLog, hour_of
from musfuse.library.userdb.plays import Play


class Table:
    """One that takes nothing while it is `full`."""

    def __init__(self) -> None:
        self.full, self.plays = False, list[Play]()

    def add(self, plays: Sequence[Play]) -> None:
        if self.full:
            raise StoreError("user.db: no room")
        self.plays += plays


def row(public: int) -> Any:
    return SimpleNamespace(public=public, track=SimpleNamespace(id=public * 10))


def test_what_cannot_be_written_waits_and_is_said() -> None:
    table: Any = Table()
    log = PlayLog(table, lambda item: f"{item}.flac", lambda: 5_000_000_000)
    table.full = True
    log.keep(row(1), 2)
    assert "no room" in log.problem
    assert table.plays == []
    table.full = False
    log.keep(row(2), 1)
    assert log.problem == ""
    assert [(play.id, play.began_ns, play.path) for play in table.plays] == [
        (1, 3_000_000_000, "10.flac"), (2, 4_000_000_000, "20.flac"),
    ]  # fmt: skip
    log.write()
    assert len(table.plays) == 2


def test_what_has_no_id_is_not_kept() -> None:
    table: Any = Table()
    PlayLog(table, lambda _: None).keep(row(0), 2)
    assert table.plays == []


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has no time zone of a process")
def test_the_hour_is_that_of_the_local_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert hour_of(0) == 9
        assert 0 <= hour_of(1 << 62) < 24
        assert 0 <= hour_of(-(1 << 90)) < 24
    finally:
        monkeypatch.undo()
        time.tzset()
