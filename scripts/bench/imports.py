#!/usr/bin/env python3
"""What it takes to take over a library of beets: of so many items, each of which is a track here.

    scripts/bench/imports.py [--tracks 1000000] [--differ 0.02 1] [--folder /dev/shm]

A synthetic catalog, ten tracks an album; and a database with the tables that beets 2.14 made
(tests/library/exchange/samples), its items in order of album with thirty fields each, an attribute of a plugin for all
and plays and a rating for every fifth. Of the items so large a part says something else than their files. Each time
the command runs three times: with `--dry-run`, for the first time, and once more. Told are the seconds of the
command as a whole, and the most memory that it had (resident set).
"""

import argparse
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "adapters")]

from search import FACTS, tracks  # noqa: E402 - beside this

from musfuse.app.library import Library, open_library  # noqa: E402
from musfuse.app.sections import default_sections  # noqa: E402
from musfuse.config import load_config  # noqa: E402
from musfuse.library.albums import hash_id  # noqa: E402
from musfuse.library.names import name_key  # noqa: E402
from musfuse.model import path_text  # noqa: E402

MUSFUSE = [sys.executable, "-m", "musfuse"]
SAMPLE = HERE / "tests/library/exchange/samples/beets-2.14.1.db"
Tags = dict[str, list[str]]


def fill(library: Library, count: int) -> None:
    """Files, items and their places on the drive, as a scan and what follows it leave them, but for the index of words
    and who belongs to whom: a million of these take the pipeline minutes, and no import looks at them."""
    with library.catalog.database.write() as db:
        source, uid = db.execute("SELECT id, uid FROM source").fetchone()
        artist = album = 1
        node = 1_000_000_000  # of folders: those of files have the numbers of their items
        for item, tags in enumerate(tracks(count), 1):
            folder = (item - 1) // 10 + 1
            above = f"artist {(item - 1) // 100}"
            path = f"{above}/album {folder}"
            if (item - 1) % 100 == 0:
                node, artist = node + 1, node + 1
                _folder(db, node, 1, above, above)
            if (item - 1) % 10 == 0:
                node, album = node + 1, node + 1
                _folder(db, node, artist, f"album {folder}", path)
                db.execute(
                    "INSERT INTO folder (id, source, path, scan) VALUES (?, ?, ?, 1)", (folder, source, path.encode())
                )
            name, public = f"{item}.flac", hash_id(f"{uid}/{path_text(path)}/{item}.flac#0")
            db.execute(
                "INSERT INTO file (id, folder, name, size, mtime_ns, ident) VALUES (?, ?, ?, 1, 1, ?)",
                (item, folder, name.encode(), str(item)),
            )
            db.execute(
                "INSERT INTO item (id, file, public, born_ns, version, facts) VALUES (?, ?, ?, ?, 1, ?)",
                (item, item, public, item, FACTS),
            )
            db.execute(
                "INSERT INTO item_tags (item, embedded) VALUES (?, ?)", (item, json.dumps(tags, separators=(",", ":")))
            )
            db.execute(
                "INSERT INTO node (id, tree, parent, name, name_key, item, owner, mtime_ns)"
                " VALUES (?, 1, ?, ?, ?, ?, '', 0)",
                (item + 1, album, name, name_key(name), item),
            )


def _folder(db: sqlite3.Connection, node: int, parent: int, name: str, path: str) -> None:
    db.execute(
        "INSERT INTO node (id, tree, parent, name, name_key, dir_key, owner, mtime_ns)"
        " VALUES (?, 1, ?, ?, ?, ?, '', 0)",
        (node, parent, name, name_key(name), name_key(path)),
    )


def items(library: Library, differ: float) -> Iterator[tuple[int, bytes, Tags]]:
    """The items in order, with what beets says of them."""
    genre = random.Random(1)
    with library.catalog.database.read() as db:
        for item, path, name, tags in db.execute(
            "SELECT i.id, o.path, o.name, t.embedded FROM item i JOIN original o ON o.file = i.file"
            " JOIN item_tags t ON t.item = i.id ORDER BY i.id"
        ):
            said: Tags = json.loads(tags)
            if genre.random() < differ:
                said["genre"] = ["Made up", "Otherwise"]
            yield item, bytes(path) + b"/" + bytes(name), said


def make_beets(path: Path, library: Library, differ: float) -> None:
    """A library of beets with the same music."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(SAMPLE)) as sample, closing(sqlite3.connect(path)) as db:
        for (sql,) in sample.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            db.execute(sql)
        fixed = {
            "albumtype": "album", "albumtypes": "album", "media": "CD", "format": "FLAC", "bitrate": 900_000,
            "samplerate": 44_100, "bitdepth": 16, "channels": 2, "length": 200.5, "added": 1.6e9, "mtime": 1.6e9,
            "disc": 0, "comp": 0, "bpm": 0, "month": 0, "day": 0, "lyrics": "", "comments": "", "mb_trackid": "",
        }  # fmt: skip
        fixed |= dict.fromkeys(("albumtype", "albumtypes", "media"), "")
        names = [*fixed, "id", "album_id", "path", "title", "artist", "album", "albumartist", "genres", "year", "track"]
        insert = f"INSERT INTO items ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        for item, place, tags in items(library, differ):
            one = [tags[name][0] for name in ("title", "artist", "album", "albumartist")]
            row = (*fixed.values(), item, (item - 1) // 10 + 1, place, *one, "\\\u2400".join(tags["genre"]))
            db.execute(insert, (*row, int(tags["date"][0]), int(tags["tracknumber"][0])))
            noted = [("data_source", "MusicBrainz")]
            if item % 5 == 0:
                noted += [("play_count", str(item % 50 + 1)), ("last_played", "1600000000.0"), ("rating", "4")]
            db.executemany(
                "INSERT INTO item_attributes (entity_id, key, value) VALUES (?, ?, ?)",
                ((item, *pair) for pair in noted),
            )
        db.commit()


def run(state: Path, beets: Path, *options: str) -> str:
    """Run the command; what it took and what it said last."""
    words = [*MUSFUSE, "import", "beets", str(beets), "--library", str(state), "--yes", *options]
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(words, stdout=out, cwd=HERE)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().splitlines()
    assert process.returncode == 0, said
    seconds = time.perf_counter() - began
    cpu = usage.ru_utime + usage.ru_stime
    return f"{seconds:6.1f} s ({cpu:.1f} s of CPU time), {usage.ru_maxrss / 1024:4.0f} MiB: {said[-1][:90]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--differ", type=float, nargs="+", default=[0.02])
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory(dir=args.folder) as made:
        folder = Path(made)
        state, beets, music = folder / "state", folder / "library.db", folder / "music"
        music.mkdir()
        config = load_config(default_sections()).config
        with closing(open_library(state, config, sources=[music])) as library:
            fill(library, args.tracks)
        print(f"catalog of {args.tracks} tracks: {sum(f.stat().st_size for f in state.glob('catalog*')) >> 20} MiB")
        for differ in args.differ:
            trial = folder / "trial"
            shutil.rmtree(trial, ignore_errors=True)
            shutil.copytree(state, trial)
            with closing(open_library(trial, config)) as library:
                make_beets(beets, library, differ)
            print(f"{differ:.0%} of the items differ; beets has {beets.stat().st_size >> 20} MiB", flush=True)
            for what, options in (("plan", ("--dry-run",)), ("import", ()), ("again", ())):
                print(f"  {what:<7} {run(trial, beets, *options)}", flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
