"""Sizes that cannot be found out now."""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import BusyError, NotFoundError
from musfuse.library.catalog.reports import ReportKind
from musfuse.media.indexing.pool import Priority

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
            for pid in self._library.media.pool.pids():
                with suppress(ProcessLookupError):  # it ended just now
                    os.kill(pid, signal.SIGKILL)


def test_workers_that_are_killed_cost_a_file_neither_its_name_nor_its_index(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", 44_100 * 60, artist="A", album="B", title="One")
    library = make_library()
    with Killer(library), pytest.raises(BusyError, match="killed"):
        library.drive.attr(NAME)
    assert [entry.name for entry in library.drive.list("A/B")] == ["One.flac"]
    with pytest.raises(BusyError, match="the next scan tries again"):
        library.drive.attr(NAME)
    (line,) = library.catalog.reports.lines()
    assert line.kind is ReportKind.PUT_OFF
    assert "killed" in line.reason
    assert library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None) == (1, 0)
    assert list(library.catalog.reports.lines()) == []
    assert library.drive.attr(NAME).size > 1000


def test_the_next_scan_takes_up_what_was_put_off(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library()
    with Killer(library), pytest.raises(BusyError):
        library.drive.attr(NAME)
    library.scan_all(library.scanner())
    assert library.drive.attr(NAME).size > 1000


@pytest.mark.not_over("s3", reason="a folder of a bucket that holds nothing is one that was emptied")
@pytest.mark.parametrize("image", [False, True])
def test_a_disk_that_is_pulled_out_before_its_files_are_indexed_costs_none_its_name(
    make_library: Make, music: Path, image: bool
) -> None:
    sound.write(music / "1.wav", 200_000, artist="A", album="B", title="One")
    if image:
        tracks = "".join(f"  TRACK {n:02} AUDIO\n    INDEX 01 00:0{n}:00\n" for n in (1, 2))
        (music / "1.cue").write_text(f'PERFORMER "A"\nTITLE "B"\nFILE "1.wav" WAVE\n{tracks}')
    library = make_library()
    names = [entry.name for entry in library.drive.list("A/B")]
    assert len(names) == 1 + image
    library.sources.close()  # files kept open would go on being read
    music.rename(music.with_name("away"))
    library.scan_all(library.scanner())
    assert library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None) == (0, 1 + image)
    library.name_tracks()
    assert [entry.name for entry in library.drive.list("A/B")] == names
    with pytest.raises(NotFoundError, match="no such file"):
        library.drive.attr(f"A/B/{names[0]}")
    music.with_name("away").rename(music)
    assert library.drive.attr(f"A/B/{names[0]}").size > 1000
