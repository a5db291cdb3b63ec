"""Changes made for trial: they say what the change does, of every kind of change, and leave nothing behind."""

from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from msgspec import UNSET, structs

from musfuse.app.library import Library
from musfuse.model import ArtKind, TagSource
from musfuse.service.requests.art import ClearArt, SetArt
from musfuse.service.requests.changes import Change, Changed, UndoChange
from musfuse.service.requests.tags import ClearTags, ImportTags, LockTags, SetTags, UnlockTags
from musfuse.store import KvNamespace

ME = "tester"
TITLE = (("title:t1", "/nowhere"),)
BEST = (("album:best", "/nowhere"),)
FIRST = "Ann/Best/01 - T1.flac"


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number in (1, 2, 3, 4):
        sound.write(music / f"{number}.flac", artist="Ann", album="Best", title=f"T{number}", tracknumber=str(number))
    return make_library()


def state(library: Library) -> list[Any]:
    """All that the catalog and user.db hold."""
    with library.catalog.database.read() as db:
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]
        rows = [row for table in tables for row in db.execute(f"SELECT * FROM {table}")]
    spaces = (KvNamespace.TRACK, KvNamespace.HISTORY, KvNamespace.CHOSEN_ART)
    return rows + [
        (key, library.stores.kv.get(space, key)) for space in spaces for key in library.stores.kv.scan(space)
    ]


def tried(library: Library, request: Change) -> Changed:
    """What a rehearsal says, which the change itself says, too."""
    before, service = state(library), library.handlers()
    told = service.call(structs.replace(request, dry_run=True))
    assert told.dry_run is True
    assert state(library) == before
    did = service.call(request)
    assert (did.tracks, did.refused, did.selected) == (told.tracks, told.refused, told.selected)
    assert (did.moves or ()) == told.moves
    return told


def rows(told: Changed) -> list[tuple[Any, ...]]:
    return [(row.field, row.before, row.after, row.locked) for row in told.shown or ()]


def test_set_clear_and_undo(library: Library) -> None:
    told = tried(library, SetTags(BEST, ("date=1977", "artist="), author=ME))
    assert (told.changes, told.tracks, told.moved_files) == (8, 4, 4)
    assert rows(told)[:2] == [("artist", ("Ann",), (), UNSET), ("date", (), ("1977",), UNSET)]
    assert (told.shown or ())[0].path == FIRST
    (move,) = told.moves or ()
    assert (move.old, move.whole) == ("Ann/Best", True)
    told = tried(library, ClearTags(BEST, ("date",), author=ME))
    assert rows(told) == [("date", ("1977",), (), UNSET)] * 4
    told = tried(library, UndoChange(author=ME))
    assert rows(told) == [("date", (), ("1977",), UNSET)] * 4
    assert told.undone == 2


def test_locks_and_what_they_refuse(library: Library) -> None:
    told = tried(library, LockTags(TITLE, ("title",), author=ME))
    assert rows(told) == [("title", ("T1",), ("T1",), True)]
    told = tried(library, SetTags(TITLE, ("title=Other", "genre=Rock"), TagSource.PROVIDER, author="program"))
    assert (rows(told), told.refused) == ([("genre", (), ("Rock",), UNSET)], 1)
    told = tried(library, UnlockTags(TITLE, (), author=ME))
    assert rows(told) == [("title", ("T1",), ("T1",), False)]


def test_pictures(library: Library, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(sound.picture(30))
    told = tried(library, SetArt(TITLE, tmp_path / "p.png", author=ME))
    ((field, before, (after,), _),) = rows(told)
    assert (field, before, after.partition(",")[0]) == ("art:front", None, "png 30x30")
    told = tried(library, ClearArt(TITLE, (ArtKind.FRONT,), hide=True, author=ME))
    assert rows(told) == [("art:front", (after,), (), UNSET)]


def test_an_import(library: Library, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"path,title\n{FIRST},Other\n")
    told = tried(library, ImportTags(tmp_path / "t.csv", author=ME))
    assert rows(told) == [("title", ("T1",), ("Other",), UNSET)]
    assert [(move.old, move.new) for move in told.moves or ()] == [(FIRST, "Ann/Best/01 - Other.flac")]


def test_a_change_of_nothing(library: Library) -> None:
    told = tried(library, ClearTags(BEST, (), author=ME))
    assert (told.change, told.tracks, told.changes, told.shown, told.moves, told.move_count) == (0, 0, 0, (), (), 0)


def test_the_rules_of_the_library_count(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", artist="Ann", title="T1")
    library = make_library(view__template="$title/$artist", view__policy="original")
    told = tried(library, SetTags(TITLE, ("title=Other",), author=ME))
    assert [(move.old, move.new) for move in told.moves or ()] == [("T1", "Other")]
