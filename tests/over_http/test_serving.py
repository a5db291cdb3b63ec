"""Connections: who sends a request slowly, takes nothing of an answer, or is one too many, is hung up on, or told so."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from musfuse_http.serving import Patience, Serving, listening

SOON = 0.2
SECONDS = 6
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n"
LARGE = 64 << 20


class Answering:
    """Answers `ok`, at `/early` before it has the body, at `/large` more than any buffer holds; `over` is set when that is over, whichever way."""

    def __init__(self) -> None:
        self.over = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        large = scope["path"] == "/large"
        size = LARGE if large else 2
        while scope["path"] != "/early" and (await receive()).get("more_body"):
            pass
        headers = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            for _ in range(size >> 20):
                await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
                await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b"" if large else b"ok"})
        finally:
            if large:
                self.over.set()


@contextmanager
def serving(app: Answering, patience: Patience, connections: int = 10) -> Iterator[tuple[str, int]]:
    at = listening("127.0.0.1", 0)
    address = at.getsockname()
    server = Serving(app, at, connections, patience=patience)
    server.start()
    try:
        yield address
    finally:
        server.stop()


def answer(connection: socket.socket) -> bytes:
    """The head of an answer, whose body is read, too."""
    got = b""
    while not got.endswith(b"\r\n\r\nok"):
        got += (more := connection.recv(4096))
        assert more, got
    return got


def hung_up(connection: socket.socket) -> bool:
    """Whether the server ends a connection by itself, before the client loses patience."""
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionResetError:
        return True
    return True


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123"],
    ids=["nothing", "a head", "a body"],
)  # fmt: skip
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_request_that_does_not_come_to_its_end_is_not_waited_for(begun: bytes, before: int) -> None:
    with (
        serving(Answering(), Patience(request=SOON, idle=1 if not begun else SECONDS)) as address,
        socket.create_connection(address, SECONDS / 2) as connection,
    ):
        for _ in range(before):  # it is no other where the connection had requests before
            connection.sendall(REQUEST)
            assert answer(connection).startswith(ANSWER)
        connection.sendall(begun)
        assert hung_up(connection)


def test_a_body_is_not_waited_for_where_the_answer_is_there_before() -> None:
    with (
        serving(Answering(), Patience(request=SOON, idle=SECONDS)) as address,
        socket.create_connection(address, SECONDS / 2) as connection,
    ):
        connection.sendall(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123")
        assert answer(connection).startswith(ANSWER)
        connection.sendall(b"4")
        assert hung_up(connection)


def test_who_asks_slowly_but_comes_to_an_end_is_answered() -> None:
    with (
        serving(Answering(), Patience(request=SECONDS)) as address,
        socket.create_connection(address, SECONDS) as connection,
    ):
        for _ in range(2):
            for at in range(len(REQUEST)):
                connection.sendall(REQUEST[at : at + 1])
            assert answer(connection).startswith(ANSWER)


def test_who_takes_nothing_of_an_answer_is_hung_up_on() -> None:
    app = Answering()
    with (
        serving(app, Patience(stalled=SOON)) as address,
        socket.create_connection(address, SECONDS) as connection,
    ):
        connection.sendall(REQUEST.replace(b"/ ", b"/large ", 1))
        assert app.over.wait(SECONDS)


def test_a_connection_too_many_is_told_so_and_no_other() -> None:
    with (
        serving(Answering(), Patience(), connections=2) as address,
        socket.create_connection(address, SECONDS) as one,
        socket.create_connection(address, SECONDS) as other,
    ):
        for connection in (one, other):
            connection.sendall(REQUEST)
            assert answer(connection).startswith(ANSWER)
        with socket.create_connection(address, SECONDS) as third:
            third.sendall(REQUEST)
            assert third.recv(4096).startswith(b"HTTP/1.1 503 ")
            assert hung_up(third)
        one.sendall(REQUEST)
        assert answer(one).startswith(ANSWER)
