"""Whether a worker gets on with its job. Only progress counts, so that a slow source is not taken for a bad file.

Times are seconds of a monotonic clock that is handed in. Lock order: a watch's lock is innermost.
"""

import threading
from dataclasses import dataclass

from musfuse.media.workers.failures import Failure, FailureKind


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker may take over a file.

    It must read `stall_bytes` of its original, or have read all of it, in each `stall_seconds`. What it does beside
    waiting for its source may take `busy_seconds`, and a second more for each `busy_bytes` of the file: several times
    what the slowest decoder needs on a slow machine. A worker says every `beat_seconds` how far it is.
    """

    beat_seconds: float = 5.0
    stall_seconds: float = 30.0
    stall_bytes: int = 64 << 10
    busy_seconds: float = 300.0
    busy_bytes: int = 200_000


class Watch:
    """The progress of one job over a file of `size` bytes. Used by the thread that listens and the one that judges."""

    def __init__(self, patience: Patience, size: int, now: float) -> None:
        self._patience, self._size = patience, size
        self._lock = threading.Lock()
        self._read = self._read_before = self._given = 0
        self._since = self._heard = now
        self._busy = 0.0
        self._waits = False
        self._waiting_beats = self._beats = 0

    def beat(self, read: int, waiting: bool, now: float) -> None:
        """The worker says that it has read so many bytes, and is `waiting` for its source or not."""
        with self._lock:
            self._beats += 1
            self._waiting_beats += waiting
            self._heard_of(max(self._read, read), waiting, now)

    def asked(self, now: float) -> None:
        """The worker waits for bytes from here on."""
        with self._lock:
            self._beats += 1
            self._waiting_beats += 1
            self._heard_of(self._read, True, now)

    def gave(self, count: int, now: float) -> None:
        """The worker got so many bytes that it had asked for."""
        with self._lock:
            self._given += count
            self._heard_of(max(self._read, self._given), False, now)

    def _heard_of(self, read: int, waiting: bool, now: float) -> None:
        self._busy += 0.0 if self._waits else now - self._heard
        self._heard, self._waits, self._read = now, waiting, read
        if read - self._read_before >= self._patience.stall_bytes or read >= self._size:
            self._read_before, self._since = read, now
            self._waiting_beats = self._beats = 0

    def verdict(self, now: float) -> Failure | None:
        """Why the worker is to be ended now, None while it may go on."""
        patience = self._patience
        limit = patience.busy_seconds + self._size / patience.busy_bytes
        with self._lock:
            silent = now - self._heard
            if self._busy + (0.0 if self._waits else silent) > limit:
                return Failure(FailureKind.FILE, f"it took longer than {limit:.0f} s")
            if silent > patience.stall_seconds:
                return Failure(FailureKind.FILE, f"it gave no sign of life for {patience.stall_seconds:.0f} s")
            if self._read >= self._size or now - self._since <= patience.stall_seconds:
                return None
            # A worker that waits says so: who has not been heard of lately does something else.
            if self._waiting_beats * 2 > self._beats and silent * 2 < patience.stall_seconds:
                told = f"its source gave less than {patience.stall_bytes >> 10} KiB in {patience.stall_seconds:.0f} s"
                return Failure(FailureKind.SOURCE, told)
            return Failure(FailureKind.FILE, f"it made no progress for {patience.stall_seconds:.0f} s")
