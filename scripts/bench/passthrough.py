#!/usr/bin/env python3
"""A file passed through, against mergerfs and `rclone mount --vfs-cache-mode off` (apt-get install mergerfs rclone).

    scripts/bench/passthrough.py [--mib 400] [--rounds 5]

Each mount shows the same file, which is read in 1 MiB pieces: cold (page cache dropped, as root) and warm (only the
mount's own pages dropped). CPU is user and system time of the mount's processes. mergerfs runs as it is by default
(direct I/O, which asks for 1 MiB at a time) and with the page cache, as musfuse uses it.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MUSFUSE = [sys.executable, "-m", "musfuse"]


def make_file(path: Path, mib: int) -> None:
    """A FLAC of noise: passed through as it is."""
    import numpy as np
    import soundfile

    rng, rate = np.random.default_rng(1), 44_100
    with soundfile.SoundFile(path, "w", rate, 2, "PCM_16") as out:
        while path.stat().st_size < mib << 20:
            out.write(rng.integers(-20_000, 20_000, (rate * 30, 2)).astype("int16"))


def cpu_seconds(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def read(path: Path) -> float:
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - began


def forget(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def drop_caches() -> None:
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


def processes(word: str, mountpoint: Path) -> list[int]:
    done = subprocess.run(["pgrep", "-f", f"{word}.*{mountpoint}"], capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


def measure(name: str, command: list[str], source: Path, mountpoint: Path, rounds: int) -> None:
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.ismount(mountpoint) or not (found := list(mountpoint.rglob("*.flac"))):
        time.sleep(0.05)
    path = found[0]
    time.sleep(1)
    pids = processes(name.split(",")[0], mountpoint)
    cold, warm, before = [], [], cpu_seconds(pids)
    for _ in range(rounds):
        drop_caches()
        cold.append(read(path))
        forget(path)
        warm.append(read(path))
    cpu = (cpu_seconds(pids) - before) / rounds
    mib = source.stat().st_size / (1 << 20)
    speeds = f"{mib / statistics.median(cold):10.0f} MiB/s{mib / statistics.median(warm):10.0f} MiB/s"
    print(f"{name:22}{speeds}{cpu * 1024 / (2 * mib):10.2f} s", flush=True)
    subprocess.run(["fusermount3", "-u", str(mountpoint)], check=True)
    started.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'':22}{'cold':>16}{'warm':>16}{'CPU/GiB':>12}")
    with tempfile.TemporaryDirectory(prefix="passthrough-") as folder:
        source, mountpoint = Path(folder) / "src", Path(folder) / "mnt"
        source.mkdir(), mountpoint.mkdir()
        make_file(source / "a.flac", args.mib)
        commands = {
            "musfuse": [*MUSFUSE, "mount", "--foreground", "--library", f"{folder}/lib", str(source), str(mountpoint)],
            "mergerfs": ["mergerfs", "-f", "-o", "cache.files=off", str(source), str(mountpoint)],
            "mergerfs, page cache": ["mergerfs", "-f", "-o", "cache.files=partial", str(source), str(mountpoint)],
            "rclone": ["rclone", "mount", "--vfs-cache-mode", "off", str(source), str(mountpoint)],
        }
        for name, command in commands.items():
            if shutil.which(command[0]):
                measure(name, command, source / "a.flac", mountpoint, args.rounds)


if __name__ == "__main__":
    main()
