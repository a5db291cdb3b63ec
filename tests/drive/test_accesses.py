"""Files that are read, told of once a minute for each handle."""

from pathlib import Path

import sound
from patient import HandClock, until

from drive.conftest import Make
from musfuse.events.originals import FileAccessed


def test_a_handle_is_told_of_once_a_minute(make_library: Make, music: Path) -> None:
    sound.write(music / "one.flac", artist="A", album="B", title="One")
    library = make_library(art__covers=False)
    drive, clock = library.drive, HandClock()
    drive._accesses._clock = clock
    (source,) = library.sources.rows()
    first, second = drive.open("A/B/One.flac"), drive.open("A/B/One.flac")
    drive.read_at(first.handle, 0, 10)  # nobody listens
    heard: list[FileAccessed] = []
    library.events.listen(FileAccessed, heard.append)
    for _ in range(5):
        drive.read_at(first.handle, 100, 50)
        drive.read_at(second.handle, 7, 8)
    _, row = drive.row("A/B/One.flac")
    assert row is not None
    until(lambda: len(heard) == 2)
    assert heard == [
        FileAccessed(row.public, "one.flac", source.uid, 100, 50),
        FileAccessed(row.public, "one.flac", source.uid, 7, 8),
    ]
    clock.now = 59
    drive.read_at(first.handle, 0, 1)
    clock.now = 60
    drive.read_at(first.handle, 0, 1)
    until(lambda: len(heard) == 3)
    drive.close(first.handle)
    drive.close(second.handle)
    assert not drive._accesses._open


def test_what_shows_no_item_is_told_of_by_nothing(make_library: Make, music: Path, album: Path) -> None:
    (album / "cover.png").write_bytes(sound.picture())
    library = make_library()
    heard: list[FileAccessed] = []
    library.events.listen(FileAccessed, heard.append)
    opened = library.drive.open("Band/Album/cover.png")
    library.drive.read_at(opened.handle, 0, 10)
    assert heard == []
