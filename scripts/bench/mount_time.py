#!/usr/bin/env python3
"""How long `musfuse mount` takes on libraries of several sizes, and what the idle process holds in memory.

    scripts/bench/mount_time.py [--tracks 0 10000 100000] [--rounds 5]

Each library is written straight into a catalog (its tracks point at one small original). The time is that of the whole
command, interpreter included, until it returns with an answering drive; memory is the proportional size (PSS) of the
owner, ten seconds later, before anything was read.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MUSFUSE = [sys.executable, "-m", "musfuse"]


def tags(album: int, n: int) -> object:
    from musfuse.model import TagSet

    return TagSet({"title": [f"Title {n}"], "artist": [f"Artist {album % 500}"], "album": [f"Album {album}"]})


def make_library(folder: Path, music: Path, tracks: int) -> None:
    from musfuse.app.library import open_library
    from musfuse.config import Config
    from musfuse.library.catalog import FileRow
    from musfuse.model import AudioFormat, Stamp

    library = open_library(folder, Config())
    library.add_sources([music])
    source = library.sources.rows()[0]
    fmt = AudioFormat("mp3", "mp3", 44_100, 2)
    for album in range(-(-tracks // 10)):
        where = library.catalog.files.folder(source.id, f"a{album}", 1)
        library.catalog.files.put_files(
            (where, FileRow(f"{n}.mp3", Stamp(1000, n), f"{album}/{n}", format=fmt,
                            tags=tags(album, n)))
            for n in range(min(10, tracks - album * 10))
        )  # fmt: skip
    library.name_tracks()
    library.close()


def pss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, nargs="+", default=[0, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'tracks':>10}{'mount ms':>12}{'worst ms':>12}{'idle MiB':>12}")
    for tracks in args.tracks:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            music, mnt, library = folder / "music", folder / "mnt", folder / "library"
            music.mkdir(), mnt.mkdir()
            make_library(library, music, tracks)
            env = {**os.environ, "MUSFUSE_SCAN_ON_MOUNT": "false", "MUSFUSE_RUNTIME_DIR": str(folder / "run")}
            times = []
            for round_ in range(args.rounds):
                began = time.perf_counter()
                subprocess.run(
                    [*MUSFUSE, "mount", "--library", library, mnt], check=True, env=env, stdout=subprocess.DEVNULL
                )
                times.append((time.perf_counter() - began) * 1e3)
                if round_ == args.rounds - 1:
                    time.sleep(10)
                    said = subprocess.run([*MUSFUSE, "status", "--json"], env=env, capture_output=True, check=True)
                    idle = pss_mib(json.loads(said.stdout)[0]["pid"])
                subprocess.run([*MUSFUSE, "unmount", mnt], check=True, env=env, stdout=subprocess.DEVNULL)
            print(f"{tracks:>10}{statistics.median(times):>12.0f}{max(times):>12.0f}{idle:>12.1f}")


if __name__ == "__main__":
    main()
