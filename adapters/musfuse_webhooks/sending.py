"""One message to one receiver: a name is looked up once and that very address is connected to, redirects are not
followed, and of an answer no more is read than its head. Proxies of the environment are not used: what they look up,
nobody here could check.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from musfuse.library.webhooks import port_of
from musfuse_webhooks.addresses import refusal

_HEAD_BYTES = 32 * 1024
_TAKEN = range(200, 300)
_REDIRECTS = range(300, 400)
_CONNECTIONS = 4
"""Addresses of one name that are tried."""


class Outcome(NamedTuple):
    """What came of a try: the status of the answer, 0 where there was none, why it counts for nothing ('' where the
    message was taken), and how many seconds the receiver asks to be left alone."""

    status: int
    problem: str
    retry_after: float = 0.0

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the message now."""
        return not self.problem

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no message any more."""
        return self.status == http.client.GONE


class RefusedError(Exception):
    """Nothing is sent there."""


class Sender:
    """Sends messages. `look_up` is what finds the addresses of a name, as socket.getaddrinfo. May be used from many
    threads."""

    def __init__(self, look_up: Callable[..., Any] = socket.getaddrinfo, trust: ssl.SSLContext | None = None) -> None:
        self._look_up, self._trust = look_up, trust

    def post(
        self, url: str, headers: Mapping[str, str], body: bytes, seconds: float, allow_private: bool = False
    ) -> Outcome:
        """Send one message, and say what came of it within that many seconds."""
        end = time.monotonic() + seconds
        try:
            with closing(self._connected(urlsplit(url), end, allow_private)) as connection:
                connection.settimeout(_left(end))
                connection.sendall(_request(urlsplit(url), headers, body))
                return _answer(connection, end)
        except RefusedError as error:
            return Outcome(0, str(error))
        except TimeoutError:
            return Outcome(0, f"no answer within {seconds:g} s")
        except ssl.SSLCertVerificationError as error:
            return Outcome(0, f"its certificate is not trusted: {error.verify_message}")
        except (OSError, http.client.HTTPException) as error:
            return Outcome(0, _said(error))

    def _connected(self, url: SplitResult, end: float, allow_private: bool) -> socket.socket:
        """A connection to the first address of a name that takes one. Raises OSError, RefusedError."""
        refused, failed = "", None
        for family, address in self._addresses(url.hostname or "", port_of(url), end):
            refused_here = refusal(str(address[0]), allow_private)
            if refused_here:
                refused = refused or refused_here
                continue
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(_left(end))
                connection.connect(address)
                return self._secured(connection, url, end)
            except OSError as error:
                connection.close()
                failed = failed or error
        raise failed or RefusedError(refused or "its name has no address")

    def _secured(self, connection: socket.socket, url: SplitResult, end: float) -> socket.socket:
        if url.scheme != "https":
            return connection
        connection.settimeout(_left(end))
        return self._context.wrap_socket(connection, server_hostname=url.hostname)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self._trust or ssl.create_default_context()

    def _addresses(self, host: str, port: int, end: float) -> list[tuple[socket.AddressFamily, Any]]:
        """Where a name leads, looked up once. The system's own look-up cannot be cut off, so it has a thread that may
        be left behind. Raises OSError."""
        found: list[Any] = []

        def ask() -> None:
            try:
                found.append(self._look_up(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                found.append(error)

        asking = threading.Thread(target=ask, name="look-up", daemon=True)
        asking.start()
        asking.join(_left(end))
        if not found:
            raise TimeoutError
        if isinstance(found[0], Exception):
            raise OSError("its name is not known here") from found[0]
        return [(family, address) for family, _, _, _, address in found[0][:_CONNECTIONS]]


def _left(end: float) -> float:
    """Seconds until then. Raises TimeoutError."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _request(url: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    """The text of the request. A URL is printable ASCII without spaces (`library.webhooks.url_problem`)."""
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    all_headers = {
        "Host": url.netloc, "User-Agent": "musfuse", "Content-Type": "application/json",
        "Content-Length": str(len(body)), "Connection": "close", **headers,
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"POST {target} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + body


class _Head(io.RawIOBase):
    """What a connection gives until some time, and no more than a head has."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection, self._end, self._room = connection, end, _HEAD_BYTES

    def makefile(self, mode: str) -> io.BufferedReader:
        """As that of a socket, for http.client."""
        del mode
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise http.client.HTTPException("the head of its answer has no end")
        self._connection.settimeout(_left(self._end))
        count = self._connection.recv_into(memoryview(buffer)[: self._room])
        self._room -= count
        return count


def _answer(connection: socket.socket, end: float) -> Outcome:
    response = http.client.HTTPResponse(_Head(connection, end))  # type: ignore[arg-type]
    response.begin()
    status = response.status
    if status in _TAKEN:
        return Outcome(status, "")
    what = "it redirects, which is not followed" if status in _REDIRECTS else f"it answered {status}"
    return Outcome(status, what, _seconds(response.getheader("Retry-After") or ""))


def _seconds(text: str) -> float:
    """What Retry-After says, a number of seconds or a date; 0 for nothing of use."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        when = parsedate_to_datetime(text)
        return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
    return 0.0


def _said(error: Exception) -> str:
    """What an error of the connection says, without what the receiver sent."""
    if isinstance(error, http.client.HTTPException):
        return "its answer is no HTTP"
    return str(getattr(error, "strerror", "") or error or type(error).__name__)[:200]
