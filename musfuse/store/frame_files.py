"""The frame cache on disk: runs of encoded frames, a file a track, so that a second read costs a disk read. All of it
can be made again.

A file holds the runs at the offsets that they have in the served audio (holes where a run is not kept), then a table
of CRC-64s, one a run, 0 for none. Every run is checked when it is read; what was torn by a crash is as if it were not
there.
"""

import hashlib
import logging
import os
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import accumulate, count
from pathlib import Path

from musfuse.lru import Lru
from musfuse.platform import system
from musfuse.store.complaint import Complaint
from musfuse.store.frame_writer import checksum

log = logging.getLogger(__name__)

_SUFFIX, _NEW = ".runs", ".new"
_TOUCH_SECONDS = 60.0
_KEEP_SHARE, _TRACK_SHARE = 0.9, 2
_ENTRY, _LATER = 8, 32


class FrameFile:
    """One track's runs, `lengths` bytes long each. Reads and writes from many threads at once."""

    def __init__(self, path: Path, lengths: Sequence[int]) -> None:
        self._starts = array("Q", accumulate(lengths, initial=0))
        self._fd = system.open_for_update(str(path))
        self._path, self._touched = path, 0.0
        self._lock = threading.Lock()
        self._users, self._closed = 0, False
        raw = system.read_at(self._fd, _ENTRY * len(lengths), self._starts[-1])
        self._table = array("Q", raw.ljust(_ENTRY * len(lengths), b"\0"))
        if sys.byteorder == "big":
            self._table.byteswap()

    def get(self, run: int) -> bytes | None:
        """A run, checked; None where it is not kept or was damaged."""
        expected = self._table[run]
        if not expected or not self._enter():
            return None
        try:
            self._touch()
            start, end = self._starts[run], self._starts[run + 1]
            data = system.read_at(self._fd, end - start, start)
        except OSError as error:
            log.debug("%s: %s", self._path, error)
            return None
        finally:
            self._leave()
        if len(data) != self._starts[run + 1] - self._starts[run] or checksum(data) != expected:
            self._table[run] = 0
            return None
        return data

    def has(self, run: int) -> bool:
        """Whether a run seems to be kept."""
        return self._table[run] != 0

    def put(self, run: int, data: bytes) -> int:
        """Keep a run; the bytes that this took, 0 where it was kept already. Raises OSError."""
        if self._table[run] or len(data) != self._starts[run + 1] - self._starts[run] or not self._enter():
            return 0
        try:
            system.write_at(self._fd, data, self._starts[run])
            entry = checksum(data)
            system.write_at(self._fd, entry.to_bytes(_ENTRY, "little"), self._starts[-1] + _ENTRY * run)
        finally:
            self._leave()
        self._table[run] = entry
        return len(data)

    def close(self) -> None:
        """Close, once nobody is reading or writing."""
        with self._lock:
            self._closed = True
            idle = not self._users
        if idle:
            self._let_go()

    def _enter(self) -> bool:
        with self._lock:
            self._users += not self._closed
            return not self._closed

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._closed and not self._users
        if last:
            self._let_go()

    def _let_go(self) -> None:
        with self._lock:
            fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _touch(self) -> None:
        now = time.monotonic()
        if now - self._touched > _TOUCH_SECONDS:
            self._touched = now
            with suppress(OSError):
                os.utime(self._path)


