"""What is asked for is made ready: at once by who owns a library for that alone, in the background by a host."""

from pathlib import Path

import pytest
import sound
from drive.albums import target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.connection import Connection
from musfuse.app.library import Library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import NotFoundError
from musfuse.service.prefetching import Prefetching
from musfuse.service.requests.prefetch import Prefetched, PrefetchTold, PrefetchTracks, ShowPrefetch


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for title in ("One", "Two", "Three"):
        sound.write(music / f"{title}.wav", 9000, artist="Ann", album="Best", title=title)
    return make_library(index__background=False, prefetch__max_queue_size=2, art__covers=False)


def test_a_host_queues_and_tells_what_found_no_room(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    service, prefetcher = library.handlers(), library.playing.prefetcher
    monkeypatch.setattr(prefetcher, "_run", lambda: None)  # it is busy with something
    assert service.call(PrefetchTracks(tuple(target("album:best")))) == Prefetched(3, 1)
    assert service.call(ShowPrefetch()) == PrefetchTold(0, 0, 0, 0, 1, 2)
    with pytest.raises(NotFoundError):
        service.call(PrefetchTracks(tuple(target("nobody"))))


def test_who_waits_gets_all_of_it(library: Library) -> None:
    waiting = Prefetching(library.playing.prefetcher, library.tagging.selection, waits=True)
    assert waiting.prefetch(PrefetchTracks(tuple(target("album:best")))) == Prefetched(3, 0)
    figures = library.playing.prefetcher.figures
    assert (figures.made, figures.failed) == (3, 0)
    assert all(library.drive.entry(f"Ann/Best/{title}.flac").size for title in ("One", "Two", "Three"))


def test_without_an_owner_it_is_done_before_it_is_answered(library: Library, tmp_path: Path) -> None:
    library.close()
    with Connection(tmp_path / "state", lambda: load_config(default_sections()).config) as alone:
        assert alone.call(ShowPrefetch()) is None
        assert alone.call(PrefetchTracks(tuple(target("album:best")))) == Prefetched(3, 0)
        told = alone.call(ShowPrefetch())
        assert told is not None
        assert (told.made, told.waiting) == (3, 0)
