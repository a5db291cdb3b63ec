"""A file of another program that is read piece by piece, more than once, and gives the same each time."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from musfuse.errors import ConfigError, plainly
from musfuse.platform import system
from musfuse.platform.regular import check_regular


class SteadyFile:
    """A regular file that stays open until the end of a `with`. Raises ConfigError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        check_regular(path)
        self.path = path
        try:
            self._fd = system.open_shared(str(path))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {plainly(error)}") from error
        self._seen = self._stamp()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def pieces(self, size: int) -> Iterator[bytes]:
        """All bytes, so many at a time, and an empty piece at the end. Raises ConfigError where they cannot be read."""
        at, piece = 0, b" "
        while piece:
            try:
                piece = system.read_at(self._fd, size, at)
            except OSError as error:
                raise ConfigError(f"{self.path}: cannot be read: {plainly(error)}") from error
            at += len(piece)
            yield piece

    def check(self) -> None:
        """Raise ConfigError where it was written since it was opened: what was read may be of two versions."""
        if self._stamp() != self._seen:
            raise ConfigError(f"{self.path}: was written while it was read; try again")

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self._fd)
        return status.st_size, status.st_mtime_ns
