#!/usr/bin/env python3
"""Scans of a synthetic library: cold, warm, and after one file in a hundred was rewritten.

    scripts/bench/scan.py [--files 20000] [--folder /dev/shm] [--profile FILE]

Half the files are FLAC and half MP3, of one second, tagged, ten a folder. Told of each scan as a whole process: files a
second, and the processor time that a file takes, workers included. `--folder` says where the library is made: in
memory, it tells what musfuse takes, and not the disk.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))
MUSFUSE = [sys.executable, "-m", "musfuse"]
_MARK = "000000"


def templates(folder: Path) -> dict[str, bytes]:
    """A tagged second of music a format; `_MARK` stands where the number of a file, or of its album, is to be."""
    import sound

    tags = {"artist": f"Artist A{_MARK}", "album": f"Album B{_MARK}", "title": f"Title C{_MARK}", "date": "1999",
            "albumartist": f"Artist A{_MARK}", "genre": "Jazz", "tracknumber": "1"}  # fmt: skip
    made = {kind: sound.write(folder / f"one.{kind}", 44_100, **tags) for kind in ("flac", "mp3")}
    return {kind: path.read_bytes() for kind, path in made.items()}


def make_music(music: Path, files: int, one: dict[str, bytes]) -> None:
    """The library: an artist has ten albums."""
    kinds = tuple(one)
    for album in range(-(-files // 10)):
        folder = music / f"Artist {album // 10}" / f"Album {album}"
        folder.mkdir(parents=True)
        for n in range(10):
            write(folder, album * 10 + n, kinds[n % 2], one)


def write(folder: Path, number: int, kind: str, one: dict[str, bytes]) -> None:
    """One file."""
    data = one[kind]
    for letter, value in (("A", number // 100), ("B", number // 10), ("C", number)):
        data = data.replace(f"{letter}{_MARK}".encode(), f"{letter}{value:06}".encode())
    (folder / f"{number % 10}.{kind}").write_bytes(data)


def measure(what: str, music: Path, state: Path, files: int, profile: str = "") -> None:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "cProfile", "-o", profile, "-m", "musfuse"] if profile else MUSFUSE
    subprocess.run([*command, "scan", "--library", state, music], check=True, stdout=subprocess.DEVNULL)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{files:>8} files  scan, {what:<8} {took:8.2f} s  {files / took:8.0f} files/s  "
          f"{used / files * 1e6:7.0f} us of processor time a file", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm") if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--profile", default="", help="of the cold scan, as cProfile writes it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as made:
        top = Path(made)
        music, state = top / "music", top / "state"
        (top / "one").mkdir()
        one = templates(top / "one")
        make_music(music, args.files, one)
        measure("cold", music, state, args.files, args.profile)
        measure("warm", music, state, args.files, args.profile and args.profile + ".warm")
        for number in range(0, args.files, 100):
            album = number // 10
            write(music / f"Artist {album // 10}" / f"Album {album}", number, "flac", one)
        measure("changed", music, state, args.files)
        size = sum(path.stat().st_size for path in state.glob("catalog.db*"))
        print(f"{args.files:>8} files  catalog {size / args.files:.0f} bytes a file")


if __name__ == "__main__":
    main()
