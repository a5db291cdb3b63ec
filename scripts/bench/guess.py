#!/usr/bin/env python3
"""What it takes to guess what is played next, to note a play, and to mark what a read reached.

    scripts/bench/guess.py [--tracks 100000] [--plays 100000] [--rounds 1000]

A catalog of made-up tracks in albums of twelve, and as many plays in user.db: three of four go on in the album, and one
jumps. Guesses are made for the tracks of random plays, by all that guess: album, sequence, hour of day.
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
sys.path[:0] = [str(HERE), str(HERE / "adapters"), str(HERE / "tests")]

from library.conftest import Desk  # noqa: E402

from musfuse.drive.listening import Reached  # noqa: E402
from musfuse.library.catalog import Nodes, Tracks  # noqa: E402
from musfuse.library.catalog.albumorder import AlbumOrder  # noqa: E402
from musfuse.library.catalog.identities import Identities  # noqa: E402
from musfuse.library.prefetch.guessing import HourOfDay, Learned, NextOfAlbum, guessed  # noqa: E402
from musfuse.library.userdb import Play, PlayTable, UserDatabase  # noqa: E402
from musfuse.model import TagSet  # noqa: E402

ALBUM, MINUTE = 12, 60 * 10**9


def made(folder: Path, tracks: int) -> Desk:
    """A catalog of so many tracks, whose public ids are their ids."""
    desk = Desk(folder / "catalog.db")
    for number in range(tracks):
        album, track = divmod(number, ALBUM)
        tags = {
            "artist": [f"A{album % 997}"], "album": [f"L{album}"], "title": [f"T{track}"],
            "tracknumber": [str(track + 1)],
        }  # fmt: skip
        desk.put(f"{album}/{track}.wav", TagSet(tags))
    desk.naming.run()
    with desk.database.write() as db:
        db.execute("UPDATE item SET public = id")
    return desk


def history(rng: random.Random, tracks: int, plays: int) -> list[Play]:
    """Five minutes each; who listens likes some albums better than others."""
    found, track = [], 1
    for number in range(plays):
        going_on = track % ALBUM and rng.random() < 0.75
        track = track + 1 if going_on else 1 + ALBUM * int(rng.paretovariate(0.5)) % tracks
        found.append(Play(track, number * 5 * MINUTE, number // 12 % 24))
    return found


def milliseconds(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    call()
    return (clock() - began) * 1000


def told(name: str, taken: list[float], unit: str = "ms") -> None:
    taken.sort()
    p99 = taken[min(len(taken) - 1, len(taken) * 99 // 100)]
    print(f"{name}: median {statistics.median(taken):.3f}, p99 {p99:.3f}, worst {taken[-1]:.3f} {unit}")


def main() -> None:
    """Measure all three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--plays", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1000)
    args = parser.parse_args()
    rng = random.Random(1)
    with tempfile.TemporaryDirectory(dir=HERE) as folder:
        desk = made(Path(folder), args.tracks)
        user = UserDatabase(Path(folder) / "user.db")
        plays, rows = PlayTable(user), Tracks(desk.database)
        played = history(rng, args.tracks, args.plays)
        plays.add(played)
        identities, albums = Identities(desk.database), AlbumOrder(desk.database, Nodes(desk.database))
        guesses = [NextOfAlbum(albums, 3), Learned(plays, identities, 3), HourOfDay(plays, identities, 3)]
        taken, worked = [], []
        for play in rng.choices(played, k=args.rounds):
            row = rows.track(play.id)
            assert row is not None
            taken.append(milliseconds(lambda row=row: guessed(guesses, row)))  # type: ignore[misc]
            worked.append(milliseconds(lambda row=row: guessed(guesses, row), time.thread_time))  # type: ignore[misc]
        told("a guess", taken)
        told("a guess, of CPU", worked)
        told("a play noted", [milliseconds(lambda p=play: plays.add([p])) for play in played[: args.rounds // 10]])  # type: ignore[misc]
        reached = Reached(8192, 30 << 20)
        pieces = [rng.randrange(0, 30 << 20) for _ in range(args.rounds)]
        told("a read marked", [milliseconds(lambda at=at: reached.read(at, 1 << 17)) * 1000 for at in pieces], "µs")  # type: ignore[misc]
        size = (Path(folder) / "user.db").stat().st_size
        print(f"user.db: {size / (1 << 20):.1f} MiB, {size / args.plays:.0f} bytes a play")
        user.close()
        desk.database.close()


if __name__ == "__main__":
    main()
