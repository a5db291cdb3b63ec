#!/usr/bin/env python3
"""What browsing takes over a synthetic catalog.

    scripts/bench/browse.py [--tracks 1000000] [--rounds 200] [--folder /dev/shm]

Tags are those of scripts/bench/search.py: ten tracks an album, ten albums an artist, ten genres. Tells how fast the
stage `browse` lists tracks and what it adds to the catalog, then of each request the median and the 99th percentile, as
the clock has it and as CPU time: other programs of the machine are in the first alone. `first` is the first time it was
asked, when nothing is remembered yet.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "scripts/bench")]

from search import fill  # noqa: E402

from musfuse.library.catalog.database import Database  # noqa: E402
from musfuse.library.pipeline.browse import Browsing as Stage  # noqa: E402
from musfuse.library.pipeline.entities import Entities  # noqa: E402
from musfuse.library.pipeline.search import Searching  # noqa: E402
from musfuse.service.browsing import Browsing  # noqa: E402
from musfuse.service.requests import browse as ask  # noqa: E402


def build(database: Database, count: int) -> None:
    """A catalog with everything that browsing reads."""
    fill(database, count)
    with database.write() as db:
        db.execute("UPDATE item SET public = id * 7919")
        db.execute("UPDATE item SET facts = json_set(facts, '$.total_samples', 44100 * (100 + id % 300))")
        db.execute("INSERT INTO todo SELECT 'entities', id FROM item")
    for stage in (Entities(database), Searching(database)):
        while stage.batch():
            pass
    before = database.path.stat().st_size
    with database.write() as db:
        db.execute("INSERT INTO todo SELECT 'browse', id FROM item")
    began, stage = time.process_time(), Stage(database)
    while stage.batch():
        pass
    took = time.process_time() - began
    with database.read() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    grown = (database.path.stat().st_size - before) / count
    print(f"listed {count} tracks in {took:.1f} s of CPU time: {count / took:.0f} a second, {grown:.0f} bytes a track")


def measure(name: str, act: Callable[[], object], rounds: int) -> None:
    """Tell what a request takes."""
    clock, cpu = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        act()
        clock.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    first = cpu[0]
    clock.sort()
    cpu.sort()
    at = int(len(cpu) * 0.99)
    print(
        f"{name:34} first {first:7.2f} ms   p50 {statistics.median(clock):7.2f} (CPU {statistics.median(cpu):6.2f})"
        f"   p99 {clock[at]:7.2f} (CPU {cpu[at]:6.2f})"
    )


def main() -> None:
    """Build it, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        database = Database(Path(folder) / "catalog.db")
        build(database, asked.tracks)
        service, albums, rounds = Browsing(database), asked.tracks // 10, asked.rounds
        album = service.albums(ask.ListAlbums(limit=1, offset=albums // 2)).albums[0]
        for order in ("title", "artist", "newest", "year", "genre", "random"):

            def page(order: ask.AlbumOrder = order) -> None:  # type: ignore[assignment]
                service.albums(ask.ListAlbums(order, 20, random.randrange(albums // 20), "Rock", 1950, 2024))

            measure(f"20 albums, {order}", page, rounds)
        measure(
            "500 albums, title", lambda: service.albums(ask.ListAlbums("title", 500, random.randrange(albums))), rounds
        )
        measure("10 random tracks", lambda: service.drawn(ask.DrawTracks(10)), rounds)
        measure("50 random tracks of a genre", lambda: service.drawn(ask.DrawTracks(50, "Jazz")), rounds)
        measure("50 random tracks of a year", lambda: service.drawn(ask.DrawTracks(50, "", 1971, 1971)), rounds)
        deep = ask.FindThings("", 0, 0, 20, track_offset=asked.tracks * 4 // 10)
        measure(f"everything, 20 at {deep.track_offset}", lambda: service.found(deep), rounds)
        words = album.title.split()
        measure("search for a word", lambda: service.found(ask.FindThings(random.choice(words))), rounds)
        measure("search for two letters", lambda: service.found(ask.FindThings(random.choice(words)[:2])), rounds)
        measure("an album", lambda: service.album(ask.ShowAlbum(album.id)), rounds)
        measure("an artist", lambda: service.artist(ask.ShowArtist(album.artist_id)), rounds)
        measure("all artists", lambda: service.artists(ask.ListArtists()), 5)
        measure("all genres", lambda: service.genres(ask.ListGenres()), 5)
        database.close()


if __name__ == "__main__":
    main()
