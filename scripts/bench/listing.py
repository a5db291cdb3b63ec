#!/usr/bin/env python3
"""What the first listing of a collection takes, over a synthetic catalog.

    scripts/bench/listing.py [--tracks 1000000] [--folder /dev/shm]

The tracks are those of search.py, an album a folder of the drive; a fiftieth of them was played, a twentieth has stars.
Told is what a look takes until the last name of the folder is given, and until its playlist is, each for the first time
and once more: built-in collections, and rules of users. No index is built, and no original is read.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(Path(__file__).parent)]

from search import fill, index  # noqa: E402

from musfuse.app.build.collections import build_shelf  # noqa: E402
from musfuse.drive.branches.collections import CollectionsBranch  # noqa: E402
from musfuse.drive.branches.items import Items  # noqa: E402
from musfuse.drive.branches.port import Entry  # noqa: E402
from musfuse.errors import TooSlowError  # noqa: E402
from musfuse.library.catalog import Nodes, Tracks  # noqa: E402
from musfuse.library.catalog.database import Database  # noqa: E402
from musfuse.library.collections.rules import (  # noqa: E402
    Compound,
    Definition,
    Genre,
    NeverPlayed,
    Not,
    RecentlyAdded,
    Search,
    read_definition,
    write_definition,
)
from musfuse.library.collections.rules import Rating as Stars  # noqa: E402
from musfuse.library.collections.showing import ShownCollections  # noqa: E402
from musfuse.library.names import name_key  # noqa: E402
from musfuse.library.userdb import Play, PlayTable, Rating, RatingTable, UserDatabase  # noqa: E402
from musfuse.media.formats import default_formats  # noqa: E402
from musfuse.model import NodeKind  # noqa: E402

DAY = 86_400 * 10**9
RULES = {
    "Jazz of the 70s": "genre:jazz year:1970..1979",
    "A word": "love",
    "Sorted": "genre:jazz sort:title",
    "Liked and new": write_definition(Definition(Compound("And", (Stars(4), RecentlyAdded(400))))),
    "Never played rock": write_definition(Definition(Compound("And", (NeverPlayed(), Genre("rock"))))),
    "All but a letter": write_definition(Definition(Not(Search("e")))),
}


def place(database: Database, count: int, now: int) -> None:
    """Give tracks places, ids and times: one came every minute."""
    with database.write() as db:
        db.execute("UPDATE item SET public = id + 5000000, born_ns = ? - (? - id) * 60000000000", (now, count))
        db.execute(
            "INSERT INTO place SELECT id, 1, 'original', 'a' || (id / 10), 'A' || (id / 10), 't.flac', 200 FROM item"
        )
        db.execute(
            "INSERT INTO node (id, tree, parent, name, name_key, dir_key, owner, mtime_ns)"
            " SELECT 2 + id / 10, 1, 1, 'a' || (id / 10), 'A' || (id / 10), 'A' || (id / 10), '', 1 FROM item"
            " GROUP BY id / 10"
        )
        db.execute(
            "INSERT INTO node (tree, parent, name, name_key, item, owner, mtime_ns)"
            " SELECT 1, 2 + id / 10, 't' || id || '.flac', 'T' || id || '.FLAC', id, '', 1 FROM item"
        )


def hear(user: UserDatabase, count: int, now: int) -> None:
    """Play and rate some."""
    heard = random.sample(range(1, count + 1), count // 50)
    plays = PlayTable(user)
    plays.add(
        [Play(5_000_000 + item, now - random.randrange(400 * DAY), 0) for item in heard for _ in range(1 + item % 3)]
    )
    rated = random.sample(range(1, count + 1), count // 20)
    RatingTable(user).put((5_000_000 + item, Rating(1 + item % 5)) for item in rated)


def took(act: Callable[[], Any]) -> tuple[str, Any]:
    """What something took, on the clock and of CPU time, and what came of it."""
    clock, cpu = time.perf_counter(), time.thread_time()
    found = act()
    times = 1000 * (time.perf_counter() - clock), 1000 * (time.thread_time() - cpu)
    return f"{times[0]:7.1f} ms ({times[1]:7.1f} of CPU time)", found


def measure(database: Database, user: UserDatabase) -> None:
    """Look at each collection."""
    shelf = build_shelf(user, database, default_formats())
    for name, text in RULES.items():
        shelf.table.add(name, name_key(name), write_definition(read_definition(text)))
    nobody: Any = None
    nodes = Nodes(database)
    items = Items(nodes, Tracks(database), nobody, nobody, nobody, nobody)
    branch = CollectionsBranch(nodes, items, lambda: ShownCollections(shelf, database, nodes.view))
    root: Entry[Any] = Entry(nobody, 1, 0, "", NodeKind.FOLDER, 1, None, 0)
    top = branch.child(root, name_key(".collections"))
    assert top is not None
    said, names = took(lambda: list(branch.children(top)))
    print(f"{'names alone':18} {len(names):6} entries {said}")
    for one in shelf.all():
        folder, playlist = branch.child(top, one.key), branch.child(top, one.key + ".M3U8")
        assert folder is not None
        assert playlist is not None
        try:
            first, found = took(lambda folder=folder: list(branch.children(folder)))
        except TooSlowError:
            print(f"{one.name:18} takes too long")
            continue
        again, _ = took(lambda folder=folder: list(branch.children(folder)))
        text, _ = took(lambda playlist=playlist: branch.size(playlist))
        print(f"{one.name:18} {len(found):6} tracks {first}; again {again}; playlist {text}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    random.seed(7)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        database, user = Database(Path(folder) / "catalog.db"), UserDatabase(Path(folder) / "user.db")
        fill(database, options.tracks)
        index(database, options.tracks)
        now = time.time_ns()
        place(database, options.tracks, now)
        hear(user, options.tracks, now)
        measure(database, user)
        database.close()
        user.close()


if __name__ == "__main__":
    main()
