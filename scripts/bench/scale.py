#!/usr/bin/env python3
"""Walks, opens and mounting at several sizes, beside mergerfs and `rclone mount` of the same folder in the same run.

    scripts/bench/scale.py [--tracks 10000 100000] [--rounds 3] [--keep FOLDER]

A synthetic library: tagged FLAC files of a tenth of a second, ten a folder, passed through by all three (`apt-get
install mergerfs rclone`). Of each mount, in turns: `find -type f -printf %s` just after mounting and once more, 1,000
opens with 64 KiB read, what a mount takes until its first listing, and what its processes hold in memory (PSS) then.
Medians of the rounds. `--keep` keeps the files for another run.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))
MUSFUSE = [sys.executable, "-m", "musfuse"]
OPENS, PIECE = 1000, 64 * 1024


def make_music(music: Path, tracks: int) -> None:
    """Files with tags of their own."""
    import sound

    music.mkdir(parents=True, exist_ok=True)
    for album in range(-(-tracks // 10)):
        folder = music / f"Artist {album % 500}" / f"Album {album}"
        if folder.exists():
            continue
        for n in range(10):
            tags = {"artist": f"Artist {album % 500}", "album": f"Album {album}", "title": f"Title {n}"}
            sound.write(folder / f"{n}.flac", 4410, tracknumber=str(n), **tags)


@contextmanager
def musfuse(_: Path, mnt: Path, state: Path) -> Iterator[None]:
    environment = {**os.environ, "MUSFUSE_SCAN_ON_MOUNT": "false", "MUSFUSE_INDEX_BACKGROUND": "false"}
    subprocess.run([*MUSFUSE, "mount", "--library", state, mnt], check=True, stdout=subprocess.DEVNULL, env=environment)
    yield
    subprocess.run([*MUSFUSE, "unmount", mnt], check=True, stdout=subprocess.DEVNULL, env=environment)


@contextmanager
def mergerfs(music: Path, mnt: Path, _: Path) -> Iterator[None]:
    subprocess.run(["mergerfs", "-o", "ro,cache.entry=60,cache.attr=60", str(music), str(mnt)], check=True)
    yield
    subprocess.run(["fusermount3", "-u", str(mnt)], check=True)


@contextmanager
def rclone(music: Path, mnt: Path, _: Path) -> Iterator[None]:
    command = ["rclone", "mount", "--read-only", "--vfs-cache-mode", "off", "--daemon", str(music), str(mnt)]
    subprocess.run([*command, "--config", "/dev/null"], check=True, stderr=subprocess.DEVNULL)
    yield
    subprocess.run(["fusermount3", "-u", str(mnt)], check=True)


Mount = Callable[[Path, Path, Path], AbstractContextManager[None]]
MOUNTS: dict[str, Mount] = {
    "musfuse": musfuse,
    "mergerfs": mergerfs,
    "rclone": rclone,
}


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def scan(music: Path, state: Path) -> None:
    subprocess.run([*MUSFUSE, "scan", "--library", state, music], check=True, stdout=subprocess.DEVNULL)


def find(mnt: Path) -> int:
    said = subprocess.run(
        ["find", str(mnt), "-type", "f", "-printf", "%s\n"], check=True, capture_output=True, text=True
    )
    return said.stdout.count("\n")


def open_some(paths: list[str]) -> None:
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            file.read(PIECE)


def pss_mib(mnt: Path) -> float:
    """Of all processes whose command line names the mountpoint."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(mnt).encode() in (process / "cmdline").read_bytes() and process.name != str(os.getpid()):
                rollup = (process / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def measure(name: str, music: Path, mnt: Path, state: Path, tracks: int) -> dict[str, float]:
    began = time.perf_counter()
    with MOUNTS[name](music, mnt, state):
        os.listdir(mnt)
        found = {"mount": time.perf_counter() - began}
        assert find(mnt / "Artist 1") > 0
        found["find"] = seconds(lambda: find(mnt))
        found["find again"] = seconds(lambda: find(mnt))
        paths = [os.path.join(folder, file) for folder, _, files in os.walk(mnt) for file in files]
        assert len(paths) >= tracks, (name, len(paths))
        found["opens"] = seconds(lambda: open_some(random.Random(1).sample(paths, min(OPENS, len(paths)))))
        found["PSS MiB"] = pss_mib(mnt)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tracks", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    there = [name for name in MOUNTS if name == "musfuse" or shutil.which(name)]
    with tempfile.TemporaryDirectory() as made:
        for tracks in args.tracks:
            top = (args.keep or Path(made)) / str(tracks)
            music, state = top / "music", top / "state"
            make_music(music, tracks)
            for what in ("cold", "warm"):
                took = seconds(partial(scan, music, state))
                print(f"{tracks:>9}  scan, {what:<5} {took:8.2f} s {tracks / took:10.0f} files/s")
            rounds: dict[str, list[dict[str, float]]] = {name: [] for name in there}
            for n in range(args.rounds):
                for name in there:
                    mnt = Path(made) / f"{name}{tracks}-{n}"
                    mnt.mkdir()
                    rounds[name].append(measure(name, music, mnt, state, tracks))
            for what in rounds["musfuse"][0]:
                told = {name: statistics.median(r[what] for r in rounds[name]) for name in there}
                ratios = "  ".join(f"/ {name} {told['musfuse'] / told[name]:.2f}" for name in there[1:] if told[name])
                print(f"{tracks:>9}  {what:<11}", *(f"{name} {value:8.3f}" for name, value in told.items()), ratios)


if __name__ == "__main__":
    main()
