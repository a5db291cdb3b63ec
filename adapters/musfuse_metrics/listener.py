"""The HTTP of the metrics: three pages, sixteen connections, ten seconds for each. What Python has for it (http.server)
loads mail and TLS, four MiB, for what are some lines here, and looks five times a second whether it is to end.

On an address of this machine alone it answers only who asks for this machine by name or number: a web page that names
it otherwise (DNS rebinding) is refused.
"""

import ipaddress
import json
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from musfuse.errors import MusfuseError
from musfuse.metrics.exposition import OPENMETRICS
from musfuse.service.face import Reach
from musfuse.service.requests.monitoring import ShowFigures, ShowHealth

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

_SECONDS, _CONNECTIONS = 10.0, 16
_LOOK_SECONDS, _BACK_OFF_SECONDS = 1.0, 0.1
_HEAD_BYTES, _PIECE, _WORDS = 1 << 16, 1 << 14, 3
_END = b"\r\n\r\n"
_OK, _NO_REQUEST, _FORBIDDEN, _NOT_FOUND = "200 OK", "400 Bad Request", "403 Forbidden", "404 Not Found"
_TOO_LARGE, _NOT_HERE, _UNWELL = "431 Request Header Fields Too Large", "501 Not Implemented", "503 Service Unavailable"
_TEXT = "text/plain; charset=utf-8"
_OPEN = OPENMETRICS.partition(";")[0]


class Listener:
    """Listens at an address of a family (AF_INET, AF_INET6), for what `reach` reaches. Raises OSError where it
    cannot."""

    def __init__(self, family: int, address: tuple[str, int], reach: Reach | None = None) -> None:
        self._reach, self._closed = reach, threading.Event()
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            if sys.platform != "win32":  # there it would share an address that is in use
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(address)
            self._socket.listen(_CONNECTIONS)
            self._socket.settimeout(_LOOK_SECONDS)
            host, self.port = self._socket.getsockname()[:2]
        except BaseException:
            self._socket.close()
            raise
        self.is_local = ipaddress.ip_address(str(host).partition("%")[0]).is_loopback

    @cached_property
    def service(self) -> "Handlers":
        """The use cases, put together with the first page."""
        assert self._reach is not None, "only who serves is asked"
        return (self._reach.watching or self._reach.service)()

    def serve(self) -> None:
        """Answer who connects, until it is closed."""
        while not self._closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:  # closed, or there is no descriptor for it
                self._closed.wait(_BACK_OFF_SECONDS)
                continue
            self._take(connection)

    def close(self) -> None:
        """Nobody connects any more."""
        self._closed.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in `accept`, where the system does that
        self._socket.close()

    def _take(self, connection: socket.socket) -> None:
        """Answer on a thread of its own; with too many it is hung up."""
        if not self._free.acquire(blocking=False):
            connection.close()
            return
        try:
            threading.Thread(target=self._answered, args=(connection,), name="metrics page", daemon=True).start()
        except RuntimeError:  # there is no thread for it
            self._free.release()
            connection.close()

    def _answered(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):  # a client that went away is nobody's fault
                _Request(self, connection).answer()
                connection.shutdown(socket.SHUT_WR)
        finally:
            self._free.release()


class _Request:
    """One request for each connection, its head alone: what has a body is refused before that is read."""

    def __init__(self, server: Listener, connection: socket.socket) -> None:
        self._server, self._connection = server, connection

    def answer(self) -> None:
        """Answer one of the three pages. Raises OSError."""
        self._answer(self._head())

    def _answer(self, head: bytes) -> None:
        if len(head) > _HEAD_BYTES:
            self._send(_TOO_LARGE, _TEXT, "too much is said\n")
            return
        asked = _asked(head)
        if asked is None:
            if head:
                self._send(_NO_REQUEST, _TEXT, "GET or HEAD of a path is wanted\n")
            return
        method, path, headers = asked
        answer = {"/metrics": self._figures, "/healthz": self._alive, "/readyz": self._ready}
        page = answer.get(path.partition("?")[0])
        if method not in ("GET", "HEAD"):
            self._send(_NOT_HERE, _TEXT, "GET or HEAD is wanted\n")
        elif self._server.is_local and not _is_here(headers.get("host", "localhost")):
            self._send(_FORBIDDEN, _TEXT, "ask for this machine by its own name\n", method)
        elif page is None:
            self._send(_NOT_FOUND, _TEXT, "/metrics, /healthz, /readyz\n", method)
        else:
            try:
                self._send(*page(headers), method)
            except MusfuseError as error:
                self._send(_UNWELL, _TEXT, f"{error}\n", method)

    def _head(self) -> bytes:
        """What is said up to an empty line, in the seconds that there are; more than a head may have is read, so that
        who sent it hears why it is refused, and not kept. Raises OSError."""
        end, head, seen = time.monotonic() + _SECONDS, b"", 0
        while _END not in head and seen < 4 * _HEAD_BYTES:
            self._connection.settimeout(max(0.001, end - time.monotonic()))
            piece = self._connection.recv(_PIECE)
            seen += len(piece)
            head = (head + piece)[-_HEAD_BYTES - 1 :]
            if not piece:
                return b""
        return head

    def _figures(self, headers: Mapping[str, str]) -> tuple[str, str, str]:
        opens = _OPEN in headers.get("accept", "")
        page = self._server.service.call(ShowFigures("openmetrics" if opens else "prometheus"))
        return _OK, page.kind, page.text

    def _alive(self, _: Mapping[str, str]) -> tuple[str, str, str]:
        return self._health(ShowHealth(alive=True))

    def _ready(self, _: Mapping[str, str]) -> tuple[str, str, str]:
        return self._health(ShowHealth())

    def _health(self, asked: ShowHealth) -> tuple[str, str, str]:
        health = self._server.service.call(asked)
        said = {"ok": health.is_well, "checks": {check.name: check.problem or "ok" for check in health.checks}}
        status = _OK if health.is_well else _UNWELL
        return status, "application/json", json.dumps(said) + "\n"

    def _send(self, status: str, kind: str, text: str, method: str = "GET") -> None:
        body = text.encode("utf-8", "replace")
        head = (
            f"HTTP/1.0 {status}\r\nServer: musfuse\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self._connection.settimeout(_SECONDS)
        self._connection.sendall(head.encode("ascii") + (b"" if method == "HEAD" else body))


def _asked(head: bytes) -> tuple[str, str, Mapping[str, str]] | None:
    """Method, target and headers, by names in lower case, of a request; None for what is none."""
    first, *lines = head.partition(_END)[0].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != _WORDS or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
        return None
    headers = (line.partition(":") for line in lines if line)
    return words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in headers}


def _is_here(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    name = name.strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
