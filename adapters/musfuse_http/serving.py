"""uvicorn on a thread of its own: sockets, connections that are bounded in number and in patience, an end.

Whoever sends the head of a request slowly, or takes nothing of an answer any more, is hung up on.
"""

import asyncio
import logging
import socket
import ssl
import sys
import threading
from dataclasses import dataclass

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from musfuse_http.asgi import App

log = logging.getLogger(__name__)

BACKLOG = 2048
_HEAD_BYTES = 32 << 10
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that are waited: for the head of a request and all of its body, for a further request on the same
    connection, for a client that takes nothing, for what is under way at the end."""

    request: float = 20.0
    idle: int = 30
    stalled: float = 600.0
    end: int = 2


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    # By its protocol asyncio tells that small pieces are not to wait for one another: else each answer on a connection
    # that stays takes 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would share an address that is in use
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        elif hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def protocol_with(patience: Patience, connections: int) -> type[H11Protocol]:
    """HTTP/1.1 for connections that are waited for so long; of those beyond so many all requests are answered 503."""

    class Connection(H11Protocol):
        _coming: asyncio.TimerHandle | None = None
        _stalled: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            # uvicorn's own limit would answer everybody so, and begin one connection earlier.
            self.limit_concurrency = 0 if len(self.connections) > connections else None
            self._wait_for_request()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._wait_for_request()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            for timer in (self._coming, self._stalled):
                if timer is not None:
                    timer.cancel()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stalled = self.loop.call_later(patience.stalled, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._stalled is not None:
                self._stalled.cancel()

        def _wait_for_request(self) -> None:
            """Hang up on who does not get to the end of a request; an answer that goes out has its time."""
            is_whole = not _is_on_its_way(self)
            if is_whole and self._coming is not None:
                self._coming.cancel()
                self._coming = None
            elif not is_whole and self._coming is None:
                self._coming = self.loop.call_later(patience.request, self.transport.abort)

    return Connection


def _is_on_its_way(at: H11Protocol) -> bool:
    """Whether a request is to come that is not whole yet, the first one of a connection or one that has begun."""
    last = at.cycle
    if last is None:
        return True
    if last.response_complete:
        return at.conn.their_state is h11.SEND_BODY or bool(at.conn.trailing_data[0])
    return bool(last.more_body)


class _Server(uvicorn.Server):
    """One that waits for its end without looking ten times a second whether it has come."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.asked = asyncio.Event()

    async def main_loop(self) -> None:
        tick = 0
        while not await self.on_tick(tick):
            try:
                await asyncio.wait_for(self.asked.wait(), _LOOK_SECONDS)
            except TimeoutError:
                tick += 10  # of tenths of seconds: it writes the date anew


class Serving:
    """A server of an application at a socket, until it is stopped. `ended` is called then, whoever ended it."""

    def __init__(
        self,
        app: App,
        at: socket.socket,
        connections: int,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        config = uvicorn.Config(
            app, http=protocol_with(self._patience, connections), ws="none", lifespan="off", loop="asyncio",
            interface="asgi3",
            log_config=None, access_log=False, proxy_headers=False, server_header=False, backlog=BACKLOG,
            timeout_keep_alive=self._patience.idle, timeout_graceful_shutdown=self._patience.end,
            h11_max_incomplete_event_size=_HEAD_BYTES,
        )  # fmt: skip
        config.load()
        config.ssl = tls
        _quiet()
        self._socket, self._server = at, _Server(config)
        self._started, self._loop = threading.Event(), asyncio.new_event_loop()
        self.ended = threading.Event()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop on which the application is called."""
        return self._loop

    def start(self) -> None:
        """Serve on a thread; returns when connections are taken."""
        threading.Thread(target=self._run, name="http", daemon=True).start()
        self._started.wait()

    def stop(self) -> None:
        """Take no more connections, let answers go on for the seconds that there are, end all. Returns then."""
        if not self.ended.is_set():
            self._loop.call_soon_threadsafe(self._ask)
            self.ended.wait()

    def _ask(self) -> None:
        self._server.should_exit = True
        self._server.asked.set()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                self._loop.call_soon(self._started.set)
                runner.run(self._server.serve(sockets=[self._socket]))
        except BaseException:
            log.exception("the server of HTTP ended")
        finally:
            self._socket.close()
            self._started.set()
            self.ended.set()


def _quiet() -> None:
    """What uvicorn would log is logged here, where it matters, or is the fault of who asks."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
