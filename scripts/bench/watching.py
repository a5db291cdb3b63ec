#!/usr/bin/env python3
"""What it costs that somebody watches: an event put into a queue, a page of figures, a read, the memory of the owner.

    scripts/bench/watching.py [--rounds 5]

Times are CPU time, medians of rounds. Memory is the proportional size (PSS) of a real owner (`musfuse serve`) of a
small library, its scan done, its page of figures asked for twice, five seconds later: with nothing of it on, parts,
or all; the median of five. What pages a process shares depends on what else runs, so growth is told of its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "adapters"), str(ROOT / "tests")]

EVENTS = "[events]\nkeep = true\n"
FIGURES = '[metrics]\nlisten = "127.0.0.1:0"\nrecord = true\n'
HOOK = '[[webhooks]]\nurl = "http://127.0.0.1:9/"\nsecret = "env:HOOK"\nallow_private = true\n'
PARTS = {"nothing": "", "events": EVENTS, "figures": FIGURES, "all": EVENTS + FIGURES + HOOK}
SETTLE_SECONDS = 5.0


def median_us(call, count: int, rounds: int) -> float:  # type: ignore[no-untyped-def]
    times = []
    for _ in range(rounds):
        began = time.thread_time()
        for _ in range(count):
            call()
        times.append((time.thread_time() - began) / count * 1e6)
    return statistics.median(times)


def times(rounds: int) -> None:
    import sound
    from app.hosting import run_host

    from musfuse.events import EventBus
    from musfuse.events.originals import FileAccessed
    from musfuse.platform import system
    from musfuse.service.requests.monitoring import ShowFigures

    bus, event = EventBus(), FileAccessed(1, "Ann/Lib/One.flac", "0123456789abcdef", 0, 131_072)
    bus.subscribe()
    print(f"an event into the queue of one subscriber: {median_us(lambda: bus.publish(event), 5000, rounds):.2f} us")
    for _ in range(9):
        bus.subscribe()
    print(f"into those of ten: {median_us(lambda: bus.publish(event), 5000, rounds):.2f} us")
    bus.close()
    system.on_terminate = lambda _: None  # a thread hears no signals
    for name, flags in (("off", {}), ("on", {"events__keep": True, "metrics__record": True})):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
            music = Path(folder, "music")
            music.mkdir()
            sound.write(music / "1.flac", 600_000, artist="Ann", album="Lib", title="One")
            host = run_host(Path(folder, "state"), music, closing, index__background=False, **flags)
            host.jobs.runner.wait(host.jobs.runner.asked("scan"), 60)
            drive = host.library.drive
            handle = drive.open("Ann/Lib/One.flac").handle
            read = median_us(lambda drive=drive, handle=handle: drive.read_at(handle, 100_000, 4096), 5000, rounds)
            print(f"a read of 4 KiB of an original, all {name}: {read:.2f} us")
            if name == "on":
                service = host._service()
                page = median_us(lambda service=service: service.call(ShowFigures()), 50, rounds)
                text = service.call(ShowFigures()).text
                series = sum(not line.startswith("#") for line in text.splitlines())
                print(f"a page of {series} series: {page / 1000:.2f} ms")
            drive.close(handle)


def memory_kib(pid: int) -> tuple[int, int]:
    """PSS of a process, and what is its own alone."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    size = {name: int(told.split(f"{name}:")[1].split()[0]) for name in ("Pss", "Private_Clean", "Private_Dirty")}
    return size["Pss"], size["Private_Clean"] + size["Private_Dirty"]


def owner(config: str) -> tuple[int, int]:
    """Memory of an owner, as `memory_kib` has it."""
    import sound

    with tempfile.TemporaryDirectory() as folder:
        music, file = Path(folder, "music"), Path(folder, "config.toml")
        music.mkdir()
        file.write_text("[index]\nbackground = false\n" + config)
        file.chmod(0o600)
        for n in range(20):
            sound.write(music / f"{n}.flac", 20_000, artist="Ann", album="Lib", title=f"T{n}", seed=n)
        own = {"MUSFUSE_RUNTIME_DIR": f"{folder}/r", "MUSFUSE_LIBRARY": f"{folder}/l"}
        env = {**os.environ, **own, "PYTHONPATH": os.pathsep.join(sys.path[:2])}

        def run(*args: object) -> str:
            argv = [sys.executable, "-m", "musfuse", *map(str, args)]
            return subprocess.run(argv, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout

        run("serve", "--no-http", "--config", file, music)
        try:
            while (status := json.loads(run("status", "--json"))[0])["scan"]["state"] != "done":
                time.sleep(0.2)
            for address in [face for face in status["faces"] if face.startswith("http")] * 2:
                urllib.request.urlopen(f"{address}/metrics", timeout=30).close()
            time.sleep(SETTLE_SECONDS)
            return memory_kib(status["pid"])
        finally:
            run("stop")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    times(args.rounds)
    base = 0.0
    for name, config in PARTS.items():
        size, own = (statistics.median(found) / 1024 for found in zip(*(owner(config) for _ in range(5)), strict=True))
        base = base or own
        print(f"owner, {name}: {size:.1f} MiB, {own:.1f} of them its own ({own - base:+.2f})", flush=True)


if __name__ == "__main__":
    main()
