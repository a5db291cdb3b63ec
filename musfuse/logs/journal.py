"""systemd's journal, spoken to by its own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram of fields."""

import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress

from musfuse.ids import ids

SOCKET = "/run/systemd/journal/socket"
_LIMIT = 48 << 10
"""Bytes of a message: what does not fit into a datagram would have to be handed over as a file."""
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7))


class JournalHandler(logging.Handler):
    """Writes to the journal; what cannot be handed over is lost there, and stands in the library's log."""

    def __init__(self, path: str = SOCKET) -> None:
        super().__init__()
        self._socket = _datagrams()
        self._socket.setblocking(False)
        self._path = path
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record over; never waits."""
        fields = {
            "MESSAGE": self.format(record)[:_LIMIT],
            "PRIORITY": str(next((number for level, number in _PRIORITIES if record.levelno >= level), 7)),
            "SYSLOG_IDENTIFIER": "musfuse",
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName or "",
            "MUSFUSE_AREA": record.name,
            **{f"MUSFUSE_{name.upper()}": value for name, value in ids().items()},
        }
        with suppress(OSError):
            self._socket.sendto(datagram(fields), self._path)

    def close(self) -> None:
        self._socket.close()
        super().close()


def datagram(fields: Mapping[str, str]) -> bytes:
    """Fields as the journal takes them: one with a line end in its value has its length in front of that, 64 bits,
    little-endian."""
    parts = []
    for name, value in fields.items():
        raw = value.encode("utf-8", "backslashreplace")
        if b"\n" in raw:
            parts.append(name.encode() + b"\n" + len(raw).to_bytes(8, "little") + raw + b"\n")
        else:
            parts.append(name.encode() + b"=" + raw + b"\n")
    return b"".join(parts)


def is_read_by_it(fd: int = 2, stream: str | None = None) -> bool:
    """Whether the journal reads what is written to a descriptor: systemd tells by JOURNAL_STREAM (systemd.exec(5))."""
    device, _, inode = (os.environ.get("JOURNAL_STREAM", "") if stream is None else stream).partition(":")
    try:
        found = os.fstat(fd)
        return (int(device), int(inode)) == (found.st_dev, found.st_ino)
    except (OSError, ValueError):
        return False


def _datagrams() -> socket.socket:
    if sys.platform == "win32":
        raise OSError("there is no journal here")
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
