"""Sizes that cannot be found out now."""

import os
import signal
import threading
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import BusyError
from musfuse.library.catalog.reports import ReportKind
from musfuse.media.indexing import Priority

NAME = "A/B/One.flac"


class Killer:
    """Kills every index worker that there is, as a system without memory does."""

    def __init__(self, library: Library) -> None:
        self._library, self._over = library, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.01):
            for pid in self._library.pool.pids():
                os.kill(pid, signal.SIGKILL)


def test_workers_that_are_killed_cost_a_file_neither_its_name_nor_its_index(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", 44_100 * 60, artist="A", album="B", title="One")
    library = make_library()
    with Killer(library), pytest.raises(BusyError, match="killed"):
        library.drive.attr(NAME)
    assert [entry.name for entry in library.drive.list("A/B")] == ["One.flac"]
    with pytest.raises(BusyError, match="the next scan tries again"):
        library.drive.attr(NAME)
    (line,) = library.reports.lines()
    assert line.kind is ReportKind.PUT_OFF
    assert "killed" in line.reason
    assert library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None) == (1, 0)
    assert list(library.reports.lines()) == []
    assert library.drive.attr(NAME).size > 1000


def test_the_next_scan_takes_up_what_was_put_off(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library()
    with Killer(library), pytest.raises(BusyError):
        library.drive.attr(NAME)
    library.scan_all(library.scanner())
    assert library.drive.attr(NAME).size > 1000
