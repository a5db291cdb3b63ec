"""The certificate of a server, whose files are looked at for each connection: one that was renewed counts from the next
connection on."""

import logging
import os
import ssl
from pathlib import Path

from musfuse.errors import FaceError, plainly

log = logging.getLogger(__name__)


class Certificates:
    """The certificate and the private key in two files of PEM. Raises FaceError where they are none."""

    def __init__(self, certificate: str, key: str) -> None:
        self._paths = (os.path.expanduser(certificate), os.path.expanduser(key))
        self._seen = self._state()
        self._current = self._read()

    def context(self) -> ssl.SSLContext:
        """What a server is given, for all of its connections."""
        return self._current

    def _for_connection(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """Have a connection use what the files hold now. It is called for each, on the loop of the server."""
        del name, context
        state = self._state()
        if state != self._seen:
            self._seen = state
            try:
                self._current = self._read()
            except FaceError as error:
                log.warning("%s; the certificate before is used on", error)
        connection.context = self._current

    def _read(self) -> ssl.SSLContext:
        """Raises FaceError."""
        certificate, key = self._paths
        for option, path in (("http.certificate", certificate), ("http.key", key)):
            try:
                Path(path).open("rb").close()
            except OSError as error:
                raise FaceError(f"{option}: {path}: {plainly(error)}") from error
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            made.load_cert_chain(certificate, key, password=lambda: "")
        except (OSError, ValueError) as error:
            raise FaceError(
                f"http.certificate, http.key: {error}; both have to be PEM, of one another, and without a passphrase"
            ) from error
        made.sni_callback = self._for_connection
        return made

    def _state(self) -> tuple[object, ...]:
        """Another one where a file is another, or was written to."""
        return tuple(map(_facts, self._paths))


def _facts(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
