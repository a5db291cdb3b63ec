#!/usr/bin/env python3
"""What changed tags cost: reading a retagged FLAC, making headers, setting a tag on many tracks, covers on demand.

    scripts/bench/tags.py [read] [headers] [many] [covers] [--mib 200] [--tracks 10000] [--rounds 5]

read: the same FLAC through a mount, untouched and retagged, in turns (needs FUSE). headers: `plan` of a file of each
kind, warm. many: `musfuse tag set` on a library of so many tracks, as a whole command. covers: the three covers of
an album whose picture is a 3000 x 3000 JPEG or PNG, not made before.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MUSFUSE = [sys.executable, "-m", "musfuse"]


def run(*args: object) -> str:
    done = subprocess.run([*MUSFUSE, *map(str, args)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def noise(path: Path, seconds: float) -> None:
    import numpy as np
    import soundfile

    rng, rate = np.random.default_rng(1), 44_100
    with soundfile.SoundFile(path, "w", rate, 2, "PCM_16") as out:
        for _ in range(max(1, int(seconds / 10))):
            out.write(rng.integers(-20_000, 20_000, (rate * 10, 2)).astype("int16"))


def picture(size: int, form: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    gradient = Image.linear_gradient("L").resize((size, size))
    Image.merge("RGB", (gradient, gradient.rotate(90), Image.effect_noise((size, size), 20))).save(out, form)
    return out.getvalue()


def read_through(path: Path) -> float:
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - began


def bench_read(folder: Path, mib: int, rounds: int) -> None:
    """Two drives over one source, one of them retagged: turns by turns, page caches of the drives dropped each time."""
    music = folder / "music"
    music.mkdir()
    noise(music / "a.flac", mib * (1 << 20) / 160_000)
    mounts = {}
    for name in ("untouched", "retagged"):
        mnt, library = folder / f"mnt-{name}", folder / f"library-{name}"
        mnt.mkdir()
        run("scan", "--library", library, music)
        if name == "retagged":
            run("tag", "set", "--library", library, music, "title=Retagged", "artist=Somebody")
        run("mount", "--library", library, music, mnt)
        mounts[name] = mnt
    try:
        times: dict[str, list[float]] = {name: [] for name in mounts}
        for _ in range(rounds + 1):
            for name, mnt in mounts.items():
                (path,) = mnt.rglob("*.flac")
                fd = path.open("rb")
                import os

                os.posix_fadvise(fd.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                fd.close()
                times[name].append(read_through(path))
        medians = {name: statistics.median(values[1:]) for name, values in times.items()}
        size = (music / "a.flac").stat().st_size / (1 << 20)
        for name, median in medians.items():
            print(f"read {name:10} {median:7.3f} s  {size / median:7.0f} MiB/s")
        print(f"ratio retagged / untouched {medians['retagged'] / medians['untouched']:.3f} (at most 1.05)")
    finally:
        for mnt in mounts.values():
            run("unmount", mnt)


def bench_headers(folder: Path, rounds: int) -> None:
    from musfuse.media.formats import default_formats
    from musfuse.media.planning import plan
    from musfuse.media.reading import read_original
    from musfuse.media.tags.edit import make_edit
    from musfuse.model import SourceFile, TagSet
    from musfuse.origins import LocalOrigin, open_reader

    noise(folder / "a.wav", 240)
    (folder / "cover.jpg").write_bytes(picture(600, "JPEG"))
    kinds = {
        "flac": [], "mp3": [], "ogg": ["-map", "0:a"], "opus": ["-map", "0:a"], "m4a": ["-c:a", "aac"], "aiff": [],
        "wav": ["-map", "0:a"],
    }  # fmt: skip
    origin, formats = LocalOrigin("bench", str(folder)), default_formats()
    for suffix, options in kinds.items():
        path = folder / f"tagged.{suffix}"
        cover = ["-i", folder / "cover.jpg", "-map", "0:a", "-map", "1:v"] if suffix in ("flac", "mp3", "m4a") else []
        cover += ["-c:v", "copy", "-disposition:v", "attached_pic"] if cover else []
        meta = [x for n in ("title", "artist", "album", "date", "genre") for x in ("-metadata", f"{n}=Some {n}")]
        command = ["ffmpeg", "-v", "error", "-y", "-i", folder / "a.wav", *cover, *options, *meta, path]
        subprocess.run([str(part) for part in command], check=True)
        stat = origin.stat(path.name)
        file = SourceFile("bench", path.name, stat.stamp)
        before = read_original(formats, origin, file).tags
        edit = make_edit(before, TagSet({**before, "title": ["New"], "genre": ["A", "B"], "label": ["L"]}))

        def load(_: object) -> bytes:
            return b""

        times = []
        for _ in range(rounds * 40):
            began = time.perf_counter()
            with open_reader(origin, file) as reader:
                plan(formats, reader, stat.stamp.size, edit, load)
            times.append(time.perf_counter() - began)
        print(f"header {suffix:5} {statistics.median(times) * 1000:6.2f} ms (at most 1)")


def bench_many(folder: Path, tracks: int, rounds: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import mount_time

    music, library = folder / "music", folder / "library"
    music.mkdir()
    (music / "x.mp3").write_bytes(b"")
    mount_time.make_library(library, music, tracks)
    for number in range(rounds):
        began = time.perf_counter()
        said = json.loads(run("tag", "set", "--library", library, "--json", music, "--", f"genre=Genre {number}"))
        spent = time.perf_counter() - began
        assert said["tracks"] == tracks, said
        print(f"a tag on {tracks} tracks {spent:6.2f} s (at most 5 for 10,000)")
    began = time.perf_counter()
    run("tag", "set", "--library", library, music, "--", "album=All one album")
    print(f"an album's name on {tracks} tracks, so that all of them move: {time.perf_counter() - began:6.2f} s")
    began = time.perf_counter()
    run("tag", "undo", "--library", library)
    print(f"and back: {time.perf_counter() - began:6.2f} s")


def bench_covers(folder: Path) -> None:
    from musfuse.media.art.scale import scaled_jpeg

    for form in ("JPEG", "PNG"):
        data = picture(3000, form)
        scaled_jpeg(picture(10, form), 5)
        for longest in (300, 150):
            began = time.perf_counter()
            scaled_jpeg(data, longest)
            spent = (time.perf_counter() - began) * 1000
            print(f"cover {longest} px of a 3000 px {form} ({len(data) >> 10} KiB): {spent:6.1f} ms (at most 100)")
    del folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=["read", "headers", "many", "covers", []])
    parser.add_argument("--mib", type=int, default=200)
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    benches = {
        "read": lambda folder: bench_read(folder, given.mib, given.rounds),
        "headers": lambda folder: bench_headers(folder, given.rounds),
        "many": lambda folder: bench_many(folder, given.tracks, given.rounds),
        "covers": bench_covers,
    }
    for name in given.what or benches:
        with tempfile.TemporaryDirectory() as folder:
            benches[name](Path(folder))


if __name__ == "__main__":
    main()
