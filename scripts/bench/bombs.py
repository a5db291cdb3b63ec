#!/usr/bin/env python3
"""What files cost that were made to cost a lot: a scan of bombs beside sound files, against one without them.

    scripts/bench/bombs.py [--good 2000] [--rounds 3]

Prints seconds of a first scan without and with the bombs, in turns, and the peak of memory (Pss) that the scanning
process and its workers took together, looked at every 5 ms. `tests/hostile.py` makes the bombs.
"""

import argparse
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests"))

import hostile
import sound


def sound_files(folder: Path, count: int) -> None:
    """Copies of a FLAC and of an MP3 with a picture, a hundred a folder."""
    originals = [sound.write(folder.parent / f"good.{kind}", 30_000, title="T", artist="A", album="B", tracknumber="1")
                 for kind in ("flac", "mp3")]  # fmt: skip
    sound.add_picture(originals[1], sound.picture(180, "BMP"))
    for number in range(count):
        target = folder / f"{number // 100:04}" / f"{number:06}{originals[number % 2].suffix}"
        target.parent.mkdir(exist_ok=True, parents=True)
        shutil.copyfile(originals[number % 2], target)


class Memory:
    """The most that a process and its children took together, in MiB."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.005):
            pids = [self._pid]
            with contextlib.suppress(OSError):
                for tasks in Path(f"/proc/{self._pid}/task").glob("*/children"):
                    pids += map(int, tasks.read_text().split())
            self.peak = max(self.peak, sum(map(_pss, pids)))


def _pss(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def scan(folder: Path, *sources: Path) -> tuple[float, float, str]:
    """Seconds and MiB of a first scan, and what it said."""
    library = folder / "library"
    shutil.rmtree(library, ignore_errors=True)
    argv = [sys.executable, "-m", "musfuse", "scan", "--library", str(library), *map(str, sources)]
    began = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with Memory(process.pid) as memory:
        said, _ = process.communicate()
    return time.perf_counter() - began, memory.peak, said.strip().splitlines()[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--good", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        good, bombs = folder / "good", folder / "bombs"
        good.mkdir()
        sound_files(good, given.good)
        names = hostile.make_bombs(bombs, folder / "good.flac")
        print(f"{given.good} sound files, {len(names)} bombs")
        rounds = [(scan(folder, good), scan(folder, good, bombs)) for _ in range(given.rounds)]
        for at, what in enumerate(("sound files alone", "with the bombs")):
            seconds = [one[at][0] for one in rounds]
            peak = max(one[at][1] for one in rounds)
            print(
                f"{what}: {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {peak:.0f} MiB"
            )
        print(rounds[-1][1][2])


if __name__ == "__main__":
    main()
