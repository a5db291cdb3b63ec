"""Changes made for trial: they say what the change does, of every kind of change, and leave nothing behind."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.app.rehearsal import rehearse
from musfuse.app.tagging import Tagging, Who
from musfuse.model import ArtKind, TagSource
from musfuse.store import KvNamespace

ME = Who("tester")
PROGRAM = Who("program", TagSource.PROVIDER)
TITLE = [("title:t1", "/nowhere")]
BEST = [("album:best", "/nowhere")]
FIRST = "Ann/Best/01 - T1.flac"


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number in (1, 2, 3, 4):
        sound.write(music / f"{number}.flac", artist="Ann", album="Best", title=f"T{number}", tracknumber=str(number))
    return make_library()


def state(library: Library) -> list[Any]:
    """All that the catalog and user.db hold."""
    with library.database.read() as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in db.execute(f"SELECT * FROM {table}")]
    spaces = (KvNamespace.TRACK, KvNamespace.HISTORY, KvNamespace.CHOSEN_ART)
    return rows + [(key, library.store.get(space, key)) for space in spaces for key in library.store.scan(space)]


def tried(library: Library, act: Callable[[Tagging], dict[str, Any]]) -> dict[str, Any]:
    """What a rehearsal says, which the change itself says, too."""
    before = state(library)
    told = rehearse(library, act)
    assert state(library) == before
    assert json.loads(json.dumps(told)) == told
    did = act(library.tagging)
    assert [did[name] for name in ("tracks", "refused", "selected")] == [
        told[name] for name in ("tracks", "refused", "selected")
    ]
    assert did.get("moves", []) == told["moves"]
    return told


def rows(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["field"], row["before"], row["after"], row.get("locked")) for row in told["shown"]]


def test_set_clear_and_undo(library: Library) -> None:
    told = tried(library, lambda tagging: tagging.set(BEST, ["date=1977", "artist="], ME))
    assert (told["changes"], told["tracks"], told["moved_files"]) == (8, 4, 4)
    assert rows(told)[:2] == [("artist", ["Ann"], [], None), ("date", [], ["1977"], None)]
    assert told["shown"][0]["path"] == FIRST
    (move,) = told["moves"]
    assert (move["from"], move["whole"]) == ("Ann/Best", True)
    told = tried(library, lambda tagging: tagging.clear(BEST, ["date"], ME))
    assert rows(told) == [("date", ["1977"], [], None)] * 4
    told = tried(library, lambda tagging: tagging.undo(0, ME))
    assert rows(told) == [("date", [], ["1977"], None)] * 4
    assert told["undone"] == 2


def test_locks_and_what_they_refuse(library: Library) -> None:
    told = tried(library, lambda tagging: tagging.lock(TITLE, ["title"], ME))
    assert rows(told) == [("title", ["T1"], ["T1"], True)]
    told = tried(library, lambda tagging: tagging.set(TITLE, ["title=Other", "genre=Rock"], PROGRAM))
    assert (rows(told), told["refused"]) == ([("genre", [], ["Rock"], None)], 1)
    told = tried(library, lambda tagging: tagging.unlock(TITLE, [], ME))
    assert rows(told) == [("title", ["T1"], ["T1"], False)]


def test_pictures(library: Library, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(sound.picture(30))
    told = tried(library, lambda tagging: tagging.set_art(TITLE, tmp_path / "p.png", ArtKind.FRONT, ME))
    ((field, before, (after,), _),) = rows(told)
    assert (field, before, after.partition(",")[0]) == ("art:front", None, "png 30x30")
    told = tried(library, lambda tagging: tagging.clear_art(TITLE, [ArtKind.FRONT], True, ME))
    assert rows(told) == [("art:front", [after], [], None)]


def test_an_import(library: Library, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"path,title\n{FIRST},Other\n")
    told = tried(library, lambda tagging: tagging.import_file(tmp_path / "t.csv", ME))
    assert rows(told) == [("title", ["T1"], ["Other"], None)]
    assert [(m["from"], m["to"]) for m in told["moves"]] == [(FIRST, "Ann/Best/01 - Other.flac")]


def test_a_change_of_nothing(library: Library) -> None:
    told = tried(library, lambda tagging: tagging.clear(BEST, [], ME))
    assert (told["change"], told["tracks"], told["shown"], told["moves"]) == (0, 0, [], [])


def test_the_rules_of_the_library_count(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", artist="Ann", title="T1")
    library = make_library(view__template="$title/$artist", view__policy="original")
    told = tried(library, lambda tagging: tagging.set(TITLE, ["title=Other"], ME))
    assert [(m["from"], m["to"]) for m in told["moves"]] == [("T1", "Other")]
