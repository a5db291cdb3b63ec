#!/usr/bin/env python3
"""The index of words and what searches take, over a synthetic catalog.

    scripts/bench/search.py [--tracks 1000000] [--queries 200] [--folder /dev/shm]

Words are drawn as natural ones are (Zipf), ten tracks an album, ten albums an artist; no audio is made. Tells how fast
the stage `search` indexes, how many bytes a track the index takes, what a change of one track takes until a search
finds it, and of each kind of query the median and the 99th percentile of so many searches for the 100 best, as the
clock has it and as CPU time: other programs of the machine are in the first alone.
"""

import argparse
import itertools
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE))

from musfuse.library.catalog.database import Database  # noqa: E402
from musfuse.library.grammar import parse_query  # noqa: E402
from musfuse.library.pipeline.search import Searching  # noqa: E402
from musfuse.library.search.engine import Search  # noqa: E402
from musfuse.library.vocabulary import Vocabulary  # noqa: E402
from musfuse.media.formats import default_formats  # noqa: E402

SYLLABLES = (
    "ba be bo ca co da de do fa fi ga go ha he in ja ka la le li lo ma me mi na no on pa ra re ri ro sa se st ta te th"
)
SYLLABLES += " to tra un va ve wa wi you ing er ed s ly al en"
GENRES = ("Rock", "Pop", "Jazz", "Progressive Rock", "Hip Hop", "Electronic", "Classical", "Blues", "Folk", "Metal")
FACTS = json.dumps(
    {"container": "flac", "codec": "flac", "sample_rate": 44_100, "channels": 2, "bits": 16, "pcm": "int"}
)
VOCABULARY = Vocabulary(default_formats())


class Words:
    """Made-up words, the first of which are drawn most."""

    def __init__(self, count: int) -> None:
        syllables, found = SYLLABLES.split(), dict[str, None]()
        while len(found) < count:
            found["".join(random.choices(syllables, k=random.choice((1, 2, 2, 3, 3, 3, 4, 4, 5))))] = None
        self._words = sorted(found, key=lambda word: (len(word) > 5, random.random()))
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(count)))

    def some(self, count: int) -> str:
        """So many words."""
        return " ".join(random.choices(self._words, cum_weights=self._weights, k=count)).title()


def tracks(count: int) -> Iterator[dict[str, list[str]]]:
    """The tags of tracks, album by album."""
    words, artist, album, year, genre = Words(max(1000, count // 5)), "", "", "", ""
    for number in range(count):
        if number % 100 == 0:
            artist = words.some(random.choice((1, 2, 2, 3)))
        if number % 10 == 0:
            album, year = words.some(random.choice((1, 2, 3, 4))), str(random.randint(1950, 2024))
            genre = random.choice(GENRES)
        title = words.some(random.choice((1, 2, 3, 4, 5, 6)))
        tags = {"title": title, "artist": artist, "album": album, "albumartist": artist, "genre": genre, "date": year}
        yield {name: [value] for name, value in (tags | {"tracknumber": str(number % 10 + 1)}).items()}


def fill(database: Database, count: int) -> None:
    """Items with tags, none of which is indexed."""
    rows: dict[str, Callable[[int, object], tuple[object, ...]]] = {
        "file (id, folder, name, size, mtime_ns, ident)": lambda item, _: (item, 1, b"%d" % item, 1, 1, ""),
        "item (id, file, born_ns, version, facts)": lambda item, _: (item, item, item, 1, FACTS),
        "item_tags (item, embedded)": lambda item, tags: (item, json.dumps(tags, separators=(",", ":"))),
        "todo (stage, key)": lambda item, _: ("search", item),
    }
    with database.write() as db:
        db.execute("INSERT INTO source (id, uid, root, position, scanned) VALUES (1, 'u', x'2f', 0, 1)")
        db.execute("INSERT INTO folder (id, source, path, scan) VALUES (1, 1, x'', 1)")
        for item, tags in enumerate(tracks(count), 1):
            for table, values in rows.items():
                given = values(item, tags)
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(given))})", given)


