"""Where the process that owns a library is reached: endpoints that only this user can open."""

import math
import os
import socket
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

from musfuse.errors import ControlError
from musfuse.platform.connections import Connection, Listener

assert sys.platform != "win32"


def runtime_folder() -> Path:
    """A folder only this user can open, for control sockets; made where it is missing."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR")
    if not base:
        system = os.environ.get("XDG_RUNTIME_DIR")
        base = f"{system}/musfuse" if system and os.path.isdir(system) else _private_temporary()
    path = Path(base)
    try:
        private_folder(path)
        facts = path.lstat()
        if facts.st_uid == os.getuid() and facts.st_mode & 0o077 and stat.S_ISDIR(facts.st_mode):
            path.chmod(0o700)
    except OSError as error:
        raise ControlError(
            f"{path}: cannot hold the sockets of drives: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise ControlError(f"{path}: belongs to somebody else; name a folder of your own in MUSFUSE_RUNTIME_DIR")
    return path


def _private_temporary() -> str:
    """Always the same place: `tempfile.gettempdir()` looks elsewhere while the folder for temporary files is full."""
    named = os.environ.get("TMPDIR", "")
    base = named if named and os.path.isdir(named) else "/tmp"  # noqa: S108 - `runtime_folder` looks whose it is
    return f"{base}/musfuse-{os.getuid()}"


def listen(path: Path) -> Listener:
    """A listening stream socket at `path` that only this user can open. Raises ControlError."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        server.bind(str(path))
    except OSError as error:
        server.close()
        raise ControlError(
            f"{path.parent}: cannot hold a socket: {error.strerror or error}; name another in MUSFUSE_RUNTIME_DIR"
        ) from error
    finally:
        os.umask(previous)
    server.listen(16)
    return server


def connect(path: Path, timeout: float) -> Connection:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A socket that does not block, as with Python's timeouts, is not queued where others wait to be accepted.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", math.ceil(timeout), 0))
        client.connect(str(path))
        client.settimeout(timeout)
    except OSError:
        client.close()
        raise
    return client


def hung_up(connection: Connection) -> bool:
    """Whether the other side is gone, as far as that can be told without waiting. What it says is left unread."""
    assert isinstance(connection, socket.socket)
    patience = connection.gettimeout()
    connection.setblocking(False)
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(patience)


def hang_up(connection: Connection) -> None:
    """Close a connection; another thread that waits for it goes on."""
    assert isinstance(connection, socket.socket)
    with suppress(OSError):  # the other side did
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def remove_endpoint(path: Path) -> None:
    """Remove `listen`'s socket where it is there."""
    path.unlink(missing_ok=True)


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, which only this user can open; one that is there stays as it
    is. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
