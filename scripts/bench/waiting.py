#!/usr/bin/env python3
"""How long a stat takes while many others wait for indexes.

    scripts/bench/waiting.py [--waiting 64] [--seconds 40] [--stats 200]

Mounts a new library of WAV files of `--seconds` each, one a folder; `--waiting` stats of them wait for their indexes at
the same time, while a FLAC file elsewhere is asked for its size again and again.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

MUSFUSE = [sys.executable, "-m", "musfuse"]


def write(path: Path, seconds: int, **tags: str) -> None:
    import mutagen
    import numpy
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, numpy.random.default_rng(1).normal(0, 0.1, (44_100 * seconds, 2)), 44_100, "PCM_16")
    opened = mutagen.File(path)
    if path.suffix == ".flac":
        opened.update(tags)
    else:
        opened.add_tags()
        for name, frame in (("artist", "TPE1"), ("album", "TALB"), ("title", "TIT2")):
            opened.tags.add(getattr(mutagen.id3, frame)(encoding=3, text=tags[name]))
    opened.save()


def measure(mnt: Path, waiting: int, stats: int) -> None:
    paths = [Path(entry.path) for folder in os.scandir(mnt / "Wait") for entry in os.scandir(folder.path)]
    free = mnt / "Free/F/f.flac"
    free.stat()
    done: list[int] = []
    threads = [threading.Thread(target=lambda p=path: done.append(p.stat().st_size)) for path in paths]
    for thread in threads:
        thread.start()
    times = []
    for _ in range(stats):
        began = time.perf_counter()
        free.stat()
        times.append((time.perf_counter() - began) * 1000)
    still = waiting - len(done)
    for thread in threads:
        thread.join()
    times.sort()
    print(f"{stats} stats while {still} to {waiting} waited: median {statistics.median(times):.2f} ms,"
          f" p99 {times[len(times) * 99 // 100]:.2f} ms, worst {times[-1]:.2f} ms")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--stats", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        music, library, mnt = (Path(name) / part for part in ("music", "library", "mnt"))
        mnt.mkdir()
        for n in range(args.waiting):
            write(music / str(n) / "x.wav", args.seconds, artist="Wait", album=str(n), title="x")
        write(music / "free.flac", 1, artist="Free", album="F", title="f")
        subprocess.run([*MUSFUSE, "scan", "--library", library, music], check=True, stdout=subprocess.DEVNULL)
        quiet = {**os.environ, "MUSFUSE_INDEX_BACKGROUND": "false", "MUSFUSE_SCAN_ON_MOUNT": "false"}
        subprocess.run([*MUSFUSE, "mount", "--library", library, mnt], check=True, env=quiet)
        try:
            measure(mnt, args.waiting, args.stats)
        finally:
            subprocess.run([*MUSFUSE, "unmount", mnt], check=True)


if __name__ == "__main__":
    main()
