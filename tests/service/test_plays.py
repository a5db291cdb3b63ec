"""Plays told with the tracks that they are of, wherever these lie."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from musfuse.library.userdb import Play, PlayTable, UserDatabase
from musfuse.model import TagSet
from musfuse.service.handlers import Handlers
from musfuse.service.plays import Plays
from musfuse.service.requests.plays import (
    ClearHistory,
    HeardTold,
    HistoryCleared,
    ListMostPlayed,
    ListPlays,
    PlayTold,
)


def test_they_are_told_in_pages_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musfuse.service.plays._PAGE", 2)
    rows: Any = {1: SimpleNamespace(path="A/One.flac", tags=TagSet({"title": ["One"], "artist": ["A", "B"]}))}
    asked: list[list[int]] = []

    def known_as(publics: Any) -> Any:
        asked.append(list(publics))
        return {public: rows[public] for public in publics if public in rows}

    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table, service = PlayTable(database), Handlers()
        Plays(table, known_as).answer(service)
        table.add([Play(1, 10, 0, "old/One.flac"), Play(2, 20, 0, "Two.flac"), Play(1, 30, 0, "old/One.flac")])
        one, two = (1, "A/One.flac", False, "A", "", "One"), (2, "Two.flac", True, "", "", "")
        assert list(service.rows(ListPlays())) == [PlayTold(*one, 30), PlayTold(*two, 20), PlayTold(*one, 10)]
        assert asked == [[1, 2], [1]]
        assert list(service.rows(ListPlays(limit=1, since_ns=15))) == [PlayTold(*one, 30)]
        assert list(service.rows(ListMostPlayed())) == [HeardTold(*one, 2, 10, 30), HeardTold(*two, 1, 20, 20)]
        assert ClearHistory(dry_run=True).reads
        assert service.call(ClearHistory(25, dry_run=True)) == HistoryCleared(2, 1)
        assert service.call(ClearHistory(25)) == HistoryCleared(2, 1)
        assert service.call(ClearHistory()) == HistoryCleared(1, 1)
        assert list(service.rows(ListPlays())) == []