def index(database: Database, count: int) -> None:
    """Run the stage, and tell what it took and what it made."""
    stage, began, cpu = Searching(database), time.perf_counter(), time.process_time()
    while stage.batch():
        pass
    cpu, clock = time.process_time() - cpu, time.perf_counter() - began
    print(f"indexed {count} tracks in {clock:.1f} s, {cpu:.1f} s of CPU time: {count / cpu:.0f} tracks a second")
    with database.read() as db:
        sizes = "SELECT name, sum(pgsize) FROM dbstat WHERE name LIKE '%search%' GROUP BY 1 ORDER BY 2 DESC"
        rows = db.execute(sizes).fetchall()
        words = db.execute("SELECT count(*) FROM search_word").fetchone()[0]
    print(f"index: {sum(size for _, size in rows) / count:.1f} bytes a track, {words} words;", end=" ")
    print(", ".join(f"{name} {size / count:.1f}" for name, size in rows[:6]))


def retag(database: Database, search: Search, count: int, times: int = 100) -> None:
    """What a change of a track takes, from its commit until a search finds it."""
    took = []
    stage = Searching(database)
    for number in range(times):
        item, word = random.randint(1, count), f"zzq{number}x"
        with database.write() as db:
            said = "UPDATE item_tags SET merged = json_set(embedded, '$.title', json_array(?)) WHERE item = ?"
            db.execute(said, (word, item))
            db.execute("INSERT OR IGNORE INTO todo VALUES ('search', ?)", (item,))
        began = time.perf_counter()
        while stage.batch():
            pass
        found = search.best(parse_query(word, VOCABULARY), 1)
        took.append(time.perf_counter() - began)
        assert [hit.found.id for hit in found.hits] == [item]
    print(f"a retag is found after {1000 * statistics.median(took):.1f} ms, at most {1000 * max(took):.1f} ms")


def edited(word: str) -> str:
    """A word with one letter changed, lost, doubled or swapped."""
    if len(word) < 4:
        return word
    at = random.randrange(1, len(word) - 1)
    left, right = word[:at], word[at:]
    changed, lost, doubled = f"{left}x{right[1:]}", left + right[1:], left + right[0] + right
    return random.choice((changed, lost, doubled, left + right[1] + right[0] + right[2:])) + "~"


Said = tuple[list[str], list[str]]
"""The words of a track's title, and of its artist."""
KINDS: dict[str, Callable[[Said], str]] = {
    "one word": lambda said: random.choice(said[0]),
    "two words": lambda said: f"{random.choice(said[0])} {random.choice(said[1])}",
    "three letters": lambda said: f"{random.choice(said[0])[:3]}*",
    "phrase": lambda said: f'"{" ".join(said[0][:2])}"',
    "field": lambda said: f"artist:{random.choice(said[1])}",
    "one edit": lambda said: edited(max(said[0], key=len)),
}
"""Queries of each kind, of the words of a track."""


def ask(path: Path, search: Search, count: int, queries: int) -> None:
    """What searches of each kind take."""
    mixed = list[tuple[float, float]]()
    with sqlite3.connect(path) as db:
        for kind, make in KINDS.items():
            took = []
            for _ in range(queries):
                item = random.randint(1, count)
                (text,) = db.execute("SELECT embedded FROM item_tags WHERE item = ?", (item,)).fetchone()
                title, artist = (json.loads(text)[name][0].lower().split() for name in ("title", "artist"))
                query = parse_query(make((title, artist)), VOCABULARY)
                clock, cpu = time.perf_counter(), time.thread_time()
                search.best(query, 100)
                took.append((time.perf_counter() - clock, time.thread_time() - cpu))
            told(kind, took)
            mixed += took
    told("the mix", mixed)


def told(kind: str, took: list[tuple[float, float]]) -> None:
    columns = []
    for times in zip(*took, strict=True):
        each = sorted(times)
        columns.append(f"{1000 * statistics.median(each):6.1f} {1000 * each[int(len(each) * 0.99)]:7.1f}")
    print(f"{kind:14} p50, p99 in ms: {columns[0]}   CPU: {columns[1]}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    random.seed(7)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "catalog.db"
        database = Database(path)
        fill(database, options.tracks)
        index(database, options.tracks)
        search = Search(database)
        ask(path, search, options.tracks, options.queries)
        retag(database, search, options.tracks)
        database.close()


if __name__ == "__main__":
    main()
