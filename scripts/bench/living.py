#!/usr/bin/env python3
"""A mounted drive of a large library while its sources and views change: what a listener waits for.

    scripts/bench/living.py [--tracks 100000] [--rounds 5] [--folder /dev/shm]

One source of real (tiny) WAV files, ten to a folder, scanned, mounted and followed. Then: how long after its last
file's close an album of twelve is read through the mount; how long until another template is shown; what a second
view adds to the catalog.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from mount_time import MUSFUSE, pss_mib

ALBUM = 12


def write(path: Path, frames: int = 100) -> None:
    with wave.open(str(path), "wb") as made:
        made.setparams((1, 2, 44_100, 0, "NONE", ""))
        made.writeframes(os.urandom(2 * frames))


def make_source(music: Path, tracks: int) -> None:
    for n in range(tracks):
        folder = music / f"Artist {n // 1000}" / f"Album {n // 10}"
        if n % 10 == 0:
            folder.mkdir(parents=True)
        write(folder / f"{n}.wav")


def arrives(music: Path, shown: Path, name: str) -> float:
    """Seconds from the last close of a new album to all of it being read through the mount."""
    (music / name).mkdir()
    for n in range(ALBUM):
        write(music / name / f"{n}.wav", 44_100)
    closed = time.monotonic()
    for n in range(ALBUM):
        while True:
            try:
                (shown / name / f"{n}.wav").read_bytes()
                break
            except FileNotFoundError:
                time.sleep(0.01)
    return time.monotonic() - closed


def show(what: str, seconds: list[float]) -> None:
    print(f"{what}: {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        music, mnt, library = folder / "music", folder / "mnt", folder / "library"
        make_source(music, args.tracks), mnt.mkdir()
        env = {
            **os.environ,
            "MUSFUSE_RUNTIME_DIR": str(folder / "run"),
            "MUSFUSE_INDEX_BACKGROUND": "false",
            "MUSFUSE_VIEW_POLICY": "original",
        }

        def musfuse(*words: object) -> str:
            done = subprocess.run([*MUSFUSE, *map(str, words)], env=env, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        def told(*words: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = json.loads(musfuse(*words, "--library", library, "--json"))
            return found

        def catalog() -> int:
            return sum(path.stat().st_size for path in library.glob("catalog.db*"))

        def settle() -> None:
            while any(job["state"] in ("queued", "running") for job in told("jobs", "list")):
                time.sleep(0.2)

        def views(*words: str) -> float:
            """Seconds until what `view WORDS` asks for is shown."""
            began = time.monotonic()
            musfuse("view", *words, "--library", library)
            while any(
                each["state"] != "ready" for each in json.loads(musfuse("view", "list", "--library", library, "--json"))
            ):
                time.sleep(0.1)
            return time.monotonic() - began

        began = time.monotonic()
        musfuse("scan", "--library", library, music)
        print(f"scan of {args.tracks} files: {time.monotonic() - began:.1f} s", flush=True)
        began = time.monotonic()
        musfuse("mount", "--library", library, mnt)
        print(f"mounted in {time.monotonic() - began:.2f} s", flush=True)
        pid = json.loads(musfuse("status", "--json"))[0]["pid"]
        settle()
        print(f"idle: {pss_mib(pid):.0f} MiB", flush=True)
        waits = [arrives(music, mnt / "Unknown Artist", f"New {n}") for n in range(args.rounds)]
        print(
            f"a new album after its last close: {statistics.median(waits):.2f} s, worst {max(waits):.2f} s", flush=True
        )
        settle()
        before = catalog()
        print(f"a second view: {views('add', 'car', '--template', '$album/$title'):.1f} s", flush=True)
        settle()
        adds = 100 * (catalog() / before - 1)
        print(f"it adds {adds:.1f} % to a catalog of {before / 2**20:.0f} MiB", flush=True)
        print(f"another template: {views('set', 'car', '--template', 'by name/$album/$title'):.1f} s", flush=True)
        settle()
        waits = [arrives(music, mnt / "Unknown Artist", f"Newer {n}") for n in range(args.rounds)]
        show("a new album with two views", waits)
        print(f"at the end: {pss_mib(pid):.0f} MiB", flush=True)
        musfuse("unmount", mnt)


if __name__ == "__main__":
    main()
