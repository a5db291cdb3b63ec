#!/usr/bin/env python3
"""How fast a library is exported, and how much memory that takes.

    scripts/bench/exports.py [--tracks 1000000] [--opinions 0.2] [--folder /dev/shm]

The synthetic catalog of imports.py; so large a part of the tracks is rated and was played. Told are the seconds of each
command as a whole, its rows a second, and the most memory that it had (resident set).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from imports import HERE, MUSFUSE, fill  # beside this

from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.library.userdb.plays import Heard
from musfuse.library.userdb.ratings import Rating

OPINIONS = "title,artist,rating,starred,plays,first_played,last_played"
COMMANDS = (
    ("CSV", "x.csv", ()),
    ("JSON", "x.json", ()),
    ("JSON, with opinions of all", "y.json", ("--fields", OPINIONS)),
    ("JSON, --opinions", "z.json", ("--opinions",)),
    ("M3U8", "x.m3u8", ()),
    ("XSPF", "x.xspf", ()),
    ("JSPF", "x.jspf", ()),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--opinions", type=float, default=0.2)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as made:
        folder = Path(made)
        (folder / "music").mkdir()
        config = load_config(default_sections()).config
        with closing(open_library(folder / "state", config, sources=[folder / "music"])) as library:
            fill(library, args.tracks)
            with library.catalog.database.read() as db:
                every = max(1, round(1 / args.opinions))
                publics = [public for (public,) in db.execute("SELECT public FROM item WHERE id % ? = 0", (every,))]
            library.playing.ratings.put((public, Rating(4, 1_600_000_000 * 10**9)) for public in publics)
            library.playing.table.put(Heard(public, 9, 10**18, 10**18 + 1, "") for public in publics)
        print(f"{args.tracks} tracks, opinions of {len(publics)}", flush=True)
        for what, name, options in COMMANDS:
            rows = len(publics) if "--opinions" in options else args.tracks
            print(f"  {what:<27} {run(folder, folder / name, rows, *options)}", flush=True)


def run(folder: Path, to: Path, rows: int, *options: str) -> str:
    """Export to a file; what that took."""
    words = [*MUSFUSE, "export", "--library", str(folder / "state"), "--to", str(to), *options]
    began = time.perf_counter()
    process = subprocess.Popen(words, cwd=HERE, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    assert process.returncode == 0, words
    size = to.stat().st_size >> 20
    to.unlink()
    memory, pace = f"{usage.ru_maxrss / 1024:.0f} MiB", f"{rows / cpu:,.0f} rows a second"
    return f"{seconds:6.1f} s ({cpu:.1f} s of CPU time: {pace}), {memory}; {size} MiB written"


if __name__ == "__main__":
    sys.exit(main())
