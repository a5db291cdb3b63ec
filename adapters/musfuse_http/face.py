"""HTTP as a face: a server on a thread of the process that owns the library."""

import importlib.util
import logging
import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from musfuse.config.addresses import host_and_port
from musfuse.errors import FaceError
from musfuse.service.face import Reach
from musfuse_http.options import HttpOptions, networks

if TYPE_CHECKING:
    import ssl

    from musfuse_http.context import Context
    from musfuse_http.serving import Serving

log = logging.getLogger(__name__)

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be told apart
_NEEDED = ("starlette", "uvicorn", "h11", "argon2")


def lacks() -> str:
    """What HTTP needs that is not installed; empty where all is there."""
    return next((name for name in _NEEDED if importlib.util.find_spec(name) is None), "")


class HttpFace:
    """Serves the library in `folder`. `greeting` is what whoever started it has to be told, '' for nothing: the link by
    which the first account is made, which nothing tells a second time."""

    keeps_host = True

    def __init__(self, options: HttpOptions, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._address = host_and_port(options.listen) if options.listen else ("", 0)
        self._serving: Serving | None = None
        self._context: Context | None = None
        self.ended, self.greeting = threading.Event(), ""

    @property
    def name(self) -> str:
        """The address as a URL; port 0 becomes the one that was free."""
        return self._url()

    def _url(self, everywhere: str = "") -> str:
        """The address as a URL; of one that stands for all of this machine's `everywhere`, if that is named."""
        host, port = self._address
        host = everywhere if everywhere and host in _EVERYWHERE else host
        scheme = "https" if self._options.certificate else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def check(self) -> None:
        """Raise FaceError where the extra is not installed, the address cannot be listened at, or there is no usable
        certificate."""
        missing = lacks()
        if missing:
            raise FaceError(f"HTTP: {missing} is not installed; `pip install 'musfuse[server]'` brings it")
        self._tls()
        self._listening().close()

    def start(self, reach: Reach) -> None:
        """Serve. Raises FaceError, StoreError."""
        tls, listening = self._tls(), self._listening()
        with ExitStack() as undo:
            undo.callback(listening.close)
            self._begin(reach, tls, listening)
            undo.pop_all()

    def _begin(self, reach: Reach, tls: "ssl.SSLContext | None", listening: socket.socket) -> None:
        from musfuse_http.app import make_app
        from musfuse_http.context import Context
        from musfuse_http.proxies import Proxies
        from musfuse_http.serving import Serving

        self._address = (self._address[0], listening.getsockname()[1])
        options = self._options
        self._context = context = Context.over(reach, options, Proxies(networks(options.trusted_proxies)), self._folder)
        self._serving = Serving(make_app(context), listening, options.connections, tls)
        self._serving.start()
        secret = context.server.setup.begin()
        self.greeting = f"to set it up, once: {self._url('localhost')}/setup#{secret}" if secret else ""
        threading.Thread(target=self._wait, args=(self._serving, context), name="http end", daemon=True).start()

    def stop(self, force: bool = False) -> None:
        """Take no more connections, end those that there are."""
        del force
        if self._serving is None:
            self.ended.set()
            return
        if self._context is not None:
            self._context.leave()
        self._serving.stop()
        self.ended.wait()

    def _wait(self, serving: "Serving", context: "Context") -> None:
        serving.ended.wait()
        context.close()
        self.ended.set()

    def _tls(self) -> "ssl.SSLContext | None":
        options = self._options
        if not options.certificate and not options.key:
            return None
        for key, value in (("certificate", options.certificate), ("key", options.key)):
            if not value:
                raise FaceError(f"http.{key}: TLS needs a certificate and its key; name a file in http.{key}")
        from musfuse_http.certificates import Certificates

        return Certificates(options.certificate, options.key).context()

    def _listening(self) -> socket.socket:
        from musfuse_http.serving import listening

        host, port = self._address
        if not host:
            raise FaceError("http.listen: there is no address; name one, such as 127.0.0.1:4533")
        try:
            return listening(host, port)
        except OSError as error:
            raise FaceError(
                f"http.listen: {host}:{port} cannot be listened at: {error.strerror}; name another address"
            ) from error
