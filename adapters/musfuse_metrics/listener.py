"""The HTTP of the metrics: three pages, sixteen connections, ten seconds for each. What Python has for it (http.server)
loads mail and TLS, four MiB, for what are some lines here.

On an address of this machine alone it answers only who asks for this machine by name or number: a web page that names
it otherwise (DNS rebinding) is refused.
"""

import ipaddress
import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from socketserver import BaseRequestHandler, TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any

from musfuse.errors import MusfuseError
from musfuse.metrics.exposition import OPENMETRICS
from musfuse.service.face import Reach
from musfuse.service.requests.monitoring import ShowFigures, ShowHealth

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

_SECONDS, _CONNECTIONS = 10.0, 16
_HEAD_BYTES, _PIECE, _WORDS = 1 << 16, 1 << 14, 3
_END = b"\r\n\r\n"
_OK, _NO_REQUEST, _FORBIDDEN, _NOT_FOUND = "200 OK", "400 Bad Request", "403 Forbidden", "404 Not Found"
_TOO_LARGE, _NOT_HERE, _UNWELL = "431 Request Header Fields Too Large", "501 Not Implemented", "503 Service Unavailable"
_TEXT = "text/plain; charset=utf-8"
_OPEN = OPENMETRICS.partition(";")[0]


class Listener(ThreadingMixIn, TCPServer):
    """Listens at an address of a family (AF_INET, AF_INET6). Raises OSError where it cannot."""

    daemon_threads, request_queue_size, allow_reuse_address, block_on_close = True, 16, True, False
    reach: Reach

    @cached_property
    def service(self) -> "Handlers":
        """The use cases, put together with the first page."""
        return (self.reach.watching or self.reach.service)()

    def __init__(self, family: int, address: tuple[str, int]) -> None:
        self.address_family = family
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(address, _Handler)
        self.is_local = ipaddress.ip_address(str(self.server_address[0]).partition("%")[0]).is_loopback

    def process_request(self, request: Any, client_address: Any) -> None:
        """One more connection on a thread of its own; with too many it is hung up."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's fault."""


class _Handler(BaseRequestHandler):
    """One request for each connection, its head alone: what has a body is refused before that is read."""

    server: Listener

    def handle(self) -> None:
        """Answer one of the three pages."""
        with suppress(OSError):
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
        elif self.server.is_local and not _is_here(headers.get("host", "localhost")):
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
            self.request.settimeout(max(0.001, end - time.monotonic()))
            piece = self.request.recv(_PIECE)
            seen += len(piece)
            head = (head + piece)[-_HEAD_BYTES - 1 :]
            if not piece:
                return b""
        return head

    def _figures(self, headers: Mapping[str, str]) -> tuple[str, str, str]:
        opens = _OPEN in headers.get("accept", "")
        page = self.server.service.call(ShowFigures("openmetrics" if opens else "prometheus"))
        return _OK, page.kind, page.text

    def _alive(self, _: Mapping[str, str]) -> tuple[str, str, str]:
        return self._health(ShowHealth(alive=True))

    def _ready(self, _: Mapping[str, str]) -> tuple[str, str, str]:
        return self._health(ShowHealth())

    def _health(self, asked: ShowHealth) -> tuple[str, str, str]:
        health = self.server.service.call(asked)
        said = {"ok": health.is_well, "checks": {check.name: check.problem or "ok" for check in health.checks}}
        status = _OK if health.is_well else _UNWELL
        return status, "application/json", json.dumps(said) + "\n"

    def _send(self, status: str, kind: str, text: str, method: str = "GET") -> None:
        body = text.encode("utf-8", "replace")
        head = (
            f"HTTP/1.0 {status}\r\nServer: musfuse\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self.request.settimeout(_SECONDS)
        self.request.sendall(head.encode("ascii") + (b"" if method == "HEAD" else body))


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
