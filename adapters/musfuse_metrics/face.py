"""A tiny HTTP listener: /metrics, /healthz, /readyz, and nothing else.

It has no password, so it belongs on an address that only those reach who may see it.
"""

import socket
import threading

from musfuse.config.addresses import host_and_port
from musfuse.errors import FaceError
from musfuse.service.face import Reach
from musfuse_metrics.listener import Listener


class MetricsFace:
    """Listens at HOST:PORT."""

    keeps_host = False

    def __init__(self, listen: str) -> None:
        self._address = host_and_port(listen)
        self._server: Listener | None = None
        self.ended = threading.Event()

    @property
    def name(self) -> str:
        """The address as a URL; port 0 becomes the one that was free."""
        host, port = self._address
        port = self._server.port if self._server else port
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def check(self) -> None:
        """Raise FaceError where the address is none of this machine's, or in use."""
        self._listening(None).close()

    def start(self, reach: Reach) -> None:
        """Listen. Raises FaceError."""
        self._server = server = self._listening(reach)
        threading.Thread(target=self._serve, args=(server,), name="metrics", daemon=True).start()

    def stop(self, force: bool = False) -> None:
        """Stop listening; who is connected is answered still."""
        del force
        if self._server is not None and not self.ended.is_set():
            self._server.close()
            self.ended.wait()

    def _serve(self, server: Listener) -> None:
        try:
            server.serve()
        finally:
            server.close()
            self.ended.set()

    def _listening(self, reach: Reach | None) -> Listener:
        host, port = self._address
        name = host.encode() if host.isascii() else host  # a text would be encoded by what loads 0.1 MiB of tables
        try:
            family = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
            return Listener(family, (host, port), reach)
        except OSError as error:
            raise FaceError(
                f"metrics.listen: {host}:{port} cannot be listened at: {error.strerror}; name another address"
            ) from error
