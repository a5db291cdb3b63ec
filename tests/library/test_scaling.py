"""Work grows with what changes, not with its square: counted in steps of SQLite's machine, which no load disturbs."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sound import FORMATS

from library.conftest import Desk
from musfuse.library.grammar import parse_query
from musfuse.library.overlay import Delta
from musfuse.library.search.engine import Search
from musfuse.library.selection import Selection
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet, TagSource

SMALL, LARGE = 300, 1200
"""Albums of three tracks."""


def steps(desk: Desk, work: Callable[[], object]) -> int:
    """Hundreds of steps that the writer takes for some work."""
    with desk.database.write() as db:
        pass  # the writer, lent out of its transaction: the work makes its own
    return counted(db, work, 100)


def counted(db: sqlite3.Connection, work: Callable[[], object], unit: int) -> int:
    """How many times `unit` steps a connection takes for some work."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    db.set_progress_handler(tick, unit)
    work()
    db.set_progress_handler(None, 0)
    return count


def fill(desk: Desk, albums: range) -> None:
    desk.put_all(
        (f"{album}/{track}.wav", TagSet({"title": [f"T{track}"], "artist": [f"A{album % 20}"], "album": [f"L{album}"]}))
        for album in albums for track in range(3)
    )  # fmt: skip


def compared(folder: Path, measure: Callable[[Desk, int], int]) -> tuple[int, int]:
    """Steps for a library, and for one of four times its size."""
    found = []
    for albums in (SMALL, LARGE):
        desk = Desk(folder / f"{albums}.db")
        fill(desk, range(albums))
        found.append(measure(desk, albums))
        desk.database.close()
    return found[0], found[1]


def test_naming(tmp_path: Path) -> None:
    small, large = compared(tmp_path, lambda desk, _: steps(desk, desk.naming.run))
    assert 100 < large < small * 5


def test_naming_a_little_more(tmp_path: Path) -> None:
    def measure(desk: Desk, albums: int) -> int:
        desk.naming.run()
        fill(desk, range(albums, albums + 20))
        return steps(desk, desk.naming.run)

    small, large = compared(tmp_path, measure)
    assert large < small * 2.5  # artists have four times as many albums, whose spelling is looked at


def test_naming_one_large_compilation(tmp_path: Path) -> None:
    def measure(desk: Desk, albums: int) -> int:
        desk.put_all(
            (f"hits/{track}.wav", TagSet({"title": [f"T{track}"], "artist": [f"A{track % 500}"], "album": ["Hits"]}))
            for track in range(albums * 3)
        )
        return steps(desk, desk.naming.run)

    small, large = compared(tmp_path, measure)
    assert 100 < large < small * 5


def test_a_track_more_in_one_of_many_compilations(tmp_path: Path) -> None:
    def measure(desk: Desk, albums: int) -> int:
        for album in range(albums):
            put_hits(desk, album, 2)
        desk.naming.run()

        def grow() -> None:
            put_hits(desk, albums // 2, 3)
            desk.naming.run()

        return steps(desk, grow)

    small, large = compared(tmp_path, measure)
    assert 0 < large < small * 1.5


def put_hits(desk: Desk, album: int, tracks: int) -> None:
    desk.put_all(
        (f"hits{album}/{track}.wav", TagSet({"artist": [f"A{album // 9}.{track}"], "album": [f"Hits {album}"]}))
        for track in range(tracks)
    )


def test_looking_for_what_a_kill_left(tmp_path: Path) -> None:
    def measure(desk: Desk, albums: int) -> int:
        desk.naming.run()
        assert not desk.naming.left_over()
        with desk.database.read() as db:
            pass  # the reader that is lent next
        return counted(db, desk.naming.left_over, 1)

    small, large = compared(tmp_path, measure)
    assert 0 < small == large


def test_a_tag_for_all(tmp_path: Path) -> None:
    def measure(desk: Desk, albums: int) -> int:
        desk.naming.run()
        collector = desk.collector

        def change() -> None:
            deltas = (
                Delta(row.key, {"genre": ("Jazz",)})
                for row in Selection(desk.database, lambda _: None, default_formats()).everything()
            )
            made = collector.apply_delta(deltas, TagSource.USER, "me", "a genre")
            assert made.tracks == albums * 3
            desk.overlaying.adopt(made.seq, collector.keys_of(made.seq))
            desk.naming.run()

        return steps(desk, change)

    small, large = compared(tmp_path, measure)
    assert 100 < large < small * 5


QUERIES = ("L277", "album:l277*", '"l277"~0 t1', "l277 -t0", '"l277" comment:', "l277 sort:year", "l277~0 OR l276")


def test_a_search_that_finds_little(tmp_path: Path) -> None:
    """Wherever what it finds lies, and whether it is asked one by one or not."""

    def measure(desk: Desk, albums: int) -> int:
        desk.naming.run()
        search = Search(desk.database)

        def work() -> None:
            for text in QUERIES:
                search.best(parse_query(text, Vocabulary(FORMATS)), 10, seconds=None)

        with desk.database.read() as db:
            pass  # the reader, lent out: the work is lent the same
        return counted(db, work, 100)

    small, large = compared(tmp_path, measure)
    assert 10 < large < small * 2.5
