#!/usr/bin/env python3
"""How fast tracks are made and put on a device, and how busy that keeps the cores: `musfuse sync`, `ffmpeg` by
`xargs -P`, and `beet convert` where a Python that has beets is named.

    scripts/bench/sync.py [--tracks 1000] [--seconds 20] [--policies flac opus:96 mp3:192] [--beets PYTHON]
        [--folder /dev/shm] [--originals wav|flac] [--jobs 2] [--indexed]

Each run begins with an empty device, and musfuse with a library that was scanned and has no index; with --indexed it
has all, as a mounted library has soon. With a machine that has nothing else to do the clock counts, else only CPU
seconds do. A second sync, which finds all of it there, is timed as well.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).parents[2]
RATE = 44_100
MUSFUSE = (sys.executable, "-m", "musfuse")
FFMPEG = {
    "flac": ("flac", ["-c:a", "flac"]),
    "wav": ("wav", ["-c:a", "pcm_s16le"]),
    "opus": ("opus", ["-c:a", "libopus", "-vbr", "off"]),
    "mp3": ("mp3", ["-c:a", "libmp3lame"]),
    "aac": ("m4a", ["-c:a", "aac"]),
}


@dataclass(frozen=True)
class Took:
    """What a program took, in seconds, and what it wrote, in bytes."""

    clock: float
    cpu: float
    size: int

    @property
    def cores(self) -> float:
        return self.cpu / self.clock


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--policies", nargs="+", default=["flac", "opus:96", "mp3:192"])
    parser.add_argument("--originals", choices=["wav", "flac"], default="wav")
    parser.add_argument("--beets", help="a Python with beets")
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--indexed", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="musfuse-sync-") as name:
        os.environ["MUSFUSE_RUNTIME_DIR"] = name
        os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "adapters")))
        place = Path(name)
        make_music(place / "music", asked.tracks, asked.seconds, asked.originals)
        print(f"{asked.tracks} tracks of {asked.seconds:g} s as {asked.originals}, {asked.jobs} at a time\n")
        print("| policy | program | clock | CPU | cores | CPU s per hour of audio | tracks/s | written |")
        print("|---|---|---|---|---|---|---|---|")
        for policy in asked.policies:
            for program, took in runs(place, policy, asked):
                hours = asked.tracks * asked.seconds / 3600
                print(
                    f"| {policy} | {program} | {took.clock:.1f} s | {took.cpu:.1f} s | {took.cores:.2f} |"
                    f" {took.cpu / hours:.1f} | {asked.tracks / took.clock:.1f} | {took.size / 1e6:.1f} MB |",
                    flush=True,
                )


def runs(place: Path, policy: str, asked: argparse.Namespace) -> list[tuple[str, Took]]:
    """What each program took for one policy."""
    kind, _, kbps = policy.partition(":")
    state, out = place / "state", place / "out"
    shutil.rmtree(state, ignore_errors=True)
    run([*MUSFUSE, "scan", "--library", state, place / "music"])
    if asked.indexed:
        run([*MUSFUSE, "index", "--wait", "--library", state])
        shutil.rmtree(state / "runs", ignore_errors=True)
    sync = [*MUSFUSE, "sync", out, "--library", state, "--policy", policy, "--jobs", asked.jobs, "-q"]
    found = [("musfuse sync", timed(out, lambda: run(sync)))]
    found.append(("musfuse sync, all there", timed(out, lambda: run(sync), fresh=False)))
    ending, how = FFMPEG[kind]
    rate = ["-b:a", f"{kbps}k"] if kbps else []
    one = f'ffmpeg -v error -nostdin -i "$1" -threads 1 {" ".join([*how, *rate])} "$2/$(basename "$1").{ending}"'
    convert = f"find {place}/music -type f -print0 | xargs -0 -P {asked.jobs} -I@ sh -c '{one}' - @ {out}"
    found.append(("ffmpeg, xargs", timed(out, lambda: run(["sh", "-c", convert]))))
    if asked.beets:
        found.append(("beet convert", beets(place, out, ending, " ".join([*how, *rate]), asked)))
    return found


def beets(place: Path, out: Path, ending: str, how: str, asked: argparse.Namespace) -> Took:
    """What `beet convert` takes, with a library of its own, made before."""
    folder = place / "beets"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "config.yaml").write_text(
        f"directory: {place}/music\nlibrary: {folder}/library.db\nplugins: convert\n"
        "import: {copy: no, write: no, autotag: no, quiet: yes}\n"
        f"convert:\n  dest: {out}\n  threads: {asked.jobs}\n  never_convert_lossy_files: yes\n  format: it\n"
        "  formats:\n    it:\n"
        f"      command: ffmpeg -v error -i $source -threads 1 {how} -y $dest\n      extension: {ending}\n"
    )
    beet = [asked.beets, "-m", "beets", "-c", folder / "config.yaml"]
    run([*beet, "import", "-A", "-q", place / "music"])
    return timed(out, lambda: run([*beet, "convert", "-y", "-f", "it"]))


def timed(out: Path, act: Callable[[], object], *, fresh: bool = True) -> Took:
    """What something takes that fills a folder, all of its processes together."""
    if fresh:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
    before, began = spent(), time.monotonic()
    act()
    clock = time.monotonic() - began
    files = [path for path in out.rglob("*") if path.is_file() and ".musfuse-sync" not in path.parts]
    return Took(clock, spent() - before, sum(path.stat().st_size for path in files))


def spent() -> float:
    """The CPU seconds of processes that ended, and of their own."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def run(words: list[object]) -> None:
    """Run a program, which has to succeed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def make_music(folder: Path, tracks: int, seconds: float, kind: str) -> None:
    """Tracks that sound like music to an encoder: tones that fade over noise, each begun elsewhere; ten an album."""
    import mutagen
    from mutagen import id3

    rng, count = np.random.default_rng(1), int(RATE * seconds)
    t = np.arange(count * 2) / RATE
    tone = sum(np.sin(2 * np.pi * f * t) / n for n, f in enumerate((220, 441, 887, 1760), 1)) * np.exp(-(t % 1))
    sound = np.stack([np.roll(tone, 50 * c) * 0.3 + rng.normal(0, 0.01, count * 2) for c in range(2)], 1)
    for number in range(tracks):
        path = folder / f"Artist {number // 50}/Album {number // 10}/{number}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        at = number * 997 % count
        soundfile.write(path, sound[at : at + count], RATE, "PCM_16")
        file = mutagen.File(path)
        names = {"artist": f"Artist {number // 50}", "album": f"Album {number // 10}", "title": f"Song {number}"}
        frames = {"artist": id3.TPE1, "album": id3.TALB, "title": id3.TIT2}
        if file.tags is None:
            file.add_tags()
        for field, text in {**names, "tracknumber": str(number % 10 + 1)}.items():
            if kind == "flac":
                file[field] = text
            else:
                file.tags.add((frames.get(field) or id3.TRCK)(encoding=3, text=text))
        file.save()


if __name__ == "__main__":
    main()
