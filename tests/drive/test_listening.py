"""Plays, told from copies and looks; what that costs a read; clocks that are set."""

import dis
import gc
import sqlite3
import sys
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st
from patient import HandClock, until

from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive.changes import Change
from musfuse.drive.listening import POINTS, Reached, is_listened_to, is_play

SECONDS, RATE = 12, 8000
SONG = "A/B/One.flac"


@given(st.integers(0, 2000), st.integers(1, 10**7), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=6))
def test_the_points_that_were_read_tell_how_much_was(start: int, length: int, parts: list[tuple[float, float]]) -> None:
    reached, read = Reached(start, length), set[int]()
    points = [n * length // POINTS for n in range(POINTS)]
    for at, share in parts:
        offset, size = round(at * length), round(share * length)
        reached.read(start + offset, size)
        reached.read(start + offset, size)  # again, which tells nothing new
        read |= {n for n, point in enumerate(points) if offset <= point < offset + size}
    assert reached.share == len(read) / POINTS


@given(st.integers(1, 10**8), st.floats(0, 1), st.integers(1, 1 << 17))
def test_a_reader_in_a_row_is_measured_to_half_a_percent(length: int, share: float, step: int) -> None:
    reached = Reached(44, length)
    end = round(share * length)
    for offset in range(0, end, max(step, end // 500 + 1)):
        reached.read(44 + offset, min(max(step, end // 500 + 1), end - offset))
    assert abs(reached.share - end / length) <= 1 / POINTS + 1 / length


def test_what_lies_around_the_audio_is_none() -> None:
    reached = Reached(1000, 100)
    reached.read(0, 1000)
    reached.read(1100, 5000)
    assert reached.share == 0
    reached.read(0, 10_000)
    assert reached.share == 1
    nothing = Reached(0, 0)
    nothing.read(0, 100)
    assert nothing.share == 0


@pytest.mark.parametrize(
    ("share", "seconds", "length", "played"),
    [
        (1 / 3, 60, 180, True), (1 / 3, 59, 180, False), (0.33, 180, 180, False), (1, 240, 7200, True),
        (1, 239, 7200, False), (1, 240, None, True), (1, 100, None, False), (0, 1000, 180, False), (1, 2, 180, False),
    ],
)  # fmt: skip
def test_a_third_for_a_third_of_the_time_is_a_play(
    share: float, seconds: float, length: float | None, played: bool
) -> None:
    assert is_play(share, seconds, length) is played


def test_who_reads_as_fast_as_it_plays_listens() -> None:
    assert is_listened_to(0.1, 10, 240)
    assert is_listened_to(1, 10, 240)  # all of it was read at once, and is kept open
    assert not is_listened_to(0.9, 10, 240)  # a copy that is under way
    assert not is_listened_to(0, 10, 240)
    assert is_listened_to(0.3, 10, None)


def track(music: Path) -> None:
    sound.write(music / "one.flac", SECONDS * RATE, 1, rate=RATE, artist="A", album="B", title="One")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def library(make_library: Make, music: Path, clock: HandClock) -> Library:
    """One track of 12 s, in a library whose clock only tests move."""
    track(music)
    made = make_library(art__covers=False, view__policy="original")
    assert made.playing.listening is not None
    made.playing.listening._clock = clock
    return made


def settled(library: Library) -> None:
    listening = library.playing.listening
    assert listening is not None
    listening.look()
    until(lambda: listening.idle)


def plays(library: Library) -> int:
    settled(library)
    return len(list(library.playing.table.last()))


def read(library: Library, share: float, step: int = 1 << 12) -> int:
    """Open the track and read some of it; its handle."""
    opened = library.drive.open(SONG)
    for offset in range(0, round(opened.size * share), step):
        library.drive.read_at(opened.handle, offset, step)
    return opened.handle


def test_a_play_is_kept(library: Library, clock: HandClock) -> None:
    library.playing.log._now_ns = lambda: 1_000_000_000_000
    handle = read(library, 0.5)
    clock.now += 4
    library.drive.close(handle)
    assert plays(library) == 1
    (play,) = library.playing.table.last()
    _, row = library.drive.row(SONG)
    assert row is not None
    assert (play.id, play.began_ns, play.path) == (row.public, 996_000_000_000, SONG)


def test_a_copy_an_indexer_and_a_thumbnailer_are_none(library: Library, clock: HandClock) -> None:
    library.drive.close(read(library, 1))  # a copy
    handle = read(library, 0.2)  # an indexer that keeps it open
    clock.now += 100
    library.drive.close(handle)
    for _ in range(50):  # one that reads the same part again and again
        opened = library.drive.open(SONG)
        library.drive.read_at(opened.handle, 0, 1 << 14)
        clock.now += 1
        library.drive.close(opened.handle)
    assert plays(library) == 0


def test_two_who_play_at_the_same_time_are_two_plays(library: Library, clock: HandClock) -> None:
    handles = [read(library, 0.5), read(library, 0.5)]
    clock.now += 5
    for handle in handles:
        library.drive.close(handle)
    assert plays(library) == 2


def test_what_is_open_at_the_end_is_a_play_if_it_was_one(library: Library, clock: HandClock) -> None:
    read(library, 0.5)
    clock.now += 5
    assert library.drive.shut_down() == 1
    assert plays(library) == 1


def test_a_clock_that_jumps_makes_no_plays(library: Library, clock: HandClock) -> None:
    wall = iter([0, 10**18, -(10**18)])
    library.playing.log._now_ns = lambda: next(wall)
    library.drive.close(read(library, 1))  # whatever the clock of the wall says meanwhile: no time went by
    handle = read(library, 1)
    clock.now -= 1000
    library.drive.close(handle)
    assert plays(library) == 0


def test_hours_of_clocks_that_are_wrong_are_kept(library: Library, clock: HandClock) -> None:
    for now in (-(1 << 70), 1 << 70, 0):
        library.playing.log._now_ns = lambda now=now: now  # type: ignore[misc]
        handle = read(library, 0.5)
        clock.now += 5
        library.drive.close(handle)
        settled(library)
    assert plays(library) == 3
    assert all(0 <= play.hour < 24 for play in library.playing.table.last())


def test_bytes_that_the_system_kept_are_asked_for_again_where_somebody_listens(
    library: Library, clock: HandClock
) -> None:
    heard: list[Change] = []

    class Face:
        def changed(self, change: Change) -> None:
            heard.append(change)

        def held(self, stale: bool) -> None:
            del stale

    library.drive.changes.listen(Face())
    library.drive.close(read(library, 1))
    again = library.drive.open(SONG)  # the system has it all: no read comes
    copy = library.drive.open(SONG)
    library.drive.close(copy.handle)
    clock.now += 9
    settled(library)
    assert heard == []
    clock.now += 1
    settled(library)
    assert heard == [Change(reread=[SONG])]
    library.drive.close(again.handle)


@pytest.mark.parametrize("guesses", [True, False])
def test_nothing_is_noted_where_that_is_turned_off(
    make_library: Make, music: Path, clock: HandClock, guesses: bool
) -> None:
    track(music)
    library = make_library(
        art__covers=False, view__policy="original", history__enabled=False, prefetch__enabled=guesses
    )
    listening = library.playing.listening
    assert (listening is not None) is guesses
    if listening is not None:
        listening._clock = clock
    handle = read(library, 1)
    clock.now += 5
    library.drive.close(handle)
    until(lambda: listening is None or listening.idle)
    assert list(library.playing.table.last()) == []
    assert library.playing.table.of_hour(0) == []


def locks_and_queries(call: Callable[[], object]) -> list[str]:
    """What a call does of this: C functions of locks and databases, and code that enters anything by `with`, which
    the profiler does not tell of."""
    found: list[str] = []

    def note(frame: FrameType, event: str, what: object) -> None:
        owner = type(getattr(what, "__self__", None)).__name__
        if event == "c_call" and owner in ("lock", "RLock", "Connection", "Cursor"):
            found.append(f"{owner}.{getattr(what, '__name__', '')}")
        if event == "call" and any(
            step.opname in ("BEFORE_WITH", "LOAD_SPECIAL") for step in dis.Bytecode(frame.f_code)
        ):
            found.append(frame.f_code.co_qualname)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return found


def test_locks_and_queries_are_found() -> None:
    lock = threading.Lock()

    def locks() -> None:
        with lock:
            pass

    assert locks_and_queries(locks)
    assert "lock.acquire" in locks_and_queries(lock.acquire)
    with closing(sqlite3.connect(":memory:")) as database:
        assert "Connection.execute" in locks_and_queries(lambda: database.execute("SELECT 1"))
    assert locks_and_queries(lambda: len([])) == []


def test_a_read_costs_no_further_lock_query_or_memory(library: Library) -> None:
    """What is done for it beside the read itself."""
    handle = read(library, 0.1)
    accesses = library.drive._accesses
    assert accesses._open[handle].reader is not None
    assert locks_and_queries(lambda: library.drive.read_at(handle, 1000, 1 << 17))  # the read itself needs some
    assert locks_and_queries(lambda: accesses.delivered(handle, 0, 1 << 24)) == []
    gc.collect()
    tracemalloc.start()
    try:
        for step in range(1000):
            accesses.delivered(handle, step * 1000, 1 << 24)
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 1024
    assert now <= 1024
    library.drive.close(handle)


def test_an_open_file_holds_little(library: Library) -> None:
    gc.collect()
    tracemalloc.start()
    try:
        readers = [Reached(0, 1000) for _ in range(100)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / len(readers) < 1024
    assert threading.active_count() < 100
