"""The library's log: what its owner did and what failed, one dated line each, in two files of about 1 MiB at most."""

import logging
import os
from contextlib import ExitStack, suppress
from pathlib import Path

LOG_LIMIT = 1 << 20
"""Bytes of a log; a longer one becomes the same with `.1`, in place of the one before."""


def formatter() -> logging.Formatter:
    """A line as every log has it: date and time as ISO 8601 writes them, level, who says it."""
    return logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")


def make_room(log: Path) -> None:
    """Put a log aside that became too long. On Windows it grows on while a process has its standard error there."""
    with suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


class _LogFile(logging.Handler):
    """A log that cannot be written, on a full or read-only disk, stops nothing. It is opened with the first line."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self.path, self._fd = path, -1
        self.setFormatter(formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; called by one thread at a time."""
        with suppress(OSError):
            self._write((self.format(record) + "\n").encode("utf-8", "backslashreplace"))

    def takes_errors(self) -> bool:
        """Whether this process has its standard error in the same file."""
        try:
            return os.path.samestat(os.fstat(2), self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        super().close()

    def _write(self, line: bytes) -> None:
        if self._fd >= 0 and os.fstat(self._fd).st_size > LOG_LIMIT:
            os.close(self._fd)
            self._fd = -1
        if self._fd < 0:
            make_room(self.path)
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(self._fd, line)


def keep_log(path: Path, closing: ExitStack) -> None:
    """Until `closing`, write what this process logs, from INFO up, to the log of a library.

    A background process has its standard error in the same file: what it logs is not written twice.
    """
    root = logging.getLogger()
    before, handler = root.level, _LogFile(path)
    handler.setLevel(min(before, logging.INFO))
    for other in [other for other in root.handlers if _writes_to(other, path)]:
        root.removeHandler(other)
        closing.callback(root.addHandler, other)
    root.addHandler(handler)
    root.setLevel(min(before, logging.INFO))
    closing.callback(root.setLevel, before)
    closing.callback(handler.close)
    closing.callback(root.removeHandler, handler)


def place_of_errors() -> str:
    """Where to find what this process writes to standard error, libfuse too: the path of its log, if that is there."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _LogFile) and handler.takes_errors():
            return str(handler.path)
    return "what is written to standard error"


def _writes_to(handler: logging.Handler, path: Path) -> bool:
    try:
        stream = handler.stream if isinstance(handler, logging.StreamHandler) else None
        return stream is not None and os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except (OSError, ValueError, AttributeError):
        return False
