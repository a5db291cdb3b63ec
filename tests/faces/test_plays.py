"""What is played is noted, through whatever face it is shown."""

from collections.abc import Callable
from pathlib import Path

import sound
from drive.conftest import Make
from patient import HandClock, until

from faces.conftest import FACES
from faces.shown import Shown, manifest


def test_a_play_is_noted_and_a_copy_of_everything_is_not(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, music: Path
) -> None:
    for number, face in enumerate(FACES):
        path = music / f"{face}.flac"
        sound.write(path, 12 * 8000, 1, rate=8000, seed=number, artist="A", album="B", title=face)
    library, clock = make_library(view__policy="original"), HandClock()
    listening = library.playing.listening
    assert listening is not None
    listening._clock = clock
    for count, face in enumerate(FACES, 1):
        shown = show_as(face, library)
        with shown.open(f"A/B/{face}.flac") as (size, read):
            for offset in range(0, size, 5000):
                read(offset, 5000)
            clock.now += 4
        until(lambda n=count: len(list(library.playing.table.last())) == n)  # type: ignore[misc]
        assert list(manifest(shown))
        until(lambda: not library.drive.open_handles)  # the kernel tells of the last close later
    listening.look()
    until(lambda: listening.idle)
    assert [play.path for play in library.playing.table.last()] == [f"A/B/{face}.flac" for face in FACES][::-1]
