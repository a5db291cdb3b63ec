"""The frame cache in memory: runs of encoded frames, made once for neighbouring requests, ahead of sequential readers,
within a bound of memory.

Lock order: `_lock` is innermost; nothing is decoded, encoded or waited for under it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from musfuse.lru import Lru

Key = tuple[str, int]
_ON_DISK_SHARE = 8


class FrameCache:
    """Runs by (track's index key, run number), least recently used beyond `limit` bytes dropped; those that are on disk
    as well, beyond an eighth of that, since the system keeps what was just written at hand.

    At most `encoders` runs are encoded at the same time, whoever asks.
    """

    def __init__(self, limit: int, encoders: int) -> None:
        self._encoders = encoders
        self._slots = threading.BoundedSemaphore(encoders)
        self._lock = threading.Lock()
        self._runs: Lru[Key, bytes] = Lru(limit, len)
        self._on_disk: Lru[Key, bytes] = Lru(max(1, limit // _ON_DISK_SHARE), len)
        self._making: dict[Key, Future[bytes]] = {}
        self._written: set[Key] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._ahead = 0
        self.hits = self.misses = self.puts = 0
        """How often somebody found a run in memory, how often not, and how many were put there."""

    def peek(self, key: Key) -> bytes | None:
        """A run that is in memory; None for others."""
        with self._lock:
            data = self._held(key)
            self.hits += data is not None
            return data

    def get(self, key: Key, make: Callable[[], bytes]) -> bytes:
        """A run. It is made on this thread where nobody has it or makes it already. Raises what `make` raises."""
        data, future, mine = self._claim(key)
        if data is not None:
            return data
        if mine:
            self._make(key, future, make)
        return future.result()

    def prefetch(self, key: Key, make: Callable[[], bytes]) -> None:
        """Make the run on another thread, unless enough is being made already."""
        with self._lock:
            if self._ahead >= 4 * self._encoders or self._held(key) or key in self._making:
                return
            self._ahead += 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._encoders, thread_name_prefix="ahead")
            pool = self._pool
        try:
            pool.submit(self._make_ahead, key, make)
        except RuntimeError:  # closing
            with self._lock:
                self._ahead -= 1

    def kept_on_disk(self, key: Key) -> None:
        """A run can be had from the disk from now on, so that others need its room more."""
        with self._lock:
            if key in self._making:  # it was written before its maker came to hand it over
                self._written.add(key)
            elif (data := self._runs.pop(key)) is not None:
                self._on_disk.put(key, data)

    def forget(self, track: str) -> None:
        """Drop all runs of a track."""
        with self._lock:
            for runs in (self._runs, self._on_disk):
                for key in [k for k in runs if k[0] == track]:
                    runs.pop(key)

    def clear(self) -> int:
        """Drop all runs; how many these were."""
        with self._lock:
            count = len(self._runs) + len(self._on_disk)
            self._runs.clear()
            self._on_disk.clear()
        return count

    def __len__(self) -> int:
        return len(self._runs) + len(self._on_disk)

    def close(self) -> None:
        """Stop encoding ahead; what is being made is finished first."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    @property
    def held_bytes(self) -> int:
        """How many bytes the runs in memory have together."""
        return self._runs.weight + self._on_disk.weight

    def _held(self, key: Key) -> bytes | None:
        return self._runs.get(key) or self._on_disk.get(key)

    def _claim(self, key: Key) -> "tuple[bytes | None, Future[bytes], bool]":
        with self._lock:
            data = self._held(key)
            if data is not None:
                self.hits += 1
                return data, Future(), False
            self.misses += 1
            future = self._making.get(key)
            if future is not None:
                return None, future, False
            future = self._making[key] = Future()
            return None, future, True

    def _make_ahead(self, key: Key, make: Callable[[], bytes]) -> None:
        try:
            data, future, mine = self._claim(key)
            if data is None and mine:
                self._make(key, future, make)
        finally:
            with self._lock:
                self._ahead -= 1

    def _make(self, key: Key, future: "Future[bytes]", make: Callable[[], bytes]) -> None:
        try:
            with self._slots:
                data = make()
        except BaseException as error:  # noqa: BLE001 - whoever waits for this run gets the error
            with self._lock:
                del self._making[key]
                self._written.discard(key)
            future.set_exception(error)
            return
        with self._lock:
            del self._making[key]
            (self._on_disk if key in self._written else self._runs).put(key, data)
            self.puts += 1
            self._written.discard(key)
        future.set_result(data)
