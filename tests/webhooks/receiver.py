"""A receiver on this machine: real HTTP, with answers as a test wants them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="


class Got(NamedTuple):
    """A request: its path, its headers with names in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[["Handler"], object]


def status(code: int, **headers: str) -> Answer:
    """Answers with a status and headers (`_` for `-`)."""

    def answer(handler: "Handler") -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


class Receiver(ThreadingHTTPServer):
    """Keeps what it got; `answer` may be exchanged at any time. `ended` lets answers that hang go."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Answer = status(204)
        self.ended = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=hidden"

    @property
    def taken(self) -> list[str]:
        """The ids of what it got, in order."""
        return [one.id for one in self.got]

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up is right to do so."""


class Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(Got(self.path, headers, body))
        with suppress(OSError):
            self.server.answer(self)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that runs within the block."""
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        made.shutdown()
        made.server_close()
        thread.join()
