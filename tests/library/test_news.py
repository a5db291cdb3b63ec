"""What scans tell of files, through a real catalog over real files."""

from pathlib import Path

import pytest
import sound

from library.conftest import Desk
from musfuse.events import Event, EventBus
from musfuse.events.originals import FileAdded, FileModified, FileRemoved
from musfuse.library import news
from musfuse.origins import LocalOrigin

KINDS = (FileAdded, FileModified, FileRemoved)


@pytest.fixture
def heard(desk: Desk) -> list[Event]:
    """All that is told of files from now on."""
    events: list[Event] = []
    for kind in KINDS:
        desk.events.listen(kind, events.append)
    return events


def test_what_comes_changes_and_goes_is_told_of(
    desk: Desk, music: Path, origin: LocalOrigin, heard: list[Event]
) -> None:
    uid = desk.source().uid
    sound.write(music / "one/a.wav", title="A")
    sound.write(music / "two/b.wav", title="B")
    sound.write(music / "three/c.wav", title="C")
    desk.scan(origin)
    assert sorted(e.path for e in heard if e == FileAdded(getattr(e, "path", ""), uid)) == [
        "one/a.wav", "three/c.wav", "two/b.wav",
    ]  # fmt: skip
    assert len(heard) == 3
    heard.clear()
    desk.scan(origin)
    assert heard == []
    sound.tag(music / "one/a.wav", title="Other")
    (music / "two/b.wav").unlink()
    (music / "three/c.wav").rename(music / "three/moved.wav")
    desk.scan(origin)
    assert sorted(heard, key=repr) == [
        FileAdded("three/moved.wav", uid), FileModified("one/a.wav", uid),
        FileRemoved("three/c.wav", uid), FileRemoved("two/b.wav", uid),
    ]  # fmt: skip


def test_a_folder_that_is_gone_is_told_of_file_by_file(
    desk: Desk, music: Path, origin: LocalOrigin, heard: list[Event]
) -> None:
    for name in "ab":
        sound.write(music / f"gone/{name}.wav", title=name)
    desk.scan(origin)
    heard.clear()
    for path in (music / "gone").iterdir():
        path.unlink()
    (music / "gone").rmdir()
    desk.scan(origin)
    uid = desk.source().uid
    assert heard == [FileRemoved("gone/a.wav", uid), FileRemoved("gone/b.wav", uid)]


def test_what_a_reader_finds_changed_or_gone_is_told_of(
    desk: Desk, music: Path, origin: LocalOrigin, heard: list[Event]
) -> None:
    path, uid = sound.write(music / "a.wav", title="A"), desk.source().uid
    sound.write(music / "b.wav", title="B")
    desk.scan(origin)
    heard.clear()
    sound.tag(path, title="Other")
    desk.scanner().rescan_file(desk.source(), origin, "a.wav")
    path.unlink()
    desk.scanner().rescan_file(desk.source(), origin, "a.wav")
    assert heard == [FileModified("a.wav", uid), FileRemoved("a.wav", uid)]


def test_told_is_what_the_catalog_has(desk: Desk, music: Path, origin: LocalOrigin) -> None:
    found: list[bool] = []

    def look(event: FileAdded) -> None:
        folder = desk.files.folder(desk.source().id, "", 1)
        found.append(event.path in desk.files.known(folder))

    desk.events.listen(FileAdded, look)
    for name in "abc":
        sound.write(music / f"{name}.wav", title=name)
    desk.scan(origin)
    assert found == [True] * 3


def test_no_event_is_made_where_nobody_listens(
    desk: Desk, music: Path, origin: LocalOrigin, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    for kind in KINDS:
        monkeypatch.setattr(news, kind.__name__, lambda path, uid: made.append(path))
    sound.write(music / "a.wav", title="A")
    desk.scan(origin)
    (music / "a.wav").unlink()
    desk.scan(origin)
    assert made == []
    assert isinstance(desk.events, EventBus)
