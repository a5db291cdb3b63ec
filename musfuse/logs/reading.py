"""Reads a log that a process may be writing: the last lines, then those that come, over one that is set aside, too."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from musfuse.logs.lines import Line, read_line
from musfuse.platform import system

_MOST_BELOW = 200
"""Lines that may go on below one, as a traceback's do; more are left out."""


def last_lines(path: Path, most: int, wanted: Callable[[Line], bool]) -> list[Line]:
    """The last lines of a log, and of the one that was set aside before it, oldest first; none where there is none."""
    kept: deque[Line] = deque(maxlen=most)
    for one in (path.with_suffix(".log.1"), path):
        try:
            with one.open(encoding="utf-8", errors="replace") as text:
                kept.extend(line for line in joined(text) if wanted(line))
        except FileNotFoundError:
            continue
    return list(kept)


def joined(lines: Iterator[str]) -> Iterator[Line]:
    """Lines with those that belong to them. What stands before the first one is left out."""
    line: Line | None = None
    below = list[str]()
    for text in lines:
        text = text.rstrip("\n")
        found = read_line(text)
        if found is None:
            if len(below) < _MOST_BELOW:
                below.append(text)
            continue
        if line is not None:
            yield replace(line, message="\n".join((line.message, *below)))
        line, below = found, []
    if line is not None:
        yield replace(line, message="\n".join((line.message, *below)))


class Following:
    """What is written to a log from where it ends now. One that is set aside is read to its end first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = self._opened()
        self._rest = b""
        if self._fd >= 0:
            os.lseek(self._fd, 0, os.SEEK_END)

    def more(self) -> list[Line]:
        """What came since it was asked last."""
        text = self._read()
        if self._is_set_aside():
            text += self._read()
            self.close()
            self._fd = self._opened()
            text += self._read()
        whole, end, self._rest = (self._rest + text).rpartition(b"\n")
        return list(joined(iter((whole + end).decode("utf-8", "replace").splitlines())))

    def close(self) -> None:
        """Read no more."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _opened(self) -> int:
        try:
            return system.open_shared(str(self._path))  # on Windows it could not be set aside else
        except OSError:
            return -1

    def _read(self) -> bytes:
        found = b""
        while self._fd >= 0 and (more := os.read(self._fd, 1 << 16)):
            found += more
        return found

    def _is_set_aside(self) -> bool:
        try:
            now = self._path.stat()
        except OSError:
            return False
        return self._fd < 0 or not os.path.samestat(now, os.fstat(self._fd))
