"""What was played once is played again, with and without what makes tracks ready: how often somebody waits is counted,
not for how long."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from patient import HandClock, until

from musfuse.app.library import Library
from musfuse.library.sizes import Sizes
from musfuse.library.userdb import Play, ViewSpec
from musfuse.media.flac.encoded_frames import EncodedFrames

ALBUMS, TRACKS = ("Blue", "Red"), 6
PATHS = [f"Ann/{album}/{number:02} - T{number}.flac" for album in ALBUMS for number in range(1, TRACKS + 1)]


@pytest.fixture
def originals(music: Path) -> None:
    for number, album in enumerate(ALBUMS):
        for track in range(1, TRACKS + 1):
            sound.write(
                music / f"{album}/{track}.wav", 60_000, 1, rate=8000, seed=number * 100 + track, artist="Ann",
                album=album, title=f"T{track}", tracknumber=str(track),
            )  # fmt: skip


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What this thread waits for: an index, or the encoder."""
    waits, me = list[str](), threading.get_ident()
    wait, encode = Sizes.wait, EncodedFrames._encode

    def waited(sizes: Sizes, track: int, *args: Any, **named: Any) -> int:
        row = sizes._tracks.track(track)
        if threading.get_ident() == me and row is not None and sizes.known(row) is None:
            waits.append("index")
        return wait(sizes, track, *args, **named)

    def encoded(frames: EncodedFrames, first: int, end: int) -> bytes:
        if threading.get_ident() == me:
            waits.append("encoder")
        return encode(frames, first, end)

    with monkeypatch.context() as patch:
        patch.setattr(Sizes, "wait", waited)
        patch.setattr(EncodedFrames, "_encode", encoded)
        yield waits


def play(library: Library, path: str, clock: HandClock) -> None:
    """As a player does: a look, the beginning, and the rest in its time."""
    drive, listening = library.drive, library.playing.listening
    drive.attr(path)
    opened = drive.open(path)
    half = opened.size // 2
    drive.read_at(opened.handle, 0, half)
    clock.now += 10
    if listening is not None:
        listening.look()
        until(lambda: listening.idle)
    library.activity.last_read = 0.0  # readers are quiet for a moment
    assert library.playing.prefetcher.queue.wait_until_idle(60)
    drive.read_at(opened.handle, half, opened.size)
    drive.close(opened.handle)


def tracks_that_waited(
    library: Library, paths: Sequence[str], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> int:
    assert library.playing.listening is not None
    library.playing.listening._clock = clock
    found = 0
    for path in paths:
        with counted(monkeypatch) as waits:
            play(library, path, clock)
        found += bool(waits)
    return found


def ready_made(make: Make, **options: object) -> Library:
    """A library that keeps no encoded audio on disk, and indexes nothing by itself."""
    return make(index__background=False, art__covers=False, cache__transcoded=0, **options)


def test_an_album_waits_less_than_half_as_often(
    make_library: Make,
    originals: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without = ready_made(make_library, prefetch__enabled=False)
    before = tracks_that_waited(without, PATHS[:TRACKS], HandClock(), monkeypatch)
    without.close()
    library = ready_made(make_library)
    now = tracks_that_waited(library, PATHS[TRACKS:], HandClock(), monkeypatch)
    assert before == TRACKS
    assert now * 2 < before
    told = library.playing.prefetcher.figures
    assert (told.guessed, told.used, told.failed, told.dropped) == (TRACKS - 1, TRACKS - 1, 0, 0)


def test_a_sequence_across_albums_is_learned(
    make_library: Make,
    originals: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sequence = [PATHS[n] for n in (5, 8, 2, 10, 0, 7)]
    library = ready_made(make_library, prefetch__album_aware=False)
    table, publics = library.playing.table, [library.drive.row(path)[1].public for path in sequence]  # type: ignore[union-attr]
    clock = HandClock()
    first = tracks_that_waited(library, sequence, clock, monkeypatch)
    assert first == len(sequence)
    table.clear()
    for _ in range(2):
        table.add([Play(public, number, 25) for number, public in enumerate(publics)])
    library.close()
    again = ready_made(make_library, prefetch__album_aware=False, scan=False)
    assert tracks_that_waited(again, sequence, clock, monkeypatch) * 2 < first
    assert again.playing.prefetcher.figures.used == len(sequence) - 1


def test_what_is_played_in_another_view_is_made_ready_as_that_serves_it(
    make_library: Make,
    originals: None,
) -> None:
    library, clock = ready_made(make_library), HandClock()
    library.viewing.add(ViewSpec("wave", policy="wav"))
    listening, drive = library.playing.listening, library.drives["wave"]
    assert listening is not None
    listening._clock = clock
    path = PATHS[0].replace(".flac", ".wav")
    opened = drive.open(path) if drive.attr(path).size else None
    assert opened is not None
    drive.read_at(opened.handle, 0, opened.size // 2)
    clock.now += 10
    listening.look()
    until(lambda: listening.idle)
    library.activity.last_read = 0.0
    assert library.playing.prefetcher.queue.wait_until_idle(60)
    assert library.playing.prefetcher.figures.made == 3
    assert drive.entry(PATHS[1].replace(".flac", ".wav")).size
    assert library.media.frame_cache.held_bytes == 0  # no FLAC was made of it
