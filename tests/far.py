"""An origin that is far: it can be cut off, hang, fail for a moment, and be slow by the byte."""

import threading
from collections.abc import Iterator

from musfuse.errors import AwayError, UnavailableError
from musfuse.model import Stamp
from musfuse.origins import Entry, MemoryOrigin, SourceStat
from musfuse.origins.beats import beats


class FarOrigin(MemoryOrigin):
    """`down`: connections are refused; `hangs`: nothing answers until it is set; `fails`: so many calls fail before one
    does not; `pieces`: an answer comes in pieces of 64 KiB, each after the gate was opened for it."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        super().__init__("far", files)
        self.down: type[AwayError] | None = None
        self.fails = self.calls = self.most = 0
        self._under_way = 0
        self._counting = threading.Lock()
        self.open = threading.Event()
        self.open.set()
        self.pieces: threading.Semaphore | None = None

    def list(self, path: str) -> Iterator[Entry]:
        self._far()
        return super().list(path)

    def stat(self, path: str) -> SourceStat:
        self._far()
        return super().stat(path)

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        came = beats()
        self._far()
        for _ in range(0, size, 65_536):
            if self.pieces is not None:
                self.pieces.acquire()
                came(65_536)
        return super().read(path, offset, size, stamp)

    def _far(self) -> None:
        with self._counting:
            self.calls += 1
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            fails, self.fails = self.fails > 0, max(0, self.fails - 1)
        try:
            self.open.wait()
            if self.down is not None:
                raise self.down(f"{self.name}: connection refused")
            if fails:
                raise UnavailableError(f"{self.name}: stumbled")
        finally:
            with self._counting:
                self._under_way -= 1
