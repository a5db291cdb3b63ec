"""The rest of a folder is indexed ahead, in the background, and nothing of that outlives the drive."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive.branches import ahead
from musfuse.drive.branches.ahead import FolderAhead
from musfuse.errors import StoreError
from musfuse.events import TrackIndexed
from musfuse.library.catalog import Nodes
from musfuse.media.indexing.pool import Priority
from musfuse.model import Track


class Watched:
    """A library of two folders; what is asked for is noted, and done by the real workers."""

    def __init__(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.library, self.asked, self.indexed = library, list[tuple[str, Priority]](), threading.Semaphore(0)
        library.events.listen(TrackIndexed, lambda _: self.indexed.release())
        self.sizes, self.nodes = library.sizes, Nodes(library.catalog.database)
        real = self.sizes.request

        def noted(track: Track, priority: Priority) -> object:
            self.asked.append((track.file.path, priority))
            return real(track, priority)

        monkeypatch.setattr(self.sizes, "request", noted)
        self.ahead = FolderAhead(self.nodes, library.catalog.tracks, self.sizes)

    def folder(self, path: str) -> int:
        return self.library.drive.attr(path).node

    def queue(self, folder: int) -> None:
        """Queue it, and wait until all is asked for."""
        self.ahead.queue(folder)
        while folder in self.ahead._queued:
            time.sleep(0.001)


@pytest.fixture
def watched(make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    for album, title in (("B", "1"), ("B", "2"), ("B", "3"), ("C", "4")):
        sound.write(music / f"{title}.wav", 5000, seed=int(title), artist="A", album=album, title=title)
    sound.write(music / "5.flac", 5000, artist="A", album="B", title="5")
    made = Watched(make_library(index__background=False), monkeypatch)
    yield made
    made.ahead.close()


def test_all_files_of_a_folder_are_asked_for_and_no_others(watched: Watched) -> None:
    watched.queue(watched.folder("A/B"))
    assert watched.asked == [(f"{n}.wav", Priority.FOLDER) for n in (1, 2, 3)]
    for _ in range(3):
        assert watched.indexed.acquire(timeout=100)
    assert watched.nodes.unsized(watched.folder("A/B"), watched.sizes.tokens()) == []
    assert len(watched.nodes.unsized(watched.folder("A/C"), watched.sizes.tokens())) == 1


def test_what_is_known_is_not_asked_for_again(watched: Watched) -> None:
    watched.library.drive.attr("A/B/2.flac")
    with watched.library.catalog.database.write() as db:
        db.execute("UPDATE rendition SET size = NULL")  # its index tells it
    watched.asked.clear()
    watched.queue(watched.folder("A/B"))
    assert "2.wav" not in [path for path, _ in watched.asked]


def test_no_more_files_than_are_worth_it(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_FILES", 2)
    watched.queue(watched.folder("A/B"))
    assert len(watched.asked) == 2


def test_a_folder_is_queued_once_until_it_is_done(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, tokens = threading.Event(), watched.sizes.tokens
    monkeypatch.setattr(watched.sizes, "tokens", lambda: go_on.wait() and tokens())
    folder = watched.folder("A/B")
    for _ in range(5):
        watched.ahead.queue(folder)
    go_on.set()
    watched.ahead._thread.submit(lambda: None).result()  # behind all that was queued
    assert len(watched.asked) == 3


def test_a_folder_that_fails_or_is_gone_keeps_none_from_being_queued(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[int]:
        raise StoreError("the disk fails")

    folder = watched.folder("A/C")
    with monkeypatch.context() as patch:
        patch.setattr(Nodes, "unsized", fails)
        watched.queue(folder)
    watched.queue(99_999)
    watched.queue(folder)
    watched.ahead.close()
    assert [path for path, _ in watched.asked] == ["4.wav"]
    watched.ahead.queue(folder)  # which is no error after the end


def test_a_lazy_source_is_not_fetched_for_who_looks_at_a_folder(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched.sizes, "is_lazy", lambda track: track.file.path == "1.wav")
    watched.queue(watched.folder("A/B"))
    assert watched.asked == [(f"{n}.wav", Priority.FOLDER) for n in (2, 3)]
