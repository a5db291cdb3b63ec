#!/usr/bin/env python3
"""The WinFsp face over the simulated kernel of the tests: one large listing, and reads from four threads.

    scripts/bench/winfsp_face.py [--entries 20000] [--seconds 3] [--threads 4]

It measures the face, winfspy's Python layer and the drive, not the driver. `scripts/test` downloads
the winfspy wheel that it needs.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE / "tests"), str(HERE / "adapters")]
BLOCK = 65_536


def fill(library: Any, entries: int) -> None:
    from musfuse.library.catalog import FileRow
    from musfuse.model import AudioFormat, Stamp, TagSet

    folder = library.catalog.files.folder(library.sources.rows()[0].id, "", 1)
    fmt = AudioFormat("mp3", "mp3", 44_100, 2)
    library.catalog.files.put_files(
        (
            folder,
            FileRow(f"{n}.mp3", Stamp(1, n), str(n), format=fmt, tags=TagSet({"artist": ["B"], "title": [f"T{n}"]})),
        )
        for n in range(entries)
    )
    library.name_tracks()


def listing_seconds(kernel: Any, path: str, entries: int) -> float:
    start = time.perf_counter()
    folder = kernel.open(path, 0x80)  # its attributes alone, which is no visit: there are no originals to look at
    found = len(kernel.entries(folder, first=65_536, later=65_536))
    kernel.close(folder)
    assert found == entries + 2, found
    return time.perf_counter() - start


def reads_a_second(kernel: Any, path: str, threads: int, seconds: float) -> float:
    counts = [0] * threads
    end = time.perf_counter() + seconds

    def work(n: int) -> None:
        rng = random.Random(n)
        opened = kernel.driver.open(path, 0x81, 0)
        assert opened.status == 0, hex(opened.status)
        while time.perf_counter() < end:
            offset = rng.randrange(opened.info.size // BLOCK) * BLOCK
            status, data = kernel.driver.read(opened, offset, BLOCK)
            assert (status, len(data)) == (0, BLOCK)
            counts[n] += 1
        kernel.driver.close(opened)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return sum(counts) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--threads", type=int, default=4)
    args = parser.parse_args()

    import sound
    from musfuse_winfsp import mount, notices
    from musfuse_winfsp.mount import WinFspFace
    from winfsp.binding import load
    from winfsp.notifying import Notified

    from musfuse.app.library import open_library
    from musfuse.config import Config
    from musfuse.platform import system

    package, _, lib = load()
    mount.load_binding = lambda: package
    notified = Notified(lib)
    notices.load_library = lambda _: notified
    system.check_mountpoint = lambda *_, **__: None
    system.is_mounted = lambda *_: False
    with tempfile.TemporaryDirectory() as folder:
        music = Path(folder) / "music"
        sound.write(music / "flac.flac", 44_100 * 240, artist="A", album="B", title="Flac")
        sound.write(music / "wav.wav", 44_100 * 240, artist="A", album="B", title="Wav")
        library = open_library(Path(folder) / "state", Config())
        library.add_sources([music])
        library.scan_all(library.scanner())
        fill(library, args.entries)
        mounted = WinFspFace("Music").mount(library.drive, Path("M:"))
        (volume,) = lib.volumes.values()
        kernel = volume.kernel
        kernel.close(kernel.open("\\A\\B\\Wav.flac"))
        results = {
            "listing_s": [round(listing_seconds(kernel, "\\B\\music", args.entries), 2) for _ in range(3)],
            "passthrough_reads_per_s": round(reads_a_second(kernel, "\\A\\B\\Flac.flac", args.threads, args.seconds)),
            "transcoded_reads_per_s": round(reads_a_second(kernel, "\\A\\B\\Wav.flac", args.threads, args.seconds)),
        }
        mounted.unmount(force=True)
        library.close()
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
