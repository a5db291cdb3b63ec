"""The HTTP of the metrics: three pages, sixteen connections, ten seconds for each.

On an address of this machine alone it answers only who asks for this machine by name or number: a web page that names
it otherwise (DNS rebinding) is refused.
"""

import ipaddress
import json
import threading
from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from musfuse.errors import MusfuseError
from musfuse.metrics.exposition import OPENMETRICS
from musfuse.service.face import Reach
from musfuse.service.requests.monitoring import ShowFigures, ShowHealth

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

_SECONDS, _CONNECTIONS = 10.0, 16
_OPEN = OPENMETRICS.partition(";")[0]


class Listener(ThreadingHTTPServer):
    """Listens at an address of a family (AF_INET, AF_INET6). Raises OSError where it cannot."""

    daemon_threads, request_queue_size = True, 16
    reach: Reach

    @cached_property
    def service(self) -> "Handlers":
        """The use cases, put together with the first page."""
        return self.reach.service()

    def __init__(self, family: int, address: tuple[str, int]) -> None:
        self.address_family = family
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(address, _Handler)
        self.is_local = ipaddress.ip_address(str(self.server_address[0]).partition("%")[0]).is_loopback

    def server_bind(self) -> None:
        """Without looking up this machine's name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

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


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    server_version, sys_version, timeout = "musfuse", "", _SECONDS

    def do_GET(self) -> None:
        """Answer one of the three pages."""
        answer = {"/metrics": self._figures, "/healthz": self._alive, "/readyz": self._ready}
        page = answer.get(self.path.partition("?")[0])
        if self.server.is_local and not _is_here(self.headers.get("Host", "localhost")):
            self._send(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", "ask for this machine by its own name\n")
        elif page is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "/metrics, /healthz, /readyz\n")
        else:
            try:
                self._send(*page())
            except MusfuseError as error:
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", f"{error}\n")

    do_HEAD = do_GET  # noqa: N815 - the library's name for it

    def log_message(self, *args: Any) -> None:
        """A line for each scrape would fill the log."""

    def _figures(self) -> tuple[HTTPStatus, str, str]:
        opens = _OPEN in self.headers.get("Accept", "")
        page = self.server.service.call(ShowFigures("openmetrics" if opens else "prometheus"))
        return HTTPStatus.OK, page.kind, page.text

    def _alive(self) -> tuple[HTTPStatus, str, str]:
        return self._health(ShowHealth(alive=True))

    def _ready(self) -> tuple[HTTPStatus, str, str]:
        return self._health(ShowHealth())

    def _health(self, asked: ShowHealth) -> tuple[HTTPStatus, str, str]:
        health = self.server.service.call(asked)
        said = {"ok": health.is_well, "checks": {check.name: check.problem or "ok" for check in health.checks}}
        status = HTTPStatus.OK if health.is_well else HTTPStatus.SERVICE_UNAVAILABLE
        return status, "application/json", json.dumps(said) + "\n"

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode("utf-8", "replace")
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)


def _is_here(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    name = name.strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
