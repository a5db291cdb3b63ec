#!/usr/bin/env python3
"""Settings of the FUSE face side by side: one file passed through, read in several ways, for each set of mount options.

    scripts/bench/fuse_settings.py [--mib 400] [OPTIONS]...      OPTIONS as for -o, e.g. nothreads max_read=65536

MB/s of a sequential read with a cold and a warm page cache, random 64 KiB reads a second from 4 threads (cold), and
stats a second. The machine is noisy: compare columns of one run only. Needs root to drop the page cache.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

MUSFUSE = [sys.executable, "-m", "musfuse"]


def drop() -> None:
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


def sequential(path: Path) -> float:
    began, total = time.perf_counter(), 0
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(1 << 20):
            total += len(block)
    return total / (time.perf_counter() - began) / 1e6


def scattered(path: Path, threads: int = 4, each: int = 500) -> float:
    size = path.stat().st_size

    def work(seed: int) -> None:
        rng = random.Random(seed)
        with path.open("rb", buffering=0) as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            for _ in range(each):
                os.pread(stream.fileno(), 65_536, rng.randrange(size - 65_536))

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return threads * each / (time.perf_counter() - began)


def stats(path: Path, count: int = 5000) -> float:
    began = time.perf_counter()
    for _ in range(count):
        path.stat()
    return count / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=400)
    parser.add_argument(
        "options", nargs="*", default=["nothreads", "max_read=65536", "max_idle_threads=2", "attr_timeout=1"]
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        music, mnt = folder / "music", folder / "mnt"
        music.mkdir(), mnt.mkdir()
        import soundfile

        with soundfile.SoundFile(music / "a.wav", "w", 192_000, 2, "FLOAT") as out:  # float passes through
            for _ in range(args.mib):
                out.buffer_write(os.urandom(1 << 20), "float32")
        print(f"{'options':30}{'cold MB/s':>12}{'warm MB/s':>12}{'random/s':>12}{'stats/s':>12}")
        drop()
        sequential(music / "a.wav")
        print(f"{'(the original itself, warm)':30}{'':>12}{sequential(music / 'a.wav'):>12.0f}")
        env = {**os.environ, "MUSFUSE_RUNTIME_DIR": str(folder / "run")}
        for options in ["", *args.options]:
            flags = ["-o", options] if options else []
            subprocess.run(
                [*MUSFUSE, "mount", "--library", folder / "lib", *flags, music, mnt],
                check=True,
                env=env,
                stdout=subprocess.DEVNULL,
            )
            while not (found := list(mnt.rglob("*.wav"))):
                time.sleep(0.05)
            path = found[0]
            row = []
            drop()
            sequential(music / "a.wav")  # the original stays in the page cache: this measures the face
            row.append(sequential(path))
            row.append(sequential(path))
            drop()
            row += [scattered(path), stats(path)]
            print(f"{options or '(defaults)':30}" + "".join(f"{value:>12.0f}" for value in row))
            subprocess.run([*MUSFUSE, "unmount", mnt], check=True, env=env, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
