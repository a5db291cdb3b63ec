"""What is told of sources that are scanned, and of those that come and go."""

from pathlib import Path

import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.events import Event
from musfuse.events.originals import OriginConnected, OriginDisconnected, SyncCompleted, SyncStarted


def test_scans_and_sources_are_told_of(make_library: Make, music: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    sound.write(music / "a.wav", title="A")
    sound.write(other / "b.wav", title="B")
    library, heard = make_library(scan=False), list[Event]()
    library.add_sources([other])
    here, there = (row.uid for row in library.sources.rows())
    for kind in (OriginConnected, OriginDisconnected, SyncStarted, SyncCompleted):
        library.events.listen(kind, heard.append)

    def scan() -> list[Event]:
        heard.clear()
        library.scan_all(library.scanner())
        return heard

    assert scan() == [
        SyncStarted(here), OriginConnected(here), SyncCompleted(here, 1),
        SyncStarted(there), OriginConnected(there), SyncCompleted(there, 1),
    ]  # fmt: skip
    other.rename(tmp_path / "unplugged")
    (music / "a.wav").unlink()
    assert scan() == [
        SyncStarted(here), SyncCompleted(here, 1), SyncStarted(there), OriginDisconnected(there), SyncCompleted(there, 0),
    ]  # fmt: skip
    assert len(scan()) == 4
    (tmp_path / "unplugged").rename(other)
    assert scan()[-2:] == [OriginConnected(there), SyncCompleted(there, 0)]
