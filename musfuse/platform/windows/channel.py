"""Where the process that owns a library is reached: endpoints that only this user can open."""

import contextlib
import os
import secrets
import socket
import sys
from pathlib import Path

from musfuse.errors import ControlError

assert sys.platform == "win32"


def runtime_folder() -> Path:
    """A folder in the user's own profile, whose access list admits this user only, for control endpoints."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR") or f"{os.environ.get('LOCALAPPDATA', str(Path.home()))}\\musfuse\\run"
    path = Path(base)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ControlError(
            f"{path}: cannot hold the endpoints of drives: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    return path


def listen(path: Path) -> socket.socket:
    """A loopback socket; its port and a random token are written to `path`, which only this user can read. Raises
    ControlError."""
    server = socket.create_server(("127.0.0.1", 0))
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as out:
            out.write(f"{server.getsockname()[1]} {secrets.token_hex(32)}")
    except OSError as error:
        server.close()
        raise ControlError(
            f"{path.parent}: cannot hold an endpoint: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    return server


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    port, token = path.read_text().split()
    client = socket.create_connection(("127.0.0.1", int(port)), timeout)
    client.sendall(token.encode() + b"\n")
    return client


def is_trusted(connection: socket.socket, path: Path) -> bool:
    """Whether an accepted connection sent the token that only this user can read."""
    with contextlib.suppress(OSError, IndexError):
        expected = path.read_text().split()[1].encode() + b"\n"
        connection.settimeout(5)
        got = b""
        while len(got) < len(expected) and (piece := connection.recv(len(expected) - len(got))):
            got += piece
        connection.settimeout(None)
        return secrets.compare_digest(got, expected)
    return False
