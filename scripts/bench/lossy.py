#!/usr/bin/env python3
"""Lossy renditions beside ffmpegfs (from Debian: apt-get install ffmpegfs): the same codec, bit rate and originals.

    scripts/bench/lossy.py [--policy mp3:192]... [--seconds 240] [--rounds 3]

For each policy and drive, fresh mounts and tracks that nobody read before: whether stat tells as many bytes as are
read, the time of stat, open and the first 64 KiB, the same at 90 %, and the same of the whole file; medians, and the
ratio of both drives. Needs root or fusermount3.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

RATE = 44_100
CHUNK = 64 << 10
ENDINGS = {"mp3": "mp3", "opus": "opus"}
MEASURES = ("open", "seek", "whole")


def make_track(path: Path, seconds: int, seed: int) -> None:
    """Notes that fade over a little noise, 16 bits, two channels."""
    rng, at = np.random.default_rng(seed), np.arange(seconds * RATE)
    audio = rng.normal(0, 150, (len(at), 2))
    for beat in (RATE // 4, RATE // 3, RATE // 2):
        pitch = 110 * 2 ** (rng.integers(0, 36, len(at) // beat + 1) / 12)
        note = np.sin(2 * np.pi * pitch[at // beat] * at / RATE) * np.exp(-4.0 * (at % beat) / beat) * 4500
        audio += np.stack([note, np.roll(note, 30)], 1)
    with wave.open(str(path), "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        out.writeframes(audio.clip(-32_768, 32_767).astype("<i2").tobytes())


@contextlib.contextmanager
def mounted(command: list[str], mount: Path) -> Iterator[None]:
    """A drive, for as long as it is wanted."""
    mount.mkdir(parents=True)
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not os.path.ismount(mount):
            if time.monotonic() > until or child.poll() not in (None, 0):
                raise SystemExit(f"{command[0]} did not mount")
            time.sleep(0.05)
        yield
    finally:
        subprocess.run(["fusermount3", "-u", "-z", mount], check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(30)


def read(path: Path, share: float, count: int | None) -> tuple[float, int, int]:
    """Seconds, bytes told and bytes read, of `count` bytes (None: all) behind this share of the file."""
    begun = time.perf_counter()
    told = path.stat().st_size
    got = 0
    with path.open("rb", buffering=0) as opened:
        opened.seek(int(told * share))
        while (count is None or got < count) and (data := opened.read(CHUNK)):
            got += len(data)
    return time.perf_counter() - begun, told, got


def files(mount: Path, ending: str, count: int) -> list[Path]:
    """The files of a drive, once all are there."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = sorted(path for path in mount.rglob("*") if path.suffix == f".{ending}")
        if len(found) == count:
            return found
        time.sleep(0.2)
    raise SystemExit(f"{mount}: not all files came")


def round_of(command: Callable[[Path, Path], list[str]], root: Path, ending: str) -> dict[str, float]:
    """One round: each measure has a track of its own. `exact` is 1 where stat told the truth."""
    state, mount = root / "state", root / "mnt"
    shutil.rmtree(root, ignore_errors=True)
    state.mkdir(parents=True)
    with mounted(command(state, mount), mount):
        first, second, third = files(mount, ending, 3)
        whole, told, got = read(third, 0, None)
        return {
            "open": read(first, 0, CHUNK)[0], "seek": read(second, 0.9, CHUNK)[0], "whole": whole,
            "exact": float(told == got),
        }  # fmt: skip


def main() -> None:
    """Measure, and print a table a policy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy", action="append")
    parser.add_argument("--seconds", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lossy-bench-") as folder:
        root = Path(folder)
        music = root / "music"
        music.mkdir()
        for number in range(3):
            make_track(music / f"{number}.wav", args.seconds, number)
        os.environ["MUSFUSE_RUNTIME_DIR"] = str(root / "run")
        for policy in args.policy or ["opus:128", "mp3:192"]:
            measure(policy, root, music, args.rounds)


def measure(policy: str, root: Path, music: Path, rounds: int) -> None:
    """Both drives in turns."""
    kind, kbps = policy.split(":")
    musfuse = [sys.executable, "-m", "musfuse", "mount", "--foreground", "--policy", policy]
    drives: dict[str, Callable[[Path, Path], list[str]]] = {
        "musfuse": lambda state, mount: [*musfuse, "--library", str(state), str(music), str(mount)],
        "ffmpegfs": lambda state, mount: [
            "ffmpegfs", str(music), str(mount), "-f", "-o",
            f"cachepath={state},desttype={kind.upper()},audiobitrate={kbps}K",
        ],
    }  # fmt: skip
    found: dict[str, list[dict[str, float]]] = {name: [] for name in drives}
    for _ in range(rounds):
        for name, command in drives.items():
            found[name].append(round_of(command, root / name, ENDINGS[kind]))
    print(f"{policy}, medians of {rounds} rounds")
    for what in (*MEASURES, "exact"):
        ours, theirs = (statistics.median(each[what] for each in found[name]) for name in drives)
        ratio = f"{ours / theirs:8.3f}" if theirs else "       -"
        print(f"  {what:6} musfuse {ours:8.3f}  ffmpegfs {theirs:8.3f}  ratio {ratio}")


if __name__ == "__main__":
    main()
