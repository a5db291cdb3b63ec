"""Subscribers that nobody wants: one that never reads, one that dies, 200 at once. Nobody else notices."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from musfuse_grpc.v1 import musicfs_pb2 as pb
from musfuse_grpc.v1 import musicfs_pb2_grpc
from patient import until

from gateway.running import SECONDS, STREAMS, Gateway
from musfuse.events.originals import FileAdded

ADDED = pb.EventFilter(event_types=["file_added"])


def pss_kib(pid: int) -> int:
    """The memory of a process, its share of what it has in common with others."""
    found = next(line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    return int(found.split()[1])


async def settled(pid: int) -> int:
    """The same once it stays as it is: what was published may be on its way still."""
    found = [pss_kib(pid)]
    while len(found) < 4 or max(found[-4:]) - min(found[-4:]) > 256:
        await asyncio.sleep(0.05)
        found.append(pss_kib(pid))
    return found[-1]


NARROW = (("grpc.http2.bdp_probe", 0),)
"""Options of a client that takes no more ahead of its reader than HTTP/2 says, 64 KiB."""


def run(gateway: Gateway, test: Callable[[Any], Awaitable[None]]) -> None:
    async def done() -> None:
        async with grpc.aio.insecure_channel(gateway.target, NARROW) as channel:
            await asyncio.wait_for(test(musicfs_pb2_grpc.MusicFSStub(channel)), SECONDS)

    asyncio.run(done())


def publish(gateway: Gateway, first: int, count: int, path: str = "a") -> None:
    """Have files come, about as fast as that is handed on."""
    for number in range(first, first + count):
        gateway.host.library.events.publish(FileAdded(path, "o", number))
        if number % 200 == 0:
            time.sleep(0.01)


async def begun(stub: Any, asked: pb.EventFilter = ADDED) -> Any:
    stream = stub.SubscribeEvents(asked)
    await stream.initial_metadata()
    return stream


def counted(event: Any) -> tuple[int, int]:
    """How many events one message stands for, and whether it is one that arrived."""
    return (int(event.metadata["count"]), 0) if event.event_type == "events_lost" else (1, 1)


def test_who_never_reads_loses_what_is_counted_and_nobody_else_anything(gateway: Gateway) -> None:
    total = 4000

    async def test(stub: Any) -> None:
        slow, quick = await begun(stub), await begun(stub)
        publishing = asyncio.create_task(asyncio.to_thread(publish, gateway, 0, total, "a" * 1000))
        seen = 0
        while seen < total:
            stands_for, _ = counted(await quick.read())
            seen += stands_for
        await publishing
        assert seen == total
        stands = arrived = 0
        numbers = list[int]()
        while stands < total:
            event = await slow.read()
            one, came = counted(event)
            stands, arrived = stands + one, arrived + came
            if came:
                numbers.append(event.file_id)
        assert stands == total
        assert 1024 <= arrived < total - 1000
        assert numbers == sorted(numbers)
        assert numbers[-1] == total - 1
        slow.cancel()
        quick.cancel()

    run(gateway, test)


def test_two_hundred_at_once_who_take_nothing(gateway: Gateway) -> None:
    process = gateway.face._process
    assert process is not None
    threads = len(os.listdir(f"/proc/{process.pid}/task"))

    async def test(stub: Any) -> None:
        streams = [await begun(stub) for _ in range(200)]
        last = await begun(stub)
        memory = list[int]()
        for _ in range(2):  # rings, log and what HTTP/2 takes are full behind the first
            await asyncio.to_thread(publish, gateway, 1, 5000)
            await asyncio.to_thread(publish, gateway, 0, 1)
            while not ((event := await last.read()).event_type == "file_added" and event.file_id == 0):
                pass
            memory.append(await settled(process.pid))
        assert memory[1] < min(memory[0] + 8 * 1024, 60 * 1024)
        assert len(os.listdir(f"/proc/{process.pid}/task")) <= threads + 16
        drive = gateway.host.library.drive
        opened = drive.open("Ann/Lib (1999)/01 - T1.flac")
        assert drive.read_at(opened.handle, 0, 4) == b"fLaC"
        drive.close(opened.handle)
        assert (await stub.GetStatus(pb.Empty(), timeout=SECONDS)).files_indexed == 4
        for stream in (*streams, last):
            stream.cancel()

    run(gateway, test)


DIES = """
import sys, time
import grpc
from musfuse_grpc.v1 import musicfs_pb2 as pb, musicfs_pb2_grpc
stub = musicfs_pb2_grpc.MusicFSStub(grpc.insecure_channel(sys.argv[1]))
streams = [stub.SubscribeEvents(pb.EventFilter()) for _ in range(int(sys.argv[2]))]
for stream in streams:
    stream.initial_metadata()
print("there", flush=True)
time.sleep(60)
"""


def test_one_that_dies_is_gone(gateway: Gateway) -> None:
    mine = gateway.library.SubscribeEvents(ADDED)
    mine.initial_metadata()
    with subprocess.Popen(
        [sys.executable, "-c", DIES, gateway.target, str(STREAMS - 1)], stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "there\n"
        full = gateway.library.SubscribeEvents(ADDED)
        assert full.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        client.send_signal(signal.SIGKILL)
    publish(gateway, 0, 300)
    assert next(mine).file_id == 0

    def again() -> bool:
        one = gateway.library.SubscribeEvents(ADDED, timeout=SECONDS)
        try:
            one.initial_metadata()
            return one.is_active()
        finally:
            one.cancel()

    until(again)
    mine.cancel()
