"""The certificate of a server, whose files are looked at for each connection: one that was renewed counts from the next
connection on.
"""

import logging
import os
import ssl
from pathlib import Path
from typing import Any

import grpc

from musfuse.errors import FaceError, plainly

log = logging.getLogger(__name__)


class Certificates:
    """The private key and the certificate in two files of PEM. Raises FaceError where they are none. gRPC asks for them
    on a thread of its own."""

    def __init__(self, key: str, certificate: str) -> None:
        self._key, self._certificate = key, certificate
        self._seen = self._state()
        self._first = self._read()

    def credentials(self) -> Any:
        """What a server of gRPC is given."""
        return grpc.dynamic_ssl_server_credentials(self._first, self.renewed)

    def renewed(self) -> Any | None:
        """What the files hold now; None where they were not touched since this was asked last, or what they hold is of
        no use, which is logged: the certificate before stays."""
        state = self._state()
        if state == self._seen:
            return None
        self._seen = state
        try:
            return self._read()
        except FaceError as error:
            log.warning("%s; the certificate before is used on", error)
            return None

    def _state(self) -> tuple[object, ...]:
        """Another one where a file is another, or was written to."""
        return _facts(self._key), _facts(self._certificate)

    def _read(self) -> Any:
        """Raises FaceError."""
        pair = _content("grpc.key", self._key), _content("grpc.certificate", self._certificate)
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._key, password=lambda: "")
        except (OSError, ValueError) as error:
            raise FaceError(
                f"grpc.certificate, grpc.key: {error}; both have to be PEM, of one another, and without a passphrase"
            ) from error
        return grpc.ssl_server_certificate_configuration([pair])


def _facts(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _content(option: str, path: str) -> bytes:
    """Raises FaceError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FaceError(f"{option}: {path}: {plainly(error)}") from error
