"""Tags and pictures, asked for of the library itself, and over a connection to the process that owns it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.albums import cover, embed

from musfuse.app.connection import Connection
from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.control.protocol import endpoint
from musfuse.control.server import Server
from musfuse.errors import ConfigError, MusfuseError, NoEntryError, NotFoundError
from musfuse.model import ArtKind, TagSource
from musfuse.service.port import Service
from musfuse.service.requests.art import ClearArt, SetArt, ShowArt
from musfuse.service.requests.changes import (
    Change,
    Changed,
    CountChanged,
    CountTracks,
    ListChanges,
    MoveTold,
    UndoChange,
)
from musfuse.service.requests.tags import (
    CheckAssignments,
    CheckFields,
    ClearTags,
    ExportTags,
    FieldTold,
    ImportTags,
    LockTags,
    PlanImport,
    SetTags,
    ShowTags,
    TrackRow,
    UnlockTags,
)
from musfuse.service.wire import answer_type, from_json, to_json

ME = "tester"
ALL, ONE, FOLDER = (("album:b", ""),), (("title:t1", ""),), (("A/B", ""),)
MADE = {"change", "time_ns", "author", "source", "what", "tracks", "refused", "selected"}
MOVED = {"moves", "move_count", "moved_files"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with ExitStack() as closing:
        for number in (1, 2):
            path = tmp_path / f"music/{number}.flac"
            sound.write(path, title=f"T{number}", artist="A", album="B", seed=number)
        embed(tmp_path / "music/1.flac", cover((40, 30), "PNG"))
        library = open_library(tmp_path / "state", Config(), closing, sources=[tmp_path / "music"])
        library.scan_all(library.scanner())
        yield library


@pytest.fixture
def connection(library: Library) -> Iterator[Connection]:
    """A connection as a command has it, to a library that another process might own."""
    server = Server(endpoint(library.folder), {}, lambda: library.handlers())
    server.start()
    with Connection(library.folder, Config) as connection:
        yield connection
    server.close()


@pytest.fixture(params=["owner", "connection"])
def service(library: Library, request: pytest.FixtureRequest) -> Service:
    if request.param == "owner":
        return library.handlers()
    found: Service = request.getfixturevalue("connection")
    return found


def printed(answer: Any) -> Any:
    """An answer as `--json` prints it."""
    return json.loads(json.dumps(to_json(answer)))


def changed(service: Service, change: Change) -> Changed:
    """What a change did; what is printed of it is the same answer again."""
    told = service.call(change)
    assert from_json(printed(told), Changed) == told
    return told


def test_show(service: Service, tmp_path: Path) -> None:
    changed(service, SetTags(ONE, ("genre=Rock", "genre=Pop", "artist="), author=ME))
    changed(service, LockTags(ONE, ("title",), author=ME))
    changed(service, ClearArt(ONE, (ArtKind.FRONT,), hide=True, author=ME))
    one, two = service.rows(ShowTags(ALL))
    assert (one.source, one.part) == (str(tmp_path / "music/1.flac"), 0)
    assert one.tags == {
        "album": FieldTold(("B",), TagSource.EMBEDDED, locked=False),
        "artist": FieldTold((), TagSource.USER, locked=False),
        "genre": FieldTold(("Rock", "Pop"), TagSource.USER, locked=False),
        "title": FieldTold(("T1",), TagSource.EMBEDDED, locked=True),
    }
    assert (one.art, two.art, set(two.tags)) == ({"front": 0}, {}, {"album", "artist", "title"})
    (only,) = service.rows(ShowTags(ONE, ("Title", "xyzzy")))
    assert only.tags == {"title": one.tags["title"]}
    with pytest.raises(ConfigError, match="no name of a field"):
        service.rows(ShowTags(ONE, ("a:b",)))
    with pytest.raises(NotFoundError, match="title:none"):
        list(service.rows(ShowTags((("title:none", ""),))))


def test_what_a_change_tells(service: Service) -> None:
    nothing = changed(service, ClearTags(ALL, (), author=ME))
    assert (nothing.change, nothing.selected, nothing.tracks) == (0, 2, 0)
    assert set(printed(nothing)) == MADE
    would = changed(service, SetTags(ALL, ("date=1977",), author=ME, dry_run=True))
    assert set(printed(would)) == MADE | MOVED | {"changes", "shown", "dry_run"}
    did = changed(service, SetTags(ALL, ("date=1977",), author=ME))
    assert set(printed(did)) == MADE | MOVED
    assert (did.change, did.author, did.what, did.tracks, did.selected) == (1, ME, "set date=1977", 2, 2)
    assert did.moves == would.moves == (MoveTold("A/B", "A/B (1977)", 2, whole=True),)
    assert printed(did)["moves"] == [{"from": "A/B", "to": "A/B (1977)", "files": 2, "whole": True}]
    back = changed(service, UndoChange(author=ME))
    assert (set(printed(back)), back.undone) == (MADE | MOVED | {"undone"}, 1)
    assert back.moves == (MoveTold("A/B (1977)", "A/B", 2, whole=True),)


def test_on_whose_behalf(service: Service) -> None:
    told = changed(service, SetTags(ONE, ("genre=Rock",), TagSource.PROVIDER, author="x" * 1000))
    assert (told.source, told.author) == (TagSource.PROVIDER, "x" * 200)
    with pytest.raises(MusfuseError, match="user, orchestrator or provider is wanted"):
        service.call(SetTags(ONE, ("genre=Pop",), TagSource.EMBEDDED, author=ME))
    assert changed(service, UnlockTags(ONE, (), author=ME)).source is TagSource.USER


def test_the_history(service: Service) -> None:
    with pytest.raises(NoEntryError, match="nothing was changed yet"):
        service.call(CountChanged())
    for number in (1, 2):
        changed(service, SetTags(((f"title:t{number}", ""),), (f"genre={number}",), author=ME))
    changed(service, SetTags(ALL, ("composer=C",), author=ME))
    assert [(row.change, row.what, row.tracks) for row in service.rows(ListChanges())] == [
        (3, "set composer=C", 2), (2, "set genre=2", 1), (1, "set genre=1", 1),
    ]  # fmt: skip
    assert [row.change for row in service.rows(ListChanges(ONE))] == [3, 1]
    assert [service.call(CountChanged(number)) for number in (0, 1, 2, 3)] == [2, 1, 1, 2]
    changed(service, UndoChange(3, author=ME))
    assert service.call(CountChanged()) == 1
    assert [service.call(CountTracks(targets)) for targets in (ALL, ONE, FOLDER + ONE)] == [2, 1, 2]


def test_what_is_odd_about_fields(service: Service) -> None:
    assert service.call(CheckAssignments(("gnere=Rock", "date=19xx", "title=T"))) == (
        "gnere: no track has this field; did you mean genre?", "date=19xx: no date; 1977, 1977-01 or 1977-01-23 is expected",
    )  # fmt: skip
    assert service.call(CheckFields(("title", "Gnere"))) == ("gnere: no track has this field; did you mean genre?",)
    for wrong, said in (
        ((), "nothing to set"),
        (("title",), "FIELD=VALUE is wanted"),
        (("a:b=c",), "no name of a field"),
    ):
        with pytest.raises(ConfigError, match=said):
            service.call(CheckAssignments(wrong))
    with pytest.raises(ConfigError, match="no name of a field"):
        service.call(CheckFields(("a:b",)))


def test_tables(service: Service, tmp_path: Path) -> None:
    rows = list(service.rows(ExportTags()))
    assert rows[0] == TrackRow(
        str(tmp_path / "music/1.flac"), 0, "A/B/T1.flac", {"title": ("T1",), "artist": ("A",), "album": ("B",)}
    )
    assert [row.drive_path for row in rows] == ["A/B/T1.flac", "A/B/T2.flac"]
    assert list(service.rows(ExportTags(ONE))) == rows[:1]
    table = tmp_path / "t.json"
    table.write_text(json.dumps([printed(rows[0]) | {"tags": {"gnere": ["Rock"], "title": ["T1"]}}]))
    plan = service.call(PlanImport(table))
    assert printed(plan) == {
        "rows": 1, "tracks": 1, "changes": 1, "errors": [], "error_count": 0,
        "shown": [{"path": "A/B/T1.flac", "field": "gnere", "before": [], "after": ["Rock"]}],
        "warnings": ["gnere: no track has this field; did you mean genre?"],
    }  # fmt: skip
    assert changed(service, ImportTags(table, author=ME)).tracks == 1
    table.write_text('[{"path": "nothing", "tags": {}}]')
    assert service.call(PlanImport(table)).errors == ("row 1: nothing: no such track, or more than one",)
    with pytest.raises(MusfuseError, match="nothing was changed"):
        service.call(ImportTags(table, author=ME))


def test_pictures(connection: Connection, tmp_path: Path) -> None:
    """Which only who asks reads from originals, not the process that owns the drive."""
    original = str(tmp_path / "music/1.flac")
    (tmp_path / "new.png").write_bytes(cover((50, 50), "PNG"))
    changed(connection, SetArt(ONE, tmp_path / "new.png", ArtKind.BACK, author=ME))
    changed(connection, ClearArt(ONE, (ArtKind.FRONT,), hide=True, author=ME))
    (row,) = connection.rows(ShowArt(ONE))
    own: dict[str, Any] = {"mime": "image/png", "description": ""}
    told = printed(row)
    assert told["pictures"] == [
        {"kind": "front", "from": "set", "hidden": True, "used": True},
        own | {
            "kind": "front", "from": "embedded", "file": original, "bytes": len(cover((40, 30), "PNG")),
            "pixels": [40, 30], "used": False,
        },
        own | {
            "kind": "back", "from": "set", "file": "", "bytes": (tmp_path / "new.png").stat().st_size,
            "pixels": [50, 50], "used": True,
        },
    ]  # fmt: skip
    assert (row.path, row.source, row.part) == ("A/B/T1.flac", original, 0)
    assert from_json(told, answer_type(ShowArt)) == row


def test_who_only_reads_needs_no_owner_and_who_changes_does(library: Library) -> None:
    with Connection(library.folder, Config) as service:
        assert service.call(CountTracks(ALL)) == 2
        with pytest.raises(MusfuseError, match="another process owns this library"):
            service.call(SetTags(ALL, ("genre=Rock",), author=ME, dry_run=True))
