"""A host that may come back at any moment."""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sshd import free_port

from musfuse.origins.sftp import reach


def test_one_that_listens_is_reached_and_nothing_is_left_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = asyncio.run(reach.reached("127.0.0.1", server.getsockname()[1], 0, 5))
        with made, server.accept()[0] as other:
            other.sendall(b"x")
            made.setblocking(True)
            assert made.recv(1) == b"x"


def test_one_that_says_no_is_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(reach.reached("127.0.0.1", free_port(), 0, 60))
    assert time.monotonic() - began < 30


def hanging(answers: Callable[[int], bool]) -> Callable[[Any], Coroutine[Any, Any, socket.socket]]:
    """Attempts that hang, but for those of which `answers` tells by their number."""
    begun = [0]

    async def attempt(place: Any) -> socket.socket:
        begun[0] += 1
        if not answers(begun[0]):
            await asyncio.sleep(3600)
        return await connected(place)

    connected = reach._connected
    return attempt


def test_another_attempt_is_answered_where_the_first_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(reach, "_connected", hanging(lambda number: number == 3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(reach.reached("127.0.0.1", server.getsockname()[1], 0, 60)).close()


def test_one_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(reach, "_connected", hanging(lambda _: False))
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        asyncio.run(reach.reached("127.0.0.1", 9, 0, 0.05))
