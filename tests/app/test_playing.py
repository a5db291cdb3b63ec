"""What is played is noted in user.db by the process that owns a library, and asked for beside it."""

from pathlib import Path

import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from patient import HandClock, until

from musfuse.app.connection import Connection
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.service.requests.plays import ClearHistory, ListPlays


def test_a_play_is_there_at_once_for_who_asks(make_library: Make, music: Path, tmp_path: Path) -> None:
    sound.write(music / "one.flac", 12 * 8000, 1, rate=8000, artist="A", album="B", title="One")
    library, clock = make_library(view__policy="original"), HandClock()
    listening = library.playing.listening
    assert listening is not None
    listening._clock = clock
    opened = library.drive.open("A/B/One.flac")
    library.drive.read_at(opened.handle, 0, opened.size)
    clock.now += 4
    library.drive.close(opened.handle)
    until(lambda: listening.idle)
    with Connection(tmp_path / "state", lambda: load_config(default_sections()).config) as beside:
        (play,) = beside.rows(ListPlays())
        assert (play.path, play.title, play.gone) == ("A/B/One.flac", "One", False)
        assert beside.call(ClearHistory(dry_run=True)).plays == 1
    (same,) = library.handlers().rows(ListPlays())
    assert same == play
    assert library.handlers().call(ClearHistory()).plays == 1


def test_what_was_played_last_is_kept_when_the_library_is_closed(
    make_library: Make,
    music: Path,
) -> None:
    sound.write(music / "one.flac", 12 * 8000, 1, rate=8000, artist="A", album="B", title="One")
    library, clock = make_library(view__policy="original"), HandClock()
    assert library.playing.listening is not None
    library.playing.listening._clock = clock
    opened = library.drive.open("A/B/One.flac")
    library.drive.read_at(opened.handle, 0, opened.size)
    clock.now += 4
    library.close()
    again = make_library(scan=False, view__policy="original")
    assert [play.path for play in again.playing.table.last()] == ["A/B/One.flac"]
