"""The thread of an asynchronous origin."""

import asyncio
import threading

import pytest

from musfuse.errors import UnavailableError
from musfuse.origins.sftp.loop import EventLoop


async def answer() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


def test_it_begins_when_it_is_needed_and_ends() -> None:
    loop, before = EventLoop("loop-x"), threading.active_count()
    loop.call_soon(lambda: None)
    assert threading.active_count() == before
    assert loop.run(answer(), 10) == "loop-x"
    (thread,) = (t for t in threading.enumerate() if t.name == "loop-x")
    assert thread.daemon
    loop.close()
    thread.join(30)
    assert not thread.is_alive()
    with pytest.raises(UnavailableError, match="closed"):
        loop.run(answer(), 10)


def test_what_takes_too_long_is_cancelled() -> None:
    loop, cancelled = EventLoop("loop-y"), threading.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            cancelled.set()

    with pytest.raises(TimeoutError, match="no answer within 0"):
        loop.run(hang(), 0.05)
    assert cancelled.wait(30)
    loop.close()


def test_what_begins_while_it_ends_is_cancelled_too() -> None:
    loop, begun, cancelled = EventLoop("loop-w"), threading.Event(), threading.Event()
    kept: list[object] = []

    async def last() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            cancelled.set()

    async def first() -> None:
        begun.set()
        try:
            await asyncio.sleep(1000)
        finally:
            kept.append(asyncio.ensure_future(last()))
            await asyncio.sleep(0)

    async def begin() -> None:
        kept.append(asyncio.ensure_future(first()))

    loop.run(begin(), 30)
    assert begun.wait(30)
    loop.close()
    assert cancelled.wait(30)


def test_what_is_under_way_at_its_end_is_cancelled() -> None:
    loop, begun, cancelled, told = EventLoop("loop-z"), threading.Event(), threading.Event(), threading.Event()

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.sleep(1000)
        finally:
            cancelled.set()

    def ask() -> None:
        with pytest.raises(UnavailableError, match="closed"):
            loop.run(hang(), 100)
        told.set()

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(30)
    loop.close()
    assert cancelled.wait(30)
    thread.join(30)
    assert not thread.is_alive()
    assert told.is_set()
