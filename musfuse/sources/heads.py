"""What a scan looked at of the files of a far source, kept on this machine: another scan of the same versions, and who
plays or retags them, asks for none of it again.

Lock order: `_lock` is innermost; nothing is kept under it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from musfuse.model import SourceFile, Stamp
from musfuse.origins.port import Range
from musfuse.origins.traits import Traits

MOST = 64 * 1024
"""Bytes of a read that are kept: whatever is larger is a picture, and there are many of these."""
_AT_ONCE = 128
"""Reads that are written down together."""
_SETTLED_STEPS = 2


class Heads(Protocol):
    """Keeps headers and ends of versions of files. It never gives other bytes than those it was given, and never
    fails."""

    def holds(self, file: SourceFile, offset: int, end: int) -> bool:
        """Whether all of a range is kept, as far as is known."""

    def read_head(self, file: SourceFile, offset: int, size: int) -> bytes:
        """A range where all of it is kept, else nothing."""

    def keep_heads(self, heads: Sequence[tuple[SourceFile, int, bytes]]) -> None:
        """Keep bytes of versions: (file, offset, data)."""


class ScannedHeads:
    """What one scan of a source finds in `heads`, where there are any, and puts there. `now_ns` is the time in ns since
    1970."""

    def __init__(self, uid: str, traits: Traits, heads: Heads | None, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._uid, self._traits, self._heads, self._now_ns = uid, traits, heads, now_ns
        self._lock = threading.Lock()
        self._noted: list[tuple[SourceFile, int, bytes]] = []

    def hold(self, wanted: Range) -> bool:
        """Whether a range need not be asked for."""
        file = self._file(wanted.path, wanted.stamp)
        end = min(wanted.offset + wanted.size, wanted.stamp.size)
        return self._heads is not None and file is not None and self._heads.holds(file, wanted.offset, end)

    def read(self, path: str, offset: int, size: int, stamp: Stamp) -> bytes | None:
        """A range that is kept; None where it has to be asked for."""
        file = self._file(path, stamp)
        if self._heads is None or file is None or size > MOST or offset >= stamp.size:
            return None
        return self._heads.read_head(file, offset, size) or None

    def note(self, path: str, offset: int, data: bytes, stamp: Stamp) -> None:
        """A scan read this of a version; it is kept together with others."""
        if self._heads is None or not 0 < len(data) <= MOST or (file := self._file(path, stamp)) is None:
            return
        with self._lock:
            self._noted.append((file, offset, data))
            is_due = len(self._noted) >= _AT_ONCE
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Keep what was noted."""
        with self._lock:
            noted, self._noted = self._noted, []
        if noted and self._heads is not None:
            self._heads.keep_heads(noted)

    def _file(self, path: str, stamp: Stamp) -> SourceFile | None:
        return SourceFile(self._uid, path, stamp) if is_settled(stamp, self._traits, self._now_ns()) else None


def is_settled(stamp: Stamp, traits: Traits, now_ns: int) -> bool:
    """Whether another version would tell itself from this one. Where times are told in steps, a file that is written
    twice within one looks the same."""
    step = traits.mtime_step_ns
    return not step or stamp.tag != "" or stamp.mtime_ns + _SETTLED_STEPS * step < now_ns
