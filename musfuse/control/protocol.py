"""Framing of JSON-RPC 2.0 on a stream: one JSON object a line, at most 4 MiB of it."""

import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from musfuse.errors import ControlError
from musfuse.platform import system

MAX_LINE = 4 << 20
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
APPLICATION_ERROR = -32000


def endpoint(library: Path) -> Path:
    """Where the owner of a library listens. Its name is a hash: a socket's path may have 108 bytes only."""
    digest = hashlib.blake2b(str(library).encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
    return system.runtime_folder() / f"{digest}.sock"


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message, ensure_ascii=True).encode() + b"\n"


def lines(connection: socket.socket) -> Iterator[bytes]:
    """The lines that arrive, until the other side closes. Raises ControlError for one that is too long."""
    buffer = bytearray()
    while piece := connection.recv(65_536):
        buffer += piece
        while (end := buffer.find(b"\n")) >= 0:
            yield bytes(buffer[:end])
            del buffer[: end + 1]
        if len(buffer) > MAX_LINE:
            raise ControlError("a control message is longer than 4 MiB")
