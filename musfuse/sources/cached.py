"""A far origin behind what is kept of its files on this machine: what was read once is not fetched again, and can be
read while the origin is away."""

import time
from collections.abc import Callable
from typing import Protocol

from musfuse.model import SourceFile, Stamp
from musfuse.origins.port import Origin
from musfuse.sources.heads import Heads, is_settled
from musfuse.sources.over import OverOrigin

BLOCK = 64 * 1024
"""What is missing is asked for in whole blocks of a file, as they are fetched anyway."""


class Contents(Heads, Protocol):
    """Keeps contents of versions of files. It never gives other bytes than those it was given, and never fails: what it
    cannot keep, or give back, is not there."""

    def read(self, file: SourceFile, offset: int, size: int) -> bytes:
        """What is kept from `offset` on, `size` bytes at most, fewer where what follows is not here."""

    def missing_until(self, file: SourceFile, offset: int, end: int) -> int:
        """Where what is missing from `offset` on ends: where something is kept again, or at `end`."""

    def keep(self, file: SourceFile, offset: int, data: bytes) -> bool:
        """Keep bytes of a version; whether they are kept."""


class CachedOrigin(OverOrigin):
    """`origin` for who asks in one way; what they read is kept where `keeps` says so. `on_kept` hears of it, as path,
    version, and from where until where: nobody else has to have that any more."""

    def __init__(
        self,
        origin: Origin,
        contents: Contents,
        *,
        keeps: bool = True,
        now_ns: Callable[[], int] = time.time_ns,
        on_kept: Callable[[str, Stamp, int, int], object] = lambda *_: None,
    ) -> None:
        super().__init__(origin)
        self._contents, self._keeps, self._now_ns, self._on_kept = contents, keeps, now_ns, on_kept

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file. Without a `stamp`, nothing is kept of it."""
        if stamp is None or not is_settled(stamp, self.traits, self._now_ns()):
            return self._origin.read(path, offset, size, stamp)
        file, end = SourceFile(self.uid, path, stamp), min(offset + size, stamp.size)
        parts = []
        while offset < end:
            part = self._contents.read(file, offset, end - offset) or self._fetched(file, offset, end)
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _fetched(self, file: SourceFile, offset: int, end: int) -> bytes:
        """Bytes from `offset` on, which are not kept, up to what is."""
        stop = self._contents.missing_until(file, offset, end)
        low, high = offset, stop
        if self._keeps:
            low, high = offset // BLOCK * BLOCK, min(-(-stop // BLOCK) * BLOCK, file.stamp.size)
        data = self._origin.read(file.path, low, high - low, file.stamp)
        if self._keeps and len(data) == high - low and self._contents.keep(file, low, data):
            self._on_kept(file.path, file.stamp, low, high)
        return data[offset - low : stop - low]
