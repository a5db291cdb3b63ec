"""A library at a glance, and its caches, as a host tells of them."""

from pathlib import Path

import pytest
import sound
from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture

from musfuse.app.host import Host
from musfuse.errors import NotFoundError
from musfuse.service.requests.overview import (
    ClearCache,
    LibraryState,
    LookAtSource,
    ShowCache,
    ShowOverview,
    SourceHealth,
)


def played(host: Host, path: str) -> int:
    """Read a file of the drive whole; its bytes."""
    drive, read = host.library.drive, 0
    opened = drive.open(path)
    while data := drive.read_at(opened.handle, read, 1 << 16):
        read += len(data)
    drive.close(opened.handle)
    return read


def test_states_of_a_library(watch: Watch, music: Path) -> None:
    host = watch()
    service = host._service()
    told = service.call(ShowOverview())
    assert (told.state, told.files, told.mounts, told.open_files) == (LibraryState.READY, 2, (), 0)
    (source,) = told.sources
    assert (source.root, source.kind, source.files, source.health) == (str(music), "file", 2, SourceHealth.HEALTHY)
    assert service.call(LookAtSource(source.id)).looked_ns == source.looked_ns
    with pytest.raises(NotFoundError):
        service.call(LookAtSource("nobody"))
    host.library._unshown.failed(NotFoundError("full"))
    assert service.call(ShowOverview()).state is LibraryState.DEGRADED
    host.stop()
    assert service.call(ShowOverview()).state is LibraryState.ENDING


def test_caches_are_counted_cleared_and_made_again(watch: Watch, music: Path) -> None:
    sound.write(music / "long.wav", 600_000, artist="Ann", album="Lib", title="Long")
    host = watch()
    service, (source,) = host._service(), host.library.sources.rows()
    size = played(host, "Ann/Lib/Long.flac")
    host.library.stores.frame_files.close()  # what waits is written
    first = service.call(ShowCache())
    assert first.made.entries >= 1
    assert (first.content.entries, first.content_limit) == (0, 10 << 30)
    assert first.memory.entries + first.disk.entries > 0
    played(host, "Ann/Lib/Long.flac")
    second = service.call(ShowCache())
    assert second.memory.hits + second.disk.hits > first.memory.hits + first.disk.hits
    kept = host.library.drive.open("Ann/Lib/Long.flac")
    cleared = service.call(ClearCache(chunks=True, made=True, source=source.uid))
    assert cleared.bytes > 0
    assert cleared.entries >= 2
    left = service.call(ShowCache())
    assert (left.disk.entries, left.memory.entries, left.made.bytes < second.made.bytes) == (0, 0, True)
    assert host.library.drive.read_at(kept.handle, size - 10, 10)  # who has it open goes on
    host.library.drive.close(kept.handle)
    assert played(host, "Ann/Lib/Long.flac") == size
    assert service.call(ClearCache(chunks=True)).entries >= 1
    with pytest.raises(NotFoundError):
        service.call(ClearCache(source="nobody"))
