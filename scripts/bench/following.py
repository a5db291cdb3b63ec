#!/usr/bin/env python3
"""What it costs to follow a source of 100,000 files in 10,000 folders, and how fast a burst of changes is on the drive.

    scripts/bench/following.py [FOLDERS [FILES]]

Watches are measured each in a process of its own: memory of the process, CPU time and time until all folders are
watched. A burst is FILES new files (10,000), moved in as one tree, and then all of them given another mtime.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import ExitStack
from pathlib import Path


class Deaf:
    """Hears nothing."""

    def __getattr__(self, name):
        return lambda *_: None


def rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def watch(kind: str, root: str) -> None:
    before = rss()
    began, cpu = time.monotonic(), time.process_time()
    if kind == "inotify":
        from musfuse.origins.local.inotify import InotifyWatch

        folders = [os.path.relpath(folder, root) for folder, _, _ in os.walk(root)]  # as a scan, which walks anyway
        walked, walked_cpu = time.monotonic() - began, time.process_time() - cpu
        made = InotifyWatch(root, Deaf(), str)
        for folder in folders:
            made.enter("" if folder == "." else folder)
        told = f" (of that the walk, which is the scan's: {walked:.2f} s, {walked_cpu:.2f} s CPU)"
        assert not made.problem, made.problem
        del folders
    else:
        from musfuse.origins.local.watchdogs import TreeWatch

        TreeWatch(root, Deaf(), str)
        told = ""
    took, used = time.monotonic() - began, time.process_time() - cpu
    print(f"{kind}: {took:.2f} s, {used:.2f} s CPU{told}; {(rss() - before) / 2**20:.1f} MiB more memory", flush=True)
    os._exit(0)


def burst(folder: Path, count: int) -> None:
    from musfuse.app.jobs import Jobs
    from musfuse.app.library import open_library
    from musfuse.app.sections import default_sections
    from musfuse.config import load_config

    music, tree = folder / "burst", folder / "tree"
    music.mkdir()
    for n in range(count):
        path = tree / str(n // 10) / f"{n}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as made:
            made.setparams((1, 2, 44_100, 0, "NONE", ""))
            made.writeframes(bytes(200))
    config = load_config(default_sections(), flags={"index.background": False}, env={}).config
    with ExitStack() as closing:
        library = open_library(folder / "library", config, closing, sources=[music])
        jobs = Jobs(library)
        library.follow(lambda: jobs.request("rescan"))
        for end in (jobs.join, jobs.stop, library.follower.close):
            closing.callback(end)
        jobs.start()
        jobs.runner.wait(jobs.request("scan").id)

        def measure(name: str) -> None:
            known, began, read = len(jobs.runner.rows()), time.monotonic(), 0
            while read < count:
                time.sleep(0.05)
                new = [job for job in jobs.runner.rows()[: len(jobs.runner.rows()) - known] if job.kind == "rescan"]
                read = sum(job.result.get("read", 0) for job in new if job.ended)
            print(f"{name}: {count} files in {len(new)} passes, {time.monotonic() - began:.1f} s", flush=True)

        os.rename(tree, music / "tree")
        measure("moved in")
        for path in sorted(music.rglob("*.wav")):
            os.utime(path, (1, 1))
        measure("changed")


def main() -> None:
    if sys.argv[1:2] == ["watch"]:
        watch(*sys.argv[2:])
    folders, files = (int(n) for n in (*sys.argv[1:], "10000", "10000")[:2])
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / "source"
        for n in range(folders):
            folder = root / str(n // 100) / str(n)
            folder.mkdir(parents=True)
            for each in range(10):
                (folder / str(each)).touch()
        for kind in ("inotify", "watchdog"):
            subprocess.run([sys.executable, __file__, "watch", kind, str(root)], check=True)
        burst(Path(made), files)


if __name__ == "__main__":
    main()
