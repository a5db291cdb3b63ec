"""A TCP proxy between a client and a server: it resets connections in the middle of an answer, stands still, is slow."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

_PIECE = 16_384


class Middle:
    """What it does with answers: after so many bytes more, `left`, every connection is reset; nothing passes while
    `passing` is not set; `rate` bytes a second pass, all of them for 0. `resets` are counted."""

    def __init__(self, port: int) -> None:
        self._target, self._lock = port, threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.passing = threading.Event()
        self.passing.set()
        self.left: int | None = None
        self.rate = self.resets = 0
        self._open = set[socket.socket]()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self) -> None:
        """Reset all connections now."""
        with self._lock:
            found, self._open = self._open, set()
        for one in found:
            with contextlib.suppress(OSError):  # it may have ended by itself
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RD)
            one.close()

    def close(self) -> None:
        """End it, and all that go through it."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.passing.set()
        self.reset()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            for source, sink, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._carry, args=(source, sink, answers), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_PIECE):
                self.passing.wait()
                if answers and not self._passes(len(data), sink, data):
                    return
                if self.rate:
                    time.sleep(len(data) / self.rate)
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(source)
        source.close()

    def _passes(self, size: int, sink: socket.socket, data: bytes) -> bool:
        """Whether an answer passes as a whole; else a part of it does, and all is reset."""
        with self._lock:
            left = self.left
            if left is None or left > size:
                self.left = None if left is None else left - size
                return True
            self.left, self.resets = None, self.resets + 1
        sink.sendall(data[:left])
        self.reset()
        return False


@contextlib.contextmanager
def before(port: int) -> Iterator[Middle]:
    """One before a server of this machine, within the block."""
    made = Middle(port)
    try:
        yield made
    finally:
        made.close()