class FrameFiles:
    """All tracks' run files in one folder, of `limit` bytes together; the least recently used go first. Of those that
    nobody is reading, `open_files` stay open.

    A track that would take more than half of the limit is not kept. Lock order: `_lock`, then a file's own.
    """

    def __init__(self, folder: Path, limit: int, open_files: int = 64) -> None:
        self._folder, self._limit = folder, limit
        self.on_evicted: Callable[[int], None] = lambda _: None  # gets how many bytes made room
        self._lock = threading.Lock()
        self._open: Lru[str, FrameFile] = Lru(open_files)
        self._bytes = -1
        self._numbers = count()
        self._later: ThreadPoolExecutor | None = None
        self._room = threading.BoundedSemaphore(_LATER)
        self._complaint = Complaint("encoded runs are not kept")
        self.limit, self.hits, self.misses = limit, 0, 0
        """Bytes at most; how often a run was found here, and how often not: no lock is taken, one may be missed."""

    def new_path(self, expected_bytes: int) -> Path | None:
        """Where a worker may write a track's runs, for `adopt`; None where they would not be kept."""
        if expected_bytes > self._limit // _TRACK_SHARE or not self._ready():
            return None
        return self._folder / f"{os.getpid()}-{next(self._numbers)}{_NEW}"

    def adopt(self, key: str, written: Path) -> None:
        """Take over what a FrameWriter finished, as the runs of `key`."""
        path = self._path(key)
        with self._lock:
            old = self._open.pop(key)
        if old is not None:
            old.close()
        try:
            written.replace(path)
            self._count(_used(path.stat()))
        except FileNotFoundError:
            log.debug("%s: two asked for its index, the other has its runs", path)
        except OSError as error:
            self._complaint.failed(error)
        else:
            self._complaint.worked()

    def get(self, key: str, lengths: Sequence[int], run: int) -> bytes | None:
        """A run of a track whose runs have these lengths in bytes; None where it is not kept."""
        found = file.get(run) if (file := self._kept_file(key, lengths)) is not None else None
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def has(self, key: str, lengths: Sequence[int], run: int) -> bool:
        """Whether a run seems to be kept; nothing is read."""
        return (file := self._kept_file(key, lengths)) is not None and file.has(run)

    def put(self, key: str, lengths: Sequence[int], run: int, data: bytes) -> None:
        """Keep a run of a track whose runs have these lengths in bytes."""
        if self._limit <= 0 or sum(lengths) > self._limit // _TRACK_SHARE:
            return
        try:
            file = self._file(key, lengths, create=True)
            if file is not None and (written := file.put(run, data)):
                self._complaint.worked()
                self._count(written)
        except OSError as error:
            self._complaint.failed(error)

    def put_later(self, key: str, lengths: Sequence[int], run: int, data: bytes, then: Callable[[], None]) -> None:
        """Keep a run without letting the caller wait, and call `then` once it is; where too many wait, it is not."""
        if self._limit <= 0 or not self._room.acquire(blocking=False):
            return
        with self._lock:
            if self._later is None:
                self._later = ThreadPoolExecutor(1, thread_name_prefix="keep")
            later = self._later
        try:
            later.submit(self._keep, key, lengths, run, data, then).add_done_callback(lambda _: self._room.release())
        except RuntimeError:  # closing
            self._room.release()

    def forget(self, key: str) -> None:
        """Drop a track's runs."""
        with self._lock:
            file = self._open.pop(key)
        if file is not None:
            file.close()
        if self._limit > 0:
            with suppress(OSError):
                self._path(key).unlink(missing_ok=True)

    def figures(self) -> tuple[int, int]:
        """How many tracks have runs here, and how many bytes they take."""
        with suppress(OSError):
            sizes = [_used(stat) for stat, path in self._kept() if path.endswith(_SUFFIX)]
            return len(sizes), sum(sizes)
        return 0, 0

    @property
    def held_bytes(self) -> int:
        """How many bytes they took when they were counted last, and what came since; 0 where nobody counted yet."""
        return max(0, self._bytes)

    def name(self, key: str) -> str:
        """The name of the file that holds a track's runs."""
        return self._path(key).name

    def unused_since(self, seconds: float) -> Iterator[str]:
        """The names of files that were neither written nor read since then (seconds since 1970)."""
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.name.endswith(_SUFFIX) and entry.stat().st_mtime < seconds:
                        yield entry.name

    def drop(self, name: str, seconds: float) -> bool:
        """Drop a file by its name, unless it was used since then (seconds since 1970); whether it is gone."""
        path = self._folder / name
        with self._lock:
            key = next((key for key in self._open if self._path(key) == path), None)
            try:
                if path.stat().st_mtime >= seconds:
                    return False
                file = self._open.pop(key) if key is not None else None
                if file is not None:
                    file.close()
                path.unlink()
            except OSError as error:
                log.debug("%s: %s", path, error)
                return False
        return True

    def close(self) -> None:
        """Write what waits, close all files."""
        with self._lock:
            later = self._later
        if later is not None:
            later.shutdown(wait=True)
        with self._lock:
            files = self._open.items()
            self._open.clear()
        for _, file in files:
            file.close()

    def _keep(self, key: str, lengths: Sequence[int], run: int, data: bytes, then: Callable[[], None]) -> None:
        self.put(key, lengths, run, data)
        if self.has(key, lengths, run):
            then()

    def _path(self, key: str) -> Path:
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16)
        return self._folder / (digest.hexdigest() + _SUFFIX)

    def _kept_file(self, key: str, lengths: Sequence[int]) -> FrameFile | None:
        """A track's file where it is there and can be opened."""
        try:
            return self._file(key, lengths, create=False)
        except OSError as error:
            log.debug("%s: %s", self._folder, error)
            return None

    def _file(self, key: str, lengths: Sequence[int], create: bool) -> FrameFile | None:
        with self._lock:
            if (file := self._open.get(key)) is not None:
                return file
        path = self._path(key)
        if self._limit <= 0 or not self._ready() or (not create and not path.exists()):
            return None
        made = FrameFile(path, lengths)
        with self._lock:
            if (file := self._open.get(key)) is not None:  # another thread opened it meanwhile
                closing = [made]
            else:
                file, closing = made, [old for _, old in self._open.put(key, made)]
        for other in closing:
            other.close()
        return file

    def _ready(self) -> bool:
        """Make the folder and add up what it holds, once."""
        if self._limit <= 0:
            return False
        with self._lock:
            if self._bytes >= 0:
                return True
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                for left in self._folder.glob(f"*{_NEW}"):
                    left.unlink(missing_ok=True)
                self._bytes = sum(_used(stat) for stat, _ in self._kept())
            except OSError as error:
                self._complaint.failed(error)
                return False
        return True

    def _kept(self) -> list[tuple[os.stat_result, str]]:
        """Every file in the folder, with its facts. A file that `forget` removes meanwhile is no error."""
        kept = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    kept.append((entry.stat(), entry.path))
        return kept

    def _count(self, more: int) -> None:
        with self._lock:
            self._bytes += more
        if self._bytes > self._limit:
            self._evict()

    def _evict(self) -> None:
        with self._lock:
            entries = sorted(self._kept(), key=lambda found: found[0].st_mtime_ns)
            self._bytes = sum(_used(stat) for stat, _ in entries)
            by_path = {str(self._path(key)): key for key in self._open}
            closing, before = [], self._bytes
            for stat, path in entries[:-1]:
                if self._bytes <= self._limit * _KEEP_SHARE:
                    break
                file = self._open.pop(by_path[path]) if path in by_path else None
                if file is not None:
                    closing.append(file)
                with suppress(OSError):
                    os.unlink(path)
                    self._bytes -= _used(stat)
            freed = before - self._bytes
        for file in closing:
            file.close()
        if freed > 0:
            self.on_evicted(freed)


def _used(stat: os.stat_result) -> int:
    blocks = getattr(stat, "st_blocks", None)
    return stat.st_size if blocks is None else blocks * 512
