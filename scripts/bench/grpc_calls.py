#!/usr/bin/env python3
"""What gRPC costs: how long calls take on the socket, and the memory of the gateway and of the owner.

    scripts/bench/grpc_calls.py [--tracks 500] [--calls 2000] [--streams 200]

Scans a new library of short FLAC files, and serves it without gRPC and with it. Calls are made one after the other by
one client of grpcio; the streams are subscribers of all events, none of which reads.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tests")]

MUSFUSE = [sys.executable, "-m", "musfuse"]


def pss_mib(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def timed(name: str, calls: int, call: Callable[[], object]) -> None:
    for _ in range(50):
        call()
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"{name}: median {statistics.median(times):.2f} ms, p99 {times[calls * 99 // 100]:.2f} ms,"
          f" worst {times[-1]:.2f} ms")  # fmt: skip


def served(library: Path, *flags: str) -> int:
    """Serve the library; the owner's process."""
    import json

    subprocess.run(
        [*MUSFUSE, "serve", "--no-http", "--library", library, *flags], check=True, stdout=subprocess.DEVNULL
    )
    for _ in range(200):
        told = json.loads(subprocess.check_output([*MUSFUSE, "status", "--library", library, "--json"]))[0]
        if told["index"]["state"] == "done" and (not flags or told["faces"]):
            return int(told["pid"])
        time.sleep(0.1)
    raise SystemExit("it does not come to rest")


def stopped(library: Path) -> None:
    subprocess.run([*MUSFUSE, "stop", "--library", library], check=True, stdout=subprocess.DEVNULL)


def child_of(pid: int) -> int:
    """The gateway among the children of an owner."""
    children = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    for name in children:
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            parent = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"musfuse_grpc" in words and int(parent) == pid:
            return int(name)
    raise SystemExit("there is no gateway")


async def subscribed(target: str, streams: int, gateway: int, measure: Callable[[], None]) -> None:
    import grpc
    from musfuse_grpc.v1 import musicfs_pb2 as pb
    from musfuse_grpc.v1 import musicfs_pb2_grpc

    async with grpc.aio.insecure_channel(target) as channel:
        stub: Any = musicfs_pb2_grpc.MusicFSStub(channel)
        held = [stub.SubscribeEvents(pb.EventFilter()) for _ in range(streams)]
        for one in held:
            await one.initial_metadata()
        print(f"gateway with {streams} streams: {pss_mib(gateway):.1f} MiB PSS")
        await asyncio.to_thread(measure)
        print(f"behind that: {pss_mib(gateway):.1f} MiB PSS")
        for one in held:
            one.cancel()


def measured(target: str, calls: int) -> None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    from musfuse_grpc.v1 import musicfs_pb2 as pb
    from musfuse_grpc.v1 import musicfs_pb2_grpc

    with grpc.insecure_channel(target) as channel:
        library: Any = musicfs_pb2_grpc.MusicFSStub(channel)
        metadata: Any = musicfs_pb2_grpc.MetadataServiceStub(channel)
        health: Any = health_pb2_grpc.HealthStub(channel)
        track = library.Search(pb.SearchRequest(query="t1", limit=1)).results[0].file_id
        timed("health (gRPC alone)", calls, lambda: health.Check(health_pb2.HealthCheckRequest()))
        timed("GetStatus", calls, lambda: library.GetStatus(pb.Empty()))
        timed("GetMetadata", calls, lambda: metadata.GetMetadata(pb.GetMetadataRequest(file_id=track)))
        timed("Search of 10", max(1, calls // 10), lambda: library.Search(pb.SearchRequest(query="t1", limit=10)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=500)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--streams", type=int, default=200)
    args = parser.parse_args()
    import sound

    with tempfile.TemporaryDirectory() as name:
        os.environ["MUSFUSE_RUNTIME_DIR"] = f"{name}/run"
        music, library = Path(name) / "music", Path(name) / "library"
        for n in range(args.tracks):
            sound.write(music / f"{n // 10}/{n}.flac", 500, artist=f"A{n // 10}", album="Lib", title=f"T{n}", seed=n)
        subprocess.run([*MUSFUSE, "scan", "--library", library, music], check=True, stdout=subprocess.DEVNULL)
        owner = served(library)
        print(f"owner without gRPC: {pss_mib(owner):.1f} MiB PSS")
        stopped(library)
        owner = served(library, "--grpc")
        gateway = child_of(owner)
        target = "unix:" + str(next((Path(name) / "run").glob("*.grpc")))
        try:
            print(
                f"owner with gRPC, before a call: {pss_mib(owner):.1f} MiB PSS; gateway {pss_mib(gateway):.1f} MiB PSS"
            )
            measured(target, args.calls)
            print(f"behind the calls: owner {pss_mib(owner):.1f} MiB PSS; gateway {pss_mib(gateway):.1f} MiB PSS")
            asyncio.run(subscribed(target, args.streams, gateway, lambda: measured(target, args.calls // 4)))
            print(f"owner behind all: {pss_mib(owner):.1f} MiB PSS")
        finally:
            stopped(library)


if __name__ == "__main__":
    main()
