#!/usr/bin/env python3
"""The engine by itself: CPU per hour of audio and format, very long files, and what the indexer costs readers.

    scripts/bench/engine.py formats            CPU seconds of the index pass per hour of audio
    scripts/bench/engine.py large [--hours 10] a 24/96 file of many hours, an 8-channel file: memory, first byte
    scripts/bench/engine.py readers            p99 of 64 KiB reads with the background indexer at work and without

Needs ffmpeg and wavpack for the sources; `large` writes sparse files.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE / "tests"), str(HERE / "adapters")]


@contextmanager
def opened_library(music: Path, state: Path, **flags: object) -> Iterator[Any]:
    from musfuse.app.library import open_library
    from musfuse.app.sections import default_sections
    from musfuse.config import load_config

    library = open_library(
        state, load_config(default_sections(), flags={k.replace("__", "."): v for k, v in flags.items()}).config
    )
    try:
        library.add_sources([music])
        library.scan_all(library.scanner())
        yield library
    finally:
        library.close()


def formats(folder: Path) -> None:
    import sound

    from musfuse.media.decoders import open_pcm
    from musfuse.media.flac.build import build_index
    from musfuse.media.flac.encoder import Encoder
    from musfuse.media.formats import default_formats
    from musfuse.origins import LocalOrigin

    wav = sound.write(folder / "a.wav", 44_100 * 240)
    sound.convert(wav, folder / "a.m4a", "-c:a", "alac")
    for name in ("a.wv", "a.tta", "a.aiff"):
        sound.convert(wav, folder / name)
    sound.write(folder / "hi.wav", 96_000 * 120, 2, 24, 96_000)
    origin = LocalOrigin("bench", str(folder))
    formats = default_formats()
    print(f"{'source':12}{'CPU s an hour':>16}{'times real time':>18}")
    for name, seconds in (
        ("a.wav", 240),
        ("a.aiff", 240),
        ("a.m4a", 240),
        ("a.wv", 240),
        ("a.tta", 240),
        ("hi.wav", 120),
    ):
        file, fmt = sound.source_file(origin, name), sound.format_of(origin, name)
        began, cpu = time.perf_counter(), time.process_time()
        build_index(lambda file=file, fmt=fmt: open_pcm(formats, origin, file, fmt), Encoder(5), 2)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"{name:12}{cpu * 3600 / seconds:16.1f}{seconds / wall:18.0f}")


def sparse_w64(path: Path, rate: int, channels: int, bits: int, seconds: int) -> None:
    """A W64 of digital silence that takes no space, with a little sound in front."""
    import sound

    sound.write(path, rate * 5, channels, bits, rate)
    unit = channels * bits // 8
    with path.open("r+b") as file:
        head = file.read(4096)
        at = head.index(b"data\xf3\xac\xd3\x11")
        data = seconds * rate * unit
        file.seek(at + 16)
        file.write((24 + data).to_bytes(8, "little"))
        file.truncate(at + 24 + data)
        file.seek(16)
        file.write((at + 24 + data).to_bytes(8, "little"))


def large(folder: Path, hours: int) -> None:
    music = folder / "music"
    music.mkdir()
    sparse_w64(music / "long.w64", 96_000, 2, 24, hours * 3600)
    sparse_w64(music / "wide.w64", 48_000, 8, 24, 3600)
    with opened_library(music, folder / "state", index__wait_seconds=3600) as library:
        for name in ("long", "wide"):
            path = f"Unknown Artist/music/{name}.flac"
            began = time.perf_counter()
            size = library.drive.attr(path).size
            indexed = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            began = time.perf_counter()
            opened = library.drive.open(path)
            library.drive.read_at(opened.handle, size * 6 // 10, 1)
            first = time.perf_counter() - began
            for step in range(200):
                library.drive.read_at(opened.handle, step * 131_072, 131_072)
            library.drive.close(opened.handle)
            own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(f"{name}: {size >> 20} MiB, indexed in {indexed:.0f} s, first byte in {first * 1e3:.1f} ms, ", end="")
            print(f"own peak {own >> 10} MiB", flush=True)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak of the largest worker: {max(workers, peak) >> 10} MiB")


def readers(folder: Path) -> None:
    import sound

    music = folder / "music"
    for n in range(3):
        sound.write(music / "first" / f"{n}.wav", 44_100 * 240, artist="A", album="First", title=str(n), seed=n)
    with opened_library(music, folder / "state", cache__transcoded=0) as library:
        for entry in list(library.drive.list("A/First", sized=True)):
            library.drive.attr(f"A/First/{entry.name}")
    for n in range(60):
        os.makedirs(music / "more", exist_ok=True)
        os.link(music / "first" / "0.wav", music / "more" / f"{n}.wav") if n == 0 else sound.write(
            music / "more" / f"{n}.wav", 44_100 * 60, artist="B", album=f"{n}", title=str(n), seed=n
        )
    mountpoint = folder / "mnt"
    mountpoint.mkdir()
    for background in ("true", "false"):
        state = folder / f"state-{background}"
        subprocess.run(["cp", "-a", folder / "state", state], check=True)
        env = {**os.environ, "MUSFUSE_INDEX_BACKGROUND": background, "MUSFUSE_CACHE_TRANSCODED": "0"}
        musfuse = [sys.executable, "-m", "musfuse"]
        mount = [*musfuse, "mount", "--library", str(state), str(mountpoint)]
        subprocess.run(mount, env=env, check=True, stdout=subprocess.DEVNULL)
        time.sleep(3)
        files, rng, times = sorted((mountpoint / "A/First").iterdir()), random.Random(1), []
        until = time.monotonic() + 8
        while time.monotonic() < until:
            path = rng.choice(files)
            began = time.perf_counter()
            fd = os.open(path, os.O_RDONLY)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.pread(fd, 65_536, rng.randrange(os.fstat(fd).st_size - 65_536))
            os.close(fd)
            times.append(time.perf_counter() - began)
            time.sleep(0.01)
        cuts = statistics.quantiles(times, n=100)
        said = f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms, {len(times)} reads"
        print(f"indexer {'on' if background == 'true' else 'off'}: {said}", flush=True)
        subprocess.run([*musfuse, "unmount", str(mountpoint)], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("formats", "large", "readers"))
    parser.add_argument("--hours", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engine-") as folder:
        if args.what == "large":
            large(Path(folder), args.hours)
        else:
            {"formats": formats, "readers": readers}[args.what](Path(folder))


if __name__ == "__main__":
    main()
