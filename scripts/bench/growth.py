#!/usr/bin/env python3
"""What a library costs as it grows: room on disk, mounting, memory, walks, stats, changes of tags.

    scripts/bench/growth.py [--tracks 10000 100000 1000000] [--folder /dev/shm]

Each library is written straight into a catalog, and its tracks are passed through, so that nothing here depends on
originals, which are not there. Memory is the proportional size (PSS) of the process that owns the library.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mount_time import MUSFUSE, make_library, pss_mib

STATS, SOME, RETAGS = 20_000, 10_000, 10_000


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def walk(path: Path, most: int | None = None) -> int:
    """`find -printf %s`, of so many files at most."""
    with subprocess.Popen(["find", path, "-type", "f", "-printf", "%s\n"], stdout=subprocess.PIPE) as found:
        assert found.stdout is not None
        count = 0
        for count, _ in enumerate(found.stdout, 1):
            if count == most:
                found.kill()
                break
    return count


@contextmanager
def mounted(library: Path, mnt: Path) -> Iterator[int]:
    """The library on a mount; the process that owns it."""
    environment = {**os.environ, "MUSFUSE_SCAN_ON_MOUNT": "false", "MUSFUSE_INDEX_BACKGROUND": "false"}
    said = {"check": True, "env": environment, "stdout": subprocess.PIPE}
    took = timed(lambda: (subprocess.run([*MUSFUSE, "mount", "--library", library, mnt], **said), os.listdir(mnt)))
    print(f"  mount to first listing         {took:10.3f} s")
    status = subprocess.run([*MUSFUSE, "status", "--library", library, "--json"], **said)
    told = json.loads(status.stdout)
    yield (told[0] if isinstance(told, list) else told)["pid"]
    subprocess.run([*MUSFUSE, "unmount", mnt], **said)


def on_a_mount(library: Path, mnt: Path, tracks: int) -> None:
    with mounted(library, mnt) as pid:
        time.sleep(5)
        print(f"  memory, idle                   {pss_mib(pid):10.1f} MiB")
        walk(mnt, SOME)
        print(f"  memory, {SOME} files looked at  {pss_mib(pid):10.1f} MiB")
        for what in ("find", "find again"):
            took = timed(lambda: walk(mnt))
            print(f"  {what:<30} {took:10.2f} s, {took / tracks * 1e6:.0f} us a file")
        print(f"  memory, all looked at          {pss_mib(pid):10.1f} MiB")


def in_process(folder: Path, music: Path, tracks: int) -> None:
    from musfuse.app.library import open_library
    from musfuse.config import Config
    from musfuse.service.tagging import Who

    library, who = open_library(folder, Config()), Who("bench")
    drive = library.drive
    paths: list[str] = []
    for artist in drive.list(""):
        for album in drive.list(artist.name):
            inside = f"{artist.name}/{album.name}"
            paths += [f"{inside}/{entry.name}" for entry in drive.list(inside) if entry.name.endswith(".mp3")]
        if len(paths) > 5 * STATS:
            break
    drive.invalidate()
    times = sorted(timed(partial(drive.attr, path)) for path in random.Random(1).choices(paths, k=STATS))
    median, worst = times[STATS // 2] * 1e3, times[-STATS // 100] * 1e3
    print(f"  a stat that gets here          {median:10.3f} ms, p99 {worst:.3f} ms")
    number, spent = tracks // 20, []
    for n in range(5):
        began = time.perf_counter()
        original = str(music / f"a{number + n}/3.mp3")
        library.tagging.set([(original, original)], ["title=Other"], who)
        drive.entry(f"Artist {(number + n) % 500}/Album {number + n}/Other.mp3")
        spent.append(time.perf_counter() - began)
    print(f"  one change of a tag, visible   {sorted(spent)[2] * 1e3:10.1f} ms")
    folders = [str(music / f"a{n}") for n in range(RETAGS // 10)]
    took = timed(lambda: library.tagging.set([(place, place) for place in folders], ["genre=Jazz"], who))
    print(f"  {RETAGS} changes of a tag          {took:10.2f} s")
    library.close()


def measure(folder: Path, tracks: int) -> None:
    music, mnt, library = folder / "music", folder / "mnt", folder / "library"
    music.mkdir(), mnt.mkdir()
    took = timed(lambda: make_library(library, music, tracks))
    size = sum(path.stat().st_size for path in library.glob("catalog.db*"))
    print(f"{tracks} tracks: named in {took:.1f} s, {size / tracks:.0f} bytes a track", flush=True)
    on_a_mount(library, mnt, tracks)
    in_process(library, music, tracks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    for tracks in args.tracks:
        with tempfile.TemporaryDirectory(dir=args.folder) as name:
            measure(Path(name), tracks)


if __name__ == "__main__":
    main()
